import { expect, test } from 'vitest';
import { createBuildRecords } from '../../src/store/builds.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { NOW, race, TARGET } from './examples.ts';

eachMigratedDatabase('readings of builds', (open) => {
  async function openRecords() {
    const database = await open();
    return { database, records: createBuildRecords(database) };
  }

  test('there is no last reading before the first one is stored', async () => {
    const { database, records } = await openRecords();
    await database.transaction(async () => {
      expect(await records.lockTarget(TARGET)).toBe(0);
    });
    expect(await records.lastReading(TARGET)).toBeUndefined();
    expect(await records.lastReading({ ...TARGET, definitionIds: [] })).toBeUndefined();
  });

  test('a reading that found no builds is a reading', async () => {
    const { records } = await openRecords();
    await records.saveReading(TARGET, { observedAt: NOW, readAt: NOW });
    expect(await records.lastReading(TARGET)).toStrictEqual({ builds: [], observedAt: NOW });
  });

  test('a reading of one definition says nothing about another', async () => {
    const { records } = await openRecords();
    await records.saveReading(TARGET, { observedAt: NOW, readAt: NOW });
    expect(await records.lastReading({ ...TARGET, definitionIds: [184] })).toBeUndefined();
    expect(await records.lastReading({ ...TARGET, definitionIds: [183, 184] })).toBeUndefined();
    await records.saveReading(
      { ...TARGET, definitionIds: [184, 185, 184] },
      { observedAt: NOW - 5_000, readAt: NOW - 5_000 },
    );
    const both = { ...TARGET, definitionIds: [183, 184, 184] };
    expect((await records.lastReading(both))?.observedAt).toBe(NOW - 5_000);
    expect(await records.lockTarget(both)).toBe(NOW);
  });

  test('the time of the last reading never goes back', async () => {
    const { records } = await openRecords();
    for (const observedAt of [NOW, NOW - 1, NOW + 1, NOW])
      await records.saveReading(TARGET, { observedAt: observedAt, readAt: observedAt });
    expect((await records.lastReading(TARGET))?.observedAt).toBe(NOW + 1);
  });

  test.each([
    ['for the first time', false],
    ['again', true],
  ])('two readers of a target %s come one after the other', async (_, isKnown) => {
    const { database, records } = await openRecords();
    if (isKnown) await records.saveReading(TARGET, { observedAt: NOW - 1, readAt: NOW - 1 });
    const seenBySecond = await race(database, {
      first: () => records.lockTarget(TARGET),
      meanwhile: () => records.saveReading(TARGET, { observedAt: NOW, readAt: NOW }),
      second: () => records.lockTarget(TARGET),
    });
    expect(seenBySecond).toBe(NOW);
  });

  test.each([
    ['for the first time', false],
    ['again', true],
  ])('readers of overlapping targets %s do not wait for each other', async (_, isKnown) => {
    const { database, records } = await openRecords();
    const target = (...definitionIds: number[]) => ({ ...TARGET, definitionIds });
    if (isKnown) await records.saveReading(target(1, 2), { observedAt: NOW - 1, readAt: NOW - 1 });
    const seenBySecond = await race(database, {
      first: () => records.lockTarget(target(1)),
      meanwhile: async () => {
        await records.lockTarget(target(2));
        await records.saveReading(target(1, 2), { observedAt: NOW, readAt: NOW });
      },
      second: () => records.lockTarget(target(2, 1)),
    });
    expect(seenBySecond).toBe(NOW);
  });

  test('two who store readings without having locked them do not wait for each other', async () => {
    const { database, records } = await openRecords();
    await race(database, {
      first: () => records.saveReading({ ...TARGET, definitionIds: [1] }, { observedAt: NOW, readAt: NOW }),
      meanwhile: () =>
        records.saveReading({ ...TARGET, definitionIds: [2] }, { observedAt: NOW, readAt: NOW }),
      second: () =>
        records.saveReading({ ...TARGET, definitionIds: [2, 1] }, { observedAt: NOW + 1, readAt: NOW + 1 }),
    });
    expect((await records.lastReading({ ...TARGET, definitionIds: [1, 2] }))?.observedAt).toBe(NOW + 1);
  });
});
