// Lets a scripted clock run by itself, many times faster than the real one.
import { setTimeout as delay } from 'node:timers/promises';
import type { ScriptedClock } from '../../test/support/scripted-clock.ts';

const FRAME_MS = 20;

/** Begins at once; the returned function stops it and waits for the last step. */
export function startTimeLapse(clock: ScriptedClock, speed: number): () => Promise<void> {
  let isRunning = true;
  const running = (async () => {
    let last = performance.now();
    while (isRunning) {
      await delay(FRAME_MS);
      const now = performance.now();
      await clock.advance(Math.round((now - last) * speed));
      last = now;
    }
  })();
  return async () => {
    isRunning = false;
    await running;
  };
}
