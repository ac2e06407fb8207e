// What changed between two readings of a build. Pure comparison; the colours come from health.ts, and who hears
// of it is decided elsewhere.
import { type Build, phaseOf } from './build.ts';

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
  // A rerun keeps the id, so a build can end twice; its finish time tells one end from the other.
  const endedAgain = wasEnded && isEnded && previous.finishedAt !== current.finishedAt;
  if (wasEnded && (phaseOf(current) === 'active' || endedAgain)) kinds.push('ran-again');
  if (current.startedAt !== undefined && previous?.startedAt === undefined) kinds.push('started');
  if (current.pendingApproval && !previous?.pendingApproval) kinds.push('waits-for-approval');
  if (isEnded && (!wasEnded || endedAgain)) kinds.push('finished');
  return kinds.map((kind) => ({ kind, build: current }));
}
