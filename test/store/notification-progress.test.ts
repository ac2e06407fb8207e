// What a newer state of a card makes needless, and what is told of a conversation's last notification.
import { expect, test } from 'vitest';
import type { Notification } from '../../src/domain/notification.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import type { NewNotification } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { NOW, race, WATCH } from './examples.ts';

const GENERAL = '19:general@thread.tacv2';
const CARD: NewNotification = {
  key: 'card',
  conversationId: GENERAL,
  content: { kind: 'watch', watch: WATCH },
};
const UPDATE: NewNotification = { ...CARD, key: 'update', updatesKey: 'card' };
const PROGRESS: NewNotification = { ...UPDATE, key: 'progress', isProgress: true };

eachMigratedDatabase('superseded progress', (open) => {
  async function openNotifications() {
    const database = await open();
    const notifications = createNotifications(database);
    /** As it is stored now. */
    async function stored(key: string): Promise<Notification> {
      const next = await notifications.nextFor(GENERAL);
      if (next?.key !== key) throw new Error(`${key} is not the next`);
      return next;
    }
    async function states() {
      const sql = 'select key, state from pipebot.notifications order by sequence';
      const rows = await database.query<{ key: string; state: string }>(sql);
      return Object.fromEntries(rows.map(({ key, state }) => [key, state]));
    }
    return { database, notifications, stored, states };
  }

  test('waits no longer when a newer state of the same card comes, progress or final', async () => {
    const { notifications, states } = await openNotifications();
    await notifications.add(PROGRESS, NOW);
    await notifications.add({ ...PROGRESS, key: 'progress-2' }, NOW);
    expect(await states()).toEqual({ progress: 'superseded', 'progress-2': 'queued' });
    await notifications.add(UPDATE, NOW);
    expect(await states()).toEqual({
      progress: 'superseded',
      'progress-2': 'superseded',
      update: 'queued',
    });
    expect((await notifications.nextFor(GENERAL))?.key).toBe('update');
    expect(await notifications.listPending()).toEqual([GENERAL]);
  });

  test('that was held back while the bot was away is not told one by one', async () => {
    const { notifications, stored, states } = await openNotifications();
    const all = [
      PROGRESS,
      { ...PROGRESS, key: 'news', isProgress: false },
      { ...PROGRESS, key: 'progress-2' },
    ];
    for (const each of [...all, { ...PROGRESS, key: 'progress-3' }]) {
      await notifications.add(each, NOW);
      await notifications.save({ ...(await stored(each.key)), state: 'suspended' });
    }
    expect(await notifications.resume(GENERAL, NOW)).toBe(true);
    expect(await states()).toEqual({
      ...{ progress: 'superseded', news: 'queued', 'progress-2': 'superseded', 'progress-3': 'queued' },
    });
  });

  test('is none that tells of an end, of another card, or of no card', async () => {
    const { notifications, states } = await openNotifications();
    await notifications.add({ ...PROGRESS, key: 'other-card', updatesKey: 'other' }, NOW);
    await notifications.add({ ...CARD, key: 'no-card', isProgress: true }, NOW);
    await notifications.add({ ...UPDATE, key: 'end' }, NOW);
    await notifications.add(UPDATE, NOW);
    await notifications.add({ ...CARD, key: 'message' }, NOW);
    expect(new Set(Object.values(await states()))).toEqual(new Set(['queued']));
  });

  test('is none that is being sent, or that may have been posted as a message of its own', async () => {
    const { notifications, stored, states } = await openNotifications();
    await notifications.add(PROGRESS, NOW);
    const sending = { ...(await stored('progress')), state: 'sending', attempts: 1 } as const;
    await notifications.save(sending, { attemptsBefore: 0 });
    await notifications.add({ ...PROGRESS, key: 'progress-2' }, NOW);
    expect(await states()).toMatchObject({ progress: 'sending' });
    await notifications.save({ ...sending, state: 'queued', isInDoubt: true });
    await notifications.add({ ...PROGRESS, key: 'progress-3' }, NOW);
    expect(await states()).toEqual({
      progress: 'queued',
      'progress-2': 'superseded',
      'progress-3': 'queued',
    });
  });

  test('stays when the newer state is known already', async () => {
    const { notifications, states } = await openNotifications();
    await notifications.add(UPDATE, NOW);
    await notifications.add(PROGRESS, NOW);
    await notifications.add(UPDATE, NOW + 1);
    expect(await states()).toEqual({ update: 'queued', progress: 'queued' });
  });

  test('is not sent by somebody who had read it before, and one of which the sending has begun is not superseded', async () => {
    const { database, notifications, stored, states } = await openNotifications();
    await notifications.add(PROGRESS, NOW);
    const read = await stored('progress');
    const begin = () => notifications.save({ ...read, state: 'sending', attempts: 1 }, { attemptsBefore: 0 });
    const begun = await race(database, {
      first: () => notifications.add(UPDATE, NOW),
      meanwhile: () => Promise.resolve(),
      second: begin,
    });
    expect(begun).toBe(false);
    expect(await states()).toMatchObject({ progress: 'superseded' });

    await notifications.add({ ...PROGRESS, key: 'next', updatesKey: 'other' }, NOW);
    await notifications.markDelivered('update', NOW, 'activity-1');
    const next = await stored('next');
    await race(database, {
      first: () => notifications.save({ ...next, state: 'sending', attempts: 1 }, { attemptsBefore: 0 }),
      meanwhile: () => Promise.resolve(),
      second: () => notifications.add({ ...UPDATE, key: 'end', updatesKey: 'other' }, NOW),
    });
    expect(await states()).toMatchObject({ next: 'sending', end: 'queued' });
  });

  test('comes back neither by a late writer nor when the bot is back', async () => {
    const { notifications, stored, states } = await openNotifications();
    await notifications.add(PROGRESS, NOW);
    const read = await stored('progress');
    await notifications.add(UPDATE, NOW);
    expect(await notifications.save({ ...read, state: 'suspended' })).toBe(false);
    await notifications.resume(GENERAL, NOW);
    expect(await states()).toMatchObject({ progress: 'superseded' });
  });
});

