import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ANY_BRANCH, placeKey } from '../../src/domain/place.ts';
import type { Watch } from '../../src/domain/watch.ts';
import { createStores } from '../../src/store/stores.ts';
import {
  advanceWatches,
  endWatchesOf,
  listFollowed,
  recordWatch,
  stopWatch,
} from '../../src/usecases/watch-build.ts';
import { NOW, WATCH } from '../store/examples.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const { organization, project, branch, definitionId } = WATCH.definition;
const TARGET = { organization, project, branch, definitionIds: [definitionId] };

eachMigratedDatabase('watches', (open) => {
  async function bench(watch: Watch, now: number) {
    const database = await open();
    const enqueued: string[] = [];
    const polled: string[] = [];
    const stores = createStores(database);
    const ports = {
      ...stores,
      transactions: database,
      jobs: { enqueue: (name: string) => Promise.resolve(void enqueued.push(name)) },
      ensurePolled: (place: Parameters<typeof placeKey>[0], interest: string) =>
        Promise.resolve(void polled.push(`${placeKey(place)} ${interest}`)),
      clock: { ...systemClock, now: () => now },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      isHidden: async () => false,
    };
    await recordWatch(ports, watch, 'card');
    return { ports, enqueued, polled, next: () => stores.notifications.nextFor(watch.conversationId) };
  }

  test('have their place polled', async () => {
    const { polled } = await bench(WATCH, NOW);
    expect(polled).toEqual([`${placeKey(TARGET)} watch`]);
  });

  test('that are overdue come to their end even when nothing can be read', async () => {
    const { ports, enqueued, next } = await bench(WATCH, WATCH.expiresAt + 1);
    await advanceWatches(ports, TARGET, []);
    expect((await next())?.content).toMatchObject({ kind: 'watch', watch: { state: 'expired' } });
    expect(enqueued).toEqual(['deliver']);
  });

  test('wait for a build of their own definition and branch, whatever else is read at the place', async () => {
    const { ports, next } = await bench(WATCH, NOW);
    const own = { organization, project, branch, definitionId, status: 'inProgress' } as const;
    const target = { ...TARGET, branch: ANY_BRANCH, definitionIds: [definitionId, definitionId + 1] };
    const others = [
      buildOf({ ...own, id: 9001, definitionId: definitionId + 1 }),
      buildOf({ ...own, id: 9002, branch: 'refs/heads/elsewhere' }),
    ];
    await advanceWatches(ports, target, others);
    expect(await next()).toBeUndefined();
    await advanceWatches(ports, target, [...others, buildOf({ ...own, id: 9003 })]);
    expect((await next())?.content).toMatchObject({ watch: { state: 'following', buildId: 9003 } });
  });

  test('that are over are not told to have been stopped', async () => {
    const { ports, next } = await bench(WATCH, NOW);
    await ports.watches.save({ ...WATCH, state: 'ended', buildId: 4242 });
    await stopWatch(ports, WATCH);
    expect(await next()).toBeUndefined();
  });

  test('that follow a build which is gone say so; others go on', async () => {
    const { ports, next } = await bench({ ...WATCH, state: 'following', buildId: 4242 }, NOW);
    expect(await listFollowed(ports, TARGET)).toEqual([4242]);
    await endWatchesOf(ports, { organization, project, buildId: 4241 });
    expect(await next()).toBeUndefined();
    await endWatchesOf(ports, { organization, project, buildId: 4242 });
    expect((await next())?.content).toMatchObject({ kind: 'watch', watch: { state: 'gone' } });
    expect(await listFollowed(ports, TARGET)).toEqual([]);
  });
});
