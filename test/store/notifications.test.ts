import { expect, test } from 'vitest';
import type { Content } from '../../src/domain/content.ts';
import type { Notification } from '../../src/domain/notification.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import type { NewNotification } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { ALERT, BUILD, longKey, NOW, ODD_STRINGS, race, WATCH } from './examples.ts';

const GENERAL = '19:general@thread.tacv2';
const CONTENT: Content = { kind: 'watch-ended', watch: WATCH, build: BUILD, mentions: WATCH.askers };
const NEW: NewNotification = { key: 'watch-1:ended', conversationId: GENERAL, content: CONTENT };
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

function saying(typed: string): Content {
  return { kind: 'remark', remark: { code: 'service-unknown', typed, suggestions: [typed] } };
}

eachMigratedDatabase('notifications', (open) => {
  async function openNotifications() {
    const database = await open();
    return { database, notifications: createNotifications(database) };
  }

  test.each([
    ['a message of its own', NEW],
    ['an update in a thread', { ...NEW, updatesKey: 'reply:1', threadId: '1700000000000' }],
    ['a progress', { ...NEW, updatesKey: 'reply:1', isProgress: true }],
    ['a reply', { ...NEW, repliesToKey: 'reply:1' }],
  ])('%s comes back as it was added, queued for now', async (_, notification) => {
    const { notifications } = await openNotifications();
    await notifications.add(notification, NOW);
    expect(await notifications.nextFor(GENERAL)).toStrictEqual({ ...QUEUED, ...notification });
  });

  test('notifications with odd content are stored', async () => {
    const { notifications } = await openNotifications();
    for (const { name, given, stored } of ODD_STRINGS) {
      await notifications.add({ ...NEW, key: name, content: saying(given) }, NOW);
      const next = await notifications.nextFor(GENERAL);
      expect(next?.content, name).toEqual(saying(stored));
      await notifications.save({ ...QUEUED, key: name }, { detail: given });
      await notifications.markDelivered(name, NOW, given);
      expect(await notifications.activityIdOf(name), name).toBe(stored);
    }
  });

  test('content keeps names that objects have by themselves', async () => {
    const { notifications } = await openNotifications();
    const content = JSON.parse('{"kind":"remark","__proto__":{"code":1},"constructor":null}');
    await notifications.add({ ...NEW, content }, NOW);
    const stored = (await notifications.nextFor(GENERAL))?.content;
    expect(Object.entries(stored ?? {}).toSorted()).toEqual(Object.entries(content).toSorted());
  });

  test('keys too long for an index are stored, updated and kept apart', async () => {
    const { notifications } = await openNotifications();
    await notifications.add({ ...NEW, key: longKey('one'), conversationId: longKey('general') }, NOW);
    await notifications.add({ ...NEW, key: longKey('two'), updatesKey: longKey('one') }, NOW);
    const first = await notifications.nextFor(longKey('general'));
    await notifications.markDelivered(first?.key ?? '', NOW, 'activity-1');
    expect(await notifications.nextFor(longKey('general'))).toBeUndefined();
    const update = await notifications.nextFor(GENERAL);
    expect(await notifications.activityIdOf(update?.updatesKey ?? '')).toBe('activity-1');
  });

  test('nobody is told twice under one key, whatever became of the first', async () => {
    const { notifications } = await openNotifications();
    await notifications.add(NEW, NOW);
    await notifications.add({ ...NEW, content: saying('other') }, NOW + 1);
    expect(await notifications.nextFor(GENERAL)).toEqual(QUEUED);
    await notifications.markDelivered(NEW.key, NOW, undefined);
    await notifications.add(NEW, NOW + 2);
    expect(await notifications.nextFor(GENERAL)).toBeUndefined();
  });

  test('two who notice the same thing at once tell it once', async () => {
    const { database, notifications } = await openNotifications();
    await race(database, {
      first: () => notifications.add(NEW, NOW),
      meanwhile: () => Promise.resolve(),
      second: () => notifications.add({ ...NEW, content: saying('other') }, NOW),
    });
    await notifications.markDelivered(NEW.key, NOW, undefined);
    expect(await notifications.nextFor(GENERAL)).toBeUndefined();
  });

  test('what was found out by an attempt is kept', async () => {
    const { notifications } = await openNotifications();
    await notifications.add({ ...NEW, updatesKey: 'reply:1' }, NOW);
    const tried: Notification = {
      ...QUEUED,
      state: 'sending',
      attempts: 3,
      isInDoubt: true,
      shrinkStep: 2,
      firstAttemptAt: NOW + 1_000,
      nextAttemptAt: NOW + 8_000,
      updatesKey: 'reply:1',
    };
    expect(await notifications.save(tried, { attemptsBefore: 0 })).toBe(true);
    expect(await notifications.nextFor(GENERAL)).toStrictEqual(tried);
  });

  test('of two who want to make the same attempt only the first does', async () => {
    const { database, notifications } = await openNotifications();
    await notifications.add(NEW, NOW);
    const attempt: Notification = { ...QUEUED, state: 'sending', attempts: 1 };
    const begin = () => notifications.save(attempt, { attemptsBefore: 0 });
    const begun: boolean[] = [];
    const second = await race(database, {
      first: async () => begun.push(await begin()),
      meanwhile: () => Promise.resolve(),
      second: begin,
    });
    expect([...begun, second]).toEqual([true, false]);
  });

  test('who was held up changes nothing about an attempt that somebody else has begun', async () => {
    const { notifications } = await openNotifications();
    await notifications.add(NEW, NOW);
    const theirs: Notification = { ...QUEUED, state: 'sending', attempts: 2 };
    await notifications.save({ ...QUEUED, state: 'sending', attempts: 1 }, { attemptsBefore: 0 });
    await notifications.save(theirs, { attemptsBefore: 1 });
    expect(await notifications.save({ ...QUEUED, state: 'parked', attempts: 1 })).toBe(false);
    expect(await notifications.nextFor(GENERAL)).toStrictEqual(theirs);
  });

  test('a card that was posted anew is the one that is updated from then on', async () => {
    const { notifications } = await openNotifications();
    const update = { ...NEW, key: 'update', updatesKey: 'card' };
    for (const each of [{ ...NEW, key: 'card' }, update, { ...NEW, key: 'other' }])
      await notifications.add(each, NOW);
    for (const key of ['card', 'other']) await notifications.markDelivered(key, NOW, `first-${key}`);
    await notifications.forgetActivityId('card', 'one of earlier');
    expect(await notifications.activityIdOf('card')).toBe('first-card');
    await notifications.forgetActivityId('card', 'first-card');
    expect(await notifications.activityIdOf('card')).toBeUndefined();
    await notifications.markDelivered('update', NOW, 'second-card');
    expect(await notifications.activityIdOf('card')).toBe('second-card');
    expect(await notifications.activityIdOf('other')).toBe('first-other');
  });

  test('an update whose activity id is not known leaves the card its own', async () => {
    const { notifications } = await openNotifications();
    for (const each of [NEW, { ...NEW, key: 'update', updatesKey: NEW.key }])
      await notifications.add(each, NOW);
    await notifications.markDelivered(NEW.key, NOW, 'activity-1');
    await notifications.markDelivered('update', NOW, undefined);
    expect(await notifications.activityIdOf(NEW.key)).toBe('activity-1');
  });

  test('why the last attempt failed stays known until another one fails', async () => {
    const { database, notifications } = await openNotifications();
    const detail = () => database.query('select detail from pipebot.notifications');
    await notifications.add(NEW, NOW);
    await notifications.save(QUEUED, { detail: '429' });
    await notifications.save({ ...QUEUED, state: 'sending' });
    expect(await detail()).toEqual([{ detail: '429' }]);
    await notifications.save(QUEUED, { detail: '503' });
    expect(await detail()).toEqual([{ detail: '503' }]);
  });

  test('a delivered notification stays delivered, under its first activity id', async () => {
    const { notifications } = await openNotifications();
    await notifications.add(NEW, NOW);
    expect(await notifications.activityIdOf(NEW.key)).toBeUndefined();
    await notifications.markDelivered(NEW.key, NOW, 'activity-1');
    await notifications.markDelivered(NEW.key, NOW + 1, undefined);
    expect(await notifications.save(QUEUED, { detail: 'a process that was held up' })).toBe(false);
    await notifications.resume(GENERAL, NOW);
    expect(await notifications.nextFor(GENERAL)).toBeUndefined();
    expect(await notifications.activityIdOf(NEW.key)).toBe('activity-1');
    expect(await notifications.activityIdOf('unknown')).toBeUndefined();
  });

  test('what was delivered or given up before a time is forgotten, and nothing that is still owed', async () => {
    const { database, notifications } = await openNotifications();
    for (const key of ['old', 'new', 'parked', 'suspended', 'queued']) {
      await notifications.add({ ...NEW, key }, NOW - 10_000);
    }
    await notifications.add({ ...NEW, key: 'superseded', updatesKey: 'old', isProgress: true }, NOW - 10_000);
    await notifications.add({ ...NEW, key: 'update', updatesKey: 'old' }, NOW - 10_000);
    expect(await database.query("select key from pipebot.notifications where state = 'superseded'")).toEqual([
      { key: 'superseded' },
    ]);
    await notifications.markDelivered('old', NOW - 1, 'activity-old');
    await notifications.markDelivered('new', NOW, 'activity-new');
    await notifications.save({ ...QUEUED, key: 'parked', state: 'parked' });
    await notifications.save({ ...QUEUED, key: 'suspended', state: 'suspended' });
    await notifications.deleteBefore(NOW);
    await notifications.resume(GENERAL, NOW);
    expect(await notifications.activityIdOf('old')).toBeUndefined();
    expect(await notifications.activityIdOf('new')).toBe('activity-new');
    // Whether a key is still known shows in whether it can be added again.
    for (const key of ['suspended', 'queued', 'update', 'parked', 'superseded'])
      await notifications.add({ ...NEW, key, conversationId: 'again' }, NOW);
    for (const key of ['parked', 'superseded']) {
      expect((await notifications.nextFor('again'))?.key).toBe(key);
      await notifications.markDelivered(key, NOW, undefined);
    }
    expect(await notifications.nextFor('again')).toBeUndefined();
  });

  test('the card of an alert is known for as long as the alert', async () => {
    const { database, notifications } = await openNotifications();
    for (const key of ['card', 'other']) {
      await notifications.add({ ...NEW, key, conversationId: ALERT.conversationId }, NOW - 10_000);
      await notifications.markDelivered(key, NOW - 1, `activity-of-${key}`);
    }
    await createAlerts(database).save({ ...ALERT, isOpen: true, cardKey: 'card' }, NOW);
    await notifications.deleteBefore(NOW);
    expect(await notifications.activityIdOf('card')).toBe('activity-of-card');
    expect(await notifications.activityIdOf('other')).toBeUndefined();
  });
});
