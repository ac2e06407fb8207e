import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Build } from '../../src/domain/build.ts';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { createStores } from '../../src/store/stores.ts';
import { type StoreReadingPorts, storeReading } from '../../src/usecases/store-reading.ts';
import { NOW, TARGET } from '../store/examples.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const DAY_MS = 24 * 3_600_000;

eachMigratedDatabase('a reading that is stored', (open) => {
  async function bench() {
    const database = await open();
    const ended: number[] = [];
    const ports: StoreReadingPorts = {
      ...createStores(database),
      transactions: database,
      clock: { ...systemClock, now: () => NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      counts: () => true,
      onBuilds: () => Promise.resolve(),
      onChanged: () => Promise.resolve(),
      onEnded: (ends) => Promise.resolve(void ended.push(...ends.map(({ build }) => build.id))),
      onDeleted: () => Promise.resolve(),
    };
    const read = (at: number, builds: readonly Build[], branch = TARGET.branch) =>
      storeReading(ports, { ...TARGET, branch }, { observedAt: at, begunAt: at, builds, facts: new Map() });
    return { ended, read };
  }

  function failed(id: number, finishedAt: number): Build {
    return buildOf({ id, result: 'failed', queuedAt: finishedAt - 60_000, finishedAt });
  }

  test('makes no news of what had ended long before the last one', async () => {
    const { ended, read } = await bench();
    await read(NOW, [failed(9, NOW - 3_000)]);
    // The newest was deleted, and an older one has come in its place.
    await read(NOW + 60_000, [failed(7, NOW - DAY_MS)]);
    expect(ended).toEqual([]);
    await read(NOW + 120_000, [failed(10, NOW + 90_000)]);
    expect(ended).toEqual([10]);
  });

  test('makes no news of the history of a branch that was too old for the list of all branches', async () => {
    const { ended, read } = await bench();
    await read(NOW, [], ANY_BRANCH);
    await read(NOW + 1_000, [failed(7, NOW - DAY_MS)]);
    expect(ended).toEqual([]);
  });

  test('tells all that has ended while nobody could read', async () => {
    const { ended, read } = await bench();
    await read(NOW, []);
    await read(NOW + DAY_MS, [failed(7, NOW + 1_000), failed(8, NOW + DAY_MS - 1_000)]);
    expect(ended).toEqual([7, 8]);
  });
});
