// Polling: one chain of jobs for each place, for everybody who is interested in it. How often depends on who
// waits; a place that interests nobody is left alone. It must not decide what a reading means.
import type { Clock } from '../clock.ts';
import type { Build } from '../domain/build.ts';
import { type Place, type PlacedDefinition, placeKey } from '../domain/place.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import { buildsTargetAt } from './builds-target.ts';
import { gateDefinitions, gatePlaces } from './gate-interest.ts';
import { FRESH_MS } from './get-status.ts';
import type { Observer } from './observe-builds.ts';
import type {
  BuildRecords,
  BuildsTarget,
  GateRecords,
  Jobs,
  Log,
  Subscriptions,
  Transactions,
  Watches,
} from './ports.ts';
import { shareNext } from './share-next.ts';

/** Who waits for the builds of a place, the most impatient first. */
export type Interest = 'gate' | 'watch' | 'subscription';

/** How often a place is read while nobody more impatient waits; gates may set their own interval. */
export const POLL_INTERVALS_MS = {
  gate: 10_000,
  watch: 30_000,
  subscription: 60_000,
} as const satisfies Record<Interest, number>;

/** Sees to it that a place is polled: the next time at the latest after the interval of the interest. */
export type EnsurePolled = (place: Place, interest: Interest) => Promise<void>;

export interface PollPorts {
  readonly catalog: ServiceCatalog;
  readonly watches: Pick<Watches, 'listDefinitions' | 'listPlaces'>;
  readonly subscriptions: Pick<Subscriptions, 'listDefinitions' | 'listPlaces'>;
  readonly gates: Pick<GateRecords, 'listWaiting'>;
  readonly records: Pick<BuildRecords, 'listActive' | 'listReadTimes'>;
  /** Builds that somebody follows to their end, ended or not. */
  readonly listFollowed: (target: BuildsTarget) => Promise<readonly number[]>;
  readonly observer: Observer;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1, so that places do not all ask at the same moment. */
  readonly random: () => number;
  /** Nothing could be read; who waits may have waited long enough. Called in a transaction of its own. */
  readonly onUnreadable: (target: BuildsTarget) => Promise<void>;
}

/** A place is asked up to a tenth of its interval later than that says, and up to this much; never earlier. */
const MAX_JITTER_MS = 2_000;
/** A poll that comes before this part of its interval has passed since the last reading has come too early. */
const EARLY = 0.9;
/** Builds that left the lists while they ran, read one by one; the rest come with the next poll. */
const MAX_SINGLE_READS = 20;

export function createEnsurePolled(ports: Pick<PollPorts, 'jobs' | 'clock'>): EnsurePolled {
  return (place, interest) =>
    ports.jobs.enqueue('poll', place, {
      key: placeKey(place),
      runAt: ports.clock.now() + POLL_INTERVALS_MS[interest],
    });
}

/** For many who wait for the same places. Not inside a transaction. */
export function ensurePolledTogether(ensurePolled: EnsurePolled): EnsurePolled {
  const share = shareNext<void>();
  return (place, interest) => share(`${interest} ${placeKey(place)}`, () => ensurePolled(place, interest));
}

/**
 * One poll of a place. The next one is enqueued before anything can fail, so that the chain never breaks; it ends
 * with the first poll that finds nobody interested. One that comes too early, after a restart or a question that
 * has read the place meanwhile, only puts the next one at its right time.
 */
export async function pollBuilds(ports: PollPorts, place: Place): Promise<void> {
  const target = await ports.transactions.transaction(() => planPoll(ports, place), 'plan-poll');
  if (!target) return;
  try {
    const { builds } = await ports.observer.latest(target, FRESH_MS);
    await readMissing(ports, target, builds);
  } catch (thrown) {
    if (!toPipeBotError(thrown).isFromAzureDevOps) throw thrown;
    await ports.transactions.transaction(() => ports.onUnreadable(target), 'end-unreadable');
  }
}

