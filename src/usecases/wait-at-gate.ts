// Holds a gate's answer back until it is decided, its time is up or its caller leaves. It must not read Azure DevOps
// more often than everybody else who waits for the same base.
import { sleep } from '../clock.ts';
import { decideGate, type GateDecision } from '../domain/gate.ts';
import { findGateCycle } from '../domain/gate-cycle.ts';
import type { Place } from '../domain/place.ts';
import type { Service } from '../domain/service.ts';
import type { GatePorts, GateRequest } from './answer-gate.ts';
import { type AssessPorts, assessBases } from './assess-bases.ts';
import { gatePlaces } from './gate-interest.ts';
import { FRESH_MS } from './get-status.ts';
import type { GateRecord } from './ports.ts';

/** No proxy between a pipeline and PipeBot cuts a request that is quiet for this long. */
const MAX_HOLD_MS = 60_000;
/**
 * A poll comes up to a tenth of its interval late, and takes a moment: only after that does a waiting gate read for
 * itself, since a poll that fails to come must not keep it waiting.
 */
const LATEST_POLL = 1.1;
const POLL_GRACE_MS = 2_500;

/** What a gate answers, and the record of it that now stands. */
export interface StandingDecision {
  readonly standing: GateRecord;
  readonly decision: GateDecision;
  readonly retryAfterMs: number;
}

/**
 * Asks again and again until the decision is final, the hold is over or the signal is aborted. Undefined when the
 * signal was aborted before anything was decided.
 */
export async function waitAtGate(
  ports: GatePorts,
  { request, gate, signal }: { request: GateRequest; gate: GateRecord; signal: AbortSignal },
): Promise<StandingDecision | undefined> {
  const { clock } = ports;
  const pollWithinMs = latestPollMs(request.service);
  const holdUntil = clock.now() + Math.min(request.waitMs, MAX_HOLD_MS);
  let last: Decided | undefined;
  for (;;) {
    // Listened to from before the decision on: an order that is given meanwhile must not be missed.
    const order = listenForOrder(ports, request.service, signal);
    try {
      const maxAgeMs = last ? pollWithinMs - 1 : FRESH_MS;
      const decided = await untilAborted(decide(ports, { request, gate, maxAgeMs }), signal);
      const told = decided ?? last;
      if (!told) return undefined;
      const now = clock.now();
      const { decision, branch, readAt, retryAfterMs = 0 } = told;
      const isOver = decision.verdict !== 'wait' || now >= holdUntil || signal.aborted;
      // People who look at the waiting gates read there what each waits for.
      if (isOver || decision.reason !== last?.decision.reason) {
        const standing = await ports.gates.save({ ...gate, branch, decision, decidedAt: now });
        if (decision.verdict === 'wait') await ensurePolled(ports, request.service, branch);
        if (isOver) return { standing, decision, retryAfterMs };
      }
      last = told;
      const nextReadAt = (readAt ?? now) + Math.max(pollWithinMs, retryAfterMs);
      const turnsAt = Math.min(settledAt(gate, now), gate.deadlineAt, orderEndsAt(decision, now));
      const wakeAt = Math.min(nextReadAt, turnsAt, holdUntil);
      const places = placesOf(request.service, branch);
      await sleepUntilReading(ports, { places, wakeAt, signal, order: order.given });
    } finally {
      order.stop();
    }
  }
}

/** A reading is at most this old while a gate of the service is polled for. */
export function latestPollMs({ policy }: Service): number {
  return policy.pollIntervalMs * LATEST_POLL + POLL_GRACE_MS;
}

interface AwaitedOrder {
  /** Resolves, never rejects. */
  readonly given: Promise<void>;
  stop(): void;
}

/** What people order about a service is to be noticed at once. */
function listenForOrder(
  { gateSignals }: Pick<GatePorts, 'gateSignals'>,
  { name }: Service,
  signal: AbortSignal,
): AwaitedOrder {
  const stopped = new AbortController();
  const given = gateSignals.next(name, AbortSignal.any([signal, stopped.signal]));
  return { given, stop: () => stopped.abort() };
}

function placesOf(service: Service, branch: string): Place[] {
  return gatePlaces({ services: [service], bases: [] }, [{ service: service.name, branch }]);
}

/** The poll reads for all who wait, in whichever process it runs. */
async function ensurePolled(ports: GatePorts, service: Service, branch: string): Promise<void> {
  for (const place of placesOf(service, branch)) await ports.ensurePolled(place, 'gate');
}

/** All who wait for the same base wake with its next reading. */
async function sleepUntilReading(
  { clock, observer }: Pick<GatePorts, 'clock' | 'observer'>,
  {
    places,
    wakeAt,
    signal,
    order,
  }: { places: readonly Place[]; wakeAt: number; signal: AbortSignal; order: Promise<void> },
): Promise<void> {
  const woken = new AbortController();
  const either = AbortSignal.any([signal, woken.signal]);
  const wake = () => woken.abort();
  observer.nextReading(places, either).then(wake, wake);
  order.then(wake, wake);
  await sleep(clock, Math.max(wakeAt - clock.now(), 1), either);
  wake();
}

/** Undefined when the signal is aborted first; what was begun goes on, and its outcome is not needed. */
async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = () => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}

function settledAt(gate: GateRecord, now: number): number {
  const at = gate.askedAt + gate.settleMs;
  return at > now ? at : Number.POSITIVE_INFINITY;
}

/** When a hold ends by itself, which tells nobody. */
export function orderEndsAt({ hold }: GateDecision, now: number): number {
  return hold?.until !== undefined && hold.until > now ? hold.until : Number.POSITIVE_INFINITY;
}

export interface Decided {
  readonly decision: GateDecision;
  readonly branch: string;
  readonly readAt?: number;
  readonly retryAfterMs?: number;
}

export type DecidePorts = AssessPorts & Pick<GatePorts, 'catalog' | 'holds' | 'clock'>;

export interface GateAsked {
  readonly request: Pick<GateRequest, 'service'>;
  readonly gate: GateRecord;
  /** How old a reading may be that others have made. */
  readonly maxAgeMs: number;
}

/** A `continue` is never given on a shared reading that has become old: it is looked at once more. */
export async function decide(ports: DecidePorts, asked: GateAsked): Promise<Decided> {
  const decided = await decideOnce(ports, asked);
  const isFresh = asked.maxAgeMs <= FRESH_MS;
  if (isFresh || decided.decision.verdict !== 'continue') return decided;
  return decideOnce(ports, { ...asked, maxAgeMs: FRESH_MS });
}

async function decideOnce(ports: DecidePorts, { request, gate, maxAgeMs }: GateAsked): Promise<Decided> {
  const { service } = request;
  const { assessments, ...rest } = await assessBases(ports, {
    named: { kind: 'service', service },
    ...(gate.branch === '' ? {} : { branch: gate.branch }),
    ...(gate.commit === undefined ? {} : { commit: gate.commit }),
    maxAgeMs,
  });
  const now = ports.clock.now();
  const hold = await ports.holds.findFor({ service: service.name, gateId: gate.id }, now);
  const { buildId } = gate;
  const caller = { assessments, ...(buildId === undefined ? {} : { buildId }) };
  const cycle = findGateCycle(ports.catalog, service, caller);
  const orders = { ...(hold ? { hold } : {}), ...(cycle ? { cycle } : {}) };
  const decision = decideGate(assessments, gate, { policy: service.policy, now, ...orders });
  return { decision, ...rest };
}
