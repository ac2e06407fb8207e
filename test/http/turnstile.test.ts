import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurnstile } from '../../src/http/turnstile.ts';

it('lets in as many as there are places, the others in the order of coming, also after one that failed', async () => {
  const turnstile = createTurnstile(2);
  const begun: number[] = [];
  const works = Array.from({ length: 5 }, () => Promise.withResolvers<string>());
  const passes = works.map(({ promise }, index) =>
    turnstile(() => {
      begun.push(index);
      return promise;
    }),
  );
  await nextTurn();
  expect(begun).toEqual([0, 1]);
  works[1]?.reject(new Error('broken'));
  await expect(passes[1]).rejects.toThrow('broken');
  await nextTurn();
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of works) resolve('done');
  expect(await Promise.all(passes.toSpliced(1, 1))).toEqual(['done', 'done', 'done', 'done']);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await turnstile(async () => 'later')).toBe('later');
});
