// Makes a key to encrypt with. No logic beyond that.
import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';
import { SEAL_KEY_BYTES } from './seal.ts';

/** 32 random bytes in base64. */
export function newSecretKey(): Secret {
  return new Secret(randomBytes(SEAL_KEY_BYTES).toString('base64'));
}
