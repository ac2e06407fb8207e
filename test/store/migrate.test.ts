// Migrations: once each, whole or not at all, by one instance at a time, never under a newer database.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, inject, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { eachDatabase, freshServerDatabases } from '../support/databases.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function migrations(files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'pipebot-test-migrations-'));
  folders.push(folder);
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return pathToFileURL(`${folder}/`);
}

const FIRST = {
  '000001_things.sql': 'create table pipebot.things (n integer); insert into pipebot.things values (1)',
};
const SECOND = { ...FIRST, '000002_more-things.sql': 'insert into pipebot.things values (2)' };

async function things(database: Database): Promise<number[]> {
  const rows = await database.query<{ n: number }>('select n from pipebot.things order by n');
  return rows.map((row) => row.n);
}

eachDatabase('migrate', (open) => {
  it('applies what is missing, once and in order', async () => {
    const database = await open();
    expect(await migrate(database, await migrations(FIRST))).toEqual(['000001_things.sql']);
    expect(await migrate(database, await migrations(SECOND))).toEqual(['000002_more-things.sql']);
    expect(await migrate(database, await migrations(SECOND))).toEqual([]);
    expect(await things(database)).toEqual([1, 2]);
  });

  it('leaves nothing of a file that fails, and can go on later', async () => {
    const database = await open();
    const broken = {
      ...FIRST,
      '000002_more-things.sql': 'insert into pipebot.things values (2); select 1 / 0',
    };
    await expect(migrate(database, await migrations(broken))).rejects.toMatchObject({ code: '22012' });
    expect(await things(database)).toEqual([1]);
    expect(await migrate(database, await migrations(SECOND))).toEqual(['000002_more-things.sql']);
    expect(await things(database)).toEqual([1, 2]);
  });

  it('refuses a database that a newer program has changed', async () => {
    const database = await open();
    await migrate(database, await migrations(SECOND));
    const older = migrate(database, await migrations(FIRST));
    await expect(older).rejects.toMatchObject({
      code: 'store-newer',
      details: { subject: '000002_more-things.sql' },
    });
  });

  it('refuses files whose numbers have gaps', async () => {
    const gap = await migrations({ ...FIRST, '000003_late.sql': 'select 1' });
    await expect(migrate(await open(), gap)).rejects.toThrow('000003_late.sql');
  });

  it('may be asked by two at once', async () => {
    const database = await open();
    const folder = await migrations(SECOND);
    const applied = await Promise.all([migrate(database, folder), migrate(database, folder)]);
    expect(applied.flat().toSorted()).toEqual(Object.keys(SECOND));
    expect(await things(database)).toEqual([1, 2]);
  });

  it('makes all tables of the program', async () => {
    const database = await open();
    const applied = await migrate(database);
    expect(applied.length).toBeGreaterThan(0);
    expect(await migrate(database)).toEqual([]);
  });
});

const freshServerDatabase = freshServerDatabases();

it.skipIf(inject('postgresUrl') === '')('may be asked by five instances at once', async () => {
  const { database, url } = await freshServerDatabase();
  const others = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ databaseUrl: new Secret(url) })));
  const folder = await migrations(SECOND);
  const applied = await Promise.all([database, ...others].map((instance) => migrate(instance, folder)));
  await Promise.all(others.map((other) => other.close()));
  expect(applied.flat().toSorted()).toEqual(Object.keys(SECOND));
  expect(await things(database)).toEqual([1, 2]);
});
