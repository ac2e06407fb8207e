// Who holds which key, by what is stored at the moment: new and revoked keys are noticed within seconds.
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createAuthenticateCaller } from '../../src/http/gate-keys.ts';
import { GATE_KEY_PREFIX, newGateKey } from '../../src/http/new-gate-key.ts';
import { createGateKeys } from '../../src/store/gate-keys.ts';
import type { GateKeys } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';

/** As much of a request as is looked at. */
function requestWith(key: string): IncomingMessage {
  const part: Pick<IncomingMessage, 'headers' | 'rawHeaders'> = {
    headers: { 'x-pipebot-key': key },
    rawHeaders: ['X-PipeBot-Key', key],
  };
  return part as IncomingMessage;
}

eachMigratedDatabase('the keys of callers', (open) => {
  async function openDoor() {
    const clock = createScriptedClock();
    const stored = createGateKeys(await open());
    let reads = 0;
    const gateKeys: GateKeys = {
      ...stored,
      list: () => {
        reads += 1;
        return stored.list();
      },
    };
    const authenticate = createAuthenticateCaller({ gateKeys, clock });
    const { key, hash } = newGateKey();
    return {
      ...{ clock, stored, hash },
      ask: () => authenticate(requestWith(key.reveal())),
      reads: () => reads,
    };
  }

  test('a new key is taken after five seconds at most, with all that it may see and no more', async () => {
    const { clock, stored, hash, ask } = await openDoor();
    expect(await ask()).toBeUndefined();
    const id = await stored.create({ name: 'shop', hash, services: ['payments'] }, clock.now());
    await clock.advance(5_001);
    expect(await ask()).toStrictEqual({ id, name: 'shop', services: ['payments'] });
  });

  test('a revoked key is refused after five seconds at most', async () => {
    const { clock, stored, hash, ask } = await openDoor();
    const id = await stored.create({ name: 'shop', hash }, clock.now());
    expect(await ask()).toStrictEqual({ id, name: 'shop' });
    await stored.revoke(id);
    await clock.advance(5_001);
    expect(await ask()).toBeUndefined();
  });

  test('the keys are read every five seconds, however often somebody asks', async () => {
    const { clock, ask, reads } = await openDoor();
    for (let second = 0; second < 12; second += 1) {
      for (let caller = 0; caller < 5; caller += 1) await ask();
      await clock.advance(1_000);
    }
    expect(reads()).toBe(2);
  });

  test('the last use is stored', async () => {
    const { clock, stored, hash, ask } = await openDoor();
    await stored.create({ name: 'shop', hash }, clock.now());
    await ask();
    expect(await stored.list()).toMatchObject([{ lastUsedAt: clock.now() }]);
  });
});

test('a new key shows what it is, has 256 random bits and is never the same', () => {
  const keys = Array.from({ length: 50 }, () => newGateKey().key.reveal());
  expect(new Set(keys).size).toBe(50);
  for (const key of keys) {
    expect(key.startsWith(GATE_KEY_PREFIX)).toBe(true);
    expect(Buffer.from(key.slice(GATE_KEY_PREFIX.length), 'base64url')).toHaveLength(32);
    // Fits into every way in which a key is presented, and into a shell without quotes.
    expect(key).toMatch(/^pbk_[\w-]{43}$/);
  }
});
