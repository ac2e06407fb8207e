// Runs a suite on every kind of database, each test on a fresh one. Needs vitest; not for scripts.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, describe, inject } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { pgliteTemplate } from './pglite-template.ts';

/** Where a test's database can be opened a second time, by the test itself or by another process. */
export interface FreshDatabase {
  readonly database: Database;
  /** Empty on PGlite in memory, which only its opener sees. */
  readonly url: string;
}

/**
 * Defines `suite` once for PGlite and once for PostgreSQL; without a server the latter is skipped. Each
 * `open()` gives a fresh database, which is closed after the test; a connection left open fails the test.
 */
export function eachDatabase(name: string, suite: (open: () => Promise<Database>) => void): void {
  describe(`${name} on PGlite`, () => {
    const opened: Database[] = [];
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close();
    });
    suite(async () => {
      const database = await openDatabase({ inMemory: true, template: await pgliteTemplate() });
      opened.push(database);
      return database;
    });
  });
  describe.skipIf(inject('postgresUrl') === '')(`${name} on PostgreSQL`, () => {
    const openFresh = freshServerDatabases();
    suite(async () => (await openFresh()).database);
  });
}

const shared = new Map<string, Promise<Database>>();

/**
 * Like eachDatabase, but with the schema in place and one database of each kind for all: `open()` empties its
 * tables instead of making a new one, which is ten times as fast. For tests that only read and write rows.
 */
export function eachMigratedDatabase(name: string, suite: (open: () => Promise<Database>) => void): void {
  const suiteOn = (kind: string, make: () => Promise<Database>) =>
    suite(async () => {
      const opened = shared.get(kind) ?? make();
      shared.set(kind, opened);
      await empty(await opened);
      return opened;
    });
  describe(`${name} on PGlite`, () =>
    suiteOn('PGlite', async () => openMigrated({ inMemory: true, template: await pgliteTemplate() })));
  describe.skipIf(inject('postgresUrl') === '')(`${name} on PostgreSQL`, () =>
    suiteOn('PostgreSQL', async () => {
      const url = new URL(inject('postgresUrl'));
      url.pathname = `/test_${randomBytes(8).toString('hex')}`;
      await administrate(`create database ${nameIn(url)} template template0`);
      return openMigrated({ databaseUrl: new Secret(url.href) });
    }),
  );
}

async function openMigrated(options: DatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  await migrate(database);
  return database;
}

async function empty(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'pipebot' and tablename <> 'migrations'",
  );
  await database.execute(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`);
}

/** Call in a `describe`: the function it returns makes and opens a database on the server for the current test. */
export function freshServerDatabases(): () => Promise<FreshDatabase> {
  const opened: FreshDatabase[] = [];
  afterEach(async () => {
    for (const fresh of opened.splice(0)) await closeAndDrop(fresh);
  });
  return async () => {
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/test_${randomBytes(8).toString('hex')}`;
    await administrate(`create database ${nameIn(url)} template template0`);
    const database = await openDatabase({ databaseUrl: new Secret(url.href) });
    const fresh = { database, url: url.href };
    opened.push(fresh);
    return fresh;
  };
}

/** Runs a statement on the server's own database, past everything under test. */
export async function administrate<Row>(sql: string): Promise<Row[]> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function closeAndDrop({ database, url }: FreshDatabase): Promise<void> {
  await database.close();
  const name = nameIn(new URL(url));
  const left = await leftOpen(name);
  await administrate(`drop database ${name} with (force)`);
  if (left.length > 0) throw new Error(`The test left connections open: ${left.join(', ')}`);
}

/** The server takes a moment to notice a connection that was closed. */
async function leftOpen(database: string): Promise<string[]> {
  const sql = `select application_name || ': ' || query as connection from pg_stat_activity
    where datname = '${database}' and backend_type = 'client backend'`;
  const deadline = Date.now() + 2_000;
  for (;;) {
    const rows = await administrate<{ connection: string }>(sql);
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.connection);
  }
}

function nameIn(url: URL): string {
  return url.pathname.slice(1);
}
