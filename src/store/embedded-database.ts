// PostgreSQL inside this process (PGlite), in a folder or in memory. Owns the folder's lock, lets one caller
// at a time at the only connection, and gives the event loop a turn after every statement. The only importer
// of @electric-sql/pglite.
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import {
  type Driver,
  isUnavailable,
  type Session,
  type Subscriber,
  storeUnavailable,
  VALUE_PARSERS,
} from './driver.ts';

/** The database's own folder inside DATA_DIR. */
const DATABASE_FOLDER = 'postgres';

/** Takes 80 MB less memory than the defaults; it counts when the folder is first made. */
const SETTINGS = ['shared_buffers=16MB', 'max_wal_size=64MB', 'min_wal_size=32MB'];

export type EmbeddedOptions = { readonly dataDir: string } | { readonly template?: Blob };

/**
 * Opens the embedded database, in `dataDir` or else in memory, there from `template` (a dump of a data folder).
 * @throws {PipeBotError} `store-busy` when another process has the folder.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Driver> {
  if (!('dataDir' in options)) {
    const template = options.template === undefined ? {} : { loadDataDir: options.template };
    return new EmbeddedDriver(await startPGlite({ ...template }));
  }
  const lock = lockDataDir(options.dataDir);
  try {
    return new EmbeddedDriver(await startPGlite({ dataDir: join(options.dataDir, DATABASE_FOLDER) }), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startPGlite(where: { dataDir?: string; loadDataDir?: Blob }): Promise<PGlite> {
  const pglite = new PGlite({ ...where, postgresqlconf: SETTINGS, parsers: VALUE_PARSERS });
  await pglite.waitReady;
  return pglite;
}

class EmbeddedDriver implements Driver {
  readonly kind = 'embedded';
  readonly #pglite: PGlite;
  readonly #lock: DataDirLock | undefined;
  /** Settles, never rejects, when the last caller that was let in has left. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(pglite: PGlite, lock?: DataDirLock) {
    this.#pglite = pglite;
    this.#lock = lock;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    return this.#inTurn(() => sessionOn(this.#pglite).query(sql, parameters));
  }

  execute(sql: string): Promise<unknown[]> {
    return this.#inTurn(async () => {
      try {
        return await sessionOn(this.#pglite).execute(sql);
      } catch (error) {
        // The text may have begun a transaction of its own, which would swallow every later statement.
        await this.#pglite.exec('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      try {
        return await this.#pglite.transaction((transaction) => work(sessionOn(transaction)));
      } catch (error) {
        throw translated(error);
      }
    });
  }

  async listen(channel: string, subscriber: Subscriber): Promise<{ close(): Promise<void> }> {
    let open = true;
    // Delivered a moment later, since PGlite calls in the middle of the statement that notifies.
    const deliver = (payload: string) => queueMicrotask(() => open && subscriber.onPayload(payload));
    const unlisten = await this.#inTurn(() => this.#pglite.listen(channel, deliver));
    subscriber.onReconnect();
    return {
      close: async () => {
        if (!open) return;
        open = false;
        if (!this.#pglite.closed) await this.#inTurn(() => unlisten());
      },
    };
  }

  async setSessionStatements(statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.execute(statement);
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#pglite.close());
    this.#lock?.release();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

function sessionOn(connection: PGlite | Transaction): Session {
  return {
    query: (sql, parameters) =>
      guarded(async () => (await connection.query<unknown>(sql, [...parameters])).rows),
    execute: (sql) => guarded(async () => (await connection.exec(sql)).flatMap((result) => result.rows)),
  };
}

/** PGlite answers in microtasks: without a turn of the event loop, a loop of queries stops everything else. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error);
  } finally {
    await nextTurn();
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // PGlite hangs the statement's values on its errors, and values may be secrets while errors get logged.
  for (const key of ['params', 'query', 'queryOptions']) Reflect.deleteProperty(error, key);
  const sqlState = 'code' in error ? error.code : undefined;
  return typeof sqlState === 'string' && isUnavailable(sqlState) ? storeUnavailable(error) : error;
}
