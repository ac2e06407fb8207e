// What goes oddly between Azure Pipelines and a check: headers that are missing, deliveries that are doubled, plans that
// are over, people who step in. Whatever it is, a task hears one verdict, and nobody sees its token.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { StandInBuild } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { PlanOptions, StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';
import { administrate, freshServerDatabases } from '../support/databases.ts';
import { type Acknowledgement, addPlanOf, callGate, callsOf, linesOf, verdictsOf } from './pipeline-side.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

const TOKEN = 'canary-of-the-job-token';
const operatedByAda: NonNullable<WorldOptions['services']> = (sample, { ada }) =>
  sample.replace('\ngate:', `\ngate:\n  operators: [${ada}]`);

let world: World;
/** Each test has one of its own, so that they can share a world. */
let branch = '';
let tests = 0;
const answers: Acknowledgement[] = [];

function queueBase(commit?: string): StandInBuild {
  return world.azure.queueBuild(world.shop.pythonBase, {
    branch,
    ...(commit === undefined ? {} : { sourceVersion: commit }),
  });
}

function runBase(commit?: string): StandInBuild {
  const base = queueBase(commit);
  base.start();
  return base;
}

const addPlan = (more: Partial<PlanOptions> = {}) =>
  addPlanOf(world, 'a check on an environment', { jobToken: `${TOKEN}-${Math.random()}`, ...more });

