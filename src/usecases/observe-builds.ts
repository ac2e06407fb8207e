// The one way in which builds come in. Everybody who wants to know (chat, polls, gates) asks here: a reading is
// shared by all who ask at the same time, in every instance, and what changed is stored together with what it
// causes before anybody is answered. It must not decide what a reading means for a gate.
import type { Clock } from '../clock.ts';
import { type Build, phaseOf } from '../domain/build.ts';
import { ANY_BRANCH, type Place, placeKey } from '../domain/place.ts';
import { type PipeBotError, toPipeBotError } from '../errors.ts';
import type { BuildRecords, BuildRef, BuildsTarget, Log, Pipelines, Reading } from './ports.ts';
import { createTimelineReader } from './read-timelines.ts';
import { ReadingSignals } from './reading-signals.ts';
import { shareNext } from './share-next.ts';
import { type StoreReadingPorts, storeDeletion, storeReading, storeSingle } from './store-reading.ts';

/** A reading with the time at which it was begun, by our own clock: what it says may be as old as that. */
export interface Observation extends Reading {
  readonly readAt: number;
}

export interface Observer {
  /**
   * The target's builds, read at most `maxAgeMs` ago. Callers at the same time share one read.
   * Throws `azure-*` when they could not be read, and `store-unavailable` when they could not be stored.
   */
  latest(target: BuildsTarget, maxAgeMs: number): Promise<Observation>;
  /**
   * The same for who was woken by a change that any instance has stored: what is stored counts, and not what this one
   * remembers.
   */
  latestStored(target: BuildsTarget, maxAgeMs: number): Promise<Observation>;
  /** Reads one build by itself and stores it like a reading; `azure-not-found` when it is gone. */
  readBuild(ref: BuildRef): Promise<Build>;
  /** Records that a build is gone, if it was known to run. */
  forgetBuild(ref: BuildRef): Promise<void>;
  /**
   * Resolves, never rejects, after the next reading of one of the places, or when a build of it was read by itself and
   * had ended, or when the signal is aborted.
   */
  nextReading(places: readonly Place[], signal: AbortSignal): Promise<void>;
}

export interface ObserverOptions extends StoreReadingPorts {
  readonly pipelines: Pick<Pipelines, 'listBuilds' | 'getBuild' | 'getTimelineFacts'>;
  readonly records: BuildRecords;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a place could be read again that could not be read before. */
  readonly onReadable: (place: Place) => Promise<void>;
}

/** So that a crowd of callers does not hammer an organisation that just failed. */
const FAILURE_MEMORY_MS = 5_000;
const MAX_REMEMBERED_PLACES = 5_000;

type LastReading = Awaited<ReturnType<BuildRecords['lastReading']>>;

interface InFlight {
  readonly definitions: ReadonlySet<string>;
  readonly begunAt: number;
  readonly reading: Promise<void>;
}

/** What is known of a place: each definition by itself, since not everybody asks for the same ones. */
interface Memory {
  readonly observations: Map<string, Observation>;
  readonly inFlight: Set<InFlight>;
  failure?: { readonly error: PipeBotError; readonly until: number };
}