/** What is to be read now; undefined when nobody is interested or it is too early. */
async function planPoll(ports: PollPorts, place: Place): Promise<BuildsTarget | undefined> {
  const wanted = await interestIn(ports, place);
  if (!wanted) return undefined;
  const { intervalMs, definitions } = wanted;
  const target = buildsTargetAt(place, definitions);
  const now = ports.clock.now();
  const lastReadAt = await lastReadAtOf(ports, target);
  const isEarly = now < lastReadAt + intervalMs * EARLY && lastReadAt <= now;
  const jitterMs = Math.min(intervalMs / 10, MAX_JITTER_MS) * ports.random();
  const runAt = (isEarly ? lastReadAt : now) + intervalMs + jitterMs;
  await ports.jobs.enqueue('poll', place, { key: placeKey(place), runAt });
  return isEarly ? undefined : target;
}

/** When the one that was read the longest ago was read, by our clock; 0 when one never was. */
async function lastReadAtOf(ports: PollPorts, target: BuildsTarget): Promise<number> {
  const { organization, project, branch, definitionIds } = target;
  const wanted = definitionIds.map((definitionId) => ({ organization, project, branch, definitionId }));
  const read = await ports.records.listReadTimes(wanted);
  return read.length < wanted.length ? 0 : Math.min(...read.map(({ readAt }) => readAt));
}

/** After a start and every hour: whatever interests somebody is polled, even if its job was lost. */
export async function resumePolls(ports: PollPorts): Promise<void> {
  const waiting = await ports.gates.listWaiting(ports.clock.now() - GATE_MEMORY_MS);
  const places = [
    ...(await ports.watches.listPlaces()),
    ...(await ports.subscriptions.listPlaces()),
    ...gatePlaces(ports.catalog, waiting),
  ];
  const byKey = new Map(places.map((place) => [placeKey(place), place]));
  for (const [key, place] of byKey)
    await ports.jobs.enqueue('poll', place, { key, runAt: ports.clock.now() });
}

/** A gate that is held answers within a minute, and one that retries comes back within seconds. */
const GATE_MEMORY_MS = 90_000;

interface Wanted {
  readonly intervalMs: number;
  readonly definitions: readonly PlacedDefinition[];
}

async function interestIn(ports: PollPorts, place: Place): Promise<Wanted | undefined> {
  const waiting = await ports.gates.listWaiting(ports.clock.now() - GATE_MEMORY_MS);
  const gates = gateDefinitions(ports.catalog, waiting, place);
  const watches = await ports.watches.listDefinitions(place);
  const subscriptions = await ports.subscriptions.listDefinitions(place);
  const intervals = [
    ...gates.map(({ pollIntervalMs }) => pollIntervalMs),
    ...(watches.length > 0 ? [POLL_INTERVALS_MS.watch] : []),
    ...(subscriptions.length > 0 ? [POLL_INTERVALS_MS.subscription] : []),
  ];
  if (intervals.length === 0) return undefined;
  return { intervalMs: Math.min(...intervals), definitions: [...gates, ...watches, ...subscriptions] };
}

/** Builds that ran when they were last seen and are in no list any more: each is read by itself, or is gone. */
async function readMissing(ports: PollPorts, target: BuildsTarget, found: readonly Build[]): Promise<void> {
  const listed = new Set(found.map(({ id }) => id));
  const active = (await ports.records.listActive(target)).map(({ id }) => id);
  const expected = new Set([...active, ...(await ports.listFollowed(target))]);
  const missing = [...expected].filter((id) => !listed.has(id)).slice(0, MAX_SINGLE_READS);
  const { organization, project } = target;
  for (const buildId of missing) await readOrForget(ports, { organization, project, buildId });
}

/** Reads one build, because a list lacks it or a service hook hinted at it. One that is gone is recorded as such. */
export async function readOrForget(
  { observer }: { readonly observer: Pick<Observer, 'readBuild' | 'forgetBuild'> },
  ref: { readonly organization: string; readonly project: string; readonly buildId: number },
): Promise<void> {
  try {
    await observer.readBuild(ref);
  } catch (thrown) {
    if (!(thrown instanceof PipeBotError) || thrown.code !== 'azure-not-found') throw thrown;
    await observer.forgetBuild(ref);
  }
}
