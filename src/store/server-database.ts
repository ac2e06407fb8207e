// A PostgreSQL server behind a pool of connections. Bounds every wait, and turns what the connection or the
// server's state did to a statement into `store-unavailable`. With server-listener.ts the only importer of pg.
import pg from 'pg';
import { PipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import {
  type Driver,
  isUnavailable,
  type Session,
  type Subscriber,
  storeUnavailable,
  VALUE_PARSERS,
} from './driver.ts';
import { createListener, type Listener } from './server-listener.ts';

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** The client's own limit, for a connection that has gone silent: the server's cannot reach us then. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
/** Several statements in one text; those of the job engine, which must notice soon that an answer is lost. */
const EXECUTE_TIMEOUT_MS = 2 * ANSWER_TIMEOUT_MS;
/** Those of a transaction: migrations may take longer, and wait for another instance's. */
const MIGRATION_TIMEOUT_MS = 300_000;
/** Nothing calls out inside a transaction. A process that was paused inside one must not hold up the others. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
const ROLLBACK_TIMEOUT_MS = 5_000;

/**
 * Opens a pool on the server and sees that it answers.
 * @throws {PipeBotError} `store-unavailable` when it cannot be reached; a wrong password or database name is
 * thrown on as the server put it.
 */
export async function openServer(databaseUrl: Secret): Promise<Driver> {
  const driver = new ServerDriver(databaseUrl);
  try {
    await driver.query('select 1', []);
  } catch (error) {
    await driver.close();
    throw error;
  }
  return driver;
}

class ServerDriver implements Driver {
  readonly kind = 'server';
  readonly #pool: pg.Pool;
  readonly #listener: Listener;
  #sessionStatements: readonly string[] = [];
  /** Which set of session statements a connection has run. */
  readonly #prepared = new WeakMap<pg.PoolClient, readonly string[]>();

  constructor(databaseUrl: Secret) {
    const connection = connectionOptions(databaseUrl);
    this.#pool = new pg.Pool({ ...connection, max: MAX_CONNECTIONS, query_timeout: ANSWER_TIMEOUT_MS });
    this.#pool.on('error', ignore); // an idle connection was lost; the pool makes another when it needs one
    this.#pool.on('connect', (client) => client.on('error', ignore)); // the statement in flight rejects as well
    this.#listener = createListener(connection);
  }

  query(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    return this.#withConnection((client) => sessionOn(client).query(sql, parameters));
  }

  execute(sql: string): Promise<unknown[]> {
    return this.#withConnection((client) => sessionOn(client, EXECUTE_TIMEOUT_MS).execute(sql));
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#withConnection(async (client) => {
      await guarded(() => client.query('begin'));
      const result = await work(sessionOn(client));
      const { command } = await guarded(() => client.query('commit'));
      if (command !== 'COMMIT') throw new Error('Rolled back: a statement of the transaction had failed');
      return result;
    });
  }

  async listen(channel: string, subscriber: Subscriber): Promise<{ close(): Promise<void> }> {
    return await guarded(() => this.#listener.add(channel, subscriber));
  }

  setSessionStatements(statements: readonly string[]): Promise<void> {
    // Each connection catches up when it is next taken out of the pool, so none can be missed.
    this.#sessionStatements = statements;
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.#pool.end();
  }

  async #withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await guarded(() => this.#pool.connect());
    try {
      await this.#prepare(client);
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      // Back into the pool only when it is known to be well and in no transaction.
      const reusable = !isUnavailability(error) && (await hasRolledBack(client));
      client.release(!reusable);
      throw error;
    }
  }

  async #prepare(client: pg.PoolClient): Promise<void> {
    const statements = this.#sessionStatements;
    if ((this.#prepared.get(client) ?? []) === statements) return;
    for (const statement of statements) await guarded(() => client.query(statement));
    this.#prepared.set(client, statements);
  }
}

function connectionOptions(databaseUrl: Secret): pg.ClientConfig {
  return {
    connectionString: databaseUrl.reveal(),
    application_name: 'pipebot',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
  };
}

/** The types say more of getTypeParser than pg asks of it. */
const getTypeParser = ((typeId: number, format?: 'text' | 'binary') =>
  VALUE_PARSERS[typeId] ?? pg.types.getTypeParser(typeId, format)) as typeof pg.types.getTypeParser;

function sessionOn(client: pg.PoolClient, executeTimeoutMs = MIGRATION_TIMEOUT_MS): Session {
  return {
    query: (sql, parameters) => guarded(async () => (await client.query(sql, [...parameters])).rows),
    execute: (text) =>
      guarded(async () => {
        // One result for one statement, an array of them for several, whatever the types say.
        const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: executeTimeoutMs };
        const results: pg.QueryResult | pg.QueryResult[] = await client.query(query);
        return [results].flat().flatMap((result): unknown[] => result.rows);
      }),
  };
}

async function hasRolledBack(client: pg.PoolClient): Promise<boolean> {
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: 'rollback',
    query_timeout: ROLLBACK_TIMEOUT_MS,
  };
  return await client.query(query).then(
    () => true,
    () => false,
  );
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error);
  }
}

/** What did not come from the server as an answer and is no bug is the connection's doing. */
function translated(error: unknown): unknown {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return error;
  if (!(error instanceof pg.DatabaseError)) return storeUnavailable(error);
  return isUnavailable(error.code ?? '') ? storeUnavailable(error) : error;
}

function isUnavailability(error: unknown): boolean {
  return error instanceof PipeBotError && error.code === 'store-unavailable';
}

function ignore(): void {}
