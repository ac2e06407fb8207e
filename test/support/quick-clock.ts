// Real time, only many times faster: for code that waits between real requests, whose answers no script can foresee.
import type { Clock } from '../../src/clock.ts';

/** @param speed how many ms pass in one real ms */
export function createQuickClock(speed: number, startIso = '2026-11-22T06:00:00.000Z'): Clock {
  const begun = performance.now();
  const startAt = Date.parse(startIso);
  return {
    now: () => Math.round(startAt + (performance.now() - begun) * speed),
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs / speed),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
    setInterval: (callback, intervalMs) => setInterval(callback, Math.max(1, intervalMs / speed)),
    clearInterval: (handle) => clearInterval(handle as NodeJS.Timeout),
  };
}
