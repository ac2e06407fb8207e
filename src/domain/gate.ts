// The gate's decision: continue, wait or stop. Pure: it combines what is known of every base, people's holds
// and the gate's own deadline. It must never answer `continue` unless every base allows it.
import { type Build, phaseOf } from './build.ts';
import type { Readiness } from './readiness.ts';
import type { Base, GatePolicy } from './service.ts';

export type GateVerdict = 'continue' | 'wait' | 'stop';

export type GateReason = Readiness['reason'] | 'settling' | 'held' | 'released' | 'timed-out' | 'gate-cycle';

/** One base as the gate sees it: on which branch it was found, and how fresh the reading is. */
export interface BaseAssessment {
  readonly base: Base;
  /** Full ref of the branch that answered. */
  readonly branch: string;
  /** Refs that were asked first and had no build. */
  readonly skippedBranches: readonly string[];
  readonly readiness: Readiness;
  /** When Azure DevOps was read, ms since the epoch by its own clock. Absent when it never was. */
  readonly observedAt?: number;
  /** For `unknown`: why it could not be asked, as an error code, and the last that was known. */
  readonly failure?: { readonly code: string; readonly lastKnown?: Readiness };
  /** When its newest build was queued, by Azure DevOps' clock as `observedAt` is. */
  readonly newestQueuedAt?: number;
  /** Builds of this base made from the commit that the caller named; undefined when it named none. */
  readonly commitBuilds?: readonly Build[];
}

/** A person's order about a gate: every caller of a service is held, or one waiting gate is let through. */
export interface Hold {
  readonly kind: 'held' | 'released';
  /** What it makes of a caller: `wait` or `stop` when held, `continue` when released. */
  readonly verdict: GateVerdict;
  /** The person's name. */
  readonly by: string;
  /** Empty when nothing was said. */
  readonly because: string;
  /** When it was ordered and when it ends by itself; ms since the epoch, PipeBot's clock. */
  readonly at: number;
  readonly until?: number;
}

/** Why waiting would never end: `services` lead from the one that asks over its base back to itself. */
export interface GateCycle {
  /** The base of the service that asks. */
  readonly base: string;
  readonly services: readonly string[];
}

/** What a caller asked, and since when it has been asking. */
export interface GateQuestion {
  /** Ms since the epoch, by PipeBot's clock. */
  readonly askedAt: number;
  readonly deadlineAt: number;
  readonly settleMs: number;
  readonly commit?: string;
}

export interface GateDecision {
  readonly verdict: GateVerdict;
  readonly reason: GateReason;
  /** The base that decided: the worst one. */
  readonly assessment: BaseAssessment;
  /** For `timed-out`: what it was waiting for when the time was up. */
  readonly waitedFor?: Exclude<GateReason, 'timed-out'>;
  readonly hold?: Hold;
  /** For `gate-cycle`. */
  readonly cycle?: GateCycle;
  /** The caller named a commit, and no base build of it has appeared. */
  readonly isCommitUnseen?: boolean;
  /** For `timed-out`: the caller's own run has ended, so its time was up before the deadline. */
  readonly isCallerOver?: boolean;
}

const SEVERITY = { continue: 0, wait: 1, stop: 2 } as const satisfies Record<GateVerdict, number>;
/** How long a `commit=` may take to appear when the caller gives no `settle=`. */
const DEFAULT_COMMIT_SETTLE_MS = 30_000;

/** What one base on its own allows, before holds, settling and deadline. */
export function verdictFor(
  readiness: Readiness,
  policy: Pick<GatePolicy, 'onPartiallySucceeded' | 'onNeverBuilt'>,
): GateVerdict {
  switch (readiness.status) {
    case 'ready': {
      const isPartial = readiness.build?.result === 'partiallySucceeded';
      return isPartial && policy.onPartiallySucceeded === 'stop' ? 'stop' : 'continue';
    }
    case 'running':
    case 'unknown':
      return 'wait';
    case 'never-built':
      return policy.onNeverBuilt;
    case 'failed':
    case 'stale':
      return 'stop';
  }
}

/**
 * Decides for a service from the assessments of all its bases; the worst one decides and is named.
 * @param assessments at least one
 * @param now ms since the epoch, PipeBot's clock, the one that stamped the question
 */
