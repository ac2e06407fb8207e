// Which service hooks PipeBot wants of each project, and how those that are there compare. Pure.
import { HOOK_PATH, type ServiceHook } from './hook.ts';

export interface WantedHook {
  readonly publisherId: string;
  readonly eventType: string;
  readonly resourceVersion: string;
}

const PIPELINES = { publisherId: 'pipelines', resourceVersion: '5.1-preview.1' } as const;

/** What shortens the way of a build's end, of its progress and of its approvals (service hooks events, 2026). */
export const WANTED_HOOKS: readonly WantedHook[] = [
  { publisherId: 'tfs', eventType: 'build.complete', resourceVersion: '2.0' },
  { ...PIPELINES, eventType: 'ms.vss-pipelines.run-state-changed-event' },
  { ...PIPELINES, eventType: 'ms.vss-pipelines.stage-state-changed-event' },
  { ...PIPELINES, eventType: 'ms.vss-pipelinechecks-events.approval-pending' },
  { ...PIPELINES, eventType: 'ms.vss-pipelinechecks-events.approval-completed' },
];

/** One event for each job of each run: much traffic, and nothing that the others do not bring. */
export const JOB_HOOK: WantedHook = {
  ...PIPELINES,
  eventType: 'ms.vss-pipelines.job-state-changed-event',
};

export interface HookFinding {
  readonly wanted: WantedHook;
  readonly state: 'in-order' | 'missing' | 'disabled' | 'on-probation' | 'points-elsewhere';
  /** What was found, the most useful one; absent when it is missing. */
  readonly hook?: ServiceHook;
}

/** @param projectId GUID, in small letters */
export function findHooks(
  listed: readonly ServiceHook[],
  projectId: string,
  { wanted, url }: { readonly wanted: readonly WantedHook[]; readonly url?: string },
): HookFinding[] {
  return wanted.map((one) => {
    const findings = listed
      .filter((hook) => hook.projectId === undefined || hook.projectId === projectId)
      .filter((hook) => hook.eventType === one.eventType && isOfPipeBot(hook))
      .map((hook): HookFinding => ({ wanted: one, state: stateOf(hook, url), hook }))
      .sort((left, right) => PREFERENCE.indexOf(left.state) - PREFERENCE.indexOf(right.state));
    return findings[0] ?? { wanted: one, state: 'missing' };
  });
}

/** Of several hooks for one event the one counts whose state stands first. */
const PREFERENCE: readonly HookFinding['state'][] = [
  'in-order',
  'on-probation',
  'disabled',
  'points-elsewhere',
];

/** Be it another one. */
function isOfPipeBot({ url }: ServiceHook): boolean {
  return comparable(url).endsWith(HOOK_PATH);
}

function stateOf({ url, status }: ServiceHook, wantedUrl: string | undefined): HookFinding['state'] {
  if (wantedUrl !== undefined && comparable(url) !== comparable(wantedUrl)) return 'points-elsewhere';
  if (status === 'enabled') return 'in-order';
  return status === 'onProbation' ? 'on-probation' : 'disabled';
}

function comparable(address: string): string {
  const trimmed = address.trim().replace(/\/+$/, '');
  return URL.canParse(trimmed) ? new URL(trimmed).href : trimmed;
}
