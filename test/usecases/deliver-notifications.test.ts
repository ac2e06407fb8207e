// What reaches a conversation when sends go wrong, on the real stores; only Teams is scripted.
import { expect, test } from 'vitest';
import type { SendOutcome } from '../../src/domain/notification.ts';
import { createConversations } from '../../src/store/conversations.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { deliverNotifications } from '../../src/usecases/deliver-notifications.ts';
import type { Conversation, NewNotification, OutgoingMessage } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';
import { createRecordedLog } from '../teams/recorded-log.ts';

const CHANNEL: Conversation = {
  id: '19:general@thread.tacv2',
  kind: 'channel',
  tenantId: 'tenant',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  botId: '28:bot',
};
const CARD: NewNotification = {
  key: 'card',
  conversationId: CHANNEL.id,
  content: { kind: 'help', entries: [] },
};
const HOUR_MS = 3_600_000;
const DELIVERED: SendOutcome = { kind: 'delivered' };
const IN_DOUBT: SendOutcome = { kind: 'in-doubt', detail: '504' };
type Refused = Extract<SendOutcome, { kind: 'refused' }>;
const refused = (refusal: Refused['refusal']): SendOutcome => ({ kind: 'refused', refusal, detail: refusal });
const posted = (activityId: string): SendOutcome => ({ kind: 'delivered', activityId });