async function deliver(
  plan: StandInPlan,
  how: { readonly path?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Acknowledgement> {
  const answer = await callGate(world, plan, { ...how, body: JSON.stringify({ branch }) });
  answers.push(answer);
  return answer;
}

/** A plan whose task has asked, and has been looked at. */
async function ask(how: Parameters<typeof deliver>[1] = {}, more: Partial<PlanOptions> = {}) {
  const plan = addPlan(more);
  expect(await deliver(plan, how)).toMatchObject({ status: 200 });
  await world.app.idle();
  return plan;
}

/** The verdicts that were sent, accepted or not. */
const verdictCalls = (plan: StandInPlan) =>
  callsOf(world, plan).filter((call) => call === 'POST events TaskCompleted').length;

describe('a check', () => {
  beforeAll(async () => {
    world = await startWorld({ services: operatedByAda });
  });
  beforeEach(() => {
    branch = `refs/heads/test-${++tests}`;
  });
  afterAll(() => world.stop());

  it.each(['', '$(system.TimelineId)'])(
    'whose TimelineId is %j hears its verdict, and has its log',
    async (id) => {
      const base = runBase();
      const plan = await ask({ headers: { TimelineId: id } });
      expect(linesOf(plan).log).toContain('running');
      base.succeed();
      await world.pass(0.5);
      expect(verdictsOf(plan)).toEqual(['succeeded']);
      expect(callsOf(world, plan).join()).not.toMatch(/PATCH|feed/);
    },
  );

  it.each([
    ['BUILD', 'build'],
    ['Checks', 'checks'],
    ['GATES', 'gates'],
    ['deployment', 'Deployment'],
    ['', 'Release'],
    ['$(system.HostType)', 'release'],
  ])('that names its hub %j reaches %s', async (header, hub) => {
    runBase().succeed();
    const plan = await ask({ headers: { HubName: header } }, { hub });
    expect(verdictsOf(plan)).toEqual(['succeeded']);
  });

  it('that is delivered twice is one, and hears one verdict; afterwards nothing begins anew', async () => {
    const base = runBase();
    const plan = addPlan();
    const first = await deliver(plan);
    await world.app.idle();
    const second = await deliver(plan);
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id } });
    base.fail({});
    await world.pass(0.5);
    const late = await deliver(plan);
    expect(late).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(late.body.message).toContain('is over');
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual(['failed']);
    expect([verdictCalls(plan), plan.logs.length]).toEqual([1, 1]);
  });

  it('that is delivered twice at the same moment is one', async () => {
    const base = runBase();
    const plan = addPlan();
    const both = await Promise.all([deliver(plan), deliver(plan)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0].body.id).toBe(both[1].body.id);
    await world.app.idle();
    base.succeed();
    await world.pass(0.5);
    expect([verdictsOf(plan), verdictCalls(plan)]).toEqual([['succeeded'], 1]);
  });

  it('that Azure evaluates again comes with new ids, and gets a verdict of its own each time', async () => {
    const base = runBase();
    const plans = [await ask(), await ask()];
    base.fail({});
    await world.pass(0.5);
    plans.push(await ask());
    expect(plans.map(verdictsOf)).toEqual([['failed'], ['failed'], ['failed']]);
    runBase().succeed();
    await world.clock.advance(5_000);
    const again = await ask();
    expect(verdictsOf(again)).toEqual(['succeeded']);
    expect(new Set(answers.slice(-4).map(({ body }) => body.id)).size).toBe(4);
  });

  it('whose task has asked about another service is refused, and the first question stands', async () => {
    const base = runBase();
    const plan = await ask();
    const { status, body } = await deliver(plan, { path: 'checkout' });
    expect([status, body.error]).toEqual([400, 'check-request-invalid']);
    expect(body.message).toContain('this task has asked before, about another service');
    base.succeed();
    await world.pass(0.5);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(linesOf(plan).log).not.toContain('checkout');
  });

  it('whose plan is over when it comes is taken in, and then left alone', async () => {
    const base = runBase();
    const plan = addPlan();
    plan.finish();
    expect(await deliver(plan)).toMatchObject({ status: 200 });
    await world.app.idle();
    const calls = callsOf(world, plan).length;
    base.succeed();
    await world.pass(1);
    expect(callsOf(world, plan)).toHaveLength(calls);
    expect(world.logLines.findLast((line) => line.includes('check ended'))).toContain('plan-ended');
  });

  it('is held back by a person although its base is ready, goes on when released, and its log says why', async () => {
    const base = runBase();
    const plan = await ask();
    await world.ask('hold payments because migration: step 2');
    expect(linesOf(plan).log).toContain('Ada Lovelace has just begun to hold this gate');
    base.succeed();
    await world.pass(0.5);
    expect(verdictsOf(plan)).toEqual([]);
    await world.ask('release payments');
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(linesOf(plan).log).toContain('migration: step 2');
  });

  it('is stopped at once by a person who says so, and its log says who and why', async () => {
    runBase();
    const plan = await ask();
    await world.ask('hold payments stop because the image lacks libpq');
    expect(verdictsOf(plan)).toEqual(['failed']);
    expect(linesOf(plan).log).toMatch(/Ada Lovelace.*the image lacks libpq/);
    await world.ask('release payments');
  });

  it('is let through alone by a person who names its run, although its base runs', async () => {
    runBase();
    const [plan, other] = [await ask({ headers: { BuildId: '7701' } }), await ask()];
    await world.ask('release 7701 because only the docs changed');
    expect([plan, other].map(verdictsOf)).toEqual([['succeeded'], []]);
    expect(linesOf(plan).log).toMatch(/Ada Lovelace.*only the docs changed/);
    other.finish();
  });

  it('with commit= waits until the run of that commit has ended, once it has been seen', async () => {
    runBase('a'.repeat(40)).succeed();
    const plan = await ask({ path: `payments?commit=${'b'.repeat(40)}` });
    expect(verdictsOf(plan)).toEqual([]);
    const wanted = runBase('b'.repeat(40));
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual([]);
    wanted.fail({});
    await world.pass(0.5);
    expect(verdictsOf(plan)).toEqual(['failed']);
  });

  it('with commit= of which no run appears goes by the ordinary verdict, and says so', async () => {
    runBase().succeed();
    const plan = await ask({ path: `payments?commit=${'d'.repeat(40)}` });
    expect(verdictsOf(plan)).toEqual([]);
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(linesOf(plan).log).toContain('No run of the commit has appeared');
  });

  it('with settle= waits until no newer base has appeared', async () => {
    runBase().succeed();
    const plan = await ask({ path: 'payments?settle=30s' });
    expect(verdictsOf(plan)).toEqual([]);
    const late = runBase();
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual([]);
    late.fail({});
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual(['failed']);
  });

  it('with settle= goes on when its time is over and nothing has appeared', async () => {
    runBase().succeed();
    const plan = await ask({ path: 'payments?settle=30s' });
    await world.pass(1);
    expect([verdictsOf(plan), verdictCalls(plan)]).toEqual([['succeeded'], 1]);
  });

  describe.each(['Release', 'gates'])('of the hub %s names the run of its artifact, which', (hub) => {
    it('is over already, and may be the base itself', async () => {
      const base = runBase();
      base.succeed();
      const plan = await ask({ headers: { BuildId: String(base.id) } }, { hub });
      expect(verdictsOf(plan)).toEqual(['succeeded']);
    });

    it('ends or is asked about meanwhile, which ends no check', async () => {
      const base = runBase();
      const artifact = world.azure.queueBuild(world.shop.builds.payments, { branch });
      artifact.start();
      const plan = await ask({ headers: { BuildId: String(artifact.id) } }, { hub });
      const polled = await world.gate(`payments?branch=${branch}&buildId=${artifact.id}`);
      expect(polled.body.id).not.toBe(answers.at(-1)?.body.id);
      artifact.cancel();
      await world.pass(2);
      expect(verdictsOf(plan)).toEqual([]);
      base.succeed();
      await world.pass(0.5);
      expect(verdictsOf(plan)).toEqual(['succeeded']);
    });
  });

  // Last, so that all of the above has been said.
  it('shows its token in no line of the log, no answer and no card', async () => {
    runBase();
    const plan = await ask();
    await deliver(plan, { headers: { PlanUrl: 'https://evil.example/' } });
    await deliver(plan, { headers: { AuthToken: `${TOKEN} with a space` } });
    expect(answers.slice(-2).map(({ status }) => status)).toEqual([400, 400]);
    for (const said of ['gates', 'status payments', 'why payments']) await world.ask(said);
    plan.finish();
    expect(world.logLines.length).toBeGreaterThan(100);
    for (const seen of [world.logLines, answers, world.teams.messages(world.channel)])
      expect(JSON.stringify(seen)).not.toContain(TOKEN);
  });
});

