// The one way in which builds come in. Everybody who wants to know (chat, watches, gates) asks here: a reading
// is shared by all who ask at the same time, and what changed is stored together with what it causes before
// anybody is answered. It must not decide what a reading means for a gate.

import type { Clock } from '../clock.ts';
import type { Build } from '../domain/build.ts';
import { transitionsBetween } from '../domain/transition.ts';
import { type PipeBotError, toPipeBotError } from '../errors.ts';
import type { BuildRecords, BuildsTarget, Log, Pipelines, Reading, Transactions } from './ports.ts';

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
  /** Reads one build by itself and stores it like a reading; `azure-not-found` when it is gone. */
  readBuild(target: BuildsTarget, buildId: number): Promise<Build>;
}

export interface ObserverOptions {
  readonly pipelines: Pick<Pipelines, 'listBuilds' | 'getBuild'>;
  readonly records: BuildRecords;
  readonly transactions: Transactions;
  /** Called inside the transaction that stores the builds, with all that were read. */
  readonly onBuilds: (target: BuildsTarget, builds: readonly Build[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** So that a crowd of callers does not hammer an organisation that just failed. */
const FAILURE_MEMORY_MS = 5_000;
const MAX_REMEMBERED_TARGETS = 5_000;
/** A stored reading that is further ahead than this was stamped by a clock that went wrong. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

interface Memory {
  observation?: Observation;
  failure?: { readonly error: PipeBotError; readonly until: number };
  inFlight?: { readonly reading: Promise<Observation>; readonly begunAt: number };
}

export function targetKey(target: BuildsTarget): string {
  const { organization, project, branch, definitionIds, repositoryId } = target;
  return JSON.stringify([
    organization,
    project.toLowerCase(),
    branch,
    [...definitionIds].sort((a, b) => a - b),
    ...(repositoryId === undefined ? [] : [repositoryId.toLowerCase()]),
  ]);
}

export function createObserver(options: ObserverOptions): Observer {
  const memories = new Map<string, Memory>();

  function remember(key: string): Memory {
    const memory = memories.get(key) ?? {};
    memories.delete(key);
    memories.set(key, memory);
    for (const [oldest, { inFlight }] of memories) {
      if (memories.size <= MAX_REMEMBERED_TARGETS) break;
      if (!inFlight) memories.delete(oldest);
    }
    return memory;
  }

  async function read(target: BuildsTarget, memory: Memory): Promise<Observation> {
    const begunAt = options.clock.now();
    try {
      const reading = await options.pipelines.listBuilds(target);
      await storeReading(options, target, { ...reading, begunAt });
      const observation = { ...reading, readAt: begunAt };
      memory.observation = observation;
      delete memory.failure;
      return observation;
    } catch (thrown) {
      const error = toPipeBotError(thrown);
      const memoryMs = Math.max(error.details.retryAfterMs ?? 0, FAILURE_MEMORY_MS);
      memory.failure = { error, until: options.clock.now() + memoryMs };
      throw error;
    }
  }

  function latest(target: BuildsTarget, maxAgeMs: number): Promise<Observation> {
    const memory = remember(targetKey(target));
    const now = options.clock.now();
    const { inFlight } = memory;
    if (inFlight && now - inFlight.begunAt <= maxAgeMs) return inFlight.reading;
    // A slow one that was begun too long ago may miss what has happened since.
    if (inFlight) return inFlight.reading.catch(() => undefined).then(() => latest(target, maxAgeMs));
    if (memory.failure && now < memory.failure.until) return Promise.reject(memory.failure.error);
    if (memory.observation && now - memory.observation.readAt <= maxAgeMs) {
      return Promise.resolve(memory.observation);
    }
    const reading = read(target, memory).finally(() => {
      delete memory.inFlight;
    });
    memory.inFlight = { reading, begunAt: now };
    return reading;
  }

  return {
    latest,
    async readBuild(target, buildId) {
      const { organization, project } = target;
      const { build } = await options.pipelines.getBuild({ organization, project, buildId });
      await options.transactions.transaction(() => storeBuilds(options, target, [build]));
      return build;
    },
  };
}

async function storeReading(
  options: ObserverOptions,
  target: BuildsTarget,
  { builds, observedAt, begunAt }: Reading & { readonly begunAt: number },
): Promise<void> {
  await options.transactions.transaction(async () => {
    const newestAt = await options.records.lockTarget(target);
    // Another instance has stored a newer reading meanwhile; ours would turn the clock back. Ordered by our own
    // clock, since a single wrong Date of Azure DevOps would shut out all later readings.
    if (begunAt < newestAt && newestAt - begunAt < MAX_CLOCK_SKEW_MS) return;
    await storeBuilds(options, target, builds);
    await options.records.saveReading(target, { observedAt, readAt: begunAt });
  });
}

async function storeBuilds(
  options: ObserverOptions,
  target: BuildsTarget,
  builds: readonly Build[],
): Promise<void> {
  const { organization, project } = target;
  const known = await options.records.findBuilds(
    builds.map((build) => ({ organization, project, buildId: build.id })),
  );
  const knownById = new Map(known.map((build) => [build.id, build]));
  const changed = builds.filter((build) => !isSameBuild(knownById.get(build.id), build));
  if (changed.length > 0) await options.records.saveBuilds(changed);
  for (const build of changed) {
    for (const { kind } of transitionsBetween(knownById.get(build.id), build)) {
      // The first reading of a target finds its whole history "new"; that is no news.
      if (kind === 'appeared' || known.length === 0) continue;
      const { definitionName, id, number, branch, result } = build;
      options.log.info(
        { transition: kind, definitionName, buildId: id, number, branch, result },
        'build changed',
      );
    }
  }
  await options.onBuilds(target, builds);
}

function isSameBuild(left: Build | undefined, right: Build): boolean {
  if (!left) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]) as Set<keyof Build>;
  return [...keys].every((key) => left[key] === right[key]);
}
