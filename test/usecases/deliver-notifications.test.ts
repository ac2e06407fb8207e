// What reaches a conversation when sends go wrong, on the real stores; only Teams is scripted.
import { expect, test } from 'vitest';
import { deliverNotifications } from '../../src/usecases/deliver-notifications.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import {
  CHANNEL,
  DELIVERED,
  HOUR_MS,
  IN_DOUBT,
  openDeliveryBench,
  posted,
  refused,
} from './delivery-bench.ts';

eachMigratedDatabase('delivering', (open) => {
  const openBench = async () => openDeliveryBench(await open());

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

  test('an update of a card that stays gone is posted anew once and then parked', async () => {
    const { sent, outcomes, owe, deliver, states } = await openBench();
    await owe({}, { key: 'update', updatesKey: 'card' }, { key: 'next' });
    outcomes.push(posted('old'), refused('not-found'), refused('not-found'));
    await deliver();
    expect(sent.map(({ activityId }) => activityId)).toEqual([undefined, 'old', undefined, undefined]);
    expect(await states()).toEqual({ card: 'delivered', update: 'parked', next: 'delivered' });
  });

  test('a reply goes into the thread of the message it replies to, in whichever card that lives now', async () => {
    const { sent, outcomes, owe, deliver } = await openBench();
    await owe({}, { key: 'reply-1', repliesToKey: 'card' });
    outcomes.push(posted('old'));
    await deliver();
    await owe({ key: 'update', updatesKey: 'card' }, { key: 'reply-2', repliesToKey: 'card' });
    outcomes.push(refused('not-found'), posted('new'));
    await deliver();
    expect(sent.map(({ threadId }) => threadId)).toEqual([undefined, 'old', undefined, undefined, 'new']);
  });

  test('a reply to what was never delivered, or in a chat, is an ordinary message', async () => {
    const { ports, clock, sent, outcomes, owe, deliver } = await openBench();
    await owe({}, { key: 'reply-1', repliesToKey: 'card' }, { key: 'reply-2', repliesToKey: 'unknown' });
    outcomes.push(refused('invalid'), posted('reply'));
    await deliver();
    const chat = { ...CHANNEL, id: 'a:1ada', kind: 'personal' } as const;
    await ports.conversations.save(chat, clock.now());
    await owe({ key: 'chat', conversationId: chat.id, repliesToKey: 'reply-1' });
    await deliverNotifications(ports, chat.id);
    expect(sent.map(({ threadId }) => threadId)).toEqual(Array(4).fill(undefined));
  });

  test('a reply whose thread is gone is posted as an ordinary message, unmarked', async () => {
    const { ports, sent, outcomes, owe, deliver, states } = await openBench();
    await owe({}, { key: 'reply', repliesToKey: 'card' });
    outcomes.push(posted('old'), refused('not-found'));
    await deliver();
    expect(sent.map(({ threadId }) => threadId)).toEqual([undefined, 'old', undefined]);
    expect(sent.some(({ mayRepeat }) => mayRepeat)).toBe(false);
    expect(await states()).toEqual({ card: 'delivered', reply: 'delivered' });
    expect(await ports.notifications.activityIdOf('card')).toBeUndefined();
  });

  test('a card that is too large is made smaller twice, then parked', async () => {
    const { sent, outcomes, owe, deliver, states } = await openBench();
    await owe({});
    outcomes.push(refused('too-large'), refused('too-large'), refused('too-large'));
    await deliver();
    expect(sent.map(({ shrinkStep }) => shrinkStep)).toEqual([0, 1, 2]);
    expect(await states()).toEqual({ card: 'parked' });
  });

  test('what Teams refuses for good is parked, with the reason, and lets the next one pass', async () => {
    const { database, outcomes, owe, deliver, states } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(refused('invalid'));
    await deliver();
    expect(await states()).toEqual({ card: 'parked', next: 'delivered' });
    const sql = "select detail from pipebot.notifications where key = 'card'";
    expect(await database.query(sql)).toEqual([{ detail: 'invalid' }]);
  });

  test('when the bot was removed nothing more is tried until it is back', async () => {
    const { ports, clock, sent, outcomes, owe, deliver, states } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(refused('removed'));
    await deliver();
    await clock.advance(HOUR_MS);
    await owe({ key: 'later' });
    await deliver();
    expect(sent).toHaveLength(1);
    expect(await states()).toEqual({ card: 'suspended', next: 'suspended', later: 'suspended' });
    await ports.conversations.setSuspended(CHANNEL.id, false);
    await ports.notifications.resume(CHANNEL.id, clock.now());
    await deliver();
    expect(await states()).toEqual({ card: 'delivered', next: 'delivered', later: 'delivered' });
  });

  test('what Teams throttles waits for as long as it says, and everything behind it as well', async () => {
    const { clock, sent, outcomes, enqueued, owe, deliver } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push({ kind: 'refused', refusal: 'throttled', detail: '429', retryAfterMs: 7_000 });
    await deliver();
    expect(sent).toHaveLength(1);
    expect(enqueued).toEqual([clock.now() + 7_000]);
    await clock.advance(6_999);
    await deliver();
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    await deliver();
    expect(sent).toHaveLength(3);
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
