// Checks whether each project of the services file has the service hooks that PipeBot wants, and whether they
// work. It only reads.
import type { ServiceHook } from '../domain/hook.ts';
import { findHooks, type HookFinding, type WantedHook } from '../domain/hook-findings.ts';
import type { ConfiguredProject } from '../domain/service.ts';
import { type PipeBotError, toPipeBotError } from '../errors.ts';
import type { ServiceHooks } from './hook-ports.ts';

export interface HookReport extends ConfiguredProject {
  /** Empty when the project could not be asked about. */
  readonly findings: readonly HookFinding[];
  readonly error?: PipeBotError;
}

export interface HookRequest {
  readonly projects: readonly ConfiguredProject[];
  readonly wanted: readonly WantedHook[];
  /** Where the hooks should go; absent: to any PipeBot. */
  readonly url?: string;
  /** Called before each project. */
  readonly onProject?: (project: ConfiguredProject) => void;
}

/** One report for each project, in their order; what Azure DevOps does not answer is in the report. */
export async function checkHooks(hooks: ServiceHooks, request: HookRequest): Promise<HookReport[]> {
  const list = createHookList(hooks);
  const reports: HookReport[] = [];
  for (const project of request.projects) {
    request.onProject?.(project);
    try {
      const { id } = await hooks.getProject(project.organization, project.project);
      const listed = await list(project.organization);
      reports.push({ ...project, findings: findHooks(listed, id, request) });
    } catch (thrown) {
      reports.push({ ...project, findings: [], error: azureError(thrown) });
    }
  }
  return reports;
}

/** Each organisation is asked once, however many projects it has. */
export function createHookList(hooks: Pick<ServiceHooks, 'list'>): ServiceHooks['list'] {
  const lists = new Map<string, Promise<ServiceHook[]>>();
  return (organization) => {
    const list = lists.get(organization) ?? hooks.list(organization);
    lists.set(organization, list);
    return list;
  };
}

/** What Azure DevOps says is a result; a bug is thrown on. */
export function azureError(thrown: unknown): PipeBotError {
  const error = toPipeBotError(thrown);
  if (!error.isFromAzureDevOps) throw thrown;
  return error;
}
