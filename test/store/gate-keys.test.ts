import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createGateKeys } from '../../src/store/gate-keys.ts';
import { eachDatabase } from '../support/databases.ts';
import { NOW, ODD_STRINGS, openMigrated, race } from './examples.ts';

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

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
    expect(listed.map(({ id: _, ...key }) => key)).toStrictEqual([ALL, none, SOME]);
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
      { ...ALL, id: all?.id, name: 'renamed', services: ['payments'] },
      { name: 'some', hash: SOME.hash, id: some?.id },
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

  test('keys that did not come from the configuration are left alone', async () => {
    const { database, keys } = await openKeys();
    await database.query(
      `insert into pipebot.gate_keys (id, name, hash, is_configured) values ('issued', 'by hand', $1, false)`,
      [hashOf('issued')],
    );
    await keys.replaceConfigured([ALL]);
    await keys.replaceConfigured([]);
    expect(await keys.list()).toMatchObject([{ id: 'issued', name: 'by hand' }]);
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
