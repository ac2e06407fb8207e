// Tells which key a caller of the gate holds. Keys are compared by their hashes, all of them, in constant time.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import type { GateKey, GateKeys, StoredGateKey } from '../usecases/ports.ts';
import { presentedKey } from './presented-key.ts';
import { sha256 } from './sha256.ts';

/** Makes the keys of the configuration those that count, beside the ones that were made otherwise. */
export async function replaceConfiguredKeys(
  gateKeys: Pick<GateKeys, 'replaceConfigured'>,
  configured: readonly {
    readonly name: string;
    readonly key: Secret;
    readonly services?: readonly string[];
  }[],
): Promise<void> {
  await gateKeys.replaceConfigured(
    configured.map(({ key, ...named }) => ({ ...named, hash: sha256(key.reveal()).toString('hex') })),
  );
}

const LIST_MEMORY_MS = 5_000;
const TOUCH_INTERVAL_MS = 60_000;

export type AuthenticateCaller = (request: IncomingMessage) => Promise<GateKey | undefined>;

/** The stored keys are read anew every few seconds, so that a revoked key is refused soon everywhere. */
export function createAuthenticateCaller(ports: {
  readonly gateKeys: GateKeys;
  readonly clock: Clock;
}): AuthenticateCaller {
  let listed: { readonly keys: readonly StoredGateKey[]; readonly at: number } | undefined;
  const touchedAt = new Map<string, number>();

  async function touch(id: string, now: number): Promise<void> {
    if (now - (touchedAt.get(id) ?? Number.NEGATIVE_INFINITY) < TOUCH_INTERVAL_MS) return;
    touchedAt.set(id, now);
    await ports.gateKeys.touch(id, now);
  }

  return async (request) => {
    const presented = presentedKey(request);
    if (presented === undefined) return undefined;
    const now = ports.clock.now();
    if (!listed || now - listed.at > LIST_MEMORY_MS) listed = { keys: await ports.gateKeys.list(), at: now };
    const key = findKey(listed.keys, presented);
    if (!key) return undefined;
    await touch(key.id, now);
    const { id, name, services } = key;
    return { id, name, ...(services ? { services } : {}) };
  };
}

function findKey(keys: readonly StoredGateKey[], presented: string): StoredGateKey | undefined {
  const hash = sha256(presented);
  let found: StoredGateKey | undefined;
  for (const key of keys) {
    const stored = Buffer.from(key.hash, 'hex');
    if (stored.length === hash.length && timingSafeEqual(stored, hash)) found = key;
  }
  return found;
}
