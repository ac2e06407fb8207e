import { afterEach, describe, expect, inject, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createGateSignals, type ListeningGateSignals } from '../../src/store/gate-signals.ts';
import { eachDatabase, freshServerDatabases } from '../support/databases.ts';

/** Real time: a notification travels over a connection of its own. */
const SOON_MS = 5_000;
const never = new AbortController().signal;
const started: ListeningGateSignals[] = [];
afterEach(async () => {
  for (const signals of started.splice(0)) await signals.stop();
});

async function start(signals: ListeningGateSignals): Promise<ListeningGateSignals> {
  started.push(signals);
  await signals.start();
  return signals;
}

function within(waiting: Promise<void>): Promise<string> {
  return Promise.race([
    waiting.then(() => 'woken'),
    new Promise<string>((resolve) => setTimeout(resolve, SOON_MS, 'asleep')),
  ]);
}

eachDatabase('orders about gates', (open) => {
  test('wake those who wait at the gates of the service, and nobody else', async () => {
    const signals = await start(createGateSignals(await open()));
    const heard: string[] = [];
    const waiting = ['payments', 'search'].map((service) =>
      signals.next(service, never).then(() => void heard.push(service)),
    );
    await signals.announce('payments');
    expect(await within(waiting[0] as Promise<void>)).toBe('woken');
    expect(heard).toEqual(['payments']);
    await signals.announce('search');
    expect(await within(waiting[1] as Promise<void>)).toBe('woken');
  });

  test('are heard when they have been committed, and not when they were rolled back', async () => {
    const database = await open();
    const signals = await start(createGateSignals(database));
    let isHeard = false;
    const waiting = signals.next('payments', never).then(() => {
      isHeard = true;
    });
    const failing = database.transaction(async () => {
      await signals.announce('payments');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    const other = signals.next('search', never);
    await signals.announce('search');
    expect(await within(other)).toBe('woken');
    expect(isHeard).toBe(false);
    await database.transaction(() => signals.announce('payments'));
    expect(await within(waiting)).toBe('woken');
  });

  test('wake everybody when the name cannot be sent', async () => {
    const signals = await start(createGateSignals(await open()));
    const waiting = signals.next('payments', never);
    await signals.announce('ü'.repeat(5_000));
    expect(await within(waiting)).toBe('woken');
  });
});

describe.skipIf(inject('postgresUrl') === '')('another instance', () => {
  const openFresh = freshServerDatabases();
  test('hears of them too', async () => {
    const { database, url } = await openFresh();
    const other = await openDatabase({ databaseUrl: new Secret(url) });
    try {
      const signals = await start(createGateSignals(other));
      const waiting = signals.next('payments', never);
      await createGateSignals(database).announce('payments');
      expect(await within(waiting)).toBe('woken');
      await signals.stop();
    } finally {
      await other.close();
    }
  });
});
