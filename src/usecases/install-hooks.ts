// Makes the service hooks that a project lacks. Whatever is there is left as it is, be it switched off or another
// PipeBot's.
import { findHooks, type HookFinding } from '../domain/hook-findings.ts';
import type { ConfiguredProject } from '../domain/service.ts';
import type { PipeBotError } from '../errors.ts';
import { azureError, createHookList, type HookRequest } from './check-hooks.ts';
import type { NewServiceHook, ServiceHooks } from './hook-ports.ts';

export interface InstallReport extends ConfiguredProject {
  /** The event types of the hooks that were made. */
  readonly made: readonly string[];
  /** What was there already, in whichever state. */
  readonly found: readonly HookFinding[];
  /** What kept the rest from being made. */
  readonly error?: PipeBotError;
}

export interface InstallRequest extends HookRequest {
  readonly url: string;
  readonly password: NewServiceHook['password'];
}

/** Azure DevOps wants one; PipeBot looks at the password alone. */
const USERNAME = 'pipebot';

/** One report for each project, in their order. Run twice, it makes nothing the second time. */
export async function installHooks(hooks: ServiceHooks, request: InstallRequest): Promise<InstallReport[]> {
  const list = createHookList(hooks);
  const reports: InstallReport[] = [];
  for (const project of request.projects) {
    request.onProject?.(project);
    reports.push(await installInProject({ ...hooks, list }, project, request));
  }
  return reports;
}

async function installInProject(
  hooks: ServiceHooks,
  { organization, project }: ConfiguredProject,
  request: InstallRequest,
): Promise<InstallReport> {
  const { url, password } = request;
  const made: string[] = [];
  const found: HookFinding[] = [];
  try {
    const { id: projectId } = await hooks.getProject(organization, project);
    const listed = await hooks.list(organization);
    const findings = findHooks(listed, projectId, request);
    found.push(...findings.filter((finding) => !isLacking(finding)));
    for (const { wanted } of findings.filter(isLacking)) {
      // Into the list, since the services file may name a project twice, by its name and by its GUID.
      listed.push(
        await hooks.create(organization, { ...wanted, projectId, url, username: USERNAME, password }),
      );
      made.push(wanted.eventType);
    }
    return { organization, project, made, found };
  } catch (thrown) {
    return { organization, project, made, found, error: azureError(thrown) };
  }
}

function isLacking({ state }: HookFinding): boolean {
  return state === 'missing' || state === 'points-elsewhere';
}