eachMigratedDatabase('delivering', (open) => {
  async function openBench() {
    const database = await open();
    const clock = createScriptedClock();
    const sent: OutgoingMessage[] = [];
    /** What Teams answers, one after another; `crash` ends the process in the middle of the send. */
    const outcomes: (SendOutcome | 'crash')[] = [];
    const ports = {
      conversations: createConversations(database),
      notifications: createNotifications(database),
      messenger: {
        send: async (_: Conversation, message: OutgoingMessage) => {
          sent.push(message);
          const outcome = outcomes.shift() ?? DELIVERED;
          if (outcome === 'crash') throw new Error('killed');
          return outcome;
        },
      },
      jobs: { enqueue: () => Promise.resolve() },
      clock,
      log: createRecordedLog(),
    };
    await ports.conversations.save(CHANNEL, clock.now());
    const owe = async (...notifications: Partial<NewNotification>[]) => {
      for (const each of notifications) await ports.notifications.add({ ...CARD, ...each }, clock.now());
    };
    const deliver = () => deliverNotifications(ports, CHANNEL.id);
    /** As the queue does, which runs a failed job again. */
    const deliverAfter = async (ms: number) => {
      await clock.advance(ms);
      await deliver().catch(() => undefined);
    };
    const repeats = () => sent.map(({ mayRepeat }) => mayRepeat);
    return { database, clock, ports, sent, outcomes, owe, deliver, deliverAfter, repeats };
  }

  test('who was held up while another instance delivered sends nothing', async () => {
    const { ports, sent, owe, deliver } = await openBench();
    await owe({});
    const { nextFor } = ports.notifications;
    let isHeldUp = true;
    const notifications = {
      ...ports.notifications,
      nextFor: async (conversationId: string) => {
        const next = await nextFor(conversationId);
        if (isHeldUp) await deliver();
        isHeldUp = false;
        return next;
      },
    };
    await deliverNotifications({ ...ports, notifications }, CHANNEL.id);
    expect(sent).toHaveLength(1);
  });

  test('who was held up does not park what another instance is sending', async () => {
    const { ports, sent, outcomes, owe, deliverAfter } = await openBench();
    await owe({});
    const messenger = {
      send: async () => {
        outcomes.push(refused('throttled'));
        await deliverAfter(0);
        return refused('invalid');
      },
    };
    await deliverNotifications({ ...ports, messenger }, CHANNEL.id);
    expect(await ports.notifications.nextFor(CHANNEL.id)).toMatchObject({ state: 'queued', attempts: 2 });
    await deliverAfter(60_000);
    expect(sent).toHaveLength(2);
  });

  test('a message that stays in doubt is repeated, marked, for two hours; then what follows has its turn', async () => {
    const { database, outcomes, owe, deliverAfter, repeats } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(IN_DOUBT, IN_DOUBT, IN_DOUBT, IN_DOUBT);
    for (let round = 0; round < 10; round++) await deliverAfter(HOUR_MS);
    expect(repeats()).toEqual([false, true, true, true, false]);
    expect(await database.query('select key, state, detail from pipebot.notifications order by key')).toEqual(
      [
        { key: 'card', state: 'parked', detail: '504' },
        { key: 'next', state: 'delivered', detail: null },
      ],
    );
  });

  test('a repeat in whose midst the process dies is repeated as well, marked: it may not have arrived', async () => {
    const { outcomes, owe, deliverAfter, repeats } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push('crash', 'crash');
    for (let round = 0; round < 10; round++) await deliverAfter(HOUR_MS);
    expect(repeats()).toEqual([false, true, true, false]);
  });

  test('an update in doubt is repeated until it is confirmed, unmarked', async () => {
    const { outcomes, owe, deliverAfter, repeats } = await openBench();
    await owe({}, { key: 'update', updatesKey: 'card' });
    outcomes.push(posted('a'), IN_DOUBT, IN_DOUBT, IN_DOUBT, posted('a'));
    for (let round = 0; round < 10; round++) await deliverAfter(HOUR_MS);
    expect(repeats()).toEqual([false, false, false, false, false]);
  });

  test('what was cut off just before the bot was removed is sent again as a repeat', async () => {
    const { ports, clock, outcomes, owe, deliver, deliverAfter, repeats } = await openBench();
    await owe({});
    outcomes.push('crash');
    await deliverAfter(0);
    await ports.conversations.setSuspended(CHANNEL.id, true);
    await deliver();
    await ports.conversations.setSuspended(CHANNEL.id, false);
    await ports.notifications.resume(CHANNEL.id, clock.now());
    await deliver();
    expect(repeats()).toEqual([false, true]);
  });

  test('a card that somebody deleted is posted anew once, and updated in place from then on', async () => {
    const { sent, outcomes, owe, deliver } = await openBench();
    await owe({}, { key: 'update-1', updatesKey: 'card' });
    outcomes.push(posted('old'), refused('not-found'), posted('new'));
    await deliver();
    await owe({ key: 'update-2', updatesKey: 'card' }, { key: 'update-3', updatesKey: 'card' });
    outcomes.push(posted('new'), posted('new'));
    await deliver();
    expect(sent.map(({ activityId }) => activityId)).toEqual([undefined, 'old', undefined, 'new', 'new']);
    expect(sent.some(({ mayRepeat }) => mayRepeat)).toBe(false);
  });

  test.each(['unauthorized', 'unreachable'] as const)(
    'nothing is given up however long Teams is %s',
    async (refusal) => {
      const { outcomes, owe, deliver, deliverAfter, sent, ports } = await openBench();
      await owe({});
      for (let day = 0; day < 5; day++) {
        outcomes.push(refused(refusal));
        await deliverAfter(24 * HOUR_MS);
      }
      await deliverAfter(HOUR_MS);
      await deliver();
      expect(sent).toHaveLength(6);
      expect(await ports.notifications.nextFor(CHANNEL.id)).toBeUndefined();
    },
  );

  test.each(['suspended', 'queued'] as const)(
    'what waited %s over a weekend survives its first hiccup',
    async (state) => {
      const { ports, clock, outcomes, owe, deliver, deliverAfter, repeats } = await openBench();
      await owe({});
      if (state === 'suspended') {
        outcomes.push(refused('removed'));
        await deliver();
      }
      await clock.advance(60 * HOUR_MS);
      await ports.conversations.setSuspended(CHANNEL.id, false);
      await ports.notifications.resume(CHANNEL.id, clock.now());
      outcomes.push(refused('throttled'), DELIVERED);
      await deliverAfter(0);
      await deliverAfter(HOUR_MS);
      expect(repeats()).toHaveLength(state === 'suspended' ? 3 : 2);
    },
  );

  test('what Teams only throttles is given up a day after the first attempt', async () => {
    const { database, outcomes, owe, deliverAfter } = await openBench();
    await owe({});
    for (let hour = 0; hour < 30; hour++) {
      outcomes.push(refused('throttled'));
      await deliverAfter(HOUR_MS);
    }
    expect(await database.query('select state, attempts from pipebot.notifications')).toEqual([
      { state: 'parked', attempts: 26 },
    ]);
  });
});
