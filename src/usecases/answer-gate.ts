// Answers a pipeline's question, at once or when the base is decided. The gate is stored before anybody hears
// of it, so that its deadline survives reconnects and restarts; a final decision never changes.
import { type Clock, sleep } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import { decideGate, type GateDecision } from '../domain/gate.ts';
import type { Service } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import { type AssessPorts, assessBases } from './assess-bases.ts';
import { FRESH_MS } from './get-status.ts';
import { openGate } from './open-gate.ts';
import type { GateRecord, GateRecords, Log } from './ports.ts';

export interface GateRequest {
  readonly service: Service;
  readonly keyId: string;
  /** Full ref. */
  readonly branch?: string;
  readonly commit?: string;
  readonly settleMs?: number;
  readonly timeoutMs?: number;
  /** How long to hold the answer back while it is `wait`. */
  readonly waitMs: number;
  readonly buildId?: number;
  /** Of an earlier answer: keeps its deadline and settle time. */
  readonly id?: string;
  /** Aborted when the caller has hung up. */
  readonly signal: AbortSignal;
}

export interface GateAnswer {
  readonly id: string;
  readonly service: string;
  /** Full ref that was asked for. */
  readonly branch: string;
  readonly answer: Pick<StatusAnswer, 'decision' | 'answeredAt'> & { readonly askedAt: number };
  readonly retryAfterMs: number;
}

export interface Gate {
  answer(request: GateRequest): Promise<GateAnswer>;
  /** How many callers are held at the moment. */
  readonly waiting: number;
  /** Answers every held caller `wait` at once, so that it comes back with the same id; refuses new ones. */
  close(): void;
}

export interface GatePorts extends AssessPorts {
  readonly gates: GateRecords;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/** No proxy between a pipeline and PipeBot cuts a request that is quiet for this long. */
const MAX_HOLD_MS = 60_000;
const MAX_WAITING = 5_000;
const MAX_WAITING_PER_KEY = 200;
const RETRY_WHEN_FULL_MS = 10_000;
const RETRY_WHEN_CLOSING_MS = 5_000;

export function createGate(ports: GatePorts): Gate {
  const closing = new AbortController();
  const waitingByKey = new Map<string, number>();
  let waiting = 0;

  function takePlace(keyId: string): () => void {
    const ofKey = waitingByKey.get(keyId) ?? 0;
    if (waiting >= MAX_WAITING || ofKey >= MAX_WAITING_PER_KEY) {
      throw new PipeBotError('gate-full', { retryAfterMs: RETRY_WHEN_FULL_MS });
    }
    waiting++;
    waitingByKey.set(keyId, ofKey + 1);
    return () => {
      waiting--;
      const left = (waitingByKey.get(keyId) ?? 1) - 1;
      if (left > 0) waitingByKey.set(keyId, left);
      else waitingByKey.delete(keyId);
    };
  }

  return {
    get waiting() {
      return waiting;
    },
    async answer(request) {
      if (closing.signal.aborted)
        throw new PipeBotError('shutting-down', { retryAfterMs: RETRY_WHEN_CLOSING_MS });
      const gate = await openGate(ports, request);
      if (gate.decision && gate.decision.verdict !== 'wait') return toAnswer(request, gate, gate.decision);
      const leave = request.waitMs > 0 ? takePlace(request.keyId) : () => undefined;
      try {
        const signal = AbortSignal.any([closing.signal, request.signal]);
        return await decideWithin(ports, { request, gate, signal });
      } finally {
        leave();
      }
    },
    close: () => closing.abort(),
  };
}

/** Asks again and again until the decision is final, the hold is over or the signal is aborted. */
async function decideWithin(
  ports: GatePorts,
  { request, gate, signal }: { request: GateRequest; gate: GateRecord; signal: AbortSignal },
): Promise<GateAnswer> {
  const { clock } = ports;
  const { pollIntervalMs } = request.service.policy;
  const holdUntil = clock.now() + Math.min(request.waitMs, MAX_HOLD_MS);
  let last: Decided | undefined;
  for (;;) {
    const maxAgeMs = last ? pollIntervalMs - 1 : FRESH_MS;
    const decided = await untilAborted(decide(ports, { request, gate, maxAgeMs }), signal);
    const told = decided ?? last;
    if (!told) throw new PipeBotError('shutting-down', { retryAfterMs: RETRY_WHEN_CLOSING_MS });
    const now = clock.now();
    const { decision, branch, readAt, retryAfterMs = 0 } = told;
    const isOver = decision.verdict !== 'wait' || now >= holdUntil || signal.aborted;
    if (isOver || !last) {
      const standing = await ports.gates.save({ ...gate, branch, decision, decidedAt: now });
      if (isOver) return finish(ports.log, { request, standing, decision, retryAfterMs });
    }
    last = told;
    // All who wait for the same base wake when the shared reading is due, so one of them reads for all.
    const nextReadAt = (readAt ?? now) + Math.max(pollIntervalMs, retryAfterMs);
    const wakeAt = Math.min(nextReadAt, settledAt(gate, now), gate.deadlineAt, holdUntil);
    await sleep(clock, Math.max(wakeAt - now, 1), signal);
  }
}

function finish(
  log: Log,
  answered: { request: GateRequest; standing: GateRecord; decision: GateDecision; retryAfterMs: number },
): GateAnswer {
  const { request, standing, retryAfterMs } = answered;
  const decision = standing.decision ?? answered.decision;
  logDecision(log, standing, decision);
  return toAnswer(request, standing, decision, Math.max(retryAfterMs, request.service.policy.pollIntervalMs));
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

interface Decided {
  readonly decision: GateDecision;
  readonly branch: string;
  readonly readAt?: number;
  readonly retryAfterMs?: number;
}

/** A `continue` is never given on a shared reading that has become old: it is looked at once more. */
async function decide(
  ports: GatePorts,
  asked: { request: GateRequest; gate: GateRecord; maxAgeMs: number },
): Promise<Decided> {
  const decided = await decideOnce(ports, asked);
  const isFresh = asked.maxAgeMs <= FRESH_MS;
  if (isFresh || decided.decision.verdict !== 'continue') return decided;
  return decideOnce(ports, { ...asked, maxAgeMs: FRESH_MS });
}

async function decideOnce(
  ports: GatePorts,
  { request, gate, maxAgeMs }: { request: GateRequest; gate: GateRecord; maxAgeMs: number },
): Promise<Decided> {
  const { service } = request;
  const { assessments, ...rest } = await assessBases(ports, {
    named: { kind: 'service', service },
    ...(gate.branch === '' ? {} : { branch: gate.branch }),
    ...(gate.commit === undefined ? {} : { commit: gate.commit }),
    maxAgeMs,
  });
  const decision = decideGate(assessments, gate, { policy: service.policy, now: ports.clock.now() });
  return { decision, ...rest };
}

function logDecision(log: Log, gate: GateRecord, decision: GateDecision): void {
  const { id, service, branch, buildId } = gate;
  const { verdict, reason, assessment } = decision;
  const fields = { gateId: id, service, branch, callerBuildId: buildId, verdict, reason };
  log.info(
    { ...fields, base: assessment.base.name, buildId: assessment.readiness.build?.id },
    'gate answered',
  );
}

function toAnswer(
  request: GateRequest,
  gate: GateRecord,
  decision: GateDecision,
  retryAfterMs = 0,
): GateAnswer {
  return {
    id: gate.id,
    service: request.service.name,
    branch: gate.branch,
    answer: { decision, answeredAt: gate.decidedAt ?? gate.askedAt, askedAt: gate.askedAt },
    retryAfterMs,
  };
}
