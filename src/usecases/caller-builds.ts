// Notices that the run which waits at a gate has itself been cancelled or has ended, so that nobody is held for it.
// It only looks: what it sees is not stored, since nobody asked to be told of that run. Doubt changes nothing.
import { type Clock, sleep } from '../clock.ts';
import { type Build, phaseOf } from '../domain/build.ts';
import type { Service } from '../domain/service.ts';
import type { BuildRef, Pipelines } from './ports.ts';

export interface CallerBuilds {
  /**
   * A signal that is aborted once the run is seen to have ended after `askedAt` (ms since the epoch, our clock), at
   * the earliest a minute after that; it is looked at until `signal` is aborted.
   */
  watch(ref: BuildRef, askedAt: number, signal: AbortSignal): AbortSignal;
}

const LOOK_INTERVAL_MS = 60_000;
/** All runs together, so that thousands of callers do not cost Azure DevOps what polling would; the rest take turns. */
const MAX_LOOKS_PER_MINUTE = 60;

interface Look {
  /** Ms since the epoch, our clock. */
  readonly at: number;
  /** When the run ended, by our clock; undefined while it goes on, or when that cannot be told. */
  readonly endedAt: Promise<number | undefined>;
}

/** Where the run of a service's caller is: beside the service's own build, or else beside its first base. */
export function callerBuildOf(service: Service, buildId: number): BuildRef | undefined {
  const definition = service.build ?? service.bases[0]?.definition;
  if (!definition) return undefined;
  const { organization, project } = definition;
  return { organization, project, buildId };
}

export function createCallerBuilds({
  pipelines,
  clock,
}: {
  readonly pipelines: Pick<Pipelines, 'getBuild'>;
  readonly clock: Clock;
}): CallerBuilds {
  const looks = new Map<string, Look>();
  /** How many callers name each run. */
  const callers = new Map<string, number>();
  let minute = { beganAt: Number.NEGATIVE_INFINITY, looks: 0 };

  /** Shared by all who name the same run; undefined when this minute's looks are used up. */
  function lookAt(ref: BuildRef): Look | undefined {
    const now = clock.now();
    const key = keyOf(ref);
    const last = looks.get(key);
    if (last && isWithinInterval(last.at, now)) return last;
    if (!isWithinInterval(minute.beganAt, now)) {
      minute = { beganAt: now, looks: 0 };
      for (const [old, { at }] of looks) if (!isWithinInterval(at, now)) looks.delete(old);
    }
    if (minute.looks >= MAX_LOOKS_PER_MINUTE) return undefined;
    minute.looks++;
    const endedAt = pipelines.getBuild(ref).then(
      ({ build, observedAt }) => endOf(build, { now: clock.now(), observedAt }),
      () => undefined,
    );
    const look = { at: now, endedAt };
    looks.set(key, look);
    return look;
  }

  async function follow(
    ref: BuildRef,
    { askedAt, signal, over }: { askedAt: number; signal: AbortSignal; over: AbortController },
  ): Promise<void> {
    let dueAt = askedAt + LOOK_INTERVAL_MS;
    for (;;) {
      await sleep(clock, Math.max(dueAt - clock.now(), 1), signal);
      if (signal.aborted) return;
      const look = lookAt(ref);
      const endedAt = await look?.endedAt;
      // What was over before the question is not the one that asks: a release names the run whose files it ships.
      if (endedAt !== undefined && endedAt > askedAt) {
        over.abort();
        return;
      }
      // Who found the looks used up tries again in the next minute; the others leave them to those until it is their turn.
      const minutes = Math.max(1, Math.ceil(callers.size / MAX_LOOKS_PER_MINUTE));
      dueAt = look ? clock.now() + minutes * LOOK_INTERVAL_MS : minute.beganAt + LOOK_INTERVAL_MS;
    }
  }

  return {
    watch(ref, askedAt, signal) {
      const over = new AbortController();
      const key = keyOf(ref);
      callers.set(key, (callers.get(key) ?? 0) + 1);
      void follow(ref, { askedAt, signal, over }).finally(() => {
        const left = (callers.get(key) ?? 1) - 1;
        if (left > 0) callers.set(key, left);
        else callers.delete(key);
      });
      return over.signal;
    },
  };
}

function keyOf({ organization, project, buildId }: BuildRef): string {
  return JSON.stringify([organization, project, buildId]);
}

function isWithinInterval(at: number, now: number): boolean {
  return at <= now && now < at + LOOK_INTERVAL_MS;
}

function endOf(build: Build, { now, observedAt }: { now: number; observedAt: number }): number | undefined {
  if (build.status === 'cancelling') return now;
  if (phaseOf(build) !== 'ended' || build.finishedAt === undefined) return undefined;
  return build.finishedAt + (now - observedAt);
}
