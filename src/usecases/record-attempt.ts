// Writes down what came of an attempt, or that none can be made. Under the sender's own turn only, except that a
// message has arrived: that stays true whoever has the turn, and keeps the next one from repeating it.
import type { Clock } from '../clock.ts';
import type { DeliveryStep, Notification } from '../domain/notification.ts';
import { PipeBotError } from '../errors.ts';
import { type DeliveryTarget, forgetTarget, isCutOff, targetOf } from './delivery-target.ts';
import type {
  Conversations,
  DeliveryTurn,
  DeliveryTurns,
  Log,
  Notifications,
  Transactions,
} from './ports.ts';

export interface RecordPorts {
  readonly conversations: Conversations;
  readonly notifications: Notifications;
  readonly turns: DeliveryTurns;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MadeAttempt {
  readonly turn: DeliveryTurn;
  /** Ms since the epoch, PipeBot's clock. */
  readonly begunAt: number;
  readonly sent: Notification;
  readonly target: DeliveryTarget;
}

/** Teams takes a moment to know that the bot is back. */
const REJOINED_RETRY_MS = 2_000;

/** False when somebody else has the turn. */
export async function recordAttempt(
  ports: RecordPorts,
  made: MadeAttempt,
  step: DeliveryStep,
): Promise<boolean> {
  try {
    return await record(ports, made, step);
  } catch (error) {
    if (!(error instanceof PipeBotError) || error.code !== 'store-unavailable') throw error;
    // What came of it is known only here, and writing it twice does no harm.
    return record(ports, made, step);
  }
}

async function record(
  ports: RecordPorts,
  { turn, begunAt, sent, target }: MadeAttempt,
  step: DeliveryStep,
): Promise<boolean> {
  const { notifications, conversations, log } = ports;
  const { key, conversationId, attempts } = sent;
  const fields = { key, conversationId, attempts };
  if (step.kind === 'done') {
    await notifications.markDelivered(key, ports.clock.now(), step.activityId);
    log.info(fields, 'notification delivered');
    return true;
  }
  const { detail } = step;
  const save = (change: Partial<Notification>) => notifications.save({ ...sent, ...change }, { detail });
  switch (step.kind) {
    case 'retry': {
      const { at, isInDoubt, shrinkStep, postAnew } = step;
      const retryAt = new Date(at).toISOString();
      log.warn({ ...fields, detail, retryAt, isInDoubt }, 'notification not delivered yet');
      return inTurn(ports, turn, async () => {
        await save({ state: 'queued', nextAttemptAt: at, isInDoubt, shrinkStep });
        if (postAnew) await forgetTarget(notifications, sent, target);
      });
    }
    case 'suspend':
      return inTurn(ports, turn, async () => {
        const presence = await conversations.lockPresence(conversationId);
        // Let in again since then, it was told what was suspended; this would wait for the next time.
        if (presence && !presence.isSuspended && presence.lastSeenAt > begunAt) {
          await save({ state: 'queued', nextAttemptAt: ports.clock.now() + REJOINED_RETRY_MS });
          return;
        }
        log.warn({ ...fields, detail }, 'conversation suspended: the bot was removed from it');
        await save({ state: 'suspended' });
        await conversations.setSuspended(conversationId, true);
      });
    case 'park':
      log.error({ ...fields, detail }, 'notification parked: it is not sent any more');
      return inTurn(ports, turn, () => save({ state: 'parked' }));
  }
}

/** The bot is not in the conversation: it waits until that changes. False when somebody else has the turn. */
export async function suspendNotification(
  ports: RecordPorts,
  turn: DeliveryTurn,
  notification: Notification,
): Promise<boolean> {
  const target = await targetOf(ports.notifications, 'personal', notification);
  const isInDoubt = notification.isInDoubt || isCutOff(notification, target);
  const suspended: Notification = { ...notification, state: 'suspended', isInDoubt };
  const detail = 'the bot is not in the conversation';
  return inTurn(ports, turn, async () => {
    // Once it is back, what was suspended has been resumed, and this would wait for the next time.
    const presence = await ports.conversations.lockPresence(notification.conversationId);
    if (presence && !presence.isSuspended) return;
    await ports.notifications.save(suspended, { detail });
  });
}

/** Does `work` while nobody else can take the turn; false, and nothing is done, when somebody has. */
export function inTurn(
  { transactions, turns }: Pick<RecordPorts, 'transactions' | 'turns'>,
  turn: DeliveryTurn,
  work: () => Promise<unknown>,
): Promise<boolean> {
  return transactions.transaction(async () => {
    if (!(await turns.isHeld(turn))) return false;
    await work();
    return true;
  }, 'record-attempt');
}
