// Thousands whom the gate holds: how much memory they take, how often Azure DevOps is asked for them and how soon they are
// let go, beside as many pollers of the beginning.
import { setTimeout as delay } from 'node:timers/promises';
import { POLL_INTERVALS_MS } from '../../src/usecases/poll-builds.ts';
import type { StandInDefinition } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { AppReport } from './app-process.ts';
import type { BenchWorld } from './bench-world.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';
import type { Load } from './load.ts';
import { pollAsTheSeed, SEED_INTERVAL_MS } from './seed-poller.ts';

export const BRANCH = 'refs/heads/develop';
const SEED_SAMPLE = 200;
export interface GateBench {
  readonly world: BenchWorld;
  readonly load: Load;
  readonly kind: BenchOptions['databases'][number];
  readonly url: string;
  readonly keys: readonly string[];
  readonly base: StandInDefinition;
  readonly count: number;
  readonly reports: AppReport[];
}

/** The last may wait so long after the base has ended, by service hook. */
const RELEASE_WITHIN_MS = 5_000;

export async function holdAndRelease(
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
  const answered = await hold(bench);
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
  const delays = (await answered()).map((at) => (at - endedAt) / 1_000);
  const name = `${kind}-http-${how}`;
  figure(`${name}-p50`, percentile(delays, 0.5), { unit: 's' });
  const pollMs = hasHooks ? 0 : POLL_INTERVALS_MS.gate * 1.1;
  const atMost = (RELEASE_WITHIN_MS + pollMs) / 1_000;
  good.push(figure(`${name}-last`, Math.max(...delays), { unit: 's', atMost }));
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

/** When all wait: how to learn when each was told, ms since the epoch. */
async function hold({ load, url, keys, count }: GateBench): Promise<() => Promise<readonly number[]>> {
  const { answered } = await load.hold({ url: `${url}/api/gate/payments?wait=30m`, keys, count });
  return async () => {
    const { answeredAt, statuses } = await answered;
    if (statuses[200] !== count) throw new Error(`not all were let go: ${JSON.stringify(statuses)}`);
    return answeredAt;
  };
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
