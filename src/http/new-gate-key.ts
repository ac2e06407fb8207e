// Makes a key for the gate. It must not store it.
import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';
import { sha256 } from './sha256.ts';

/** So that people, logs and secret scanners know one when they see it. */
export const GATE_KEY_PREFIX = 'pbk_';
const RANDOM_BYTES = 32;

/** The key, for its one reader, and its SHA-256 in hex, which is all that is stored. */
export function newGateKey(): { readonly key: Secret; readonly hash: string } {
  const key = GATE_KEY_PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
  return { key: new Secret(key), hash: sha256(key).toString('hex') };
}