export function decideGate(
  assessments: readonly [BaseAssessment, ...BaseAssessment[]],
  question: GateQuestion,
  context: {
    readonly policy: GatePolicy;
    readonly now: number;
    readonly hold?: Hold;
    readonly cycle?: GateCycle;
  },
): GateDecision {
  const { policy, now, hold, cycle } = context;
  if (cycle) return refuseCycle(assessments, cycle);
  const decided = worstOf(
    assessments.map((assessment) => decideBase(assessment, question, { policy, now })),
    assessments,
  );
  const withHold = applyHold(decided, hold);
  if (withHold.verdict !== 'wait' || now < question.deadlineAt) return withHold;
  return {
    ...withHold,
    verdict: 'stop',
    reason: 'timed-out',
    waitedFor: withHold.reason as Exclude<GateReason, 'timed-out'>,
  };
}

/**
 * What a gate answers whose caller's own run has ended: nobody may go on with what it was waiting for.
 * @param waited the last decision, a `wait`
 */
export function stopForEndedCaller(waited: GateDecision): GateDecision {
  const waitedFor = waited.reason as Exclude<GateReason, 'timed-out'>;
  return { ...waited, verdict: 'stop', reason: 'timed-out', waitedFor, isCallerOver: true };
}

function decideBase(
  assessment: BaseAssessment,
  question: GateQuestion,
  { policy, now }: { policy: GatePolicy; now: number },
): GateDecision {
  const { readiness, commitBuilds } = assessment;
  const plain: GateDecision = {
    verdict: verdictFor(readiness, policy),
    reason: readiness.reason,
    assessment,
  };
  if (plain.verdict !== 'continue') return plain;

  const waitedMs = now - question.askedAt;
  if (commitBuilds?.length === 0) {
    const settleMs = question.settleMs || DEFAULT_COMMIT_SETTLE_MS;
    if (waitedMs < settleMs) return { ...plain, verdict: 'wait', reason: 'settling' };
    return { ...plain, isCommitUnseen: true };
  }
  const unfinished = commitBuilds?.find((build) => phaseOf(build) !== 'ended');
  if (unfinished) {
    const running: Readiness = { status: 'running', reason: 'base-running', build: unfinished };
    return { verdict: 'wait', reason: 'base-running', assessment: { ...assessment, readiness: running } };
  }
  return quietMs(assessment, waitedMs) < question.settleMs
    ? { ...plain, verdict: 'wait', reason: 'settling' }
    : plain;
}

/** For how long, since the question at most, no newer build has appeared. */
function quietMs({ observedAt, newestQueuedAt }: BaseAssessment, waitedMs: number): number {
  if (observedAt === undefined || newestQueuedAt === undefined) return waitedMs;
  return Math.min(waitedMs, observedAt - newestQueuedAt);
}

function worstOf(
  decisions: readonly GateDecision[],
  assessments: readonly [BaseAssessment, ...BaseAssessment[]],
): GateDecision {
  const impossible: GateDecision = { verdict: 'wait', reason: 'unknown', assessment: assessments[0] };
  return decisions.reduce(
    (worst, decision) => (SEVERITY[decision.verdict] > SEVERITY[worst.verdict] ? decision : worst),
    decisions[0] ?? impossible,
  );
}

/** Whatever people order: who waits for itself is not helped by waiting, and its base is not ready by going on. */
function refuseCycle(
  assessments: readonly [BaseAssessment, ...BaseAssessment[]],
  cycle: GateCycle,
): GateDecision {
  const assessment = assessments.find(({ base }) => base.name === cycle.base) ?? assessments[0];
  return { verdict: 'stop', reason: 'gate-cycle', assessment, cycle };
}

/** A hold never opens a gate, and a stop that the bases ask for stays one with its own reason. */
function applyHold(decision: GateDecision, hold: Hold | undefined): GateDecision {
  if (!hold) return decision;
  if (hold.kind === 'released') return { ...decision, verdict: 'continue', reason: 'released', hold };
  if (decision.verdict === 'stop') return { ...decision, hold };
  return { ...decision, verdict: hold.verdict === 'stop' ? 'stop' : 'wait', reason: 'held', hold };
}
