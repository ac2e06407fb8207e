// Lets a scripted clock run by itself, many times faster than the real one.
import { setTimeout as delay } from 'node:timers/promises';
import type { ScriptedClock } from '../../test/support/scripted-clock.ts';

const FRAME_MS = 20;

export interface TimeLapse {
  /** Time stands while `work` is done, so that what is asked in it is asked at one moment. Not within another one. */
  standStill<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Stops it and waits for the last step. */
  stop(): Promise<void>;
}

/** Begins at once. */
export function startTimeLapse(clock: ScriptedClock, speed: number): TimeLapse {
  let isRunning = true;
  let isStanding = false;
  let step = Promise.resolve();
  const running = (async () => {
    let last = performance.now();
    while (isRunning) {
      await delay(FRAME_MS);
      const now = performance.now();
      const passedMs = now - last;
      last = now;
      if (isStanding) continue;
      step = clock.advance(Math.round(passedMs * speed));
      await step;
    }
  })();
  return {
    async standStill(work) {
      isStanding = true;
      try {
        await step;
        return await work();
      } finally {
        isStanding = false;
      }
    },
    async stop() {
      isRunning = false;
      await running;
    },
  };
}
