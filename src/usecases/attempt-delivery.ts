// One attempt to deliver one notification. It is recorded before it is made, so that after a crash it is known that
// the outcome is not known; and it is not made any more when the turn is about to be over. It must not decide what
// comes next.
import { sleep, systemClock } from '../clock.ts';
import { afterSend, type Notification, type SendOutcome } from '../domain/notification.ts';
import { paceAfter, TENANT_INTERVAL_MS } from '../domain/pace.ts';
import { type DeliveryTarget, isCutOff, targetOf } from './delivery-target.ts';
import type { Conversation, DeliveryTurn, Messenger } from './ports.ts';
import { inTurn, type MadeAttempt, type RecordPorts, recordAttempt } from './record-attempt.ts';

export interface AttemptPorts extends RecordPorts {
  readonly messenger: Messenger;
}

export interface Attempt {
  readonly turn: DeliveryTurn;
  readonly conversation: Conversation;
  readonly waiting: Notification;
  /** How long the turn lasts from now on. */
  readonly leaseMs: number;
}

/** A tenant's sends reach that far ahead only when very many are under way; then this one comes back later. */
const MAX_TENANT_WAIT_MS = 1_000;
/** Instances' clocks may differ by this much, and the next turn begin so much before this one seems to end. */
const CLOCK_SKEW_MS = 1_000;
const TURN_OVER: SendOutcome = { kind: 'refused', refusal: 'unreachable', detail: 'turn-over' };

/** The turn to go on with, or when to try again, or that somebody else has the turn. */
export async function attemptDelivery(
  ports: AttemptPorts,
  attempt: Attempt,
): Promise<{ readonly turn: DeliveryTurn } | { readonly goOnAt: number } | 'lost'> {
  const { conversation, waiting } = attempt;
  const now = ports.clock.now();
  const wish = { now, intervalMs: TENANT_INTERVAL_MS, maxWaitMs: MAX_TENANT_WAIT_MS };
  const sendAt = await ports.turns.reserveSend(conversation.tenantId, wish);
  if (sendAt === undefined) return { goOnAt: now + MAX_TENANT_WAIT_MS };
  // Real time, like the deadline of the call that follows.
  if (sendAt > now) await sleep(systemClock, sendAt - now);
  const target = await targetOf(ports.notifications, conversation.kind, waiting);
  const begun = await begin(ports, attempt, target);
  if (begun === 'lost') return 'lost';
  if (begun === 'needless') return { turn: attempt.turn };
  const outcome = await send(ports, conversation, begun);
  const { turn, sent } = begun;
  const isUpdate = target.activityId !== undefined;
  const context = { now: ports.clock.now(), isUpdate, isReply: target.rootKey !== undefined };
  const isOurs = await recordAttempt(ports, begun, afterSend(sent, outcome, context));
  return isOurs ? { turn } : 'lost';
}

/**
 * Records the attempt together with what it does to the turn: from here on its outcome is unknown. `needless`: the
 * notification was superseded, or its delivery was confirmed after all.
 */
async function begin(
  ports: AttemptPorts,
  { turn, waiting, leaseMs }: Attempt,
  target: DeliveryTarget,
): Promise<MadeAttempt | 'lost' | 'needless'> {
  const now = ports.clock.now();
  const sent: Notification = {
    ...waiting,
    state: 'sending',
    attempts: waiting.attempts + 1,
    firstAttemptAt: waiting.firstAttemptAt ?? now,
    isInDoubt: waiting.isInDoubt || isCutOff(waiting, target),
  };
  const prolonged = { ...turn, leasedUntil: now + leaseMs, pace: paceAfter(turn.pace, now) };
  try {
    return await ports.transactions.transaction(async () => {
      if (!(await ports.turns.prolong(prolonged))) return 'lost';
      const isBegun = await ports.notifications.save(sent, { attemptsBefore: waiting.attempts });
      return isBegun ? { turn: prolonged, begunAt: now, sent, target } : 'needless';
    }, 'begin-attempt');
  } catch (error) {
    // It may have been recorded although nobody heard of it. That nothing was sent is known only here.
    const unsent = { ...waiting, attempts: sent.attempts };
    await inTurn(ports, turn, () => ports.notifications.save(unsent)).catch(() => undefined);
    throw error;
  }
}

async function send(
  ports: AttemptPorts,
  conversation: Conversation,
  { turn, sent, target: { activityId, threadId } }: MadeAttempt,
): Promise<SendOutcome> {
  const until = turn.leasedUntil - CLOCK_SKEW_MS;
  if (ports.clock.now() >= until) return TURN_OVER;
  const message = {
    content: sent.content,
    ...(threadId === undefined ? {} : { threadId }),
    ...(activityId === undefined ? {} : { activityId }),
    mayRepeat: sent.isInDoubt && activityId === undefined,
    shrinkStep: sent.shrinkStep,
  };
  return ports.messenger.send(conversation, message, until);
}
