// Encrypts what must not be readable in the database, a dump of it or a backup, and binds it to the place where it
// stands. Must not know what it seals, nor where its keys come from.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { PipeBotError } from '../errors.ts';
import { Secret } from '../secret.ts';

export interface Seal {
  /** Whether there is a key to seal with. */
  readonly canSeal: boolean;
  /**
   * `boundTo` is the identity of the place where the text will stand; it is not secret, and opening needs the same.
   * @throws {PipeBotError} `check-unavailable` without a key.
   */
  seal(plain: Secret, boundTo: string): string;
  /** Undefined when none of the keys opens it, it was altered, or it was sealed for another place. */
  unseal(sealed: string, boundTo: string): Secret | undefined;
}

interface SealKey {
  readonly bytes: Buffer;
  /** Tells keys apart and nothing about them. */
  readonly fingerprint: string;
}

/** Goes into what is authenticated, so that a later version cannot be passed off as this one. */
const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
export const SEAL_KEY_BYTES = 32;
/** 96 random bits may be used 2^32 times with one key before two may be the same (NIST SP 800-38D, 8.3). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

/**
 * AES-256-GCM. Each key is 32 bytes in base64; the first seals, every one opens, so that they can be replaced without
 * losing what is stored. Without keys nothing is sealed or opened.
 * @throws {TypeError} for a key of another length; configuration and key file check theirs before.
 */
export function createSeal(keys: readonly Secret[]): Seal {
  const known = keys.map(toKey);
  const [newest] = known;
  return {
    canSeal: newest !== undefined,
    seal(plain, boundTo) {
      if (!newest) throw new PipeBotError('check-unavailable');
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, newest.bytes, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(authenticated(newest, boundTo));
      const parts = [nonce, cipher.update(plain.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()];
      return [VERSION, newest.fingerprint, Buffer.concat(parts).toString('base64url')].join('.');
    },
    unseal(sealed, boundTo) {
      const [, fingerprint, text = ''] = FORMAT.exec(sealed) ?? [];
      const key = known.find((candidate) => candidate.fingerprint === fingerprint);
      const bytes = Buffer.from(text, 'base64url');
      // Decoders pass over bits that stand for nothing; a text that was altered there was altered all the same.
      if (!key || bytes.toString('base64url') !== text) return undefined;
      return open(key, bytes, boundTo);
    },
  };
}

function open(key: SealKey, bytes: Buffer, boundTo: string): Secret | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated(key, boundTo));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return new Secret(Buffer.concat([plain, decipher.final()]).toString('utf8'));
  } catch {
    // Only `final` throws here: what was read is not what was sealed.
    return undefined;
  }
}

function toKey(key: Secret): SealKey {
  const bytes = Buffer.from(key.reveal(), 'base64');
  if (bytes.length !== SEAL_KEY_BYTES) throw new TypeError('A key to seal with has 32 bytes');
  const fingerprint = createHmac('sha256', bytes).update('pipebot seal fingerprint').digest('hex');
  return { bytes, fingerprint: fingerprint.slice(0, 16) };
}

function authenticated({ fingerprint }: SealKey, boundTo: string): Buffer {
  return Buffer.from([VERSION, fingerprint, boundTo].join('\n'), 'utf8');
}
