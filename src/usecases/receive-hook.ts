// Takes in what service hooks bring: a hint to look at a build, never believed. It is stored together with the job
// that reads the build, and nothing outside is called, since Azure DevOps waits for the answer.
import type { Clock } from '../clock.ts';
import type { HookHint } from '../domain/hook.ts';
import { inBatches } from './in-batches.ts';
import { type LocateHookPorts, locateHook } from './locate-hook.ts';
import type { BuildRef, HookEvent, HookEvents, Jobs, Transactions } from './ports.ts';

export interface ReceiveHookPorts extends LocateHookPorts {
  readonly hookEvents: Pick<HookEvents, 'add'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** What a body hints at; it may be any value, a text when it was no JSON. Never throws. */
  readonly readHook: (body: unknown) => HookHint | 'unreadable';
  /** Tells two bodies apart that have no id. */
  readonly digest: (body: unknown) => string;
}

/** Resolves when the body is stored; throws `store-unavailable`. A body that came before changes nothing. */
export type ReceiveHook = (body: unknown) => Promise<void>;

/** However many hooks tell of a build, it is read no more often. */
const READ_INTERVAL_MS = 1_000;
const MAX_REMEMBERED_BUILDS = 10_000;
const LARGEST_BATCH = 200;
const MAX_EVENT_TYPE_LENGTH = 100;

interface Arrival {
  readonly event: HookEvent;
  /** The builds to read because of it. */
  readonly refs: readonly BuildRef[];
}

export function createReceiveHook(ports: ReceiveHookPorts): ReceiveHook {
  const nextReadAt = createReadPace(ports.clock);
  const store = inBatches(
    (arrivals: readonly Arrival[]) => storeArrivals(ports, arrivals, nextReadAt),
    LARGEST_BATCH,
  );
  // Not async, so that the body, which may be large, is not kept while its event waits to be stored.
  return (body) => {
    const hint = ports.readHook(body);
    if (hint !== 'unreadable') return takeIn(ports, { ...hint, id: hint.id ?? ports.digest(body) }, store);
    const receivedAt = ports.clock.now();
    const event: HookEvent = { id: ports.digest(body), receivedAt, eventType: '', state: 'unreadable' };
    return store({ event, refs: [] });
  };
}

async function takeIn(
  ports: ReceiveHookPorts,
  hint: HookHint & { readonly id: string },
  store: (arrival: Arrival) => Promise<void>,
): Promise<void> {
  const refs = hint.isKnownEvent ? await locateHook(ports, hint) : [];
  const { id, definitionId, buildId } = hint;
  const organization = refs.length === 1 ? refs[0]?.organization : undefined;
  const event: HookEvent = {
    id,
    receivedAt: ports.clock.now(),
    eventType: hint.eventType.slice(0, MAX_EVENT_TYPE_LENGTH),
    state: stateOf(hint, refs),
    ...(organization === undefined ? {} : { organization }),
    ...(definitionId === undefined ? {} : { definitionId }),
    ...(buildId === undefined ? {} : { buildId }),
  };
  await store({ event, refs });
}

/** In a fixed order, so that two instances that are sent the same events do not wait for each other. */
async function storeArrivals(
  { transactions, hookEvents, jobs }: ReceiveHookPorts,
  arrivals: readonly Arrival[],
  nextReadAt: (key: string) => number,
): Promise<void> {
  const ordered = [...arrivals].sort((left, right) => (left.event.id < right.event.id ? -1 : 1));
  await transactions.transaction(async () => {
    const wanted = new Map<string, BuildRef>();
    for (const { event, refs } of ordered) {
      if (!(await hookEvents.add(event))) continue;
      for (const ref of refs) wanted.set(`${ref.organization}:${ref.buildId}`, ref);
    }
    for (const [key, ref] of [...wanted].sort(([left], [right]) => (left < right ? -1 : 1)))
      await jobs.enqueue('read-build', ref, { key, runAt: nextReadAt(key) });
  }, 'receive-hook');
}

function stateOf(hint: HookHint, refs: readonly BuildRef[]): HookEvent['state'] {
  if (!hint.isKnownEvent) return 'unknown-event';
  // The test button of Azure DevOps sends an event about nothing.
  if (hint.buildId === undefined) return 'unreadable';
  return refs.length > 0 ? 'hint' : 'not-ours';
}

/**
 * When a build may be read: at once, and an interval after the time that was given last. A time that lies ahead is
 * given again, since the job that waits for it covers what is hinted at meanwhile.
 */
function createReadPace(clock: Clock): (key: string) => number {
  const given = new Map<string, number>();
  return (key) => {
    const now = clock.now();
    const last = given.get(key) ?? Number.NEGATIVE_INFINITY;
    const next = last > now ? last : Math.max(now, last + READ_INTERVAL_MS);
    given.delete(key);
    given.set(key, next);
    const [oldest] = given.keys();
    if (given.size > MAX_REMEMBERED_BUILDS && oldest !== undefined) given.delete(oldest);
    return next;
  };
}
