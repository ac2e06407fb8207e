// Answers a pipeline's question, at once or when the base is decided. The gate is stored before anybody hears
// of it, so that its deadline survives reconnects and restarts; a final decision never changes.
import type { Clock } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import type { GateDecision } from '../domain/gate.ts';
import { placeKey } from '../domain/place.ts';
import type { Service, ServiceCatalog } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { AssessPorts } from './assess-bases.ts';
import type { CallerBuilds } from './caller-builds.ts';
import { HeldCallers } from './held-callers.ts';
import type { Observer } from './observe-builds.ts';
import { openGate } from './open-gate.ts';
import type { EnsurePolled } from './poll-builds.ts';
import type { GateRecord, GateRecords, GateSignals, Holds, Log } from './ports.ts';
import { createSaveGate, type SaveGate } from './save-gates.ts';
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
  /** Hears how things stand meanwhile. With one the answer is held for all of `waitMs`, else for a minute at most. */
  readonly listener?: GateListener;
}

/** What it is told must not wait for it; its functions must not throw. */
export interface GateListener {
  /** The question is one, and the caller is held: from here on it may be told of progress and of errors. */
  onHeld(): void;
  /** A `wait`, told after every look. The answer is another one, and comes as the answer. */
  onWait(answer: GateAnswer): void;
}

export interface GateAnswer {
  readonly id: string;
  readonly service: string;
  /** Full ref that was asked for. */
  readonly branch: string;
  readonly answer: Pick<StatusAnswer, 'decision' | 'answeredAt'> & { readonly askedAt: number };
  readonly retryAfterMs: number;
  /** PipeBot is stopping: this is how things stand, and the caller should come back with the id. */
  readonly isCutShort?: true;
}

export interface Gate {
  /**
   * Throws `gate-unknown`, `gate-request-invalid`, `gate-full`, `shutting-down` and `store-unavailable`; never
   * `azure-*`, which is a `wait`. What comes out after the caller has hung up is nobody's answer.
   */
  answer(request: GateRequest): Promise<GateAnswer>;
  /** How many callers are held at the moment. */
  readonly waiting: number;
  /** Answers every held caller `wait` at once, so that it comes back with the same id; refuses new ones. */
  close(): void;
}

export interface GatePorts extends AssessPorts {
  readonly observer: Pick<Observer, 'latest' | 'nextReading'>;
  readonly ensurePolled: EnsurePolled;
  readonly gates: Pick<GateRecords, 'find' | 'findWaiting' | 'saveAll'>;
  readonly holds: Pick<Holds, 'findFor'>;
  readonly gateSignals: Pick<GateSignals, 'next'>;
  readonly catalog: ServiceCatalog;
  readonly callerBuilds: CallerBuilds;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/** What those who wait share in this process. */
export interface HeldGatePorts extends Omit<GatePorts, 'gates'> {
  readonly saveGate: SaveGate;
}

const RETRY_WHEN_CLOSING_MS = 5_000;

export function createGate(ports: GatePorts): Gate {
  const held = new HeldCallers();
  const heldPorts = { ...ports, ensurePolled: seldom(ports), saveGate: createSaveGate(ports.gates) };
  const ends = new Set<() => void>();
  let isClosing = false;

  async function hold(request: GateRequest, gate: GateRecord): Promise<GateAnswer> {
    // A controller for each caller: a signal that outlives them all would remember every one of them.
    const ended = new AbortController();
    const end = () => ended.abort();
    request.signal.addEventListener('abort', end, { once: true });
    ends.add(end);
    if (isClosing || request.signal.aborted) end();
    try {
      const { signal } = ended;
      const tell = (told: StandingDecision) => request.listener?.onWait(finish(request, told));
      const decided = await waitAtGate(heldPorts, { request, gate, signal, tell });
      if (!decided) throw shuttingDown();
      logDecision(ports.log, decided);
      return finish(request, decided);
    } finally {
      ends.delete(end);
      request.signal.removeEventListener('abort', end);
    }
  }

  return {
    get waiting() {
      return held.count;
    },
    async answer(request) {
      if (isClosing) throw shuttingDown();
      const gate = await openGate(ports, request);
      if (gate.decision && gate.decision.verdict !== 'wait') return toAnswer(request, gate, gate.decision);
      const leave = request.waitMs > 0 ? held.admit(request.keyId, request.signal) : () => undefined;
      try {
        request.listener?.onHeld();
        return await hold(request, gate);
      } finally {
        leave();
      }
    },
    close() {
      isClosing = true;
      for (const end of ends) end();
    },
  };
}

function shuttingDown(): PipeBotError {
  return new PipeBotError('shutting-down', { retryAfterMs: RETRY_WHEN_CLOSING_MS });
}

/** Long before the poll that it sees to comes, and often enough when thousands come to wait for the same base. */
const ENSURED_FOR_MS = 1_000;

/** A place that was seen to a moment ago is not seen to again: its job would only be found where it is. */
function seldom({ ensurePolled, clock }: Pick<GatePorts, 'ensurePolled' | 'clock'>): EnsurePolled {
  const ensured = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  return async (place, interest) => {
    const key = placeKey(place);
    const now = clock.now();
    for (const [old, { at }] of ensured) if (at > now || now >= at + ENSURED_FOR_MS) ensured.delete(old);
    const done = ensured.get(key)?.done ?? ensurePolled(place, interest);
    if (!ensured.has(key)) ensured.set(key, { at: now, done });
    await done.catch((error: unknown) => {
      ensured.delete(key);
      throw error;
    });
  };
}

function finish(
  request: GateRequest,
  { standing, decision: asked, retryAfterMs, isCutShort }: StandingDecision,
): GateAnswer {
  const decision = standing.decision ?? asked;
  const comeBackMs = Math.max(retryAfterMs, request.service.policy.pollIntervalMs);
  const answer = toAnswer(request, standing, decision, comeBackMs);
  if (!isCutShort || decision.verdict !== 'wait') return answer;
  return { ...answer, isCutShort, retryAfterMs: RETRY_WHEN_CLOSING_MS };
}

function logDecision(log: Log, { standing, decision: asked }: StandingDecision): void {
  const { id, service, branch, buildId } = standing;
  const { verdict, reason, assessment, isCallerOver } = standing.decision ?? asked;
  const fields = { gateId: id, service, branch, callerBuildId: buildId, verdict, reason, isCallerOver };
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
