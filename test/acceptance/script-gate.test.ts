// A script that asks with GET, once and again, as one with `curl` in a loop does: what it hears from the first question to
// the end, through what may happen meanwhile. Single answers are tested in gate.test.ts, streams in gate-stream.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type GateResponse, PAYMENTS_KEY, startWorld, type World } from './world.ts';

let world: World;
/** Each test has one of its own, so that they can share a world. */
let branch = '';
let tests = 0;

beforeEach(() => {
  branch = `refs/heads/test-${++tests}`;
});

function runBase() {
  const base = world.azure.queueBuild(world.shop.pythonBase, { branch });
  base.start();
  return base;
}

interface Heard {
  /** In order, each once in a row: `503 base-running`. */
  readonly said: string[];
  readonly ids: ReadonlySet<string>;
  readonly last: GateResponse;
}

/**
 * Asks until it is told something final, and comes back when it is told to, by its id; in the scripted minutes meanwhile
 * happens what `events` says, before the question of that number (from 1). Gives up after so many questions.
 */
async function script(
  parameters: string,
  {
    events = {},
    most = 200,
    back = 'id',
  }: {
    readonly events?: Readonly<Record<number, () => unknown>>;
    readonly most?: number;
    readonly back?: 'id' | 'buildId';
  } = {},
): Promise<Heard> {
  const said: string[] = [];
  const ids = new Set<string>();
  for (let question = 1; ; question++) {
    await events[question]?.();
    const [id] = ids;
    const known = id !== undefined && back === 'id' ? `&id=${id}` : '';
    const last = await world.gate(`payments?branch=${branch}${parameters}${known}`);
    const heard = `${last.status} ${last.body.reason}`;
    if (said.at(-1) !== heard) said.push(heard);
    if (last.body.id !== undefined) ids.add(last.body.id);
    if (last.status !== 503 || question === most) return { said, ids, last };
    expect(Number(last.retryAfter)).toBeGreaterThan(0);
    await world.clock.advance(Number(last.retryAfter) * 1_000);
    await world.app.idle();
  }
}

describe('a script', () => {
  beforeAll(async () => {
    world = await startWorld({ callTimeoutMs: 2_000 });
  });
  afterAll(() => world.stop());

  it('goes on at once when the base is ready', async () => {
    runBase().succeed();
    expect((await script('')).said).toEqual(['200 base-succeeded']);
  });

  it.each(['id', 'buildId'] as const)(
    'that comes back by its %s waits at one gate, and goes on',
    async (back) => {
      const base = runBase();
      const { said, ids, last } = await script('&buildId=4242', {
        back,
        events: { 4: () => base.succeed() },
      });
      expect(said).toEqual(['503 base-running', '200 base-succeeded']);
      expect(ids.size).toBe(1);
      expect(last.body.base.buildId).toBe(base.id);
    },
  );

  it('that waits is stopped when the base fails, and hears which run it was', async () => {
    const base = runBase();
    const { said, ids, last } = await script('', { events: { 3: () => base.fail({}) } });
    expect(said).toEqual(['503 base-running', '424 base-failed']);
    expect([ids.size, last.body.base.buildId]).toEqual([1, base.id]);
  });

  it('whose base fails while a newer run of it is queued waits for that one, and goes by it', async () => {
    const [base, next] = [runBase(), world.azure.queueBuild(world.shop.pythonBase, { branch })];
    const { said, last } = await script('', {
      events: { 2: () => base.fail({}), 3: () => next.start(), 5: () => next.succeed() },
    });
    expect(said).toEqual(['503 base-running', '200 base-succeeded']);
    expect(last.body.base.buildId).toBe(next.id);
  });

  it('is stopped at once where nothing was ever built, and hears on which branch', async () => {
    const { said, last } = await script('');
    expect(said).toEqual(['424 never-built']);
    expect(last.body.message).toContain(branch.replace('refs/heads/', ''));
  });

  it('whose run is cancelled while it is held hears so, and a new question of that run is the same gate', async () => {
    runBase();
    const own = world.azure.queueBuild(world.shop.builds.payments, { branch });
    own.start();
    const held = world.gate(`payments?branch=${branch}&wait=50s&timeout=30m&buildId=${own.id}`);
    await expect.poll(() => world.app.waitingGates, { timeout: 5_000 }).toBe(1);
    for (let second = 0; second < 55; second++) await world.clock.advance(1_000);
    const first = await held;
    expect(first).toMatchObject({ status: 503, body: { reason: 'base-running' } });
    own.cancel();
    const again = world.gate(`payments?branch=${branch}&wait=50s&timeout=30m&buildId=${own.id}`);
    await expect.poll(() => world.app.waitingGates, { timeout: 5_000 }).toBe(1);
    for (let second = 0; second < 55; second++) {
      await world.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { status, body } = await again;
    expect([status, body.reason, body.id]).toEqual([424, 'timed-out', first.body.id]);
    expect(body.message).toContain('The run that asked has ended');
    expect(world.app.waitingGates).toBe(0);
  });

  it('waits through ten minutes without Azure DevOps, and is never let through on what was known before', async () => {
    runBase().succeed();
    expect((await script('')).said).toEqual(['200 base-succeeded']);
    const outage = world.azure.injectFault({ match: { path: /\/builds/i }, effect: { kind: 'reset' } });
    onTestFinished(() => outage.remove());
    await world.clock.advance(60_000);
    const begun = world.clock.now();
    const { said, ids } = await script('&timeout=30m', {
      events: Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [
          index + 2,
          () => {
            if (world.clock.now() - begun >= 600_000) outage.remove();
          },
        ]),
      ),
    });
    expect(said).toEqual(['503 unknown', '200 base-succeeded']);
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(600_000);
    expect(ids.size).toBe(1);
  });

  it('with a wrong key hears 401 before and while it waits, and opens nothing with the id of another', async () => {
    const base = runBase();
    const wrong = { 'x-pipebot-key': 'a-wrong-key-of-32-characters-here' };
    expect(await world.gate('payments', wrong)).toMatchObject({
      status: 401,
      body: { error: 'gate-unauthorized' },
    });
    const { body } = await world.gate(`payments?branch=${branch}`);
    base.succeed();
    await world.clock.advance(5_000);
    const refused = await world.gate(`payments?branch=${branch}&id=${body.id}`, wrong);
    expect([refused.status, refused.body.decision]).toEqual([401, undefined]);
    const other = await world.gate(`payments?branch=${branch}&id=${body.id}`, {
      'x-pipebot-key': PAYMENTS_KEY,
    });
    expect([other.status, other.body.error]).toEqual([404, 'gate-unknown']);
  });
});

describe('a script, while PipeBot starts anew', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipebot-script-'));
  afterEach(() => world.stop());
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps its gate and its deadline, by id and by build', async () => {
    world = await startWorld({ database: { dataDir } });
    runBase();
    const events = { 2: () => world.restart() };
    for (const back of ['id', 'buildId'] as const) {
      const askedAt = world.clock.now();
      const { said, ids, last } = await script(`&timeout=1m&buildId=${back.length}`, { back, events });
      expect(said).toEqual(['503 base-running', '424 timed-out']);
      expect([ids.size, last.body.decision]).toEqual([1, 'stop']);
      expect(world.clock.now() - askedAt).toBeLessThanOrEqual(75_000);
    }
  });
});
