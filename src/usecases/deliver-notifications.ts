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
    if (!conversation || conversation.isSuspended) {
      await ports.notifications.save(
        { ...notification, state: 'suspended' },
        'the bot is not in the conversation',
      );
      continue;
    }
    await attempt(ports, conversation, notification);
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

async function attempt(
  ports: DeliverPorts,
  conversation: KnownConversation,
  waiting: Notification,
): Promise<void> {
  const activityId =
    waiting.updatesKey === undefined ? undefined : await ports.notifications.activityIdOf(waiting.updatesKey);
  // A crash in the middle of a send leaves `sending` behind: it may have arrived.
  const wasCutOff = waiting.state === 'sending' && activityId === undefined;
  const sending: Notification = {
    ...waiting,
    state: 'sending',
    attempts: waiting.attempts + 1,
    isInDoubt: waiting.isInDoubt || wasCutOff,
  };
  await ports.notifications.save(sending);
  const outcome = await ports.messenger.send(conversation, {
    content: sending.content,
    ...(sending.threadId === undefined ? {} : { threadId: sending.threadId }),
    ...(activityId === undefined ? {} : { activityId }),
    mayRepeat: sending.isInDoubt && activityId === undefined,
    shrinkStep: sending.shrinkStep,
  });
  const step = afterSend(sending, outcome, { now: ports.clock.now(), isUpdate: activityId !== undefined });
  await record(ports, sending, { step, detail: outcome.kind === 'delivered' ? undefined : outcome.detail });
}

async function record(
  ports: DeliverPorts,
  notification: Notification,
  { step, detail }: { readonly step: DeliveryStep; readonly detail: string | undefined },
): Promise<void> {
  const { key, conversationId, attempts } = notification;
  const fields = { key, conversationId, attempts, detail };
  switch (step.kind) {
    case 'done':
      await ports.notifications.markDelivered(key, ports.clock.now(), step.activityId);
      ports.log.info({ key, conversationId, attempts }, 'notification delivered');
      return;
    case 'retry': {
      const { updatesKey, ...withoutCard } = notification;
      const next = step.postAnew || updatesKey === undefined ? withoutCard : { ...withoutCard, updatesKey };
      const { at, isInDoubt, shrinkStep } = step;
      await ports.notifications.save(
        { ...next, state: 'queued', nextAttemptAt: at, isInDoubt, shrinkStep },
        detail,
      );
      ports.log.warn(
        { ...fields, retryAt: new Date(at).toISOString(), isInDoubt },
        'notification not delivered yet',
      );
      return;
    }
    case 'suspend':
      await ports.notifications.save({ ...notification, state: 'suspended' }, detail);
      await ports.conversations.setSuspended(conversationId, true);
      ports.log.warn(fields, 'conversation suspended: the bot was removed from it');
      return;
    case 'park':
      await ports.notifications.save({ ...notification, state: 'parked' }, detail);
      ports.log.error(fields, 'notification parked: it cannot be delivered');
      return;
  }
}
