// Keeps a second process off the embedded database's folder: PGlite itself has no lock, and two processes on
// one folder lose each other's rows without an error. SQLite's file lock is held for as long as the process
// lives, and the kernel frees it on kill -9. Must not be used for anything else.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PipeBotError } from '../errors.ts';

const LOCK_FILE = 'lock.sqlite';

/** SQLite's result code for "somebody else holds the lock". */
const SQLITE_BUSY = 5;

export interface DataDirLock {
  release(): void;
}

/**
 * Makes the folder if it is not there and locks it.
 * @throws {PipeBotError} `store-busy` with the folder as subject when another process (or this one) holds it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(join(dataDir, LOCK_FILE));
  try {
    file.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    file.close();
    throw isBusy(error) ? new PipeBotError('store-busy', { subject: dataDir, cause: error }) : error;
  }
  return { release: () => file.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
