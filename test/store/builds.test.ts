import { expect, test } from 'vitest';
import { BUILD_RESULTS, BUILD_STATUSES, type Build } from '../../src/domain/build.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { BUILD, longKey, NOW, ODD_STRINGS, race, TARGET } from './examples.ts';

const COMPLETE: Build = {
  ...BUILD,
  status: 'completed',
  result: 'partiallySucceeded',
  startedAt: NOW - 59_999,
  finishedAt: NOW - 1,
  sourceVersion: '0f1e2d3c4b5a69788796a5b4c3d2e1f001122334',
  requestedFor: 'Ada',
  repositoryId: 'e589ca4a-16ff-453b-b101-2a9f21542d76',
};

function refTo(build: Build) {
  return { organization: build.organization, project: build.project, buildId: build.id };
}

eachMigratedDatabase('builds', (open) => {
  async function openRecords() {
    const database = await open();
    return { database, records: createBuildRecords(database) };
  }

  test.each([
    ['nothing that may be absent', BUILD],
    ['everything', COMPLETE],
  ])('a build with %s comes back as it was read', async (_, build) => {
    const { records } = await openRecords();
    await records.saveBuilds([build]);
    expect(await records.findBuilds([refTo(build)])).toStrictEqual([build]);
  });

  test('every status and every result that there is can be stored', async () => {
    const { records } = await openRecords();
    const builds = BUILD_STATUSES.flatMap((status, row) =>
      BUILD_RESULTS.map((result, column) => ({ ...BUILD, id: row * 100 + column, status, result })),
    );
    await records.saveBuilds(builds);
    expect(await records.findBuilds(builds.map(refTo))).toStrictEqual(builds);
  });

  test('builds with odd texts are stored', async () => {
    const { records } = await openRecords();
    const odd = (column: 'given' | 'stored') =>
      ODD_STRINGS.map(({ [column]: text }, id) => ({ ...BUILD, id, number: text, requestedFor: text }));
    await records.saveBuilds(odd('given'));
    expect(await records.findBuilds(odd('given').map(refTo))).toEqual(odd('stored'));
  });

  test('names too long for an index are stored and found', async () => {
    const { records } = await openRecords();
    const target = {
      organization: longKey('organization'),
      project: longKey('project'),
      branch: longKey('branch'),
      definitionIds: [183],
    };
    const { definitionIds: _, ...names } = target;
    await records.lockTarget(target);
    await records.saveBuilds([{ ...BUILD, ...names }]);
    await records.saveReading(target, { observedAt: NOW, readAt: NOW });
    expect((await records.lastReading(target))?.builds).toHaveLength(1);
    expect(await records.findBuilds([refTo({ ...BUILD, ...names })])).toHaveLength(1);
  });

  test('many builds are found and saved at once', async () => {
    const { records } = await openRecords();
    const builds = Array.from({ length: 500 }, (_, index) => ({ ...BUILD, id: index + 1 }));
    await records.saveBuilds(builds);
    expect(await records.findBuilds(builds.map(refTo))).toStrictEqual(builds);
  });

  test('only the builds that were asked for are found', async () => {
    const { records } = await openRecords();
    const elsewhere = [
      { ...BUILD, id: 1 },
      { ...BUILD, organization: 'fabrikam' },
      { ...BUILD, project: 'Warehouse' },
    ];
    await records.saveBuilds([...elsewhere, BUILD]);
    expect(await records.findBuilds([refTo(BUILD), refTo(BUILD)])).toStrictEqual([BUILD]);
    expect(await records.findBuilds([])).toEqual([]);
    expect(await records.findBuilds([{ ...refTo(BUILD), buildId: 1e30 }])).toEqual([]);
  });

  test('a build that was read again replaces what was known, and what it lost is gone', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([COMPLETE]);
    await records.saveBuilds([COMPLETE, BUILD]);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([BUILD]);
    await records.saveBuilds([]);
  });

  test('a build that says nothing new is not written again', async () => {
    const { database, records } = await openRecords();
    const version = 'select ctid::text as version from pipebot.builds';
    await records.saveBuilds([COMPLETE]);
    const before = await database.query(version);
    await records.saveBuilds([COMPLETE]);
    expect(await database.query(version)).toEqual(before);
  });

  test('two who store the same builds in different order do not wait for each other', async () => {
    const { database, records } = await openRecords();
    const one = { ...BUILD, id: 1 };
    const two = { ...BUILD, id: 2 };
    await race(database, {
      first: () => records.saveBuilds([one]),
      meanwhile: () => records.saveBuilds([two]),
      second: () => records.saveBuilds([{ ...two, number: 'newer' }, one]),
    });
    const known = await records.findBuilds([one, two].map(refTo));
    expect(known.map(({ number }) => number)).toEqual([BUILD.number, 'newer']);
  });

  test('a project is the same however it is spelled', async () => {
    const { records } = await openRecords();
    const target = { ...TARGET, project: 'sHOP' };
    await records.saveBuilds([BUILD, { ...COMPLETE, project: 'SHOP' }]);
    await records.saveReading(TARGET, { observedAt: NOW, readAt: NOW });
    expect(await records.findBuilds([{ ...refTo(BUILD), project: 'shop' }])).toEqual([
      { ...COMPLETE, project: 'SHOP' },
    ]);
    expect(await records.lockTarget(target)).toBe(NOW);
    expect((await records.lastReading(target))?.builds).toHaveLength(1);
  });

  test('the last reading has the 25 newest builds of each definition on the branch, newest first', async () => {
    const { records } = await openRecords();
    const many = Array.from({ length: 30 }, (_, index) => ({ ...BUILD, id: index, queuedAt: NOW + index }));
    const other = { ...BUILD, id: 100, definitionId: 184, queuedAt: NOW - 1 };
    const elsewhere = [
      { ...BUILD, id: 101, definitionId: 185 },
      { ...BUILD, id: 102, branch: 'refs/heads/main' },
      { ...BUILD, id: 103, organization: 'fabrikam' },
    ];
    await records.saveBuilds([...many, other, ...elsewhere]);
    const target = { ...TARGET, definitionIds: [184, 183, 183] };
    await records.saveReading(target, { observedAt: NOW, readAt: NOW });
    const expected = [...many.slice(5).reverse(), other];
    expect((await records.lastReading(target))?.builds).toStrictEqual(expected);
  });

  test('builds queued in the same moment are ordered by their ids', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([2, 3, 1].map((id) => ({ ...BUILD, id })));
    await records.saveReading(TARGET, { observedAt: NOW, readAt: NOW });
    expect((await records.lastReading(TARGET))?.builds.map(({ id }) => id)).toEqual([3, 2, 1]);
  });
});
