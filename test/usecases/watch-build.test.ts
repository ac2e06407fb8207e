import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Watch } from '../../src/domain/watch.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { createWatches } from '../../src/store/watches.ts';
import type { Observer } from '../../src/usecases/observe-builds.ts';
import { pollWatches, recordWatch, stopWatch, targetOf } from '../../src/usecases/watch-build.ts';
import { NOW, WATCH } from '../store/examples.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

eachMigratedDatabase('watches', (open) => {
  const unreadable = (code: 'azure-not-found' | 'azure-unauthorized'): Observer => ({
    latest: () => Promise.reject(new PipeBotError(code)),
    readBuild: () => Promise.reject(new PipeBotError(code)),
  });

  async function bench(watch: Watch, now: number) {
    const database = await open();
    const enqueued: string[] = [];
    const watches = createWatches(database);
    const notifications = createNotifications(database);
    const ports = {
      watches,
      notifications,
      transactions: database,
      jobs: { enqueue: (name: string) => Promise.resolve(void enqueued.push(name)) },
      clock: { ...systemClock, now: () => now },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    await recordWatch(ports, watch, 'card');
    enqueued.length = 0;
    return { ports, enqueued, next: () => notifications.nextFor(watch.conversationId) };
  }

  test('whose pipeline cannot be read go on being polled', async () => {
    const { ports, enqueued, next } = await bench(WATCH, NOW);
    await pollWatches({ ...ports, observer: unreadable('azure-unauthorized') }, targetOf(WATCH));
    expect(enqueued).toEqual(['observe']);
    expect(await next()).toBeUndefined();
  });

  test('that are overdue come to their end even then, and are polled no more', async () => {
    const { ports, enqueued, next } = await bench(WATCH, WATCH.expiresAt + 1);
    const observer = unreadable('azure-not-found');
    await pollWatches({ ...ports, observer }, targetOf(WATCH));
    expect((await next())?.content).toMatchObject({ kind: 'watch', watch: { state: 'expired' } });
    expect(enqueued).toContain('deliver');
    enqueued.length = 0;
    await pollWatches({ ...ports, observer }, targetOf(WATCH));
    expect(enqueued).toEqual([]);
  });

  test('whose store fails are tried again by their job', async () => {
    const { ports } = await bench(WATCH, NOW);
    const observer = {
      ...unreadable('azure-not-found'),
      latest: () => Promise.reject(new PipeBotError('store-unavailable')),
    };
    await expect(pollWatches({ ...ports, observer }, targetOf(WATCH))).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });

  test('that are over are not told to have been stopped', async () => {
    const { ports, next } = await bench(WATCH, NOW);
    await ports.watches.save({ ...WATCH, state: 'ended', buildId: 4242 });
    await stopWatch(ports, WATCH);
    expect(await next()).toBeUndefined();
  });
});