export function createObserver(options: ObserverOptions): Observer {
  const memories = new Map<string, Memory>();
  const signals = new ReadingSignals();
  const timelines = createTimelineReader(options);
  const shareLookup = shareNext<LastReading>();

  function remember(key: string): Memory {
    const memory = memories.get(key) ?? { observations: new Map(), inFlight: new Set() };
    memories.delete(key);
    memories.set(key, memory);
    for (const [oldest, { inFlight }] of memories) {
      if (memories.size <= MAX_REMEMBERED_PLACES) break;
      if (inFlight.size === 0) memories.delete(oldest);
    }
    return memory;
  }

  /** What another instance has read meanwhile serves as well. */
  async function shared(target: BuildsTarget, memory: Memory, notBefore: number): Promise<boolean> {
    return take(target, memory, { last: await options.records.lastReading(target), notBefore });
  }

  /** A crowd that a change has woken looks it up together. */
  async function sharedByAll(target: BuildsTarget, memory: Memory, notBefore: number): Promise<boolean> {
    const key = [placeKey(target), ...target.definitionIds.map((id) => definitionKey(target, id))].join(' ');
    const last = await shareLookup(key, () => options.records.lastReading(target));
    return take(target, memory, { last, notBefore });
  }

  function take(
    target: BuildsTarget,
    memory: Memory,
    { last, notBefore }: { readonly last: LastReading; readonly notBefore: number },
  ): boolean {
    if (!last || last.readAt < notBefore || last.readAt > options.clock.now()) return false;
    keep(memory, target, last);
    return true;
  }

  async function read(target: BuildsTarget, memory: Memory, notBefore: number): Promise<void> {
    if (await shared(target, memory, notBefore)) return;
    const begunAt = options.clock.now();
    try {
      const reading = await options.pipelines.listBuilds(target);
      const facts = await timelines.ofReading(target, reading);
      await storeReading(options, target, { ...reading, begunAt, facts });
      keep(memory, target, { ...reading, readAt: begunAt });
      const isRecovered = memory.failure !== undefined;
      delete memory.failure;
      // Nothing need have changed for those who wait because nobody could tell.
      const { organization, project, branch } = target;
      if (isRecovered) await options.onReadable({ organization, project, branch });
    } catch (thrown) {
      const error = toPipeBotError(thrown);
      const memoryMs = Math.max(error.details.retryAfterMs ?? 0, FAILURE_MEMORY_MS);
      memory.failure = { error, until: options.clock.now() + memoryMs };
      throw error;
    }
  }

  async function latest(target: BuildsTarget, maxAgeMs: number): Promise<Observation> {
    const memory = remember(placeKey(target));
    const now = options.clock.now();
    const notBefore = now - maxAgeMs;
    // Where the clock was set back, nobody can tell how old a reading is that seems to come later than now.
    distrust(memory, (_, { readAt }) => readAt > now);
    const missing = target.definitionIds.filter(
      (id) => (memory.observations.get(definitionKey(target, id))?.readAt ?? 0) < notBefore,
    );
    if (missing.length === 0) return merged(memory, target);
    const wanted = { ...target, definitionIds: missing };
    const others = [...memory.inFlight].filter(({ definitions }) =>
      missing.some((id) => definitions.has(definitionKey(target, id))),
    );
    const covering = others.find(
      ({ definitions, begunAt }) =>
        begunAt >= notBefore && missing.every((id) => definitions.has(definitionKey(target, id))),
    );
    if (covering) {
      await covering.reading;
      return merged(memory, target);
    }
    if (others.length > 0) {
      // A slow one that was begun too long ago may miss what has happened since.
      await Promise.allSettled(others.map(({ reading }) => reading));
      return latest(target, maxAgeMs);
    }
    if (memory.failure && now < memory.failure.until) throw memory.failure.error;
    await begin(memory, wanted, notBefore);
    return merged(memory, target);
  }

  function begin(memory: Memory, target: BuildsTarget, notBefore: number): Promise<void> {
    const entry: InFlight = {
      definitions: new Set(target.definitionIds.map((id) => definitionKey(target, id))),
      begunAt: options.clock.now(),
      reading: read(target, memory, notBefore).finally(() => {
        memory.inFlight.delete(entry);
      }),
    };
    memory.inFlight.add(entry);
    return entry.reading.then(() => signals.announce(placeKey(target)));
  }

  return {
    latest,
    async latestStored(target, maxAgeMs) {
      await sharedByAll(target, remember(placeKey(target)), options.clock.now() - maxAgeMs);
      return latest(target, maxAgeMs);
    },
    async readBuild(ref) {
      const begunAt = options.clock.now();
      const { build } = await options.pipelines.getBuild(ref);
      const facts = await timelines.ofBuild(build);
      await storeSingle(options, build, { begunAt, facts });
      // What a list has said of it before is no longer true; the store knows it as it is now.
      for (const branch of [build.branch, ANY_BRANCH])
        distrust(memories.get(placeKey({ ...build, branch })), (key) =>
          key.startsWith(`${build.definitionId}:`),
        );
      // Whoever waits for its end need not wait for the next poll as well.
      if (phaseOf(build) === 'ended')
        for (const branch of [build.branch, ANY_BRANCH]) signals.announce(placeKey({ ...build, branch }));
      return build;
    },
    forgetBuild: (ref) => storeDeletion(options, ref),
    nextReading: (places, signal) => signals.next(places.map(placeKey), signal),
  };
}

/** Builds of one repository and builds of all are two different readings. */
function definitionKey({ repositoryIds }: BuildsTarget, definitionId: number): string {
  return `${definitionId}:${repositoryIds?.[definitionId]?.toLowerCase() ?? ''}`;
}

function keep(memory: Memory, target: BuildsTarget, { builds, observedAt, readAt }: Observation): void {
  for (const definitionId of target.definitionIds) {
    const key = definitionKey(target, definitionId);
    if ((memory.observations.get(key)?.readAt ?? 0) > readAt) continue;
    const own = builds.filter((build) => build.definitionId === definitionId);
    memory.observations.set(key, { builds: own, observedAt, readAt });
  }
}

/** Whoever asks next reads again; who is about to take up a reading still finds it. */
function distrust(memory: Memory | undefined, isOutdated: (key: string, last: Observation) => boolean): void {
  for (const [key, last] of memory?.observations ?? [])
    if (isOutdated(key, last)) memory?.observations.set(key, { ...last, readAt: 0 });
}

/** All of the target's definitions; each has been read. As old as the oldest of them. */
function merged(memory: Memory, target: BuildsTarget): Observation {
  const found = target.definitionIds.flatMap(
    (id) => memory.observations.get(definitionKey(target, id)) ?? [],
  );
  if (found.length !== target.definitionIds.length)
    throw new TypeError('a reading came without a definition');
  return {
    builds: found.flatMap(({ builds }) => builds),
    observedAt: Math.min(...found.map(({ observedAt }) => observedAt)),
    readAt: Math.min(...found.map(({ readAt }) => readAt)),
  };
}
