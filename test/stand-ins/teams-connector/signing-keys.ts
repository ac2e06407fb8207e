// The keys that sign the stand-in's tokens, and the key list the bot downloads. Must not know any claim.

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface SigningKeys {
  readonly trusted: KeyObject;
  /** In no key list: for tokens that carry a known key id and a signature that doesn't fit. */
  readonly stranger: KeyObject;
  /** The trusted public key as text, which an HS256 confusion attack uses as the shared secret. */
  readonly publicPem: string;
}

export const trustedKeyId = 'stand-in-key';
/** Listed, but endorsed for another channel than Teams. */
export const unendorsedKeyId = 'stand-in-key-for-webchat';

// Making an RSA key takes up to a second, so all stand-ins of a process share one set.
let sharedKeys: SigningKeys | undefined;

export function getSigningKeys(): SigningKeys {
  sharedKeys ??= createSigningKeys();
  return sharedKeys;
}

function createSigningKeys(): SigningKeys {
  const trusted = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    trusted: trusted.privateKey,
    stranger: stranger.privateKey,
    // PKCS#1, since that is the text the connector library rebuilds from modulus and exponent.
    publicPem: trusted.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  };
}

/** The JSON Web Key Set: one RSA key under two ids, since only the endorsements are to differ. */
export function keySet(keys: SigningKeys): { keys: Record<string, unknown>[] } {
  const { n, e } = createPublicKey(keys.trusted).export({ format: 'jwk' });
  const shared = { kty: 'RSA', use: 'sig', n, e };
  return {
    keys: [
      { ...shared, kid: trustedKeyId, endorsements: ['msteams'] },
      { ...shared, kid: unendorsedKeyId, endorsements: ['webchat'] },
    ],
  };
}
