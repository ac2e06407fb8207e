// Delivers what is owed to one conversation, in order, one at a time and no faster than Teams allows, whichever
// instance does it: who delivers holds the conversation's turn. What becomes of one attempt is in
// attempt-delivery.ts.
import { isDue, type Notification } from '../domain/notification.ts';
import { nextSendAt } from '../domain/pace.ts';
import { type AttemptPorts, attemptDelivery } from './attempt-delivery.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type { DeliveryTurn, Jobs, Notifications } from './ports.ts';
import { suspendNotification } from './record-attempt.ts';

export interface DeliverPorts extends AttemptPorts {
  readonly jobs: Jobs;
}

/**
 * How long a turn lasts from its last attempt on. It outlasts one send (10 s unless told otherwise, a second's wait
 * for the tenant before it), so that a sender who lives keeps its turn; and it has run out by the time at which
 * the job of a dead one runs again (jobs/engine.ts), so that nobody waits twice.
 */
const LEASE_MS = 12_000;
/** A job that ran on and on would be taken for dead and be run twice. */
const MAX_ATTEMPTS_PER_JOB = 20;

/** Delivers until nothing is owed or the next attempt lies in the future; then a job is left for that time. */
export async function deliverNotifications(ports: DeliverPorts, conversationId: string): Promise<void> {
  const lease = { now: ports.clock.now(), leaseMs: LEASE_MS };
  const taken = await ports.turns.take(conversationId, lease);
  const goOnAt = 'heldUntil' in taken ? taken.heldUntil : await deliverInTurn(ports, taken);
  if (goOnAt === undefined) return;
  await enqueueDelivery(ports, conversationId, goOnAt);
}

/** After a start: every conversation that something is owed to gets its delivery job. */
export async function resumeDeliveries(ports: {
  readonly notifications: Pick<Notifications, 'listPending'>;
  readonly jobs: Jobs;
}): Promise<void> {
  for (const conversationId of await ports.notifications.listPending()) {
    await enqueueDelivery(ports, conversationId);
  }
}

/** When to go on; undefined when nothing is left. */
async function deliverInTurn(ports: DeliverPorts, taken: DeliveryTurn): Promise<number | undefined> {
  let turn = taken;
  try {
    for (let attempts = 0; attempts < MAX_ATTEMPTS_PER_JOB; attempts++) {
      const next = await ports.notifications.nextFor(turn.conversationId);
      if (!next) return undefined;
      const step = await deliverNext(ports, turn, next);
      if ('goOnAt' in step) return step.goOnAt;
      turn = step.turn;
    }
    return ports.clock.now();
  } finally {
    // Where that fails the lease runs out by itself.
    await ports.turns.giveBack(turn).catch(() => undefined);
  }
}

type Step = { readonly turn: DeliveryTurn } | { readonly goOnAt: number };

async function deliverNext(ports: DeliverPorts, turn: DeliveryTurn, next: Notification): Promise<Step> {
  const now = ports.clock.now();
  if (!isDue(next, now)) return { goOnAt: next.nextAttemptAt };
  const conversation = await ports.conversations.find(turn.conversationId);
  if (!conversation || conversation.isSuspended) {
    return (await suspendNotification(ports, turn, next)) ? { turn } : lost(now);
  }
  const paceAllowsAt = nextSendAt(turn.pace, now);
  if (paceAllowsAt > now) return { goOnAt: paceAllowsAt };
  const attempt = await attemptDelivery(ports, { turn, conversation, waiting: next, leaseMs: LEASE_MS });
  return attempt === 'lost' ? lost(now) : attempt;
}

/** Somebody else has the turn, and will do the rest as well; should they die, this looks after it. */
function lost(now: number): Step {
  return { goOnAt: now + LEASE_MS };
}
