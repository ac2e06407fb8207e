import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createGateKeys } from '../../src/store/gate-keys.ts';
import { eachDatabase } from '../support/databases.ts';
import { NOW, ODD_STRINGS, openMigrated, race } from './examples.ts';

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

const CONFIGURED = { isConfigured: true };
const ALL = { name: 'all', hash: hashOf('one') };
const SOME = { name: 'some', hash: hashOf('two'), services: ['payments', 'search'] };

eachDatabase('gate keys', (open) => {
  async function openKeys() {
    const database = await openMigrated(open);
    return { database, keys: createGateKeys(database) };
  }

  test('keys come back with ids, by name, each with the services it may ask', async () => {
    const { keys } = await openKeys();
    const none = { name: 'none', hash: hashOf('three'), services: [] };
    await keys.replaceConfigured([SOME, none, ALL]);
    const listed = await keys.list();
    expect(listed.map(({ id: _, ...key }) => key)).toStrictEqual(
      [ALL, none, SOME].map((key) => ({ ...key, ...CONFIGURED })),
    );
    expect(new Set(listed.map(({ id }) => id)).size).toBe(3);
  });

  test('keys with odd names are stored', async () => {
    const { keys } = await openKeys();
    for (const { name, given, stored } of ODD_STRINGS) {
      await keys.replaceConfigured([{ ...ALL, name: given, services: [given] }]);
      expect(await keys.list(), name).toMatchObject([{ name: stored, services: [stored] }]);
      await keys.touch(given, NOW);
    }
  });

  test('a key that stays keeps its id, under a new name and with other services too', async () => {
    const { keys } = await openKeys();
    await keys.replaceConfigured([ALL, SOME]);
    const [all, some] = await keys.list();
    await keys.replaceConfigured([
      { ...ALL, name: 'renamed', services: ['payments'] },
      { name: 'some', hash: SOME.hash },
    ]);
    expect(await keys.list()).toStrictEqual([
      { ...ALL, ...CONFIGURED, id: all?.id, name: 'renamed', services: ['payments'] },
      { name: 'some', hash: SOME.hash, ...CONFIGURED, id: some?.id },
    ]);
  });

  test('a key that is no longer configured is gone, also the last one', async () => {
    const { keys } = await openKeys();
    await keys.replaceConfigured([ALL, SOME]);
    await keys.replaceConfigured([SOME]);
    expect(await keys.list()).toMatchObject([SOME]);
    await keys.replaceConfigured([]);
    expect(await keys.list()).toEqual([]);
  });

  test('a key that comes back is another key', async () => {
    const { keys } = await openKeys();
    await keys.replaceConfigured([ALL]);
    const [before] = await keys.list();
    await keys.replaceConfigured([]);
    await keys.replaceConfigured([ALL]);
    expect((await keys.list())[0]?.id).not.toBe(before?.id);
  });

  test('keys that were made come back with when, beside those of the configuration, of one name the oldest first', async () => {
    const { keys } = await openKeys();
    await keys.replaceConfigured([ALL, SOME]);
    const later = await keys.create({ name: 'some', hash: hashOf('later') }, NOW + 1);
    const earlier = await keys.create({ ...SOME, hash: hashOf('earlier') }, NOW);
    expect((await keys.list()).slice(1)).toStrictEqual([
      { ...SOME, ...CONFIGURED, id: expect.any(String) },
      { ...SOME, isConfigured: false, hash: hashOf('earlier'), id: earlier, createdAt: NOW },
      { name: 'some', isConfigured: false, hash: hashOf('later'), id: later, createdAt: NOW + 1 },
    ]);
    await keys.touch(later, NOW + 60_000);
    expect((await keys.list()).at(-1)).toMatchObject({ id: later, lastUsedAt: NOW + 60_000 });
  });

  test('a key that may ask nothing is not one that may ask all', async () => {
    const { keys } = await openKeys();
    await keys.create({ ...ALL, services: [] }, NOW);
    expect(await keys.list()).toMatchObject([{ services: [] }]);
  });

  test('keys that were made stay whatever is configured', async () => {
    const { keys } = await openKeys();
    const id = await keys.create({ name: 'by hand', hash: hashOf('issued') }, NOW);
    await keys.replaceConfigured([ALL]);
    await keys.replaceConfigured([]);
    expect(await keys.list()).toMatchObject([{ id, name: 'by hand', createdAt: NOW }]);
  });

  test('a key is revoked once, and no other with it', async () => {
    const { keys } = await openKeys();
    const [first = '', second = ''] = [
      await keys.create(ALL, NOW),
      await keys.create({ ...ALL, hash: hashOf('another') }, NOW),
    ];
    expect(await keys.revoke(first)).toBe(true);
    expect(await keys.revoke(first)).toBe(false);
    expect(await keys.list()).toMatchObject([{ id: second }]);
    for (const { given } of ODD_STRINGS) expect(await keys.revoke(given)).toBe(false);
  });

  test('a key of the configuration cannot be revoked, not even one that was made before', async () => {
    const { keys } = await openKeys();
    const id = await keys.create(ALL, NOW);
    await keys.replaceConfigured([ALL]);
    expect(await keys.revoke(id)).toBe(false);
    expect(await keys.list()).toMatchObject([{ id, isConfigured: true, createdAt: NOW }]);
  });

  test('one key under two names is refused, and the old keys stay', async () => {
    const { keys } = await openKeys();
    await keys.replaceConfigured([ALL]);
    await expect(keys.replaceConfigured([SOME, ALL, { ...SOME, name: 'again' }])).rejects.toMatchObject({
      code: 'config-invalid',
      details: { subject: 'again' },
    });
    expect(await keys.list()).toMatchObject([ALL]);
  });

  test('when the new keys cannot be stored the old ones stay', async () => {
    const { database, keys } = await openKeys();
    await keys.replaceConfigured([ALL]);
    await database.execute(`alter table pipebot.gate_keys add constraint full_up check (name <> 'some')`);
    await expect(keys.replaceConfigured([SOME])).rejects.toThrow();
    expect(await keys.list()).toMatchObject([ALL]);
  });

  test('two instances that start at once with the same keys end with those keys', async () => {
    const { keys } = await openKeys();
    await Promise.all([
      keys.replaceConfigured([ALL, SOME]),
      keys.replaceConfigured([SOME, ALL]),
      keys.replaceConfigured([ALL, SOME]),
    ]);
    expect(await keys.list()).toMatchObject([ALL, SOME]);
  });

  test('an instance that starts does not block one that serves', async () => {
    const { database, keys } = await openKeys();
    await keys.replaceConfigured([ALL, SOME]);
    const [first, second] = (await keys.list()).toSorted((one, other) => (one.hash < other.hash ? -1 : 1));
    await race(database, {
      first: () => keys.touch(first?.id ?? '', NOW),
      meanwhile: () => keys.touch(second?.id ?? '', NOW),
      second: () =>
        keys.replaceConfigured([SOME, ALL].toSorted((one, other) => (one.hash < other.hash ? 1 : -1))),
    });
    expect(await keys.list()).toHaveLength(2);
  });

  test('the last use is written once a minute at most, and never goes back', async () => {
    const { database, keys } = await openKeys();
    await keys.replaceConfigured([ALL]);
    const [key] = await keys.list();
    const lastUsed = async (usedAt: number) => {
      await keys.touch(key?.id ?? '', usedAt);
      const sql = 'select last_used_at as "lastUsedAt" from pipebot.gate_keys';
      return (await database.query<{ lastUsedAt: Date }>(sql))[0]?.lastUsedAt.getTime();
    };
    expect(await lastUsed(NOW)).toBe(NOW);
    expect(await lastUsed(NOW + 59_999)).toBe(NOW);
    expect(await lastUsed(NOW + 60_000)).toBe(NOW + 60_000);
    expect(await lastUsed(NOW)).toBe(NOW + 60_000);
    await keys.replaceConfigured([ALL]);
    expect(await lastUsed(NOW)).toBe(NOW + 60_000);
  });
});
