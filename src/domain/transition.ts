// What changed between two readings of a build. Pure comparison; the colours come from health.ts, and who hears
// of it is decided elsewhere.
import { type Build, outcomeOf, phaseOf } from './build.ts';
import type { PendingApproval } from './failure.ts';

export const TRANSITION_KINDS = [
  'appeared',
  'started',
  'waits-for-approval',
  'finished',
  'turned-red',
  'still-red',
  'turned-green',
  'ran-again',
  'deleted',
] as const;
export type TransitionKind = (typeof TRANSITION_KINDS)[number];

export interface Transition {
  readonly kind: TransitionKind;
  readonly build: Build;
}

/**
 * The transitions that lead from `previous` (undefined: never seen) to `current`, in the order in which
 * they happened, including those that took place unseen between two readings.
 */
export function transitionsBetween(previous: Build | undefined, current: Build): Transition[] {
  const kinds: TransitionKind[] = [];
  if (!previous) kinds.push('appeared');
  const wasEnded = previous !== undefined && phaseOf(previous) === 'ended';
  const isEnded = phaseOf(current) === 'ended';
  const endedAgain = wasEnded && isEnded && isAnotherEnd(previous, current);
  if (wasEnded && (phaseOf(current) === 'active' || endedAgain)) kinds.push('ran-again');
  if (current.startedAt !== undefined && previous?.startedAt === undefined) kinds.push('started');
  if (current.pendingApproval && !isSameApproval(previous?.pendingApproval, current.pendingApproval))
    kinds.push('waits-for-approval');
  // What became of a build may be known only after it has ended, and then it counts.
  const isOtherwise = wasEnded && isEnded && outcomeOf(previous) !== outcomeOf(current);
  if (isEnded && (!wasEnded || endedAgain || isOtherwise)) kinds.push('finished');
  return kinds.map((kind) => ({ kind, build: current }));
}

/** A rerun keeps the id, so a build can end twice. A finish time that comes late is no second end. */
function isAnotherEnd({ finishedAt: before }: Build, { finishedAt: after }: Build): boolean {
  return before !== undefined && after !== undefined && before !== after;
}

/** A build may wait for one approval after the other. */
function isSameApproval(before: PendingApproval | undefined, after: PendingApproval): boolean {
  if (!before || before.stage !== after.stage) return false;
  return before.since === undefined || after.since === undefined || before.since === after.since;
}
