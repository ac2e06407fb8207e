import { expect, test } from 'vitest';
import type { Notification } from '../../src/domain/notification.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import type { NewNotification } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { NOW, WATCH } from './examples.ts';

const GENERAL = '19:general@thread.tacv2';
const NEW: NewNotification = {
  key: 'watch-1:card',
  conversationId: GENERAL,
  content: { kind: 'watch', watch: WATCH },
};
const QUEUED: Notification = {
  ...NEW,
  isProgress: false,
  state: 'queued',
  attempts: 0,
  isInDoubt: false,
  shrinkStep: 0,
  createdAt: NOW,
  nextAttemptAt: NOW,
};

eachMigratedDatabase('the order of notifications', (open) => {
  async function openNotifications() {
    const database = await open();
    return { database, notifications: createNotifications(database) };
  }

  test('a conversation hears of things in the order in which they were added', async () => {
    const { notifications } = await openNotifications();
    const keys = ['c', 'a', 'b'];
    for (const [index, key] of keys.entries()) await notifications.add({ ...NEW, key }, NOW - index);
    await notifications.add({ ...NEW, key: '0', conversationId: 'a:1ada' }, NOW - 9);
    const heard: (string | undefined)[] = [];
    for (const _ of keys) {
      const next = await notifications.nextFor(GENERAL);
      heard.push(next?.key);
      await notifications.markDelivered(next?.key ?? '', NOW, undefined);
    }
    expect(heard).toEqual(keys);
    expect(await notifications.nextFor(GENERAL)).toBeUndefined();
  });

  test('nothing overtakes a notification that is being sent or has to be tried later', async () => {
    const { notifications } = await openNotifications();
    await notifications.add({ ...NEW, key: 'a' }, NOW);
    await notifications.add({ ...NEW, key: 'b' }, NOW);
    for (const state of ['sending', 'queued'] as const) {
      await notifications.save({ ...QUEUED, key: 'a', state, nextAttemptAt: NOW + 60_000 });
      expect((await notifications.nextFor(GENERAL))?.key).toBe('a');
    }
  });

  test.each(['suspended', 'parked'] as const)('a %s notification lets the next one pass', async (state) => {
    const { notifications } = await openNotifications();
    await notifications.add({ ...NEW, key: 'a' }, NOW);
    await notifications.add({ ...NEW, key: 'b' }, NOW);
    await notifications.save({ ...QUEUED, key: 'a', state }, { detail: 'the bot is gone' });
    expect((await notifications.nextFor(GENERAL))?.key).toBe('b');
  });

  test('when the bot is back, what was suspended there is sent, in the old order and as if never tried', async () => {
    const { notifications } = await openNotifications();
    for (const key of ['a', 'b', 'c', 'd']) await notifications.add({ ...NEW, key }, NOW);
    const other = { ...NEW, key: 'e', conversationId: 'a:1ada' };
    await notifications.add(other, NOW);
    const suspended = { ...QUEUED, state: 'suspended', attempts: 2, isInDoubt: true } as const;
    const tried = { ...suspended, firstAttemptAt: NOW - 1_000 };
    for (const key of ['a', 'b', 'e']) await notifications.save({ ...tried, key }, { attemptsBefore: 0 });
    await notifications.save({ ...QUEUED, key: 'c', state: 'parked' });
    expect(await notifications.resume(GENERAL, NOW + 5_000)).toBe(true);
    expect(await notifications.resume(GENERAL, NOW + 6_000)).toBe(false);
    expect(await notifications.nextFor(GENERAL)).toStrictEqual({
      ...suspended,
      key: 'a',
      state: 'queued',
      nextAttemptAt: NOW + 5_000,
    });
    for (const expected of ['a', 'b', 'd']) {
      expect((await notifications.nextFor(GENERAL))?.key).toBe(expected);
      await notifications.markDelivered(expected, NOW, undefined);
    }
    expect(await notifications.nextFor(GENERAL)).toBeUndefined();
    expect(await notifications.nextFor('a:1ada')).toBeUndefined();
  });

  test('conversations with something to send are listed once each, the longest waiting first', async () => {
    const { notifications } = await openNotifications();
    const add = (key: string, conversationId: string) =>
      notifications.add({ ...NEW, key, conversationId }, NOW);
    await add('9', 'z');
    await add('2', 'y');
    await add('3', 'z');
    for (const [index, state] of (['suspended', 'parked'] as const).entries()) {
      await add(`x${index}`, `x${index}`);
      await notifications.save({ ...QUEUED, key: `x${index}`, state });
    }
    await add('d', 'd');
    await notifications.markDelivered('d', NOW, undefined);
    await notifications.save({ ...QUEUED, key: '2', state: 'sending', nextAttemptAt: NOW + 60_000 });
    expect(await notifications.listPending()).toEqual(['z', 'y']);
  });
});
