// One run in words: its name, what it does at the moment, how it ended and after how long. It must not say what
// that means for anybody.
import { type Build, type Outcome, outcomeOf } from '../domain/build.ts';
import type { PendingApproval } from '../domain/failure.ts';
import { branchText, plainText } from './plain.ts';
import { agoText, durationText } from './time.ts';

/** `python-base 20261122.3 on develop`. */
export function runText(definitionName: string, build: Pick<Build, 'number' | 'branch'>): string {
  return `${plainText(definitionName)} ${plainText(build.number)} on ${branchText(build.branch)}`;
}

/** What an active build does at the moment, as the rest of a sentence: `has been running for 6 min, …`. */
export function progressText(build: Build, expectedEndAt: number | undefined, now: number): string {
  const queuedFor = durationText(now - build.queuedAt);
  if (build.status === 'cancelling') return 'is being canceled';
  if (build.status === 'postponed')
    return `has been postponed; it was queued ${agoText(build.queuedAt, now)}`;
  if (build.startedAt === undefined) return `has been queued for ${queuedFor} and has not started`;
  if (build.pendingApproval) return approvalText(build.pendingApproval, now);
  const runningFor = `has been running for ${durationText(now - build.startedAt)}`;
  if (expectedEndAt === undefined) return runningFor;
  const usual = durationText(expectedEndAt - build.startedAt);
  return now > expectedEndAt
    ? `${runningFor}, longer than the usual ${usual}`
    : `${runningFor}, usually takes ${usual}`;
}

function approvalText({ stage, since }: PendingApproval, now: number): string {
  const where = plainText(stage) === '' ? '' : ` of stage ${plainText(stage)}`;
  return `waits for an approval${where}${since === undefined ? '' : `, for ${durationText(now - since)}`}`;
}

/** `failed`, or more exactly what stood in its place. */
export function failedWord(build: Pick<Build, 'status' | 'result'> | undefined): string {
  if (build?.status === 'abandoned') return 'was abandoned';
  return build?.result === 'failed' ? 'failed' : 'ended without a usable result';
}

/** How an ended build ended, as the rest of a sentence: `succeeded after 14 min`. */
export function outcomeText(build: Build): string {
  const took = tookMs(build);
  return `${OUTCOME_VERBS[outcomeOf(build)](build)}${took === undefined ? '' : ` after ${durationText(took)}`}`;
}

/** How an ended build ended, as a headline. */
export function outcomeTitle(build: Pick<Build, 'status' | 'result'>): string {
  return build.status === 'abandoned' ? 'Abandoned' : OUTCOME_TITLES[outcomeOf(build)];
}

/** How long a run took, beside what is usual: `4 min (usually 12 min)`; empty when that is not known. */
export function tookText(build: Build, usualMs: number | undefined): string {
  const took = tookMs(build);
  if (took === undefined) return '';
  return `${durationText(took)}${usualMs === undefined ? '' : ` (usually ${durationText(usualMs)})`}`;
}

/** A run that ended, for those who hear of every one. */
export function explainResult(name: string, build: Build): string {
  const requester = plainText(build.requestedFor);
  const who = requester === '' ? '' : `, started for ${requester}`;
  return `${runText(name, build)} ${outcomeText(build)}${who}.`;
}

/** `Succeeded`, with the sign of its colour, since it stands in a message without one. */
export function resultTitle(build: Build): string {
  return `${SIGNS[outcomeOf(build)]} ${outcomeTitle(build)}`;
}

function tookMs({ startedAt, finishedAt }: Build): number | undefined {
  return startedAt === undefined || finishedAt === undefined ? undefined : finishedAt - startedAt;
}

const SIGNS = {
  succeeded: '✓',
  partiallySucceeded: '!',
  failed: '✕',
  canceled: '○',
} as const satisfies Record<Outcome, string>;

const OUTCOME_TITLES = {
  succeeded: 'Succeeded',
  partiallySucceeded: 'Partially succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
} as const satisfies Record<Outcome, string>;

const OUTCOME_VERBS = {
  succeeded: () => 'succeeded',
  partiallySucceeded: () => 'partially succeeded',
  failed: (build) => failedWord(build),
  canceled: () => 'was canceled',
} as const satisfies Record<Outcome, (build: Pick<Build, 'status' | 'result'>) => string>;
