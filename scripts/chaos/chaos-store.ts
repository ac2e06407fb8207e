// The database of a chaos run: a PostgreSQL server of its own, behind a proxy that can lose answers, or a folder of
// the embedded one. Also looks into it afterwards, past PipeBot.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Secret } from '../../src/secret.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { type PostgresServer, startPostgresServer } from '../../test/support/postgres-server.ts';
import { type Loss, startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.ts';

export type StoreKind = 'embedded' | 'server';

export interface ChaosStore {
  readonly environment: Readonly<Record<string, string>>;
  /** Of the proxy; none where nothing is lost. */
  readonly proxy?: TcpProxy;
  /** Past the proxy; of the embedded one only while no process has it. */
  open(): Promise<Database>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly kind: StoreKind;
  readonly folder: string;
  /** A server that runs already, for tests. */
  readonly serverUrl?: string;
  readonly lose?: () => Loss | undefined;
}

export async function startChaosStore({ kind, folder, serverUrl, lose }: StoreOptions): Promise<ChaosStore> {
  if (kind === 'embedded') {
    const dataDir = join(folder, 'data');
    return {
      environment: { DATA_DIR: dataDir },
      open: () => openDatabase({ dataDir }),
      close: () => Promise.resolve(),
    };
  }
  const own: PostgresServer | undefined = serverUrl === undefined ? await startPostgresServer() : undefined;
  const administrationUrl = serverUrl ?? own?.url ?? '';
  const url = new URL(administrationUrl);
  const name = `chaos_${randomBytes(6).toString('hex')}`;
  await administrate(administrationUrl, `create database ${name} template template0`);
  url.pathname = `/${name}`;
  const proxy = lose ? await startTcpProxy({ port: Number(url.port), lose }) : undefined;
  const seen = new URL(url);
  if (proxy) seen.port = String(proxy.port);
  return {
    environment: { DATABASE_URL: seen.href },
    ...(proxy ? { proxy } : {}),
    open: () => openDatabase({ databaseUrl: new Secret(url.href) }),
    async close() {
      await proxy?.close();
      await administrate(administrationUrl, `drop database ${name} with (force)`);
      await own?.stop();
    },
  };
}

async function administrate(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface CheckLeftovers {
  /** Neither told nor given up. */
  readonly open: number;
  /** Tokens of runs that are still kept. */
  readonly tokens: number;
}

export interface Leftovers {
  /** Neither delivered nor superseded, by state. */
  readonly notifications: Readonly<Record<string, number>>;
  readonly unanswered: number;
  readonly checks: CheckLeftovers;
  /** Jobs that were given up, by kind. */
  readonly deadJobs: Readonly<Record<string, number>>;
}

/** What stands in the store that nobody will see to any more, or not yet. */
export async function leftoversOf(database: Database): Promise<Leftovers> {
  const states = await database.query<{ state: string; count: number }>(
    `select state, count(*) from pipebot.notifications where state not in ('delivered', 'superseded') group by state`,
  );
  const [messages] = await database.query<{ count: number }>(
    'select count(*) from pipebot.incoming_messages where not is_answered',
  );
  const jobs = await database.query<{ name: string; count: number }>(
    `select source_name as name, count(*) from pgboss.job where name = 'dead-letter' group by source_name`,
  );
  return {
    notifications: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    checks: await checkLeftoversOf(database),
    unanswered: messages?.count ?? 0,
    deadJobs: Object.fromEntries(jobs.map(({ name, count }) => [name, count])),
  };
}

async function checkLeftoversOf(database: Database): Promise<CheckLeftovers> {
  const [left] = await database.query<CheckLeftovers>(
    `select count(*) filter (where ended_as is null) as open, count(sealed_token) as tokens from pipebot.checks`,
  );
  return left ?? { open: 0, tokens: 0 };
}

/** No token is kept for longer after the end of its check. */
const TOKENS_GO_WITHIN_MS = 60_000;

/** What was told may not be recorded yet: a job of a process that died is taken over after a while. */
export async function untilTokensGo({ environment, open }: ChaosStore): Promise<void> {
  // The folder of an embedded database is the process's alone, which takes its old jobs over at its start.
  if ('DATA_DIR' in environment) return;
  const database = await open();
  try {
    const deadline = performance.now() + TOKENS_GO_WITHIN_MS;
    while (performance.now() < deadline && (await checkLeftoversOf(database)).tokens > 0) await delay(250);
  } finally {
    await database.close();
  }
}
