// What the embedded database and a PostgreSQL server have to offer so that database.ts can make one Database
// of either, and the values and errors on which the two are made to agree. No queries of PipeBot's own here.
import { PipeBotError } from '../errors.ts';

/** Somewhere statements run: a transaction's connection, or whichever is free. */
export interface Session {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown[]>;
  execute(sql: string): Promise<unknown[]>;
}

export interface Subscription {
  close(): Promise<void>;
}

export interface Subscriber {
  onPayload(payload: string): void;
  /** After every (re)subscription, the first included: notifications may have been missed before it. */
  onReconnect(): void;
}

/** A database without the transaction that travels with the call; see Database for the promises. */
export interface Driver extends Session {
  readonly kind: 'embedded' | 'server';
  /** Commits when `work` resolves, rolls back when it rejects. The session is dead afterwards. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  listen(channel: string, subscriber: Subscriber): Promise<Subscription>;
  setSessionStatements(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL's type numbers of which the two drivers make different JavaScript values unless told otherwise. */
const BYTEA = 17;
const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const INTERVAL = 1186;

/**
 * How both drivers read those types: bytea as Buffer, int8 (and so count(*)) as number, date and interval as
 * the text PostgreSQL writes, timestamp without a zone as a Date in UTC. timestamptz is a Date on both anyway.
 */
export const VALUE_PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [BYTEA]: (text) => Buffer.from(text.slice('\\x'.length), 'hex'),
  [INT8]: Number,
  [DATE]: String,
  [TIMESTAMP]: (text) => new Date(`${text.replace(' ', 'T')}Z`),
  [INTERVAL]: String,
};

/** SQLSTATE classes that mean: the same statement may succeed later without anybody changing anything. */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set([
  '08', // connection exception
  '40', // transaction rolled back by the server: serialization failure, deadlock
  '53', // insufficient resources: too many connections, disk full
]);

/** Single SQLSTATEs of the same meaning whose class holds others too. */
const UNAVAILABLE_STATES: ReadonlySet<string> = new Set([
  '25006', // read-only: the server is a standby, or is being switched over
  '25P03', // idle in transaction for too long
  '25P04', // transaction took too long
  '55000', // an administrator lets no connections in; no statement of ours is answered so
  '55P03', // lock not available in time
  '57014', // canceled, by statement_timeout among others
  '57P01', // shut down by an administrator
  '57P02', // another process of the server crashed
  '57P03', // starting up or shutting down
  '57P05', // idle session closed
  '58030', // I/O error
]);

/** Whether a SQLSTATE says that the database cannot be used just now. */
export function isUnavailable(sqlState: string): boolean {
  return UNAVAILABLE_STATES.has(sqlState) || UNAVAILABLE_CLASSES.has(sqlState.slice(0, 2));
}

/** The error for a database that cannot be used just now; the caller may try again. */
export function storeUnavailable(cause: unknown, detail?: string): PipeBotError {
  return new PipeBotError('store-unavailable', { cause, ...(detail === undefined ? {} : { detail }) });
}
