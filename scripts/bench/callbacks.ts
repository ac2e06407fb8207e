// Thousands of runs that wait to be called back: how soon each is told that its question is taken in, also while
// everything outside is down; how much memory they take, how often Azure DevOps is called for them, and how soon all of
// them have their verdict.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { StandInPlan, StandInProject } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { AppReport } from './app-process.ts';
import { type BenchWorld, HOOK_SECRET, startBenchWorld } from './bench-world.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';
import { type Load, startLoad } from './load.ts';
import type { PostResult } from './load-process.ts';

const BRANCH = 'refs/heads/develop';
/** A key may have 2,000 checks open. */
const CHECKS_OF_KEY = 1_000;
/** More than whole organisations start in their busiest minutes. */
const PER_SECOND = 100;
/** Written out, 1,500 characters: as long as the token of a job. */
const TOKEN_BYTES = 1_125;
/** Everybody has heard a sign of life once in that time. */
const WAITING_MS = 60_000;
const PROGRESS_EVERY_MS = 5_000;
const LONGEST_MS = 10 * 60_000;
/** While everything outside is down. */
const MOST_IN_OUTAGE = 1_000;
const PEOPLE_IN_OUTAGE = 100;

type Kind = BenchOptions['databases'][number];

const SERVICES = [
  'project: Shop',
  'bases:',
  '  base: { definition: 1, branch: develop }',
  'services:',
  '  payments: { base: base }',
  '',
].join('\n');

export async function benchCallbacks({ callers, databases }: BenchOptions): Promise<boolean> {
  const load = startLoad();
  try {
    let isGood = true;
    for (const kind of databases) isGood = (await measure(load, { kind, callers })) && isGood;
    return isGood;
  } finally {
    load.stop();
  }
}

interface CallbackBench {
  readonly world: BenchWorld;
  readonly load: Load;
  readonly name: string;
  readonly url: string;
  readonly project: StandInProject;
  readonly keys: readonly string[];
  /** What the program has reported of itself since it was last emptied. */
  readonly reports: AppReport[];
}

async function measure(
  load: Load,
  { kind, callers }: { readonly kind: Kind; readonly callers: number },
): Promise<boolean> {
  const world = await startBenchWorld(kind);
  try {
    const { azure } = world;
    const project = azure.addProject('Shop');
    const base = azure.addDefinition(project, { id: 1, name: 'base', defaultBranch: BRANCH });
    azure.queueBuild(base, { branch: BRANCH }).succeed();
    const run = azure.queueBuild(base, { branch: BRANCH });
    run.start();
    const reports: AppReport[] = [];
    const keep = (report: AppReport) => {
      if (report.rssMb !== undefined) reports.push(report);
    };
    const keys = Array.from({ length: Math.ceil(callers / CHECKS_OF_KEY) }, (_, index) =>
      `${index}`.padStart(32, 'k'),
    );
    const url = await world.start(SERVICES, keep, {
      PIPEBOT_GATE_KEYS: keys.map((key, index) => `key-${index}:${key}`).join(';'),
      PIPEBOT_SECRET_KEY: randomBytes(32).toString('base64'),
    });
    await azure.hooks.subscribe(`${url}/api/hooks/azure-devops`, HOOK_SECRET);
    const bench: CallbackBench = { world, load, name: `${kind}-callbacks`, url, project, keys, reports };
    // What the program needs for its first callers is not what more of them take.
    const first = addPlans(bench, 20);
    await load.post(orderOf(bench, first));
    await until('the first hear that they wait', first, toldAt);
    const plans = addPlans(bench, callers);
    const good = [await wait(bench, plans)];
    good.push(await release(bench, { plans: [...first, ...plans], end: () => run.succeed() }));
    good.push(await takeInDuringOutage(bench, Math.min(callers, MOST_IN_OUTAGE)));
    return good.every((each) => each);
  } finally {
    await world.stop();
  }
}

async function wait(bench: CallbackBench, plans: readonly StandInPlan[]): Promise<boolean> {
  const { world, load, name, reports } = bench;
  // The program reports every second.
  await delay(1_500);
  const [rssBefore, usedBefore] = [lastRssMb(reports), await world.usedMb()];
  reports.length = 0;
  progress(`${name}: ${plans.length} come`);
  const good = reportTaken(`${name}-taken-in`, await load.post(orderOf(bench, plans)));
  const allAt = Date.now();
  const told = await until('all hear that they wait', plans, toldAt);
  figure(`${name}-hear-why-last-after-all-have-come`, seconds(Math.max(...told) - allAt), { unit: 's' });
  reportLag(bench, 'while-they-come');
  await delay(2_000);
  const [rssAfter, usedAfter] = [lastRssMb(reports), await world.usedMb()];
  figure(`${name}-memory-kept-per-waiter`, ((usedAfter - usedBefore) * 1_024) / plans.length, { unit: 'kB' });
  figure(`${name}-process-grown-per-waiter`, ((rssAfter - rssBefore) * 1_024) / plans.length, { unit: 'kB' });
  figure(`${name}-process`, rssAfter, { unit: 'MB' });
  world.azure.clearLedger();
  reports.length = 0;
  progress(`${name}: waiting`);
  await delay(WAITING_MS);
  const calls = world.azure.ledger.filter(({ path }) => path.includes('/plans/')).length;
  figure(`${name}-progress-calls-of-${plans.length}`, calls, { unit: '1/min' });
  figure(`${name}-list-calls`, world.azure.ledger.filter(({ path }) => path.endsWith('/builds')).length, {
    unit: '1/min',
  });
  reportLag(bench, 'while-they-wait');
  return good;
}

