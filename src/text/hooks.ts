// What `pipebot hooks` says: one line for each service hook that needs somebody, with what to do about it.
import { HOOK_PATH } from '../domain/hook.ts';
import { type HookFinding, JOB_HOOK, type WantedHook } from '../domain/hook-findings.ts';
import type { ConfiguredProject } from '../domain/service.ts';
import type { PipeBotError } from '../errors.ts';
import { errorSentence } from './error.ts';
import { listText, plainText } from './plain.ts';

const URL_SHAPE = `https://<host>${HOOK_PATH}`;

export const HOOKS_USAGE = [
  `pipebot hooks install --url ${URL_SHAPE} [--project <name>] [--jobs]`,
  `pipebot hooks check [--url ${URL_SHAPE}] [--project <name>] [--jobs]`,
  '',
  '--url      the address of this PipeBot, as Azure DevOps reaches it',
  '--project  only this project of the services file; may be repeated',
  '--jobs     also the events of single jobs, which are many and which PipeBot can do without',
];

/** What the lines need to know of the person's own call. */
export interface HookAdvice {
  /** The address that was given. */
  readonly url?: string;
  /** The page of a project's settings where a person can see to its hooks. */
  readonly settingsUrl: string;
}

/** `contoso/Shop` */
export function projectText({ organization, project }: ConfiguredProject): string {
  return `${plainText(organization)}/${plainText(project)}`;
}

/** `ms.vss-pipelines.run-state-changed-event` → `run-state-changed` */
export function eventText(eventType: string): string {
  return plainText(eventType.replace(/^ms\.vss-[^.]+\./, '').replace(/-event$/, ''));
}

/** One line when all is well, else one for each hook that is not in order. */
export function checkedLines(
  project: ConfiguredProject,
  findings: readonly HookFinding[],
  advice: HookAdvice,
): string[] {
  const wrong = findings.filter(({ state }) => state !== 'in-order');
  if (wrong.length > 0) return wrong.map((finding) => findingLine(project, finding, advice));
  return [`${projectText(project)}: all ${findings.length} service hooks are in order.`];
}

/** What was made, what was there, and a line for each one that a person has to see to. */
export function installedLines(
  project: ConfiguredProject,
  { made, found }: { readonly made: readonly string[]; readonly found: readonly HookFinding[] },
  advice: HookAdvice,
): string[] {
  const inOrder = found.filter(({ state }) => state === 'in-order').length;
  const wrong = found.filter(({ state }) => state !== 'in-order');
  return [
    ...(made.length > 0 ? [`${projectText(project)}: made ${listText(made.map(eventText))}.`] : []),
    ...(inOrder > 0 ? [`${projectText(project)}: ${inOrder} were there already.`] : []),
    ...wrong.map((finding) => findingLine(project, finding, advice)),
  ];
}

/** Why a project could not be asked about, or given its hooks. */
export function hookFailureLine(project: ConfiguredProject, error: PipeBotError): string {
  return `${projectText(project)}: ${error.code === 'azure-unauthorized' ? rightsText(error) : errorSentence(error)}`;
}

function rightsText({ details }: PipeBotError): string {
  const detail = details.detail === undefined ? '' : ` (${plainText(details.detail, 300)})`;
  return `Azure DevOps does not let this token see and make service hooks${detail}. Use that of a project administrator with the right to service hooks, for example AZURE_DEVOPS_PAT=<such a token> for this command only.`;
}

function findingLine(project: ConfiguredProject, finding: HookFinding, advice: HookAdvice): string {
  const { wanted, state } = finding;
  const what = state === 'disabled' ? disabledText(finding, advice) : SENTENCES[state](finding, advice);
  return `${projectText(project)}: ${eventText(wanted.eventType)} ${what}`.replaceAll(
    INSTALL,
    installCommand(project, wanted, advice),
  );
}

/** Stands for the command that makes what is missing. */
const INSTALL = '{install}';

const SENTENCES = {
  'in-order': () => 'is in order.',
  missing: () => `is missing. To make it: ${INSTALL}`,
  'on-probation': ({ hook }, { settingsUrl }) =>
    `is on probation: PipeBot did not take its events in, and Azure DevOps drops new ones meanwhile. See that ${addressText(hook)} can be reached with the right password; the history at ${settingsUrl} shows what was answered.`,
  'points-elsewhere': ({ hook }) =>
    `goes to ${addressText(hook)} and not here. If that is another PipeBot, make one of its own for this: ${INSTALL}`,
} as const satisfies Record<
  Exclude<HookFinding['state'], 'disabled'>,
  (finding: HookFinding, advice: HookAdvice) => string
>;

function disabledText({ hook }: HookFinding, { settingsUrl }: HookAdvice): string {
  switch (hook?.status) {
    case 'disabledByUser':
      return `was switched off by a person. Switch it on at ${settingsUrl}`;
    case 'disabledBySystem':
      return `was switched off by Azure DevOps after too many errors. See that ${addressText(hook)} can be reached with the right password, then switch it on at ${settingsUrl}`;
    case 'disabledByInactiveIdentity':
      return `was switched off because whoever made it has left. Delete it at ${settingsUrl} and make it anew: ${INSTALL}`;
    default:
      return `is in a state that PipeBot does not know. Look at it at ${settingsUrl}`;
  }
}

/** Without a password that somebody may have put into it. */
function addressText(hook: HookFinding['hook']): string {
  const url = URL.parse(hook?.url ?? '');
  return url ? plainText(`${url.origin}${url.pathname}`, 300) : 'its address';
}

function installCommand(
  { project }: ConfiguredProject,
  { eventType }: WantedHook,
  { url }: HookAdvice,
): string {
  const name = /^[\w.-]+$/.test(project) ? project : `"${plainText(project)}"`;
  const jobs = eventType === JOB_HOOK.eventType ? ' --jobs' : '';
  return `pipebot hooks install --url ${url ?? URL_SHAPE} --project ${name}${jobs}`;
}
