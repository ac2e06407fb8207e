// Answers a pipeline's question, at once or when the base is decided. The gate is stored before anybody hears
// of it, so that its deadline survives reconnects and restarts; a final decision never changes.
import { type Clock, sleep } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import { decideGate, type GateDecision } from '../domain/gate.ts';
import type { Service } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import { type AssessPorts, assessBases } from './assess-bases.ts';
import { FRESH_MS } from './get-status.ts';
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
export const MAX_HOLD_MS = 60_000;
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

/** The gate that the caller's id names, or a new one. */
async function openGate(ports: GatePorts, request: GateRequest): Promise<GateRecord> {
  const { service, keyId } = request;
  const now = ports.clock.now();
  if (request.id === undefined) {
    return {
      id: ports.newId(),
      keyId,
      service: service.name,
      branch: request.branch ?? '',
      ...(request.commit === undefined ? {} : { commit: request.commit }),
      settleMs: request.settleMs ?? service.policy.settleMs,
      askedAt: now,
      deadlineAt: now + (request.timeoutMs ?? service.policy.timeoutMs),
      ...(request.buildId === undefined ? {} : { buildId: request.buildId }),
    };
  }
  const gate = await ports.gates.find(request.id);
  const isForgotten =
    gate?.decision !== undefined && gate.decision.verdict !== 'wait' && now > gate.deadlineAt;
  // Another key's gate and one that never was get the same answer.
  if (!gate || gate.keyId !== keyId || isForgotten)
    throw new PipeBotError('gate-unknown', { subject: request.id });
  const isOther =
    gate.service !== service.name ||
    (request.branch !== undefined && request.branch !== gate.branch) ||
    (request.commit !== undefined && request.commit !== gate.commit);
  if (isOther) {
    throw new PipeBotError('gate-request-invalid', {
      subject: 'id',
      detail: 'it belongs to a question about another service, branch or commit',
      example: 'leave the id out to ask something new',
    });
  }
  return gate;
}

/** Asks again and again until the decision is final, the hold is over or the signal is aborted. */
async function decideWithin(
  ports: GatePorts,
  { request, gate, signal }: { request: GateRequest; gate: GateRecord; signal: AbortSignal },
): Promise<GateAnswer> {
  const { clock } = ports;
  const { pollIntervalMs } = request.service.policy;
  const holdUntil = clock.now() + Math.min(request.waitMs, MAX_HOLD_MS);
  let maxAgeMs = FRESH_MS;
  for (;;) {
    const { decision, branch, readAt, retryAfterMs } = await decide(ports, { request, gate, maxAgeMs });
    const now = clock.now();
    const isOver = decision.verdict !== 'wait' || now >= holdUntil || signal.aborted;
    if (isOver) {
      const standing = await ports.gates.save({ ...gate, branch, decision, decidedAt: now });
      const told = standing.decision ?? decision;
      logDecision(ports.log, standing, told);
      return toAnswer(request, standing, told, Math.max(retryAfterMs ?? 0, pollIntervalMs));
    }
    if (maxAgeMs === FRESH_MS) await ports.gates.save({ ...gate, branch, decision, decidedAt: now });
    // All who wait for the same base wake when the shared reading is due, so one of them reads for all.
    maxAgeMs = pollIntervalMs - 1;
    const nextReadAt = (readAt ?? now) + Math.max(pollIntervalMs, retryAfterMs ?? 0);
    const wakeAt = Math.min(nextReadAt, settledAt(gate, now), gate.deadlineAt, holdUntil);
    await sleep(clock, Math.max(wakeAt - now, 1), signal);
  }
}

function settledAt(gate: GateRecord, now: number): number {
  const at = gate.askedAt + gate.settleMs;
  return at > now ? at : Number.POSITIVE_INFINITY;
}

async function decide(
  ports: GatePorts,
  { request, gate, maxAgeMs }: { request: GateRequest; gate: GateRecord; maxAgeMs: number },
): Promise<{ decision: GateDecision; branch: string; readAt?: number; retryAfterMs?: number }> {
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
