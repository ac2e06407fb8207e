import { expect, test } from 'vitest';
import type { Mute } from '../../src/domain/mute.ts';
import { createMutes } from '../../src/store/mutes.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const MUTE: Mute = {
  conversationId: '19:general@thread.tacv2',
  service: 'payments',
  until: NOW + 1,
  by: { id: '29:ada', name: 'Ada' },
};
const { conversationId: CONVERSATION } = MUTE;

eachMigratedDatabase('mutes', (open) => {
  async function openMutes() {
    const database = await open();
    return { database, mutes: createMutes(database) };
  }

  test('a mute comes back as it was saved, until its time has come', async () => {
    const { mutes } = await openMutes();
    await mutes.save(MUTE);
    expect(await mutes.list(CONVERSATION, NOW)).toStrictEqual([MUTE]);
    expect(await mutes.list(CONVERSATION, NOW + 1)).toEqual([]);
    expect(await mutes.list('19:other', NOW)).toEqual([]);
  });

  test('who mutes the same again replaces the mute, be it by a shorter one', async () => {
    const { mutes } = await openMutes();
    await mutes.save({ ...MUTE, until: NOW + 9, by: { id: '29:bob', name: 'Bob' } });
    await mutes.save(MUTE);
    expect(await mutes.list(CONVERSATION, NOW)).toStrictEqual([MUTE]);
  });

  test('mutes are listed by service', async () => {
    const { mutes } = await openMutes();
    for (const service of ['search', '*', 'payments', 'Search']) await mutes.save({ ...MUTE, service });
    const services = (await mutes.list(CONVERSATION, NOW)).map(({ service }) => service);
    expect(services).toEqual(['*', 'Search', 'payments', 'search']);
  });

  test('a mute is removed once, and only while it counts', async () => {
    const { mutes } = await openMutes();
    await mutes.save(MUTE);
    expect(await mutes.remove(CONVERSATION, 'search', NOW)).toBe(false);
    expect(await mutes.remove('19:other', 'payments', NOW)).toBe(false);
    expect(await mutes.remove(CONVERSATION, 'payments', NOW)).toBe(true);
    expect(await mutes.remove(CONVERSATION, 'payments', NOW)).toBe(false);
    await mutes.save(MUTE);
    expect(await mutes.remove(CONVERSATION, 'payments', NOW + 1)).toBe(false);
  });

  test('odd texts and names too long for an index are stored', async () => {
    const { mutes } = await openMutes();
    for (const { name, given, stored } of ODD_STRINGS) {
      const conversationId = longKey(name);
      await mutes.save({ ...MUTE, conversationId, service: given, by: { id: given, name: given } });
      const [mute] = await mutes.list(conversationId, NOW);
      expect(mute?.by, name).toEqual({ id: stored, name: stored });
      expect(await mutes.remove(conversationId, given, NOW), name).toBe(true);
    }
  });

  test('of two who remove the same one at once, one has removed it', async () => {
    const { database, mutes } = await openMutes();
    await mutes.save(MUTE);
    const bySecond = await race(database, {
      first: () => mutes.remove(CONVERSATION, 'payments', NOW),
      meanwhile: () => Promise.resolve(),
      second: () => mutes.remove(CONVERSATION, 'payments', NOW),
    });
    expect(bySecond).toBe(false);
  });

  test('of two who mute the same at once, the second one counts', async () => {
    const { database, mutes } = await openMutes();
    await race(database, {
      first: () => mutes.save({ ...MUTE, until: NOW + 9 }),
      meanwhile: () => Promise.resolve(),
      second: () => mutes.save(MUTE),
    });
    expect(await mutes.list(CONVERSATION, NOW)).toStrictEqual([MUTE]);
  });

  test('mutes that ended before a time are forgotten', async () => {
    const { mutes } = await openMutes();
    await mutes.save({ ...MUTE, until: NOW - 1 });
    await mutes.save({ ...MUTE, service: 'search', until: NOW });
    await mutes.deleteBefore(NOW);
    const left = await mutes.list(CONVERSATION, 0);
    expect(left.map(({ service }) => service)).toEqual(['search']);
  });
});
