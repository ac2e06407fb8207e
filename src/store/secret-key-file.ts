// The key that tokens are encrypted with where nobody configured one: a file beside the embedded database. It keeps
// them from whoever gets hold of the database's own files, and from nobody who may read the whole folder. The
// caller holds the folder's lock.
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { PipeBotError } from '../errors.ts';
import { ENCRYPTION_KEY, Secret } from '../secret.ts';
import { newSecretKey } from './new-secret-key.ts';

const FILE_NAME = 'secret.key';
/** Of group and others. */
const FOREIGN_RIGHTS = 0o077;

/**
 * The key of a data folder, made when there is none.
 * @throws {PipeBotError} `config-invalid` when the file cannot be read, holds no key, or may be read by others: a new
 * key in its place would make what is stored unreadable.
 */
export function openSecretKeyFile(dataDir: string): Secret {
  const path = join(dataDir, FILE_NAME);
  return readKey(path) ?? makeKey(path);
}

/** Undefined when there is no file. */
function readKey(path: string): Secret | undefined {
  const { text, mode } = readWithMode(path) ?? {};
  if (text === undefined || mode === undefined) return undefined;
  // On Windows the bits say nothing; there the folder's own rights protect it.
  if (process.platform !== 'win32' && (mode & FOREIGN_RIGHTS) !== 0)
    throw refusal(path, 'others than the account of PipeBot may read this file', `chmod 600 ${path}`);
  if (!ENCRYPTION_KEY.test(text.trim()))
    throw refusal(path, 'this file does not hold 32 bytes in base64', `restore ${path} from a backup`);
  return new Secret(text.trim());
}

function readWithMode(path: string): { readonly text: string; readonly mode: number } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    // Of the file that was opened, whatever stands under its name by now.
    return { mode: fstatSync(file).mode, text: readFileSync(file, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw refusal(path, `this file cannot be read (${code})`, `chmod 600 ${path}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Written aside and then renamed, so that a crash leaves a whole file or none. */
function makeKey(path: string): Secret {
  const key = newSecretKey();
  const aside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = openSync(aside, 'wx', 0o600);
  try {
    writeSync(file, `${key.reveal()}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
  return key;
}

function refusal(path: string, detail: string, example: string): PipeBotError {
  return new PipeBotError('config-invalid', { subject: path, detail, example });
}
