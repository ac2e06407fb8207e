import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { cleanUp } from '../../src/usecases/clean-up.ts';

const NOW = Date.UTC(2026, 10, 22, 6);
const DAY = 24 * 3_600_000;

it('forgets ordinary things after a month, and what people ordered after three', async () => {
  const forgotten: [string, number][] = [];
  const part = (name: string) => ({
    deleteBefore: async (before: number) => void forgotten.push([name, (NOW - before) / DAY]),
  });
  await cleanUp({
    ...{ forgetful: [part('messages')], audit: [part('holds')] },
    jobs: { enqueue: async () => undefined },
    clock: { ...systemClock, now: () => NOW },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    resume: async () => undefined,
    deadLetters: async () => [],
  });
  expect(forgotten).toEqual([
    ['messages', 30],
    ['holds', 90],
  ]);
});
