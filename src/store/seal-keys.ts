// Which keys tokens are sealed with: those of the configuration, else what fits the kind of database.
import type { Secret } from '../secret.ts';
import type { DatabaseOptions } from './database.ts';
import { newSecretKey } from './new-secret-key.ts';
import { openSecretKeyFile } from './secret-key-file.ts';

/**
 * None for a server without a configured key: other instances on it could not open what this one sealed. For a folder,
 * call it while its database is open, which holds the folder's lock.
 * @throws {PipeBotError} `config-invalid` when the folder's key file cannot be used.
 */
export function sealKeysFor(configured: readonly Secret[], database: DatabaseOptions): readonly Secret[] {
  if (configured.length > 0) return configured;
  if ('dataDir' in database) return [openSecretKeyFile(database.dataDir)];
  // What is in memory ends with this process, and its key may, too.
  return 'inMemory' in database ? [newSecretKey()] : [];
}