eachMigratedDatabase('the last notification of a conversation', (open) => {
  test('is none where nothing was ever said', async () => {
    const notifications = createNotifications(await open());
    await notifications.add({ ...CARD, conversationId: 'a:1ada' }, NOW);
    expect(await notifications.lastOf(GENERAL)).toBeUndefined();
  });

  test('is the newest, with what became of it and when', async () => {
    const notifications = createNotifications(await open());
    await notifications.add(CARD, NOW);
    await notifications.add({ ...CARD, key: 'next' }, NOW + 1);
    await notifications.markDelivered('card', NOW + 2_000, 'activity-1');
    await notifications.markDelivered('next', NOW + 3_000, 'activity-2');
    expect(await notifications.lastOf(GENERAL)).toStrictEqual({
      state: 'delivered',
      isInDoubt: false,
      attempts: 0,
      at: NOW + 3_000,
    });
  });

  test('is the one that all others wait for, with why it waits', async () => {
    const notifications = createNotifications(await open());
    await notifications.add(CARD, NOW);
    const first = await notifications.nextFor(GENERAL);
    if (!first) throw new Error('nothing is owed');
    const tried: Notification = { ...first, attempts: 3, isInDoubt: true, firstAttemptAt: NOW + 5_000 };
    await notifications.save(tried, { attemptsBefore: 0, detail: '504 GatewayTimeout' });
    await notifications.add({ ...CARD, key: 'next' }, NOW + 60_000);
    expect(await notifications.lastOf(GENERAL)).toStrictEqual({
      state: 'queued',
      isInDoubt: true,
      attempts: 3,
      at: NOW + 5_000,
      detail: '504 GatewayTimeout',
    });
  });

  test('is never a superseded one', async () => {
    const notifications = createNotifications(await open());
    await notifications.add({ ...CARD, key: 'first' }, NOW);
    await notifications.markDelivered('first', NOW, 'activity-1');
    await notifications.add(PROGRESS, NOW);
    await notifications.add(UPDATE, NOW);
    const update = await notifications.nextFor(GENERAL);
    if (!update) throw new Error('nothing is owed');
    await notifications.save({ ...update, state: 'parked' }, { detail: '400 BadArgument' });
    expect(await notifications.lastOf(GENERAL)).toMatchObject({ state: 'parked' });
  });
});
