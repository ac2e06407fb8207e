// Delivering to one channel on the real stores, with Teams scripted: what it answers, and what happens meanwhile.
import type { SendOutcome } from '../../src/domain/notification.ts';
import { createConversations } from '../../src/store/conversations.ts';
import type { Database } from '../../src/store/database.ts';
import { createDeliveryTurns } from '../../src/store/delivery-turns.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { type DeliverPorts, deliverNotifications } from '../../src/usecases/deliver-notifications.ts';
import type { Conversation, NewNotification, OutgoingMessage } from '../../src/usecases/ports.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';
import { createRecordedLog } from '../teams/recorded-log.ts';

export const CHANNEL: Conversation = {
  id: '19:general@thread.tacv2',
  kind: 'channel',
  tenantId: 'tenant',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  botId: '28:bot',
};
export const CARD: NewNotification = {
  key: 'card',
  conversationId: CHANNEL.id,
  content: { kind: 'help', entries: [] },
};
export const HOUR_MS = 3_600_000;
export const DELIVERED: SendOutcome = { kind: 'delivered' };
export const IN_DOUBT: SendOutcome = { kind: 'in-doubt', detail: '504' };
type Refused = Extract<SendOutcome, { kind: 'refused' }>;
export const refused = (refusal: Refused['refusal']): SendOutcome => ({
  kind: 'refused',
  refusal,
  detail: refusal,
});
export const posted = (activityId: string): SendOutcome => ({ kind: 'delivered', activityId });

export async function openDeliveryBench(database: Database) {
  const clock = createScriptedClock();
  const sent: (OutgoingMessage & { readonly at: number; readonly until?: number | undefined })[] = [];
  /** What Teams answers, one after another; `crash` ends the process in the middle of the send. */
  const outcomes: (SendOutcome | 'crash' | (() => Promise<SendOutcome>))[] = [];
  const enqueued: (number | undefined)[] = [];
  const ports: DeliverPorts = {
    conversations: createConversations(database),
    notifications: createNotifications(database),
    turns: createDeliveryTurns(database),
    transactions: database,
    messenger: {
      send: async (_: Conversation, message: OutgoingMessage, until?: number) => {
        sent.push({ ...message, at: clock.now(), until });
        const outcome = outcomes.shift() ?? DELIVERED;
        if (outcome === 'crash') throw new Error('killed');
        return typeof outcome === 'function' ? outcome() : outcome;
      },
    },
    jobs: {
      enqueue: async (_name, _payload, options) => void enqueued.push(options?.runAt),
    },
    clock,
    log: createRecordedLog(),
  };
  await ports.conversations.save(CHANNEL, clock.now());
  const deliver = (change: Partial<DeliverPorts> = {}) =>
    deliverNotifications({ ...ports, ...change }, CHANNEL.id);
  return {
    database,
    clock,
    ports,
    sent,
    outcomes,
    /** When the jobs that were left are to run. */
    enqueued,
    deliver,
    owe: async (...notifications: Partial<NewNotification>[]) => {
      for (const each of notifications) await ports.notifications.add({ ...CARD, ...each }, clock.now());
    },
    /** As the queue does, which runs a failed job again. */
    deliverAfter: async (ms: number) => {
      await clock.advance(ms);
      await deliver().catch(() => undefined);
    },
    repeats: () => sent.map(({ mayRepeat }) => mayRepeat),
    states: async () => {
      const sql = 'select key, state from pipebot.notifications order by sequence';
      const rows = await database.query<{ key: string; state: string }>(sql);
      return Object.fromEntries(rows.map(({ key, state }) => [key, state]));
    },
  };
}
