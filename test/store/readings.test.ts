import { expect, test } from 'vitest';
import type { Build } from '../../src/domain/build.ts';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { BUILD, longKey, NOW, race, TARGET } from './examples.ts';

const MAIN = 'refs/heads/main';

function readAt(at: number, builds: readonly Build[] = []) {
  return { observedAt: at, readAt: at, builds };
}

function refTo({ organization, project, id: buildId }: Build) {
  return { organization, project, buildId };
}

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
    await records.saveReading(TARGET, { observedAt: NOW - 1, readAt: NOW, builds: [] });
    const last = await records.lastReading(TARGET);
    expect(last).toStrictEqual({ builds: [], observedAt: NOW - 1, readAt: NOW });
  });

  test('a reading of one definition says nothing about another', async () => {
    const { records } = await openRecords();
    await records.saveReading(TARGET, readAt(NOW));
    expect(await records.lastReading({ ...TARGET, definitionIds: [184] })).toBeUndefined();
    expect(await records.lastReading({ ...TARGET, definitionIds: [183, 184] })).toBeUndefined();
    expect(await records.lastReading({ ...TARGET, definitionIds: [183, 1e30] })).toBeUndefined();
    await records.saveReading({ ...TARGET, definitionIds: [184, 185, 184] }, readAt(NOW - 5_000));
    const both = { ...TARGET, definitionIds: [183, 184, 184] };
    expect(await records.lastReading(both)).toMatchObject({ observedAt: NOW - 5_000, readAt: NOW - 5_000 });
    expect(await records.lockTarget(both)).toBe(NOW);
  });

  test('the last reading has exactly the builds that it found, as they are known now, newest first', async () => {
    const { records } = await openRecords();
    const found = [1, 2, 3, 4].map((id) => ({ ...BUILD, id, queuedAt: NOW + (id % 3) }));
    const unseen = { ...BUILD, id: 9, queuedAt: NOW + 9 };
    await records.saveBuilds([...found, unseen], NOW);
    await records.saveReading(TARGET, readAt(NOW, found));
    const ended: Build = { ...BUILD, id: 2, queuedAt: NOW + 2, status: 'completed', result: 'failed' };
    await records.saveBuilds([ended], NOW);
    await records.deleteBuild(refTo({ ...BUILD, id: 3 }));
    const last = await records.lastReading(TARGET);
    expect(last?.builds).toStrictEqual([ended, ...[found[3], found[0]]]);
  });

  test('each definition keeps the builds of its own last reading', async () => {
    const { records } = await openRecords();
    const other = { ...BUILD, id: 5, definitionId: 184, queuedAt: NOW };
    const both = { ...TARGET, definitionIds: [183, 184] };
    await records.saveBuilds([BUILD, other], NOW);
    await records.saveReading(both, readAt(NOW, [BUILD, other]));
    await records.saveReading(TARGET, readAt(NOW + 1));
    expect((await records.lastReading(both))?.builds).toStrictEqual([other]);
  });

  test('a reading of any branch has builds of several, and is none of one branch', async () => {
    const { records } = await openRecords();
    const onMain = { ...BUILD, id: 5, branch: MAIN, queuedAt: NOW };
    const anywhere = { ...TARGET, branch: ANY_BRANCH };
    await records.saveBuilds([BUILD, onMain], NOW);
    await records.saveReading(anywhere, readAt(NOW, [BUILD, onMain]));
    expect((await records.lastReading(anywhere))?.builds).toStrictEqual([onMain, BUILD]);
    expect(await records.lastReading(TARGET)).toBeUndefined();
  });

  test('a reading of one repository is none of another, nor of all', async () => {
    const { records } = await openRecords();
    const of = (repositoryId: string) => ({ ...TARGET, repositoryIds: { 183: repositoryId } });
    await records.saveReading(of('Shop/Payments'), readAt(NOW));
    expect(await records.lastReading(of('shop/payments'))).toBeDefined();
    expect(await records.lastReading(of('shop/search'))).toBeUndefined();
    expect(await records.lastReading(TARGET)).toBeUndefined();
    await records.saveReading(TARGET, readAt(NOW));
    expect(await records.lastReading(TARGET)).toBeDefined();
    expect(await records.lastReading(of('shop/payments'))).toBeUndefined();
  });

  test('a reading of an older program, which names no builds, is none', async () => {
    const { database, records } = await openRecords();
    await records.saveReading(TARGET, readAt(NOW));
    await database.query("update pipebot.readings set read_at = read_at + interval '1 second'");
    expect(await records.lastReading(TARGET)).toBeUndefined();
    expect(await records.listReadTimes([{ ...TARGET, definitionId: 183 }])).toMatchObject([
      { readAt: NOW + 1_000 },
    ]);
  });

  test('the time of the last reading never goes back, nor do its builds', async () => {
    const { records } = await openRecords();
    const builds = [1, 2, 3, 4].map((id) => ({ ...BUILD, id }));
    await records.saveBuilds(builds, NOW);
    for (const [index, at] of [NOW, NOW - 1, NOW + 1, NOW].entries())
      await records.saveReading(TARGET, readAt(at, builds.slice(index, index + 1)));
    const last = await records.lastReading(TARGET);
    expect(last).toStrictEqual({ ...readAt(NOW + 1), builds: [builds[2]] });
  });

  test('a reading from the future does not shut out those of now', async () => {
    const { records } = await openRecords();
    for (const at of [NOW + 300_001, NOW]) await records.saveReading(TARGET, readAt(at));
    expect((await records.lastReading(TARGET))?.readAt).toBe(NOW);
  });

  test('when definitions were last read is told for those that were, as they were asked for', async () => {
    const { records } = await openRecords();
    const at = (branch: string, definitionId: number, project = 'Shop') => ({
      organization: 'contoso',
      project,
      branch,
      definitionId,
    });
    await records.saveReading(TARGET, readAt(NOW));
    await records.saveReading({ ...TARGET, branch: ANY_BRANCH, definitionIds: [184] }, readAt(NOW + 1));
    await records.saveReading({ ...TARGET, branch: longKey('branch') }, readAt(NOW + 2));
    const asked = [
      at(ANY_BRANCH, 184, 'SHOP'),
      at(MAIN, 183),
      at(TARGET.branch, 184),
      at(TARGET.branch, 1e30),
      at(TARGET.branch, 183),
      at(longKey('branch'), 183),
      { ...at(TARGET.branch, 183), organization: 'fabrikam' },
    ];
    expect(await records.listReadTimes(asked)).toStrictEqual([
      { ...at(ANY_BRANCH, 184, 'SHOP'), readAt: NOW + 1, observedAt: NOW + 1 },
      { ...at(TARGET.branch, 183), readAt: NOW, observedAt: NOW },
      { ...at(longKey('branch'), 183), readAt: NOW + 2, observedAt: NOW + 2 },
    ]);
    expect(await records.listReadTimes([])).toEqual([]);
  });

  test('builds are forgotten with the last reading of their definition, on their branch or on any', async () => {
    const { records } = await openRecords();
    const builds = [
      { ...BUILD, id: 1 },
      { ...BUILD, id: 2, branch: MAIN },
      { ...BUILD, id: 3, definitionId: 184, branch: MAIN },
      { ...BUILD, id: 4, definitionId: 185 },
      { ...BUILD, id: 5, organization: 'fabrikam' },
    ];
    const left = async () => (await records.findBuilds(builds.map(refTo))).map(({ id }) => id);
    await records.saveBuilds(builds, NOW);
    await records.saveReading(TARGET, readAt(NOW));
    await records.saveReading({ ...TARGET, branch: MAIN }, readAt(NOW - 1));
    await records.saveReading({ ...TARGET, branch: ANY_BRANCH, definitionIds: [184] }, readAt(NOW));
    await records.deleteBefore(NOW - 1);
    expect(await left()).toEqual([1, 2, 3]);
    await records.deleteBefore(NOW);
    expect(await left()).toEqual([1, 3]);
    await records.deleteBefore(NOW + 1);
    expect(await left()).toEqual([]);
  });

  test('builds that ended long ago are forgotten once no reading finds them', async () => {
    const { records } = await openRecords();
    const ended = { ...BUILD, status: 'completed', result: 'failed', finishedAt: NOW - 1 } as const;
    const builds = [1, 2, 3, 4].map((id) => ({ ...ended, id }));
    const all = [...builds, { ...ended, id: 5, finishedAt: NOW }, { ...BUILD, id: 6 }];
    await records.saveBuilds(all, NOW);
    await records.saveReading(TARGET, readAt(NOW, [{ ...ended, id: 2 }]));
    await records.saveReading({ ...TARGET, branch: ANY_BRANCH }, readAt(NOW, [{ ...ended, id: 3 }]));
    await records.deleteBefore(NOW);
    const left = await records.findBuilds(all.map(refTo));
    expect(left.map(({ id }) => id)).toEqual([2, 3, 5, 6]);
  });

  test.each([
    ['for the first time', false],
    ['again', true],
  ])('two readers of a target %s come one after the other', async (_, isKnown) => {
    const { database, records } = await openRecords();
    if (isKnown) await records.saveReading(TARGET, readAt(NOW - 1));
    const seenBySecond = await race(database, {
      first: () => records.lockTarget(TARGET),
      meanwhile: () => records.saveReading(TARGET, readAt(NOW)),
      second: () => records.lockTarget(TARGET),
    });
    expect(seenBySecond).toBe(NOW);
  });

  test('so do two readers of a definition on different branches, however its project is spelled', async () => {
    const { database, records } = await openRecords();
    const anywhere = { ...TARGET, project: 'SHOP', branch: ANY_BRANCH };
    const knownToSecond = await race(database, {
      first: () => records.lockTarget(TARGET),
      meanwhile: () => records.saveBuilds([BUILD], NOW),
      second: async () => {
        await records.lockTarget(anywhere);
        return records.findBuilds([refTo(BUILD)]);
      },
    });
    expect(knownToSecond).toHaveLength(1);
  });

  test('readers of overlapping targets never wait for each other in a circle', async () => {
    const { database, records } = await openRecords();
    const ids = Array.from({ length: 2_000 }, (_, index) => index);
    const lock = (definitionIds: number[]) =>
      database.transaction(() => records.lockTarget({ ...TARGET, definitionIds }));
    const readers = Array.from({ length: 10 }, (_, reader) => lock(reader % 2 ? ids : ids.toReversed()));
    expect(await Promise.all(readers)).toEqual(readers.map(() => 0));
  });

  test('two who store readings without having locked them do not wait for each other', async () => {
    const { database, records } = await openRecords();
    const target = (...definitionIds: number[]) => ({ ...TARGET, definitionIds });
    await race(database, {
      first: () => records.saveReading(target(1), readAt(NOW)),
      meanwhile: () => records.saveReading(target(2), readAt(NOW)),
      second: () => records.saveReading(target(2, 1), readAt(NOW + 1)),
    });
    expect((await records.lastReading(target(1, 2)))?.observedAt).toBe(NOW + 1);
  });
});
