// Answers a pipeline's question, at once or when the base is decided. The gate is stored before anybody hears
// of it, so that its deadline survives reconnects and restarts; a final decision never changes.
import type { Clock } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import type { GateDecision } from '../domain/gate.ts';
import type { Service, ServiceCatalog } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { AssessPorts } from './assess-bases.ts';
import type { Observer } from './observe-builds.ts';
import { openGate } from './open-gate.ts';
import type { EnsurePolled } from './poll-builds.ts';
import type { GateRecord, GateRecords, GateSignals, Holds, Log } from './ports.ts';
import { type StandingDecision, waitAtGate } from './wait-at-gate.ts';

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
  readonly observer: Pick<Observer, 'latest' | 'nextReading'>;
  readonly ensurePolled: EnsurePolled;
  readonly gates: GateRecords;
  readonly holds: Pick<Holds, 'findFor'>;
  readonly gateSignals: Pick<GateSignals, 'next'>;
  readonly catalog: ServiceCatalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

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
        const decided = await waitAtGate(ports, { request, gate, signal });
        if (!decided) throw new PipeBotError('shutting-down', { retryAfterMs: RETRY_WHEN_CLOSING_MS });
        return finish(ports.log, request, decided);
      } finally {
        leave();
      }
    },
    close: () => closing.abort(),
  };
}

function finish(
  log: Log,
  request: GateRequest,
  { standing, decision: asked, retryAfterMs }: StandingDecision,
): GateAnswer {
  const decision = standing.decision ?? asked;
  logDecision(log, standing, decision);
  return toAnswer(request, standing, decision, Math.max(retryAfterMs, request.service.policy.pollIntervalMs));
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
