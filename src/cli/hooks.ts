// `pipebot hooks install|check`: makes or checks the service hooks of every project in the services file, through
// Azure DevOps' REST API. It needs no running PipeBot and no database.
import { createServiceHooks } from '../azure-devops/service-hooks.ts';
import { loadToolSettings, problemLines, type Settings } from '../config/settings.ts';
import { JOB_HOOK, WANTED_HOOKS } from '../domain/hook-findings.ts';
import { type ConfiguredProject, configuredProjects } from '../domain/service.ts';
import { checkedLines, HOOKS_USAGE, hookFailureLine, installedLines, projectText } from '../text/hooks.ts';
import { checkHooks, type HookRequest } from '../usecases/check-hooks.ts';
import type { ServiceHooks } from '../usecases/hook-ports.ts';
import { installHooks } from '../usecases/install-hooks.ts';
import { chooseProjects, type HooksArguments, readHooksArguments } from './hooks-arguments.ts';
import { type Command, type CommandContext, type ExitCode, showProgress } from './terminal.ts';

export const runHooks: Command = async (words, context) => {
  const wanted = readHooksArguments(words);
  if ('problem' in wanted) return refuse(context, [wanted.problem, '', 'Usage:', ...HOOKS_USAGE]);
  const settings = loadToolSettings(context.environment, context.readFile);
  if ('problems' in settings) return refuse(context, problemLines(settings.problems));
  const projects = chooseProjects(configuredProjects(settings.value.catalog), wanted.projects);
  if ('problem' in projects) return refuse(context, [projects.problem]);
  const progress = showProgress(context);
  const request: HookRequest = {
    projects,
    wanted: wanted.withJobs ? [...WANTED_HOOKS, JOB_HOOK] : WANTED_HOOKS,
    ...(wanted.url === undefined ? {} : { url: wanted.url }),
    onProject: (project) => progress.step(`Asking about ${projectText(project)} …`),
  };
  const hooks = connect(settings.value, context);
  try {
    if (wanted.action === 'check') return await check({ ...settings.value, hooks, request }, context);
    return await install({ ...settings.value, hooks, request }, context, wanted);
  } finally {
    progress.stop();
    hooks.close();
  }
};

function refuse({ note }: CommandContext, lines: readonly string[]): ExitCode {
  for (const line of lines) note(line);
  return 2;
}

function connect({ organizations }: Settings, { clock }: CommandContext) {
  const ignore = () => undefined;
  return createServiceHooks({
    organizations: organizations.map(({ name, url, token }) => ({
      ...{ name, url },
      credentials: { kind: 'pat', token },
    })),
    clock,
    // What is wrong comes back as an error, and is told once.
    log: { info: ignore, warn: ignore, error: ignore },
  });
}

interface Work extends Settings {
  readonly hooks: ServiceHooks;
  readonly request: HookRequest;
}

async function check(work: Work, context: CommandContext): Promise<ExitCode> {
  const reports = await checkHooks(work.hooks, work.request);
  for (const report of reports) {
    if (report.error) context.note(hookFailureLine(report, report.error));
    else
      for (const line of checkedLines(report, report.findings, adviceFor(work, report))) context.print(line);
  }
  if (reports.some(({ error }) => error)) return 2;
  return reports.every(({ findings }) => findings.every(({ state }) => state === 'in-order')) ? 0 : 1;
}

async function install(
  work: Work,
  context: CommandContext,
  { url, withJobs }: HooksArguments,
): Promise<ExitCode> {
  const [password] = work.config.hookSecrets;
  if (!password || url === undefined)
    return refuse(context, [
      'PIPEBOT_HOOK_SECRET is missing, and service hooks need it as their password. Example: PIPEBOT_HOOK_SECRET=<at least 16 random characters>',
    ]);
  const reports = await installHooks(work.hooks, { ...work.request, url, password });
  for (const report of reports) {
    for (const line of installedLines(report, report, adviceFor(work, report))) context.print(line);
    if (report.error) context.note(hookFailureLine(report, report.error));
  }
  if (!withJobs)
    context.print('The events of single jobs are left out, since PipeBot can do without; --jobs adds them.');
  if (reports.some(({ error }) => error)) return 2;
  return reports.every(({ found }) => found.every(({ state }) => state === 'in-order')) ? 0 : 1;
}

function adviceFor({ organizations, request }: Work, { organization, project }: ConfiguredProject) {
  const home = organizations.find(({ name }) => name === organization)?.url ?? '';
  const settingsUrl = `${home}/${encodeURIComponent(project)}/_settings/serviceHooks`;
  return { settingsUrl, ...(request.url === undefined ? {} : { url: request.url }) };
}