describe('an app of its own', () => {
  afterEach(() => world.stop());

  it('acknowledges before it asks Azure anything, which never answers', async () => {
    world = await startWorld({ callTimeoutMs: 600_000 });
    branch = 'refs/heads/develop';
    const plan = addPlan();
    world.azure.injectFault({ match: {}, effect: { kind: 'never-answer' } });
    expect(await deliver(plan)).toMatchObject({ status: 200 });
    await expect.poll(() => callsOf(world, plan)).toEqual(['POST events TaskStarted']);
  });

  it('keeps the tokens of those that wait, sealed, and of no other', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'pipebot-tokens-'));
    world = await startWorld({ database: { dataDir } });
    branch = 'refs/heads/develop';
    const base = runBase();
    const gone = [await ask(), await ask()] as const;
    gone[0].finish();
    gone[1].expireToken();
    await world.pass(2);
    const told = await ask();
    base.fail({});
    await world.pass(0.5);
    expect(verdictsOf(told)).toEqual(['failed']);
    runBase();
    await world.clock.advance(5_000);
    const waiting = await ask();
    await world.app.stop();
    const database = await openDatabase({ dataDir });
    const rows = await database.query<{ planId: string; end: string | null; row: string; token: string }>(
      `select plan_id as "planId", ended_as as "end", checks::text as row, sealed_token as token
       from pipebot.checks as checks order by received_at, ended_as desc`,
    );
    await database.close();
    rmSync(dataDir, { recursive: true });
    const endOf = (plan: StandInPlan) => rows.find(({ planId }) => planId === plan.planId)?.end;
    expect([...gone, told, waiting].map(endOf)).toEqual(['plan-ended', 'token-dead', 'told', null]);
    for (const { end, token, row } of rows) {
      if (end === null) expect(token).toMatch(/^v1\./);
      else expect(token).toBeNull();
      expect(row).not.toContain('canary');
    }
  });
});

describe.skipIf(inject('postgresUrl') === '')('while the store is down', () => {
  const openFresh = freshServerDatabases();

  it('a check is refused with 503, and the same delivery is taken in afterwards', async () => {
    const { database, url } = await openFresh();
    await database.close();
    const key = Buffer.alloc(32, 7).toString('base64');
    world = await startWorld({
      database: { databaseUrl: new Secret(url) },
      environment: { PIPEBOT_SECRET_KEY: key },
    });
    try {
      branch = 'refs/heads/develop';
      runBase().succeed();
      const plan = addPlan();
      const name = new URL(url).pathname.slice(1);
      await administrate(`alter database ${name} with allow_connections false`);
      await administrate(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and backend_type = 'client backend'`,
      );
      // The first ones meet connections that have broken, the others find that there are no new ones.
      for (let time = 0; time < 15; time++) {
        const refused = await deliver(plan);
        expect(refused).toMatchObject({ status: 503, body: { error: 'store-unavailable' } });
      }
      await administrate(`alter database ${name} with allow_connections true`);
      await expect.poll(async () => (await deliver(plan)).status, { timeout: 15_000 }).toBe(200);
      await expect.poll(() => verdictsOf(plan), { timeout: 15_000 }).toEqual(['succeeded']);
    } finally {
      await world.stop();
    }
  });
});
