// Brings the database's tables to what this version of the program needs: numbered files, each applied once in
// a transaction and written down in pipebot.migrations. The job engine keeps its own schema and its own version.
import { readdir, readFile } from 'node:fs/promises';
import { PipeBotError } from '../errors.ts';
import type { Database } from './database.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^(\d{6})_[a-z0-9-]+\.sql$/;

/** Any fixed number will do, as long as nothing else in the database locks on the same one. */
const ADVISORY_LOCK = 7_047_301;

interface Migration {
  readonly number: number;
  readonly name: string;
}

/**
 * Applies the migrations that are missing, in order; several instances may start at once.
 * @param folder where the files are, for tests.
 * @returns the names of the files that this call applied.
 * @throws {PipeBotError} `store-newer` when the database has a migration that this program does not know.
 */
export async function migrate(database: Database, folder: URL = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const missing = await locked(database, () => listMissing(database, migrations));
  const applied: string[] = [];
  for (const migration of missing) {
    const sql = await readFile(new URL(migration.name, folder), 'utf8');
    if (await locked(database, () => apply(database, migration, sql))) applied.push(migration.name);
  }
  return applied;
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).toSorted();
  return names.map((name, index) => {
    const number = Number(FILE_NAME.exec(name)?.[1]);
    if (number !== index + 1) throw new Error(`Migrations are numbered from 000001 without gaps: ${name}`);
    return { number, name };
  });
}

/** One instance at a time. The wait and the work may take longer than an ordinary statement. */
async function locked<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return await database.transaction(async () => {
    await database.execute(`
      set local statement_timeout = 0;
      set local idle_in_transaction_session_timeout = 0;
      select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
    return await work();
  });
}

async function listMissing(database: Database, migrations: readonly Migration[]): Promise<Migration[]> {
  await database.execute(`
    create schema if not exists pipebot;
    create table if not exists pipebot.migrations (
      number integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    )`);
  const rows = await database.query<Migration>('select number, name from pipebot.migrations order by number');
  const newest = rows.at(-1);
  if (newest !== undefined && newest.number > migrations.length)
    throw new PipeBotError('store-newer', { subject: newest.name });
  const applied = new Set(rows.map((row) => row.number));
  return migrations.filter((migration) => !applied.has(migration.number));
}

/** False when another instance was quicker. */
async function apply(database: Database, { number, name }: Migration, sql: string): Promise<boolean> {
  const claimed = await database.query(
    'insert into pipebot.migrations (number, name) values ($1, $2) on conflict do nothing returning number',
    [number, name],
  );
  if (claimed.length > 0) await database.execute(sql);
  return claimed.length > 0;
}
