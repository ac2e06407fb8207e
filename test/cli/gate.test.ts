// `pipebot gate` as pipelines call it: real processes against the whole app and against the stand-in organisation.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GATE_KEY, startWorld, type World } from '../acceptance/world.ts';
import { type Front, PROXY_PAGE, startFront } from './front.ts';
import { gateHere, type Outcome, spawnGate } from './run-gate.ts';

const DEVELOP = { branch: 'refs/heads/develop' };
let world: World;
let front: Front;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  front = await startFront(() => world.app.url);
});
afterEach(() => front.close());

const toServer = () => ({ PIPEBOT_URL: front.url, PIPEBOT_KEY: GATE_KEY });
const toAzure = () => ({ AZURE_DEVOPS_PAT: world.azure.personalAccessToken });

/** Scripted time goes on, a second at a time, until the command has ended. */
async function whileTimePasses(outcome: Promise<Outcome>): Promise<Outcome> {
  let isOver = false;
  void outcome.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await world.clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return outcome;
}

/** As it is told to a service's gate, and to whoever asks Azure DevOps for its base. */
const bothWays = (isProcess: boolean) => {
  const direct = `--organization ${world.azure.url} --project Shop --definition 183 --branch develop --wait 20s`;
  const run = isProcess
    ? (line: string, environment: object) => spawnGate(line, { ...environment }).outcome
    : (line: string, environment: object) => gateHere(line, { ...environment });
  return Promise.all([run('payments --wait 20s', toServer()), run(direct, toAzure())]);
};

describe('with a server and without one the verdict is the same', () => {
  const build = () => world.azure.queueBuild(world.shop.pythonBase, DEVELOP);

  it.each<[string, () => void, number, RegExp]>([
    ['never built', () => undefined, 1, /^Stop: python-base has no run on develop\.$/],
    ['succeeded', () => build().succeed(), 0, /^Continue: python-base \S+ on develop succeeded just now\.$/],
    [
      'failed',
      () => build().fail(),
      1,
      /^Stop: python-base \S+ on develop failed just now\. See http:.*buildId=\d+$/,
    ],
    [
      'canceled after a failure',
      () => build().cancel(),
      1,
      /failed just now\. One newer run was canceled and does not count\. See/,
    ],
    [
      'partially succeeded',
      () => build().partiallySucceed(),
      0,
      /^Continue: .* The policy accepts partial success\.$/,
    ],
  ])('%s', async (name, happen, code, line) => {
    await world.clock.advance(4_000);
    happen();
    // Once each way as a process of its own; the others need no other process to be true.
    const [served, direct] = await bothWays(['succeeded', 'failed'].includes(name));
    expect(served).toMatchObject({ code, noted: [] });
    expect(served.printed.at(-1)).toMatch(line);
    // The two clocks differ: the stand-in's stands still.
    const sameTime = ({ printed }: Outcome) => printed.at(-1)?.replace(/\d+ \w+ ago|just now/g, 'then');
    expect(sameTime(direct)).toBe(sameTime(served));
    expect(direct).toMatchObject({ code, noted: [] });
  });
});

describe('a process that waits at a server', () => {
  it('continues when the base has succeeded, whatever a proxy answered before', async () => {
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.clock.advance(4_000);
    front.answers.push(PROXY_PAGE);
    const { outcome } = spawnGate('payments --wait 30m', toServer());
    await expect.poll(() => world.app.waitingGates, { timeout: 10_000 }).toBe(1);
    base.succeed();
    const { code, printed, noted } = await whileTimePasses(outcome);
    expect([code, noted, printed.length]).toEqual([0, [], 2]);
    expect(printed[0]).toMatch(
      /^Waiting, \d s of 30 min: What answered is not PipeBot: HTTP 502 with a web page/,
    );
    expect(printed[1]).toMatch(/^Continue: python-base/);
  });

  it('ends with 130 soon after Ctrl-C', async () => {
    const { child, outcome } = spawnGate('payments', { ...toServer(), PIPEBOT_URL: front.url });
    front.answers.push({ status: 503, headers: { 'retry-after': '3600' } });
    await expect.poll(() => front.requests.length, { timeout: 10_000 }).toBe(1);
    const begunAt = performance.now();
    child.kill('SIGINT');
    expect((await outcome).code).toBe(130);
    expect(performance.now() - begunAt).toBeLessThan(2_000);
  });

  it('takes nothing from a .env of the folder, which is somebody’s checkout', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipebot-gate-'));
    writeFileSync(join(folder, '.env'), `PIPEBOT_URL=${front.url}\n`);
    const { outcome } = spawnGate('payments', { PIPEBOT_KEY: GATE_KEY }, { cwd: folder });
    const { code, noted } = await outcome;
    rmSync(folder, { recursive: true });
    expect([code, noted[0]]).toEqual([2, expect.stringMatching(/^Say where PipeBot is/)]);
    expect(front.requests).toEqual([]);
  });
});

describe('what a server says', () => {
  it('is waited for through a cut connection and a restart', async () => {
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.clock.advance(4_000);
    front.answers.push('reset');
    const outcome = gateHere('payments --wait 30m', toServer());
    await expect.poll(() => world.app.waitingGates, { timeout: 10_000 }).toBe(1);
    await world.restart();
    await expect.poll(() => world.app.waitingGates, { timeout: 10_000 }).toBe(1);
    base.succeed();
    const { code, printed, noted } = await whileTimePasses(outcome);
    expect([code, noted]).toEqual([0, []]);
    expect(printed[0]).toMatch(/: PipeBot does not answer: the connection was cut\.$/);
    expect(front.requests.every(({ key }) => key === GATE_KEY)).toBe(true);
  });

  it.each<[string, string, object, RegExp]>([
    [
      'a wrong key',
      'payments',
      { PIPEBOT_KEY: 'canary-wrong-key' },
      /^The gate key is missing or not accepted/,
    ],
    ['an unknown service', 'paymnets', {}, /^There is no service called “paymnets” here.*payments/],
  ])('about %s ends the wait at once with 2', async (_name, line, changes, sentence) => {
    const { code, printed, noted } = await gateHere(line, { ...toServer(), ...changes });
    expect([code, printed, front.requests.length]).toEqual([2, [], 1]);
    expect(noted).toEqual([expect.stringMatching(sentence)]);
  });

  it('about a wait that is over ends with 2 and what it waited for', async () => {
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.clock.advance(4_000);
    const { code, printed } = await whileTimePasses(gateHere('payments --wait 40s', toServer()));
    expect(code).toBe(2);
    expect(printed.at(-1)).toMatch(/^Gave up after 40 s: python-base .* See http/);
    base.succeed();
  });
});
