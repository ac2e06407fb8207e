// Writes a build's timeline only when somebody looks at it: of tens of thousands of builds hardly any is looked at.
// Must not know what is written.
import type { BuildState, OrganizationState } from './organization-state.ts';

/** `write` gets the organisation as it is now, later: with the clock standing still at this moment. */
export function writeTimelineLater(
  state: OrganizationState,
  build: BuildState,
  write: (state: OrganizationState) => void,
): void {
  const now = state.clock.now();
  build.unwritten.push(() => write({ ...state, clock: { ...state.clock, now: () => now } }));
}

/** Writes all that is not written yet, in the order in which it happened. */
export function settleTimeline(build: BuildState): void {
  for (const write of build.unwritten.splice(0)) write();
}
