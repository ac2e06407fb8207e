// Holds a gate's answer back until it is decided, its time is up or its caller leaves. It must not read Azure DevOps
// more often than everybody else who waits for the same base.
import { sleep } from '../clock.ts';
import { type GateDecision, stopForEndedCaller } from '../domain/gate.ts';
import type { Service } from '../domain/service.ts';
import type { GateRequest, HeldGatePorts } from './answer-gate.ts';
import { callerBuildOf } from './caller-builds.ts';
import { type Decided, decideNow, latestPollMs, orderEndsAt } from './decide-now.ts';
import { placesOfGate } from './gate-interest.ts';
import { FRESH_MS } from './get-status.ts';
import type { GateRecord } from './ports.ts';

/** No proxy between a pipeline and PipeBot cuts a request that is quiet for this long. */
const MAX_HOLD_MS = 60_000;
/** As often as one that has to come back, so that the polls know that somebody still waits. */
const SAVE_INTERVAL_MS = MAX_HOLD_MS;
/** What a gate answers, and the record of it that now stands. */
export interface StandingDecision {
  readonly standing: GateRecord;
  readonly decision: GateDecision;
  readonly retryAfterMs: number;
  /** Neither decided nor waited out: the signal came first. */
  readonly isCutShort?: true;
}

interface Wait {
  readonly request: GateRequest;
  readonly gate: GateRecord;
  /** Aborted when nobody is to be held any more. */
  readonly signal: AbortSignal;
  /** Hears of every `wait` that is not the answer. */
  readonly tell: (told: StandingDecision) => void;
}

/**
 * Asks again and again until the decision is final, the hold is over or the signal is aborted. Undefined when the
 * signal was aborted before anything was decided, or because the caller has hung up.
 */
export async function waitAtGate(ports: HeldGatePorts, wait: Wait): Promise<StandingDecision | undefined> {
  const { clock } = ports;
  const { request, gate, signal, tell } = wait;
  const pollWithinMs = latestPollMs(request.service);
  const holdMs = request.listener ? request.waitMs : Math.min(request.waitMs, MAX_HOLD_MS);
  const holdUntil = clock.now() + holdMs;
  const over = new AbortController();
  const callerOver = watchCaller(ports, wait, over.signal);
  const ends = [signal, callerOver, over.signal];
  let last: Decided | undefined;
  let saved: GateRecord | undefined;
  try {
    for (;;) {
      // From before the decision on: an order that is given meanwhile must not be missed.
      const order = listenForOrder(ports, request.service, over.signal);
      const maxAgeMs = last ? pollWithinMs - 1 : FRESH_MS;
      const decided = await untilAborted(decideNow(ports, { request, gate, maxAgeMs }), signal);
      // What has been stored keeps the deadline; who has hung up needs no more than that.
      if (request.signal.aborted) return undefined;
      const told = callerOver.aborted && last ? endedBy(last) : (decided ?? last);
      if (!told) return undefined;
      const now = clock.now();
      const { decision, branch, readAt, retryAfterMs = 0 } = told;
      const isDecided = decision.verdict !== 'wait' || now >= holdUntil;
      const isOver = isDecided || signal.aborted;
      // From here on, and not only after it was stored: the base may end meanwhile.
      const sleepUntil = beginToListen(ports, { service: request.service, branch, ends, order });
      const current = { ...gate, branch, decision, decidedAt: now };
      // People who look at the waiting gates read there what each waits for.
      const isNew = decision.reason !== saved?.decision?.reason;
      if (isOver || isNew || now >= (saved?.decidedAt ?? 0) + SAVE_INTERVAL_MS) {
        const standing = await ports.saveGate(current);
        if (decision.verdict === 'wait') await ensurePolled(ports, request.service, branch);
        if (isOver || standing.decision?.verdict !== 'wait')
          return { standing, decision, retryAfterMs, ...(isDecided ? {} : { isCutShort: true }) };
        saved = standing;
      }
      tell({ standing: current, decision, retryAfterMs });
      last = told;
      const nextReadAt = (readAt ?? now) + Math.max(pollWithinMs, retryAfterMs);
      const turnsAt = Math.min(settledAt(gate, now), gate.deadlineAt, orderEndsAt(decision, now));
      await sleepUntil(Math.min(nextReadAt, turnsAt, holdUntil));
    }
  } finally {
    over.abort();
  }
}

/** Aborted when the caller's own run, as far as it named one, is over. */
function watchCaller(
  { callerBuilds }: Pick<HeldGatePorts, 'callerBuilds'>,
  { request, gate }: Wait,
  signal: AbortSignal,
): AbortSignal {
  const ref = gate.buildId === undefined ? undefined : callerBuildOf(request.service, gate.buildId);
  return ref && request.waitMs > 0
    ? callerBuilds.watch(ref, gate.askedAt, signal)
    : new AbortController().signal;
}

function endedBy(last: Decided): Decided {
  return { ...last, decision: stopForEndedCaller(last.decision) };
}

/** The poll reads for all who wait, in whichever process it runs. */
async function ensurePolled(
  ports: Pick<HeldGatePorts, 'ensurePolled'>,
  service: Service,
  branch: string,
): Promise<void> {
  for (const place of placesOfGate(service, branch)) await ports.ensurePolled(place, 'gate');
}

interface Listening {
  readonly service: Service;
  readonly branch: string;
  readonly ends: readonly AbortSignal[];
  readonly order: AwaitedOrder;
}

interface AwaitedOrder {
  /** Resolves, never rejects. */
  readonly given: Promise<void>;
  stop(): void;
}

/** What people order about a service is to be noticed at once. */
function listenForOrder(
  { gateSignals }: Pick<HeldGatePorts, 'gateSignals'>,
  { name }: Service,
  over: AbortSignal,
): AwaitedOrder {
  const stopped = new AbortController();
  const stop = () => {
    stopped.abort();
    over.removeEventListener('abort', stop);
  };
  over.addEventListener('abort', stop, { once: true });
  return { given: gateSignals.next(name, stopped.signal), stop };
}

/**
 * Listens for the next reading from now on. Gives back what sleeps until then, or until a time, or until one of the
 * signals is aborted: all who wait for the same base wake together.
 */
function beginToListen(
  { clock, observer }: Pick<HeldGatePorts, 'clock' | 'observer'>,
  { service, branch, ends, order }: Listening,
): (wakeAt: number) => Promise<void> {
  const woken = new AbortController();
  const wake = () => {
    woken.abort();
    order.stop();
    for (const end of ends) end.removeEventListener('abort', wake);
  };
  for (const end of ends) end.addEventListener('abort', wake, { once: true });
  if (ends.some(({ aborted }) => aborted)) wake();
  observer.nextReading(placesOfGate(service, branch), woken.signal).then(wake, wake);
  order.given.then(wake, wake);
  return async (wakeAt) => {
    await sleep(clock, Math.max(wakeAt - clock.now(), 1), woken.signal);
    wake();
  };
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
