// Sends what is owed to one conversation, in order, one at a time. Every attempt is recorded before it is made,
// so that after a crash it is known that the outcome is not known.
import type { Clock } from '../clock.ts';
import { afterSend, type DeliveryStep, type Notification } from '../domain/notification.ts';
import type { Conversations, Jobs, Log, Messenger, Notifications } from './ports.ts';

export interface DeliverPorts {
  readonly conversations: Conversations;
  readonly notifications: Notifications;
  readonly messenger: Messenger;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
}

/** A job that ran on and on would be taken for dead and be run twice. */
const MAX_ATTEMPTS_PER_JOB = 20;

/** Delivers until nothing is owed or the next attempt lies in the future; then a job is left for that time. */
export async function deliverNotifications(ports: DeliverPorts, conversationId: string): Promise<void> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS_PER_JOB; attempts++) {
    const notification = await ports.notifications.nextFor(conversationId);
    if (!notification) return;
    if (notification.nextAttemptAt > ports.clock.now()) {
      await ports.jobs.enqueue(
        'deliver',
        { conversationId },
        { key: conversationId, runAt: notification.nextAttemptAt },
      );
      return;
    }
    const conversation = await ports.conversations.find(conversationId);
    const isOurs =
      conversation && !conversation.isSuspended
        ? await attempt(ports, conversation, notification)
        : await suspend(ports, notification);
    // Another instance is at it, and will do the rest as well.
    if (!isOurs) return;
  }
  await ports.jobs.enqueue('deliver', { conversationId }, { key: conversationId });
}

/** After a start: every conversation that something is owed to gets its delivery job. */
export async function resumeDeliveries(ports: Pick<DeliverPorts, 'notifications' | 'jobs'>): Promise<void> {
  for (const conversationId of await ports.notifications.listPending()) {
    await ports.jobs.enqueue('deliver', { conversationId }, { key: conversationId });
  }
}

type KnownConversation = NonNullable<Awaited<ReturnType<Conversations['find']>>>;

interface Target {
  /** Of the message that is replaced; absent for a new one. */
  readonly activityId?: string;
  /** A crash in the middle of sending a new message leaves `sending` behind: it may have arrived. */
  readonly isCutOff: boolean;
}

async function targetOf(ports: DeliverPorts, { updatesKey, state }: Notification): Promise<Target> {
  const activityId =
    updatesKey === undefined ? undefined : await ports.notifications.activityIdOf(updatesKey);
  return activityId === undefined ? { isCutOff: state === 'sending' } : { activityId, isCutOff: false };
}

/** False when somebody else has taken the notification over. */
async function suspend(ports: DeliverPorts, notification: Notification): Promise<boolean> {
  const { isCutOff } = await targetOf(ports, notification);
  const isInDoubt = notification.isInDoubt || isCutOff;
  const suspended: Notification = { ...notification, state: 'suspended', isInDoubt };
  return ports.notifications.save(suspended, { detail: 'the bot is not in the conversation' });
}

/** False when somebody else has taken the notification over; then nothing was sent, or nothing is to be done. */
async function attempt(
  ports: DeliverPorts,
  conversation: KnownConversation,
  waiting: Notification,
): Promise<boolean> {
  const { activityId, isCutOff } = await targetOf(ports, waiting);
  const now = ports.clock.now();
  const sending: Notification = {
    ...waiting,
    state: 'sending',
    attempts: waiting.attempts + 1,
    firstAttemptAt: waiting.firstAttemptAt ?? now,
    isInDoubt: waiting.isInDoubt || isCutOff,
  };
  // Of several who want to send it, the first to count its attempt does.
  if (!(await ports.notifications.save(sending, { attemptsBefore: waiting.attempts }))) return false;
  const outcome = await ports.messenger.send(conversation, {
    content: sending.content,
    ...(sending.threadId === undefined ? {} : { threadId: sending.threadId }),
    ...(activityId === undefined ? {} : { activityId }),
    mayRepeat: sending.isInDoubt && activityId === undefined,
    shrinkStep: sending.shrinkStep,
  });
  const step = afterSend(sending, outcome, { now: ports.clock.now(), isUpdate: activityId !== undefined });
  const isOurs = await record(ports, sending, step);
  // After the retry is stored: a crash between the two only has the old card missed once more.
  if (isOurs && step.kind === 'retry' && step.postAnew && activityId !== undefined) {
    await ports.notifications.forgetActivityId(sending.updatesKey ?? sending.key, activityId);
  }
  return isOurs;
}

async function record(ports: DeliverPorts, sent: Notification, step: DeliveryStep): Promise<boolean> {
  const { key, conversationId, attempts } = sent;
  switch (step.kind) {
    case 'done':
      await ports.notifications.markDelivered(key, ports.clock.now(), step.activityId);
      ports.log.info({ key, conversationId, attempts }, 'notification delivered');
      return true;
    case 'retry': {
      const { at, isInDoubt, shrinkStep, detail } = step;
      const queued: Notification = { ...sent, state: 'queued', nextAttemptAt: at, isInDoubt, shrinkStep };
      const retryAt = new Date(at).toISOString();
      const fields = { key, conversationId, attempts, detail, retryAt, isInDoubt };
      ports.log.warn(fields, 'notification not delivered yet');
      return ports.notifications.save(queued, { detail });
    }
    case 'suspend': {
      const { detail } = step;
      if (!(await ports.notifications.save({ ...sent, state: 'suspended' }, { detail }))) return false;
      await ports.conversations.setSuspended(conversationId, true);
      ports.log.warn(
        { key, conversationId, attempts, detail },
        'conversation suspended: the bot was removed from it',
      );
      return true;
    }
    case 'park':
      return park(ports, sent, step.detail);
  }
}

async function park(ports: DeliverPorts, notification: Notification, detail: string): Promise<boolean> {
  const { key, conversationId, attempts } = notification;
  ports.log.error({ key, conversationId, attempts, detail }, 'notification parked: it is not sent any more');
  return ports.notifications.save({ ...notification, state: 'parked' }, { detail });
}