async function release(
  bench: CallbackBench,
  { plans, end }: { readonly plans: readonly StandInPlan[]; readonly end: () => void },
): Promise<boolean> {
  const { world, name, reports } = bench;
  world.azure.clearLedger();
  reports.length = 0;
  const endedAt = Date.now();
  end();
  const told = await until('all have their verdict', plans, verdictAt);
  const delays = told.map((at) => seconds(at - endedAt));
  figure(`${name}-verdict-p50`, percentile(delays, 0.5), { unit: 's' });
  figure(`${name}-verdict-p99`, percentile(delays, 0.99), { unit: 's' });
  figure(`${name}-verdict-last-of-${plans.length}`, Math.max(...delays), { unit: 's' });
  const calls = world.azure.ledger.filter(({ path }) => path.includes('/plans/')).length;
  figure(`${name}-calls-per-verdict`, calls / plans.length, { unit: 'calls' });
  reportLag(bench, 'while-they-are-called');
  return reportWrong(`${name}-told-otherwise`, plans);
}

/** Azure DevOps takes calls and answers none, Teams is down, and people ask. */
async function takeInDuringOutage(bench: CallbackBench, count: number): Promise<boolean> {
  const { world, load, name } = bench;
  const { azure, teams } = world;
  const [ada, team] = [teams.addUser({ name: 'Ada Lovelace' }), teams.addTeam('Shop')];
  const outages = [
    azure.injectFault({ match: {}, effect: { kind: 'never-answer' } }),
    teams.injectFault({ match: {}, effect: { kind: 'reset' } }),
  ];
  for (let index = 0; index < PEOPLE_IN_OUTAGE; index++)
    await teams.say(ada, teams.addChannel(team, `channel-${index}`), 'status payments');
  progress(`${name}: ${count} come during an outage`);
  const plans = addPlans(bench, count);
  const taken = await load.post(orderOf(bench, plans));
  const good = reportTaken(`${name}-taken-in-while-azure-hangs-and-teams-is-down`, taken);
  for (const outage of outages) outage.remove();
  const healedAt = Date.now();
  const told = await until('all have their verdict', plans, verdictAt);
  figure(`${name}-verdict-last-after-outage`, seconds(Math.max(...told) - healedAt), { unit: 's' });
  return reportWrong(`${name}-told-otherwise-after-outage`, plans) && good;
}

function addPlans({ world, project }: CallbackBench, count: number): StandInPlan[] {
  return Array.from({ length: count }, () =>
    world.azure.addPlan({ project, jobToken: randomBytes(TOKEN_BYTES).toString('base64url') }),
  );
}

function orderOf({ url, keys }: CallbackBench, plans: readonly StandInPlan[]) {
  const authorizations = keys.map((key) => `Basic ${Buffer.from(`bench:${key}`).toString('base64')}`);
  const headers = plans.map((plan, index) => ({
    ...plan.gateHeaders(),
    PipeBotMode: 'callback',
    authorization: authorizations[index % authorizations.length] ?? '',
    'content-length': '0',
  }));
  return { url: `${url}/api/gate/payments`, headers, perSecond: PER_SECOND };
}

type Times = (plan: StandInPlan) => number | undefined;
const toldAt: Times = ({ feed }) => feed[0]?.at;
const verdictAt: Times = ({ events }) => events.find(({ name }) => name === 'TaskCompleted')?.at;

/** When it happened to each of them, once it has happened to all; ms since the epoch. */
async function until(what: string, plans: readonly StandInPlan[], timeOf: Times): Promise<number[]> {
  let nextProgressAt = Date.now();
  for (const endsAt = Date.now() + LONGEST_MS; Date.now() < endsAt; await delay(100)) {
    const times = plans.flatMap((plan) => timeOf(plan) ?? []);
    if (times.length === plans.length) return times;
    if (Date.now() < nextProgressAt) continue;
    progress(`${what}: ${times.length} of ${plans.length}`);
    nextProgressAt += PROGRESS_EVERY_MS;
  }
  throw new Error(`not within ${seconds(LONGEST_MS)} s: ${what}`);
}

function reportTaken(name: string, { timesMs, statuses }: PostResult): boolean {
  const at = `at-${PER_SECOND}-a-second`;
  figure(`${name}-${at}-p50`, percentile(timesMs, 0.5), { unit: 'ms' });
  const refused = timesMs.length - (statuses[200] ?? 0);
  return [
    figure(`${name}-${at}-p99`, percentile(timesMs, 0.99), { unit: 'ms', atMost: 200 }),
    figure(`${name}-refused`, refused, { unit: 'callers', atMost: 0 }),
  ].every((each) => each);
}

/** Each hears one verdict, and that is that it may go on. */
function reportWrong(name: string, plans: readonly StandInPlan[]): boolean {
  const isRight = ({ events }: StandInPlan) => {
    const results = events.filter((event) => event.name === 'TaskCompleted').map(({ result }) => result);
    return results.length === 1 && results[0] === 'succeeded';
  };
  const wrong = plans.filter((plan) => !isRight(plan)).length;
  return figure(name, wrong, { unit: 'callers', atMost: 0 });
}

function reportLag({ name, reports }: CallbackBench, when: string): void {
  const lags = reports.map(({ lagsMs }) => lagsMs?.max ?? 0);
  figure(`${name}-event-loop-lag-max-${when}`, Math.max(...lags), { unit: 'ms' });
}

function lastRssMb(reports: readonly AppReport[]): number {
  return reports.at(-1)?.rssMb ?? Number.NaN;
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}
