// What a database of the first version holds is still there after the migrations that came later.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createBuildRecords } from '../../src/store/builds.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { createWatches } from '../../src/store/watches.ts';
import { eachDatabase } from '../support/databases.ts';
import { BUILD, NOW, TARGET, WATCH } from './examples.ts';

const FIRST = '000001_init.sql';
const AT = `timestamptz 'epoch' + ${NOW} * interval '1 millisecond'`;

/** One row for every table of the first version, in SQL, as that version wrote them. */
const ROWS: Readonly<Record<string, string>> = {
  builds: `(organization, project, build_id, number, definition_id, definition_name, branch, status, reason,
    queued_at, url)
    values ('contoso', 'Shop', 4242, '20261122.3', 183, 'python-base', 'refs/heads/develop', 'inProgress', 'manual',
      ${AT} - interval '1 minute', '${BUILD.url}')`,
  readings: `values ('contoso', 'shop', 'refs/heads/develop', 183, ${AT}, ${AT})`,
  watches: `(id, card_key, conversation_id, subject, role, definition_name, organization, project, definition_id,
    branch, askers, state, after_build_id, created_at, expires_at)
    values ('watch-1', 'card-1', '19:general@thread.tacv2', 'payments', 'base', 'python-base', 'contoso', 'Shop', 183,
      'refs/heads/develop', '[{"id": "29:ada", "name": "Ada"}]', 'waiting', 4241, ${AT}, ${AT} + interval '1 second')`,
  conversations: `(id, kind, tenant_id, service_url, bot_id, name, team_id, is_suspended, last_seen_at)
    values ('19:general@thread.tacv2', 'channel', 't', 'https://smba.example/', '28:bot', 'General', 'team', true, ${AT})`,
  incoming_messages: `(conversation_id, activity_id, text, from_id, from_name, received_at)
    values ('19:general@thread.tacv2', '1', 'status', '29:ada', 'Ada', ${AT})`,
  notifications: `(key, conversation_id, content, updates_key, created_at, next_attempt_at)
    values ('watch-1:card:ended', '19:general@thread.tacv2', '{"kind": "remark", "text": "x"}', 'card-1', ${AT}, ${AT})`,
  gates: `(id, key_id, service, branch, settle_ms, asked_at, deadline_at, decision, decided_at)
    values ('gate-1', 'key-1', 'payments', '', 0, ${AT}, ${AT}, '{"verdict": "wait"}', ${AT})`,
  gate_keys: `values ('key-1', 'ci', 'hash', '["payments"]', true, ${AT})`,
};

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function onlyTheFirst(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'pipebot-test-migrations-'));
  folders.push(folder);
  await cp(new URL(`../../src/store/migrations/${FIRST}`, import.meta.url), join(folder, FIRST));
  return pathToFileURL(`${folder}/`);
}

async function rowsOf(database: Database, table: string): Promise<object[]> {
  const rows = await database.query<{ row: object }>(
    `select to_jsonb(it) as row from pipebot.${table} as it`,
  );
  return rows.map(({ row }) => row);
}

async function tablesOf(database: Database): Promise<string[]> {
  const sql = `select tablename as name from pg_tables where schemaname = 'pipebot' order by name`;
  return (await database.query<{ name: string }>(sql)).map(({ name }) => name);
}

eachDatabase('a database of the first version', (open) => {
  async function openFirst() {
    const database = await open();
    expect(await migrate(database, await onlyTheFirst())).toEqual([FIRST]);
    for (const [table, row] of Object.entries(ROWS))
      await database.query(`insert into pipebot.${table} ${row}`);
    return database;
  }

  it('keeps every row of every table as it was', async () => {
    const database = await openFirst();
    const tables = await tablesOf(database);
    expect(tables.filter((table) => table !== 'migrations')).toEqual(Object.keys(ROWS).toSorted());
    const before = await Promise.all(tables.map((table) => rowsOf(database, table)));
    expect((await migrate(database)).length).toBeGreaterThan(0);
    for (const [index, table] of tables.entries()) {
      const after = await rowsOf(database, table);
      const expected = before[index] ?? [];
      expect(after.slice(0, expected.length), table).toMatchObject(expected);
      if (table !== 'migrations') expect(after, table).toHaveLength(1);
    }
  });

  it('is understood afterwards', async () => {
    const database = await openFirst();
    await migrate(database);
    const records = createBuildRecords(database);
    const ref = { ...TARGET, buildId: BUILD.id };
    expect(await records.findBuilds([ref])).toStrictEqual([{ ...BUILD, readAt: 0 }]);
    expect(await records.lockTarget(TARGET)).toBe(NOW);
    // Which builds that reading found was not written down.
    expect(await records.lastReading(TARGET)).toBeUndefined();
    expect(await createWatches(database).listOpenByTarget(TARGET)).toStrictEqual([WATCH]);
    const waiting = await createNotifications(database).nextFor(WATCH.conversationId);
    expect(waiting).toMatchObject({ key: 'watch-1:card:ended', isProgress: false, state: 'queued' });
  });
});
