// A build: one execution of a definition, in the words of Azure DevOps' Build API. It must stay a plain
// value; how it was read, and what it means for a gate, is said elsewhere.

import type { PendingApproval } from './failure.ts';

/** Build statuses as the API spells them (Builds - List, 7.1; `abandoned` since 7.2). Others become `unknown`. */
export const BUILD_STATUSES = [
  'none',
  'inProgress',
  'completed',
  'cancelling',
  'postponed',
  'notStarted',
  'abandoned',
  'unknown',
] as const;
export type BuildStatus = (typeof BUILD_STATUSES)[number];

/** Build results as the API spells them (7.1). Others become `unknown`, which is never a success. */
export const BUILD_RESULTS = [
  'none',
  'succeeded',
  'partiallySucceeded',
  'failed',
  'canceled',
  'unknown',
] as const;
export type BuildResult = (typeof BUILD_RESULTS)[number];

export interface Build {
  readonly id: number;
  readonly number: string;
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  readonly definitionName: string;
  /** Full ref: `refs/heads/develop`. */
  readonly branch: string;
  readonly status: BuildStatus;
  /** Absent until the build has completed. */
  readonly result?: BuildResult;
  readonly reason: string;
  /** Times are milliseconds since the epoch, by Azure DevOps' clock. */
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly sourceVersion?: string;
  readonly requestedFor?: string;
  /** The e-mail or account name of the same person, as the API gives it (`uniqueName`). */
  readonly requestedForUniqueName?: string;
  /** While it runs: it waits until somebody approves. Known from the timeline only, so a list never tells. */
  readonly pendingApproval?: PendingApproval;
  /** The repository the build was made from, as the API identifies it. */
  readonly repositoryId?: string;
  /** The page for people. */
  readonly url: string;
}

export type BuildPhase = 'active' | 'ended' | 'unclear';

const PHASES = {
  none: 'unclear',
  inProgress: 'active',
  cancelling: 'active',
  postponed: 'active',
  notStarted: 'active',
  completed: 'ended',
  abandoned: 'ended',
  unknown: 'unclear',
} as const satisfies Record<BuildStatus, BuildPhase>;

/** Whether a build still runs (or waits to), has ended, or says something we do not know. */
export function phaseOf(build: Pick<Build, 'status'>): BuildPhase {
  return PHASES[build.status];
}

export type Outcome = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

/**
 * How an ended build ended. Everything that is not plainly one of the other three is `failed`: an abandoned
 * build, one that completed without a result, and results this version does not know.
 */
export function outcomeOf(build: Pick<Build, 'status' | 'result'>): Outcome {
  if (build.status === 'abandoned') return 'failed';
  switch (build.result) {
    case 'succeeded':
    case 'partiallySucceeded':
    case 'canceled':
      return build.result;
    default:
      return 'failed';
  }
}

/** Newest first: by the time of queueing, ties by id. A rerun keeps both, so it keeps its place. */
export function newestFirst(left: Build, right: Build): number {
  return right.queuedAt - left.queuedAt || right.id - left.id;
}
