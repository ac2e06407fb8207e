// Delivering as app.ts wires it, with a messenger that only tells what it would send. For processes and tests that
// share one PostgreSQL server.
import { systemClock } from '../../src/clock.ts';
import type { JobQueue, QueueOptions } from '../../src/jobs/queue.ts';
import { createConversations } from '../../src/store/conversations.ts';
import type { Database } from '../../src/store/database.ts';
import { createDeliveryTurns } from '../../src/store/delivery-turns.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { deliverNotifications } from '../../src/usecases/deliver-notifications.ts';
import type { JobPayloads } from '../../src/usecases/ports.ts';

export interface Sent {
  /** As it was given to `owe`. */
  readonly key: string;
  readonly conversationId: string;
  readonly mayRepeat: boolean;
}

export function createDelivery(database: Database, onSend: (sent: Sent) => Promise<void>) {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const queueOptions: QueueOptions<JobPayloads> = {
    database,
    clock: systemClock,
    names: ['deliver'],
    onError: (error) => process.stderr.write(`${error}\n`),
  };
  const notifications = createNotifications(database);
  const conversations = createConversations(database);
  return {
    queueOptions,
    bind(queue: JobQueue<JobPayloads>): void {
      const ports = {
        ...{ conversations, notifications, log, clock: systemClock, jobs: queue },
        turns: createDeliveryTurns(database),
        transactions: database,
        messenger: {
          send: async (
            { id }: { readonly id: string },
            { content, mayRepeat }: { readonly content: object; readonly mayRepeat: boolean },
          ) => {
            await onSend({ key: String(Reflect.get(content, 'entries')), conversationId: id, mayRepeat });
            return { kind: 'delivered' } as const;
          },
        },
      };
      // One at a time, so that who is busy leaves the next job to others.
      queue.work('deliver', ({ conversationId }) => deliverNotifications(ports, conversationId), {
        concurrency: 1,
      });
    },
    /** Owes notifications to a conversation, which becomes known with the first. */
    async owe(queue: JobQueue<JobPayloads>, conversationId: string, keys: readonly string[]): Promise<void> {
      const place = {
        tenantId: 'tenant',
        serviceUrl: 'https://smba.trafficmanager.net/emea/',
        botId: '28:b',
      };
      await conversations.save({ id: conversationId, kind: 'personal', ...place }, systemClock.now());
      for (const key of keys) {
        const content = { kind: 'help', entries: [key] as never[] } as const;
        const notification = { key: `${conversationId}:${key}`, conversationId, content };
        await notifications.add(notification, systemClock.now());
      }
      await queue.enqueue('deliver', { conversationId }, { key: conversationId });
    },
  };
}
