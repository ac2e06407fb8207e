import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GATE_KEY, type GateResponse, PAYMENTS_KEY, startWorld, type World } from './world.ts';

let world: World;
const DEVELOP = { branch: 'refs/heads/develop' };

/** Waits, in real time, until the app holds so many callers. */
async function held(count: number): Promise<void> {
  await expect.poll(() => world.app.waitingGates, { timeout: 5_000 }).toBe(count);
}

/** Lets scripted seconds pass until the answer is there. */
async function answerWithin(seconds: number, answer: Promise<GateResponse>): Promise<GateResponse> {
  let response: GateResponse | undefined;
  void answer.then((arrived) => {
    response = arrived;
  });
  for (let second = 0; second < seconds && !response; second++) {
    await world.clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

describe('one question at a time', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('stops where nothing has ever been built', async () => {
    const { status, body } = await world.gate('payments');
    expect(status).toBe(424);
    expect(body).toMatchObject({ decision: 'stop', reason: 'never-built', service: 'payments' });
  });

  it('says wait with a time to come back while the base runs, stop when it failed, continue when it succeeded', async () => {
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.clock.advance(4_000);
    const running = await world.gate('payments');
    expect(running).toMatchObject({
      status: 503,
      retryAfter: '10',
      body: { decision: 'wait', reason: 'base-running' },
    });
    base.fail({});
    await world.clock.advance(4_000);
    expect(await world.gate('payments')).toMatchObject({ status: 424, body: { reason: 'base-failed' } });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    await world.clock.advance(4_000);
    const ready = await world.gate('payments');
    expect(ready.status).toBe(200);
    expect(Object.keys(ready.body)).toEqual([
      'id',
      'decision',
      'reason',
      'message',
      'service',
      'branch',
      'base',
      'observedAt',
    ]);
    expect(ready.body.base).toMatchObject({
      name: 'python-base',
      definitionId: 183,
      status: 'completed',
      result: 'succeeded',
    });
    expect(ready.body.base.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/contoso\/.*buildId=\d+$/);
  });

  it('answers from another branch when the caller’s has no base of its own, and says so', async () => {
    const { status, body } = await world.gate('payments?branch=feature/tax');
    expect(status).toBe(200);
    expect(body.message).toContain('develop');
    expect(body.branch).toBe('refs/heads/feature/tax');
  });

  it('knows services by their other names', async () => {
    expect((await world.gate('PAY')).body.service).toBe('payments');
  });

  it.each<[string, string, object]>([
    [
      'a misspelled parameter',
      'payments?brnach=develop',
      { status: 400, body: { error: 'gate-request-invalid' } },
    ],
    ['a parameter given twice', 'payments?branch=a&branch=b', { status: 400 }],
    [
      'a branch that is none',
      'payments?branch=two%20words',
      { status: 400, body: { error: 'branch-invalid' } },
    ],
    ['a wait that is no duration', 'payments?wait=soon', { status: 400 }],
    ['a wait without end', 'payments?wait=9999h', { status: 400 }],
    ['a commit that is none', 'payments?commit=HEAD', { status: 400 }],
    ['an id that is none', 'payments?id=..%2F..', { status: 400 }],
    ['an id of nothing', 'payments?id=5b0c', { status: 404, body: { error: 'gate-unknown' } }],
    ['a service with a typo', 'paymnets', { status: 404, body: { error: 'service-unknown' } }],
    ['a name on the prototype', '__proto__', { status: 404, body: { error: 'service-unknown' } }],
    ['a name that is broken', '%E0%A4%A', { status: 404 }],
    ['a key in the address', `payments?key=${GATE_KEY}`, { status: 400 }],
  ])('refuses %s with a sentence', async (_name, path, expected) => {
    const response = await world.gate(path);
    expect(response).toMatchObject(expected);
    expect(response.body.message).toMatch(/^[A-Z“].*([.?]|Example: .*)$/s);
    expect(response.body.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('suggests the nearest service', async () => {
    expect((await world.gate('paymnets')).body.message).toContain('payments');
  });

  it.each<[string, Record<string, string>, number]>([
    ['no key', {}, 401],
    ['a wrong key', { 'x-pipebot-key': 'x'.repeat(32) }, 401],
    ['an empty key', { 'x-pipebot-key': '' }, 401],
    [
      'a Basic header without a colon',
      { authorization: `Basic ${Buffer.from(GATE_KEY).toString('base64')}` },
      401,
    ],
    ['two places at once', { 'x-pipebot-key': GATE_KEY, authorization: `Bearer ${GATE_KEY}` }, 401],
    ['the key by header', { 'x-pipebot-key': GATE_KEY }, 200],
    ['the key as a Bearer token', { authorization: `Bearer ${GATE_KEY}` }, 200],
    [
      'the key as Basic password',
      { authorization: `Basic ${Buffer.from(`any:${GATE_KEY}`).toString('base64')}` },
      200,
    ],
  ])('with %s answers %d', async (_name, headers, status) => {
    expect((await world.gate('payments', headers)).status).toBe(status);
  });

  it('shows a key only its own services: forbidden and unknown are the same', async () => {
    const headers = { 'x-pipebot-key': PAYMENTS_KEY };
    expect((await world.gate('payments', headers)).status).toBe(200);
    const [forbidden, unknown] = [await world.gate('search', headers), await world.gate('serach', headers)];
    expect(forbidden.status).toBe(404);
    const withoutId = ({ error, message }: Record<string, string>) => [
      error,
      message?.replace('serach', 'search'),
    ];
    expect(withoutId(forbidden.body)).toEqual(withoutId(unknown.body));
    expect(unknown.body.message).not.toContain('Did you mean');
  });

  it('decides for the worst of several bases', async () => {
    expect((await world.gate('search')).body).toMatchObject({
      decision: 'stop',
      reason: 'never-built',
      base: { name: 'node-base' },
    });
  });

  it('one caller or fifty at the same time: Azure DevOps is read once', async () => {
    await world.clock.advance(10_000);
    world.azure.clearLedger();
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.gate('payments')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(world.azure.ledger.filter(({ path }) => path.endsWith('/builds')).length).toBeLessThanOrEqual(2);
  });

  it('prints no secret anywhere', () => {
    const log = world.logLines.join('');
    for (const secret of [
      GATE_KEY,
      PAYMENTS_KEY,
      world.azure.personalAccessToken,
      'canary-of-the-app-password',
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('a caller that waits', () => {
  afterEach(() => world.stop());

  it('is held until the base has ended, and reads are shared at one per interval', async () => {
    world = await startWorld();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const answers = Array.from({ length: 20 }, () => world.gate('payments?wait=30m'));
    await held(20);
    world.azure.clearLedger();
    for (let second = 0; second < 25; second++) await world.clock.advance(1_000);
    expect(world.azure.ledger.filter(({ path }) => path.endsWith('/builds')).length).toBeLessThanOrEqual(6);
    base.succeed();
    await answerWithin(15, Promise.race(answers));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(world.app.waitingGates).toBe(0);
  });

  it('is sent away after a minute with its id, keeps its deadline with it, and is stopped when the time is up', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const first = await answerWithin(70, world.gate('payments?wait=30m&timeout=2m'));
    expect(first).toMatchObject({ status: 503, body: { decision: 'wait' } });
    const { id } = first.body;
    const second = await answerWithin(70, world.gate(`payments?wait=30m&id=${id}`));
    const third =
      second.status === 503 ? await answerWithin(70, world.gate(`payments?wait=30m&id=${id}`)) : second;
    expect(third).toMatchObject({ status: 424, body: { id, decision: 'stop', reason: 'timed-out' } });
    expect(await world.gate(`payments?id=${id}&branch=other`)).toMatchObject({ status: 400 });
    expect(await world.gate(`payments?id=${id}`, { 'x-pipebot-key': PAYMENTS_KEY })).toMatchObject({
      status: 404,
    });
  });

  it('gets the same final answer again under its id, whatever happened since', async () => {
    world = await startWorld();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.succeed();
    const { body } = await world.gate('payments');
    base.rerun();
    await world.clock.advance(5_000);
    expect((await world.gate('payments')).body.decision).toBe('wait');
    expect(await world.gate(`payments?id=${body.id}`)).toMatchObject({
      status: 200,
      body: { reason: 'base-succeeded' },
    });
    await world.clock.advance(31 * 60_000);
    expect(await world.gate(`payments?id=${body.id}`)).toMatchObject({ status: 404 });
  });

  it('that hangs up frees its place', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const outgoing = request(`${world.app.url}/api/gate/payments?wait=30m`, {
      headers: { 'x-pipebot-key': GATE_KEY },
    });
    outgoing.on('error', () => undefined);
    outgoing.end();
    await held(1);
    outgoing.destroy();
    await held(0);
  });

  it('is answered wait at once when PipeBot stops, and comes back with the same id', async () => {
    world = await startWorld();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const waiting = world.gate('payments?wait=30m');
    await held(1);
    const gateIsStored = () => world.logLines.some((line) => line.includes('gate answered'));
    await world.gate('payments');
    await expect.poll(gateIsStored).toBe(true);
    const stopping = world.app.stop();
    const sentAway = await waiting;
    await stopping;
    expect(sentAway).toMatchObject({ status: 503, body: { decision: 'wait' } });
    expect(sentAway.body.id).toBeDefined();
  });

  it('settles: a continue is held back until no newer base has appeared', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    expect((await world.gate('payments?settle=30s')).body).toMatchObject({
      decision: 'wait',
      reason: 'settling',
    });
    const waiting = world.gate('payments?settle=30s&wait=1m');
    await held(1);
    const late = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    for (let second = 0; second < 40; second++) await world.clock.advance(1_000);
    late.succeed();
    const answer = await answerWithin(20, waiting);
    expect(answer.body).toMatchObject({ decision: 'continue', base: { buildId: late.id } });
  });

  it('settles again when a newer base appears, even if that one comes to nothing', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    await world.clock.advance(60_000);
    const { body } = await world.gate('payments?settle=30s');
    await world.clock.advance(28_000);
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).cancel();
    await world.clock.advance(5_000);
    expect((await world.gate(`payments?id=${body.id}`)).body.reason).toBe('settling');
    await world.clock.advance(30_000);
    expect((await world.gate(`payments?id=${body.id}`)).body.decision).toBe('continue');
  });

  it('is never let through on a reading from before its settle time was over', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    await world.clock.advance(60_000);
    const waiting = world.gate('payments?settle=5s&wait=30s');
    await held(1);
    await world.clock.advance(2_000);
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    expect((await answerWithin(40, waiting)).body).toMatchObject({
      decision: 'wait',
      reason: 'base-running',
    });
  });

  it('that cannot send an id back keeps its deadline and settle time by its build', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const ask = (query: string) => world.gate(`payments?timeout=2m&${query}`);
    const first = await ask('buildId=77');
    expect((await ask('buildId=77')).body.id).toBe(first.body.id);
    expect((await ask('buildId=78')).body.id).not.toBe(first.body.id);
    expect((await ask('buildId=77&commit=abcdef1')).body.id).not.toBe(first.body.id);
    for (let step = 0; step < 12; step++) {
      await world.clock.advance(10_000);
      if (step < 11) expect((await ask('buildId=77')).status).toBe(503);
    }
    expect((await ask('buildId=77')).body).toMatchObject({ id: first.body.id, reason: 'timed-out' });
    // The stage is rerun under the same build: a new question.
    expect((await ask('buildId=77')).body).toMatchObject({ decision: 'wait', reason: 'base-running' });
  });

  it('survives a restart: the new process knows the id and the deadline', async () => {
    world = await startWorld({
      database: { dataDir: (await import('node:fs')).mkdtempSync('/tmp/pipebot-gate-') },
    });
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const { body } = await world.gate('payments?timeout=10m');
    await world.restart();
    base.succeed();
    await world.clock.advance(5_000);
    expect(await world.gate(`payments?id=${body.id}`)).toMatchObject({ status: 200, body: { id: body.id } });
  });
});
