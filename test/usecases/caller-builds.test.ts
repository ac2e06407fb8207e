import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callerBuildOf, createCallerBuilds } from '../../src/usecases/caller-builds.ts';
import { buildOf } from '../support/build-of.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';
import { PAYMENTS } from './gate-bench.ts';

const SHOP = { organization: 'contoso', project: 'Shop' };

function bench() {
  const clock = createScriptedClock();
  const looks: number[] = [];
  const ended = new Set<number>();
  const builds = createCallerBuilds({
    clock,
    pipelines: {
      getBuild: async ({ buildId: id }) => {
        looks.push(id);
        const build = buildOf({ id, status: ended.has(id) ? 'cancelling' : 'inProgress' });
        return { build, observedAt: clock.now() };
      },
    },
  });
  const never = new AbortController().signal;
  return {
    ...{ clock, looks, ended },
    watch: (buildId: number, signal = never) => builds.watch({ ...SHOP, buildId }, clock.now(), signal),
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1_000);
        await nextTurn();
      }
    },
  };
}

it('looks at a run once a minute, however many name it and whenever they came', async () => {
  const { watch, looks, ended, pass } = bench();
  const signals = Array.from({ length: 20 }, () => watch(7));
  await pass(30);
  signals.push(watch(7));
  await pass(29);
  expect(looks).toEqual([]);
  await pass(1);
  expect(looks).toEqual([7]);
  await pass(60);
  expect(looks).toEqual([7, 7]);
  ended.add(7);
  await pass(120);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(looks.length).toBeLessThanOrEqual(3);
});

it('looks at sixty runs a minute at most, and at every one in its turn', async () => {
  const { watch, looks, ended, pass } = bench();
  const signals = Array.from({ length: 150 }, (_, index) => watch(index));
  for (let id = 0; id < 150; id++) ended.add(id);
  await pass(61);
  expect(looks).toHaveLength(60);
  await pass(60);
  expect(looks).toHaveLength(120);
  await pass(60);
  expect(new Set(looks).size).toBe(150);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

it('lets nobody starve whose run goes on', async () => {
  const { watch, looks, pass } = bench();
  for (let id = 0; id < 150; id++) watch(id);
  await pass(60 * 5 + 1);
  expect(new Set(looks).size).toBe(150);
  expect(looks.length).toBeLessThanOrEqual(300);
});

it('looks once a minute again when the crowd has gone', async () => {
  const { watch, looks, pass } = bench();
  const gone = new AbortController();
  for (let id = 0; id < 150; id++) watch(id, id === 0 ? undefined : gone.signal);
  await pass(30);
  gone.abort();
  await pass(60 * 4);
  expect(looks).toEqual([0, 0, 0, 0]);
});

it('looks no more for a caller that is gone', async () => {
  const { watch, looks, pass } = bench();
  const gone = new AbortController();
  watch(7, gone.signal);
  gone.abort();
  await pass(120);
  expect(looks).toEqual([]);
});

it.each([
  ['beside the service’s own build', { ...SHOP, project: 'Mill', definitionId: 9, branch: 'x' }, 'Mill'],
  ['or else beside its first base', undefined, 'Shop'],
])('a caller’s run is looked for %s', (_name, build, project) => {
  const service = build ? { ...PAYMENTS, build } : PAYMENTS;
  expect(callerBuildOf(service, 7)).toEqual({ organization: 'contoso', project, buildId: 7 });
});
