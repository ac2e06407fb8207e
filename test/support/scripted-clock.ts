// Time that only moves when a test says so, for our timers and for the job engine's SQL alike. The second and
// last importer of pg-boss, since only its own test clock can attach to its schema.
import { type AttachableClock, TestClock } from 'pg-boss';
import type { Clock } from '../../src/clock.ts';

export interface ScriptedClock extends Clock {
  /** Moves time on by `ms` and fires every timer that comes due on the way, each at its own time. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands at `startIso`. Handing it to createQueue makes the database's jobs follow it. */
export function createScriptedClock(startIso = '2026-11-22T06:00:00.000Z'): ScriptedClock & AttachableClock {
  const clock = new TestClock(startIso);
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (handle) => clock.clearTimeout(handle as Parameters<TestClock['clearTimeout']>[0]),
    setInterval: (callback, intervalMs) => clock.setInterval(callback, intervalMs),
    clearInterval: (handle) => clock.clearInterval(handle as Parameters<TestClock['clearInterval']>[0]),
    attach: (target) => clock.attach(target),
    advance: (ms) => clock.tick(ms),
  };
}
