// Callers that are held: their places, their progress, and how they are let go.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GateAnswer } from '../../src/usecases/answer-gate.ts';
import { buildOf } from '../support/build-of.ts';
import { type Asked, BASE_RUN, createGateBench, DEAF, type GateBench } from './gate-bench.ts';

const MINUTE = 60_000;
const LONG_AGO = 600_000;

let bench: GateBench;
beforeEach(() => {
  bench = createGateBench();
});

const succeed = () => {
  bench.base = buildOf({ ...BASE_RUN, result: 'succeeded' });
  bench.announce();
};

/** Lets minutes pass in the steps in which polls come, each of which wakes everybody. */
async function pass(minutes: number): Promise<void> {
  for (let step = 0; step < minutes * 6; step++) {
    await bench.clock.advance(10_000);
    bench.announce();
    await nextTurn();
  }
}

describe('a caller that hangs up', () => {
  it('frees its place in the same moment', async () => {
    const caller = bench.ask();
    await nextTurn();
    expect(bench.gate.waiting).toBe(1);
    caller.hangUp();
    expect(bench.gate.waiting).toBe(0);
  });

  it.each(['store', 'azure'] as const)('does so while the %s is slow', async (slow) => {
    bench[slow].close();
    const caller = bench.ask();
    await nextTurn();
    expect([bench.gate.waiting, bench[slow].waiting]).toEqual([1, 1]);
    caller.hangUp();
    expect(bench.gate.waiting).toBe(0);
    bench[slow].open();
    await expect(caller.answer).rejects.toMatchObject({ code: 'shutting-down' });
    expect(bench.gate.waiting).toBe(0);
  });

  it('before its id was looked up is never held at all', async () => {
    const asked = bench.ask();
    await nextTurn();
    const [{ id } = { id: '' }] = bench.saved;
    asked.hangUp();
    bench.store.close();
    const again = bench.ask({ id });
    again.hangUp();
    bench.store.open();
    await expect(again.answer).rejects.toThrow();
    expect(bench.gate.waiting).toBe(0);
  });

  it('is not stored once more: what is stored keeps its deadline', async () => {
    const caller = bench.ask();
    await nextTurn();
    caller.hangUp();
    await caller.answer.catch(() => undefined);
    expect(bench.saved).toHaveLength(1);
  });

  it('one of five hundred, in any order and at any time, leaves every count exact', async () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const keys = ['one', 'two', 'three'];
    const held: { readonly caller: Asked; readonly keyId: string }[] = [];
    let hungUp = 0;
    while (hungUp < 500) {
      const what = random(10);
      if (what < 5) {
        const keyId = keys[random(3)] ?? 'one';
        held.push({ caller: bench.ask({ keyId, ...(random(2) ? { listener: DEAF } : {}) }), keyId });
      } else if (what < 8 && held.length > 0) {
        const [gone] = held.splice(random(held.length), 1);
        gone?.caller.hangUp();
        hungUp++;
      } else if (what === 8) {
        const door = random(2) ? bench.store : bench.azure;
        if (random(2)) door.close();
        else door.open();
      } else await bench.clock.advance(random(20_000));
      if (random(4) === 0) bench.announce();
      if (random(3) === 0) await nextTurn();
      // Those who ask now are counted when their question has been looked up, in this very turn.
      await nextTurn();
      const alive = await stillHeld(held);
      expect(bench.gate.waiting).toBe(alive);
    }
    for (const { caller } of held) caller.hangUp();
    expect(bench.gate.waiting).toBe(0);
    // No place of any key is lost: each can be filled to its limit again, and no further.
    bench.store.open();
    bench.azure.open();
    for (const keyId of keys) {
      for (let count = 0; count < 200; count++) bench.ask({ keyId });
      await expect(bench.ask({ keyId }).answer).rejects.toMatchObject({ code: 'gate-full' });
    }
    expect(bench.gate.waiting).toBe(600);
  });
});

/** Removes those that were answered, after their minute, and counts the others. */
async function stillHeld(held: { readonly caller: Asked }[]): Promise<number> {
  const pending = Symbol('pending');
  for (const one of [...held]) {
    const outcome = await Promise.race([
      one.caller.answer.catch(() => undefined),
      Promise.resolve().then(() => Promise.resolve().then(() => pending)),
    ]);
    if (outcome !== pending) held.splice(held.indexOf(one), 1);
  }
  return held.length;
}

