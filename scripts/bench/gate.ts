// The gate: how many questions it answers at once, beside a route that does nothing; and thousands that it holds, how
// much memory they take and how soon they are let go, beside as many pollers of the beginning.
import { execSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { POLL_INTERVALS_MS } from '../../src/usecases/poll-builds.ts';
import type { StandInDefinition } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { AppReport } from './app-process.ts';
import { type BenchWorld, HOOK_SECRET, startBenchWorld } from './bench-world.ts';
import { benchCallbacks } from './callbacks.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';
import { type Load, startBareRoutes, startLoad } from './load.ts';
import type { RateResult } from './load-process.ts';
import { pollAsTheSeed, SEED_INTERVAL_MS } from './seed-poller.ts';

const BRANCH = 'refs/heads/develop';
const CALLERS = 50;
const SECONDS = 5;
/** Of the goals: how fast single questions are answered at a pace that is no stress. */
const PACE = 200;
/** A key may hold 200 callers. */
const HELD_BY_KEY = 200;
const SEED_SAMPLE = 200;
/** Sockets of the crowd, and a thousand files for everything else. */
const FILES_BESIDES = 1_000;

type Kind = BenchOptions['databases'][number];

export async function benchGate(options: BenchOptions): Promise<boolean> {
  const held = await benchHeld(options);
  return (await benchCallbacks(options)) && held;
}

async function benchHeld({ count = 5_000, databases }: BenchOptions): Promise<boolean> {
  const openFiles = Number(execSync('ulimit -n', { shell: '/bin/bash', encoding: 'utf8' }));
  figure(`open-files-limit-of-${count + FILES_BESIDES}-needed`, openFiles, { unit: 'files' });
  if (openFiles < count + FILES_BESIDES) throw new Error('Raise it first: ulimit -n 8192');
  const load = startLoad();
  try {
    let isGood = true;
    for (const kind of databases) isGood = (await measure(load, { kind, count })) && isGood;
    return isGood;
  } finally {
    load.stop();
  }
}

async function measure(
  load: Load,
  { kind, count }: { readonly kind: Kind; readonly count: number },
): Promise<boolean> {
  const world = await startBenchWorld(kind);
  const keys = Array.from({ length: Math.ceil(count / HELD_BY_KEY) }, (_, index) =>
    `${index}`.padStart(32, 'k'),
  );
  const reports: AppReport[] = [];
  try {
    const project = world.azure.addProject('Shop');
    const base = world.azure.addDefinition(project, { id: 1, name: 'base', defaultBranch: BRANCH });
    world.azure.queueBuild(base, { branch: BRANCH }).succeed();
    const url = await world.start(SERVICES, (report) => reports.push(report), {
      PIPEBOT_GATE_KEYS: keys.map((key, index) => `key-${index}:${key}`).join(';'),
    });
    const bench: GateBench = { world, load, kind, url, keys, base, count, reports };
    // First of all, while the program's memory is as small as it can be.
    const good = [await holdAndRelease(bench, { hasHooks: false }), await answersAtOnce(bench)];
    await world.azure.hooks.subscribe(`${url}/api/hooks/azure-devops`, HOOK_SECRET);
    return [...good, await holdAndRelease(bench, { hasHooks: true })].every((each) => each);
  } finally {
    await world.stop();
  }
}

const SERVICES = [
  'project: Shop',
  'bases:',
  '  base: { definition: 1, branch: develop }',
  'services:',
  '  payments: { base: base }',
  '',
].join('\n');

export interface GateBench {
  readonly world: BenchWorld;
  readonly load: Load;
  readonly kind: Kind;
  readonly url: string;
  readonly keys: readonly string[];
  readonly base: StandInDefinition;
  readonly count: number;
  readonly reports: AppReport[];
}

async function answersAtOnce({ load, kind, url, keys }: GateBench): Promise<boolean> {
  const bare = await startBareRoutes();
  const headers = { 'x-pipebot-key': keys[0] ?? '' };
  const rate = (origin: string, perSecond?: number) => {
    const order = { url: `${origin}/api/gate/payments`, headers, seconds: SECONDS, callers: CALLERS };
    return load.rate({ ...order, ...(perSecond === undefined ? {} : { perSecond }) });
  };
  try {
    progress(`${kind}: answers at once`);
    // So that the first to be measured is not the one for which everything is new.
    for (const origin of [bare.node, bare.restify, url]) await rate(origin);
    const [node, restify] = [await rate(bare.node), await rate(bare.restify)];
    const own = await rate(url);
    const paced = await rate(url, PACE);
    figure('bare-node-answers', node.perSecond, { unit: '1/s' });
    figure('bare-restify-answers', restify.perSecond, { unit: '1/s' });
    figure(`${kind}-answers`, own.perSecond, { unit: '1/s' });
    figure(`${kind}-answers-to-bare-node`, (100 * own.perSecond) / node.perSecond, { unit: '%' });
    figure(`${kind}-answers-to-bare-restify`, (100 * own.perSecond) / restify.perSecond, { unit: '%' });
    figure(`${kind}-answer-p50-of-${CALLERS}-callers`, percentile(own.timesMs, 0.5), { unit: 'ms' });
    figure(`${kind}-answer-p99-of-${CALLERS}-callers`, percentile(own.timesMs, 0.99), { unit: 'ms' });
    figure(`${kind}-answer-p50-at-${PACE}-a-second`, percentile(paced.timesMs, 0.5), { unit: 'ms' });
    return [
      figure(`${kind}-answer-p99-at-${PACE}-a-second`, percentile(paced.timesMs, 0.99), {
        unit: 'ms',
        atMost: 200,
      }),
      figure(`${kind}-answers-that-failed`, failures([own, paced]), { unit: 'answers', atMost: 0 }),
    ].every((each) => each);
  } finally {
    bare.stop();
  }
}

function failures(results: readonly RateResult[]): number {
  return results.reduce((sum, { failures: failed }) => sum + failed, 0);
}

/** Many who wait for the same base in one way of waiting. */
export interface Crowd {
  readonly name: string;
  /** How long the last of them may wait after the base has ended, by service hook. */
  readonly releaseWithinMs: number;
  /** Resolves when all `bench.count` of them wait; `answered` with when each was told, ms since the epoch. */
  join(bench: GateBench): Promise<{ readonly answered: Promise<readonly number[]> }>;
}

const HTTP_CROWD: Crowd = {
  name: 'http',
  releaseWithinMs: 5_000,
  async join({ load, url, keys, count }) {
    const { answered } = await load.hold({ url: `${url}/api/gate/payments?wait=30m`, keys, count });
    return {
      answered: answered.then(({ answeredAt, statuses }) => {
        if (statuses[200] !== count) throw new Error(`not all were let go: ${JSON.stringify(statuses)}`);
        return answeredAt;
      }),
    };
  },
};

/** Who waits: callers to be called back are another crowd, and join here. */
export const CROWDS: readonly Crowd[] = [HTTP_CROWD];

async function holdAndRelease(
  bench: GateBench,
  { hasHooks }: { readonly hasHooks: boolean },
): Promise<boolean> {
  const { world, kind, base, count, reports } = bench;
  const how = hasHooks ? 'with-hooks' : 'without-hooks';
  const run = world.azure.queueBuild(base, { branch: BRANCH });
  run.start();
  // Everybody's reading is older than three seconds by then.
  await delay(4_000);
  const emptyMb = reports.at(-1)?.rssMb ?? 0;
  progress(`${kind}, ${how}: ${count} callers come`);
  const crowds = await Promise.all(CROWDS.map(async (crowd) => ({ crowd, ...(await crowd.join(bench)) })));
  await delay(3_000);
  const heldMb = reports.at(-1)?.rssMb ?? 0;
  world.azure.clearLedger();
  const seed = hasHooks ? Promise.resolve([]) : startSeed(world, base);
  progress(`${kind}, ${how}: held`);
  await delay(SEED_INTERVAL_MS);
  const calls = callsPerMinute(world, (headers) => !isSeed(headers));
  const seedCalls = callsPerMinute(world, isSeed);
  reports.length = 0;
  const endedAt = Date.now();
  run.succeed();
  const good: boolean[] = [];
  for (const { crowd, answered } of crowds) {
    const delays = (await answered).map((at) => (at - endedAt) / 1_000);
    const name = `${kind}-${crowd.name}-${how}`;
    figure(`${name}-p50`, percentile(delays, 0.5), { unit: 's' });
    const pollMs = hasHooks ? 0 : POLL_INTERVALS_MS.gate * 1.1;
    const atMost = (crowd.releaseWithinMs + pollMs) / 1_000;
    good.push(figure(`${name}-last`, Math.max(...delays), { unit: 's', atMost }));
  }
  // Only of a program that has done nothing else before is the difference that of the callers; the embedded database
  // takes more than they do when it starts, and gives it back when it likes.
  if (!hasHooks && kind === 'server')
    figure(`${kind}-memory-per-caller`, ((heldMb - emptyMb) * 1_024) / count, { unit: 'kB' });
  good.push(
    figure(`${kind}-memory-with-all-${how}`, heldMb, {
      unit: 'MB',
      ...(kind === 'server' ? { atMost: 500 } : {}),
    }),
  );
  await delay(1_000);
  const lags = reports.map(({ lagsMs }) => lagsMs?.max ?? 0);
  figure(`${kind}-event-loop-lag-max-${how}`, Math.max(...lags), { unit: 'ms' });
  figure(`${kind}-azure-list-calls-${how}`, calls, { unit: '1/min' });
  const seedDelays = (await seed).map((at) => (at - endedAt) / 1_000);
  if (!hasHooks) reportSeed({ seedCalls, seedDelays, count });
  return good.every((each) => each);
}

/** Figures of a sample: the pollers do not know of each other, so their calls grow with their number. */
function reportSeed({
  seedCalls,
  seedDelays,
  count,
}: {
  readonly seedCalls: number;
  readonly seedDelays: readonly number[];
  readonly count: number;
}): void {
  figure(`seed-azure-list-calls-of-${SEED_SAMPLE}-pollers`, seedCalls, { unit: '1/min' });
  const scaled = (seedCalls * count) / SEED_SAMPLE;
  figure(`seed-azure-list-calls-scaled-from-${SEED_SAMPLE}-to-${count}`, scaled, { unit: '1/min' });
  figure(`seed-release-p50-of-${SEED_SAMPLE}-pollers`, percentile(seedDelays, 0.5), { unit: 's' });
  figure(`seed-release-last-of-${SEED_SAMPLE}-pollers`, Math.max(...seedDelays), { unit: 's' });
}

/** Lists of builds in the last interval of the pollers, as so many a minute. */
function callsPerMinute({ azure }: BenchWorld, isBy: (headers: LedgerHeaders) => boolean): number {
  const calls = azure.ledger.filter(({ path, headers }) => isList(path) && isBy(headers)).length;
  return (calls * 60_000) / SEED_INTERVAL_MS;
}

type LedgerHeaders = Readonly<Record<string, string>>;

function isList(path: string): boolean {
  return path.endsWith('/build/builds');
}

/** The pollers say what Node says of itself; PipeBot has a name of its own. */
function isSeed(headers: LedgerHeaders): boolean {
  return headers['user-agent'] === 'node';
}

/** Real pollers, who came one after the other within an interval; resolves with when each saw the end. */
function startSeed({ azure }: BenchWorld, { id }: StandInDefinition): Promise<number[]> {
  const poll = async (index: number) => {
    await delay((index / SEED_SAMPLE) * SEED_INTERVAL_MS);
    let endedAt = Number.NaN;
    await pollAsTheSeed({
      organizationUrl: azure.url,
      project: 'Shop',
      definitionId: id,
      branch: BRANCH,
      token: azure.personalAccessToken,
      signal: AbortSignal.timeout(120_000),
      onEnded: () => {
        endedAt = Date.now();
      },
    });
    return endedAt;
  };
  return Promise.all(Array.from({ length: SEED_SAMPLE }, (_, index) => poll(index)));
}
