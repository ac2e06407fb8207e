// The one way to the database, the same on the embedded one and on a server: queries, a transaction that
// travels with the call, notifications. Knows no tables. Everything above store/ and jobs/ sees ports instead.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommitName, ReachPoint } from '../crash-points.ts';
import { PipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { Driver, Session, Subscription } from './driver.ts';
import { openEmbedded } from './embedded-database.ts';
import { openServer } from './server-database.ts';

/**
 * Values come back alike on both kinds: int8 as number, timestamptz as Date, bytea as Buffer, date and interval
 * as text. Hand JSON over as text (`JSON.stringify`) and instants as Date.
 *
 * Errors: `store-unavailable` when the database cannot be used just now (connection lost or refused, timeout,
 * shutdown, deadlock, closed); any other SQL error is thrown on as the driver gave it, with its SQLSTATE in `code`.
 */
export interface Database {
  readonly kind: 'embedded' | 'server';
  /** One statement. Inside `transaction` it belongs to the transaction that travels with the call. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Several statements without parameters, for migrations and the job engine; the rows of all, flattened. */
  execute(sql: string): Promise<unknown[]>;
  /**
   * Runs `work` in one transaction and commits when it resolves; a call inside another joins it. What is
   * thrown, joined calls included, rolls everything back, even where somebody caught it on the way.
   * `name` is for crash points; a call that joins another has no commit of its own.
   */
  transaction<T>(work: () => Promise<T>, name?: CommitName): Promise<T>;
  /** Runs `callback`, which must not throw, once the transaction has committed; outside of one, at once. */
  afterCommit(callback: () => void): void;
  /**
   * Calls `onPayload` for each NOTIFY on `channel` (lower case letters, digits and _), and `onReconnect`
   * after every (re)subscription, the first included, since notifications may have been missed before it.
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<Subscription>;
  /** Statements that every session has run, present and future ones, before anything else runs on it. */
  setSessionStatements(statements: readonly string[]): Promise<void>;
  /** Waits for what is running, then closes; what is asked later is refused with `store-unavailable`. */
  close(): Promise<void>;
}

export type DatabaseOptions =
  | { readonly databaseUrl: Secret }
  | { readonly dataDir: string }
  /** In memory; `template` is a dump of a data folder, which opens six times as fast as a new one. */
  | { readonly inMemory: true; readonly template?: Blob };

/** From where the configuration says that the data is. */
export function optionsFor(place: { readonly url: Secret } | { readonly dataDir: string }): DatabaseOptions {
  return 'url' in place ? { databaseUrl: place.url } : place;
}

/**
 * Opens the database that the options name; the caller closes it. `reach` hears of every commit, before it is sent
 * and after it was confirmed; it is there for chaos runs.
 * @throws {PipeBotError} `store-busy` when another process has the folder, `store-unavailable` when the server
 * cannot be reached.
 */
export async function openDatabase(options: DatabaseOptions, reach?: ReachPoint): Promise<Database> {
  if ('databaseUrl' in options) return new TravellingDatabase(await openServer(options.databaseUrl), reach);
  return new TravellingDatabase(await openEmbedded(options), reach);
}

const READING = /^\s*select\b/i;
const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/;

interface Transaction {
  /** Undefined once the work has ended: a timer that was started inside must not reach into a dead session. */
  session: Session | undefined;
  readonly afterCommit: (() => void)[];
  /** What a joined call threw; it keeps the whole from committing. */
  failure: { readonly error: unknown } | undefined;
}

class TravellingDatabase implements Database {
  readonly #driver: Driver;
  readonly #reach: ReachPoint | undefined;
  readonly #current = new AsyncLocalStorage<Transaction | undefined>();
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(driver: Driver, reach: ReachPoint | undefined) {
    this.#driver = driver;
    this.#reach = reach;
  }

  get kind(): 'embedded' | 'server' {
    return this.#driver.kind;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const session = this.#session();
    return (await (session?.query(sql, parameters) ??
      this.#committing(sql, () => this.#driver.query(sql, parameters)))) as Row[];
  }

  async execute(sql: string): Promise<unknown[]> {
    return await (this.#session()?.execute(sql) ?? this.#committing(sql, () => this.#driver.execute(sql)));
  }

  async transaction<T>(work: () => Promise<T>, name: CommitName = 'statement'): Promise<T> {
    const outer = this.#current.getStore();
    if (outer?.session !== undefined) return await join(outer, work);
    const transaction: Transaction = { session: undefined, afterCommit: [], failure: undefined };
    const result = await this.#outside(() =>
      this.#driver.transaction(async (session) => {
        const done = await this.#run(transaction, session, work);
        this.#reach?.(`commit:${name}:before`);
        return done;
      }),
    );
    this.#reach?.(`commit:${name}:after`);
    for (const callback of transaction.afterCommit) this.#runCallback(callback);
    return result;
  }

  afterCommit(callback: () => void): void {
    const transaction = this.#current.getStore();
    if (transaction?.session === undefined) callback();
    else transaction.afterCommit.push(callback);
  }

  async listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<Subscription> {
    if (!CHANNEL.test(channel)) throw new TypeError(`Not a channel name: ${channel}`);
    // Outside any transaction, so that callbacks never find themselves in that of whoever notified.
    return await this.#current.run(undefined, () =>
      this.#outside(() =>
        this.#driver.listen(channel, {
          onPayload: (payload) => this.#current.run(undefined, () => onPayload(payload)),
          onReconnect: () => this.#current.run(undefined, onReconnect),
        }),
      ),
    );
  }

  setSessionStatements(statements: readonly string[]): Promise<void> {
    return this.#outside(() => this.#driver.setSessionStatements([...statements]));
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(() => this.#driver.close());
    return this.#closing;
  }

  #session(): Session | undefined {
    return this.#current.getStore()?.session;
  }

  /** Outside a transaction, every statement that writes is a commit of its own. */
  async #committing<T>(sql: string, work: () => Promise<T>): Promise<T> {
    if (!this.#reach || READING.test(sql)) return await this.#outside(work);
    this.#reach('commit:statement:before');
    const result = await this.#outside(work);
    this.#reach('commit:statement:after');
    return result;
  }

  async #run<T>(transaction: Transaction, session: Session, work: () => Promise<T>): Promise<T> {
    transaction.session = session;
    try {
      const result = await this.#current.run(transaction, work);
      if (transaction.failure !== undefined) throw transaction.failure.error;
      return result;
    } finally {
      transaction.session = undefined;
    }
  }

  /** The transaction has committed: a callback that throws is a bug and must not look like a rollback. */
  #runCallback(callback: () => void): void {
    try {
      this.#current.run(undefined, callback);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  async #outside<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined)
      throw new PipeBotError('store-unavailable', { detail: 'the database is closed' });
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}

async function join<T>(outer: Transaction, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    outer.failure ??= { error };
    throw error;
  }
}