describe('a caller with a listener', () => {
  it('is told of every look, held for all of its time, and answered wait when that is over', async () => {
    const told: GateAnswer[] = [];
    let holds = 0;
    const listener = { onHeld: () => void holds++, onWait: (answer: GateAnswer) => void told.push(answer) };
    const { answer } = bench.ask({ waitMs: 5 * MINUTE, timeoutMs: 10 * MINUTE, listener });
    await nextTurn();
    expect(holds).toBe(1);
    await pass(4);
    expect(bench.gate.waiting).toBe(1);
    expect(told.length).toBeGreaterThan(20);
    await pass(2);
    expect(await answer).toMatchObject({ id: 'gate-1', answer: { decision: { verdict: 'wait' } } });
    expect((await answer).isCutShort).toBeUndefined();
    expect(told.every(({ answer: { decision } }) => decision.verdict === 'wait')).toBe(true);
  });

  it('is stored every minute, since polls go on only for those who were seen in the last one and a half', async () => {
    bench.ask({ listener: DEAF });
    await nextTurn();
    await pass(5);
    const times = bench.saved.map(({ decidedAt = 0 }) => decidedAt);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times.length).toBeGreaterThan(4);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(80_000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE);
  });

  it('is cut short with its id when PipeBot stops, and nobody is held any more', async () => {
    const { answer } = bench.ask({ listener: DEAF });
    await nextTurn();
    bench.gate.close();
    expect(await answer).toMatchObject({ id: 'gate-1', isCutShort: true, retryAfterMs: 5_000 });
    expect(bench.gate.waiting).toBe(0);
    await expect(bench.ask({ listener: DEAF }).answer).rejects.toMatchObject({ code: 'shutting-down' });
  });
});

it('a caller without a listener is sent away after a minute', async () => {
  const { answer } = bench.ask();
  await nextTurn();
  await pass(1);
  expect(await answer).toMatchObject({ answer: { decision: { verdict: 'wait' } } });
});

it('one who is let in with PipeBot stopping is not held', async () => {
  bench.azure.close();
  const { answer } = bench.ask();
  bench.gate.close();
  await expect(answer).rejects.toMatchObject({ code: 'shutting-down' });
});

it('a thousand who are decided together are stored in few statements, and see to their polls once', async () => {
  const asked = Array.from({ length: 1_000 }, (_, index) => bench.ask({ keyId: `key-${index % 10}` }));
  await nextTurn();
  expect([bench.gate.waiting, bench.ensured]).toEqual([1_000, 1]);
  succeed();
  const answers = await Promise.all(asked.map(({ answer }) => answer));
  expect(new Set(answers.map(({ answer }) => answer.decision.verdict))).toEqual(new Set(['continue']));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1_000);
  expect([bench.saved.length, bench.statements < 20]).toEqual([2_000, true]);
});

it('a base that ends while its waiter is being stored is noticed at once', async () => {
  bench.store.close();
  const { answer } = bench.ask();
  await nextTurn();
  succeed();
  bench.store.open();
  expect((await answer).answer.decision.verdict).toBe('continue');
});

describe('a caller that names its own run', () => {
  const since = () => bench.clock.now();
  const ask = (options = {}) => bench.ask({ buildId: 77, listener: DEAF, ...options });

  it.each([
    ['was cancelled', () => buildOf({ id: 77, status: 'cancelling' })],
    ['has ended', () => buildOf({ id: 77, status: 'completed', finishedAt: since() })],
  ])('is stopped within two minutes when that %s', async (_name, ended) => {
    bench.caller = buildOf({ id: 77, status: 'inProgress' });
    const { answer } = ask();
    await pass(2);
    expect(bench.gate.waiting).toBe(1);
    bench.caller = ended();
    await pass(2);
    expect(bench.gate.waiting).toBe(0);
    const { decision } = (await answer).answer;
    expect(decision).toMatchObject({ verdict: 'stop', reason: 'timed-out', waitedFor: 'base-running' });
    expect(decision.isCallerOver).toBe(true);
    expect(bench.saved.at(-1)?.decision?.verdict).toBe('stop');
    expect(bench.looks[0]).toEqual({ organization: 'contoso', project: 'Shop', buildId: 77 });
  });

  it.each([
    ['cannot be read', () => undefined],
    ['goes on', () => buildOf({ id: 77, status: 'inProgress' })],
    ['says something unknown', () => buildOf({ id: 77, status: 'unknown' })],
    [
      'was over before it asked',
      () => buildOf({ id: 77, status: 'completed', finishedAt: since() - LONG_AGO }),
    ],
  ])('waits on when that %s', async (_name, run) => {
    bench.caller = run();
    ask();
    await nextTurn();
    await pass(5);
    expect(bench.looks.length).toBeGreaterThan(3);
    expect(bench.gate.waiting).toBe(1);
  });

  it('is stopped even when the base succeeds in the same moment, so that nobody builds for it', async () => {
    bench.caller = buildOf({ id: 77, status: 'inProgress' });
    const { answer } = ask();
    await pass(1);
    bench.azure.close();
    bench.caller = buildOf({ id: 77, status: 'cancelling' });
    bench.base = buildOf({ ...BASE_RUN, result: 'succeeded' });
    await bench.clock.advance(MINUTE);
    bench.azure.open();
    await pass(2);
    expect((await answer).answer.decision).toMatchObject({ verdict: 'stop', isCallerOver: true });
  });

  it('is decided in time while its run cannot be looked at', async () => {
    const { answer } = ask();
    await nextTurn();
    bench.azure.close();
    await bench.clock.advance(MINUTE);
    expect(bench.azure.waiting).toBeGreaterThan(0);
    bench.azure.open();
    succeed();
    expect((await answer).answer.decision.verdict).toBe('continue');
  });
});
