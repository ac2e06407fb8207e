import { expect, test } from 'vitest';
import { BUILD_RESULTS, BUILD_STATUSES, type Build, phaseOf } from '../../src/domain/build.ts';
import { ANY_BRANCH } from '../../src/domain/place.ts';
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
  requestedForUniqueName: 'ada@contoso.example',
  pendingApproval: { stage: 'Deploy', since: NOW - 30_000 },
  repositoryId: 'e589ca4a-16ff-453b-b101-2a9f21542d76',
};

function refTo(build: Build) {
  return { organization: build.organization, project: build.project, buildId: build.id };
}

/** As it is found after a reading that was begun at NOW. */
function known(build: Build) {
  return { ...build, readAt: NOW };
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
    await records.saveBuilds([build], NOW);
    expect(await records.findBuilds([refTo(build)])).toStrictEqual([known(build)]);
  });

  test('every status and every result that there is can be stored', async () => {
    const { records } = await openRecords();
    const builds = BUILD_STATUSES.flatMap((status, row) =>
      BUILD_RESULTS.map((result, column) => ({ ...BUILD, id: row * 100 + column, status, result })),
    );
    await records.saveBuilds(builds, NOW);
    expect(await records.findBuilds(builds.map(refTo))).toStrictEqual(builds.map(known));
  });

  test('builds with odd texts are stored', async () => {
    const { records } = await openRecords();
    const odd = (column: 'given' | 'stored') =>
      ODD_STRINGS.map(({ [column]: text }, id) => ({
        ...BUILD,
        id,
        number: text,
        requestedFor: text,
        requestedForUniqueName: text,
        pendingApproval: { stage: text },
      }));
    await records.saveBuilds(odd('given'), NOW);
    expect(await records.findBuilds(odd('given').map(refTo))).toEqual(odd('stored').map(known));
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
    await records.saveBuilds([{ ...BUILD, ...names }], NOW);
    await records.saveReading(target, { observedAt: NOW, readAt: NOW, builds: [BUILD] });
    expect((await records.lastReading(target))?.builds).toHaveLength(1);
    expect(await records.findBuilds([refTo({ ...BUILD, ...names })])).toHaveLength(1);
  });

  test('many builds are found and saved at once', async () => {
    const { records } = await openRecords();
    const builds = Array.from({ length: 500 }, (_, index) => ({ ...BUILD, id: index + 1 }));
    await records.saveBuilds(builds, NOW);
    expect(await records.findBuilds(builds.map(refTo))).toStrictEqual(builds.map(known));
  });

  test('only the builds that were asked for are found', async () => {
    const { records } = await openRecords();
    const elsewhere = [
      { ...BUILD, id: 1 },
      { ...BUILD, organization: 'fabrikam' },
      { ...BUILD, project: 'Warehouse' },
    ];
    await records.saveBuilds([...elsewhere, BUILD], NOW);
    expect(await records.findBuilds([refTo(BUILD), refTo(BUILD)])).toStrictEqual([known(BUILD)]);
    expect(await records.findBuilds([])).toEqual([]);
    expect(await records.findBuilds([{ ...refTo(BUILD), buildId: 1e30 }])).toEqual([]);
  });

  test('a build that was read again replaces what was known, and what it lost is gone', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([COMPLETE], NOW);
    await records.saveBuilds([COMPLETE, BUILD], NOW);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(BUILD)]);
    await records.saveBuilds([], NOW);
  });

  test('a build that says nothing new is not written again', async () => {
    const { database, records } = await openRecords();
    const version = 'select ctid::text as version from pipebot.builds';
    await records.saveBuilds([COMPLETE], NOW);
    const before = await database.query(version);
    await records.saveBuilds([COMPLETE], NOW);
    expect(await database.query(version)).toEqual(before);
  });

  test('two who store the same builds in different order do not wait for each other', async () => {
    const { database, records } = await openRecords();
    const one = { ...BUILD, id: 1 };
    const two = { ...BUILD, id: 2 };
    await race(database, {
      first: () => records.saveBuilds([one], NOW),
      meanwhile: () => records.saveBuilds([two], NOW),
      second: () => records.saveBuilds([{ ...two, number: 'newer' }, one], NOW),
    });
    const found = await records.findBuilds([one, two].map(refTo));
    expect(found.map(({ number }) => number)).toEqual([BUILD.number, 'newer']);
  });

  test('a project is the same however it is spelled', async () => {
    const { records } = await openRecords();
    const spelled = { ...COMPLETE, project: 'SHOP' };
    await records.saveBuilds([BUILD, spelled], NOW);
    expect(await records.findBuilds([{ ...refTo(BUILD), project: 'shop' }])).toEqual([known(spelled)]);
    await records.saveBuilds([{ ...BUILD, project: 'shop' }], NOW);
    expect(await records.listActive({ ...TARGET, project: 'sHOP' })).toHaveLength(1);
    await records.deleteBuild({ ...refTo(BUILD), project: 'sHOP' });
    expect(await records.findBuilds([refTo(BUILD)])).toEqual([]);
  });

  test('a build that a later reading has changed is left to it', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([COMPLETE], NOW);
    await records.saveBuilds([BUILD], NOW - 1);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(COMPLETE)]);
    await records.saveBuilds([BUILD], NOW);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(BUILD)]);
  });

  test('a reading from the future does not shut out those of now', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([COMPLETE], NOW + 300_001);
    await records.saveBuilds([BUILD], NOW);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(BUILD)]);
  });

  test('a build keeps the time of the reading that changed it last', async () => {
    const { records } = await openRecords();
    await records.saveBuilds([BUILD], NOW);
    await records.saveBuilds([BUILD], NOW + 1);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(BUILD)]);
  });

  test('an approval that is no longer waited for is forgotten', async () => {
    const { records } = await openRecords();
    const { pendingApproval: _, ...approved } = COMPLETE;
    await records.saveBuilds([COMPLETE], NOW);
    await records.saveBuilds([approved], NOW);
    expect(await records.findBuilds([refTo(BUILD)])).toStrictEqual([known(approved)]);
  });

  test('a build that is deleted is not found any more, and no other one is touched', async () => {
    const { records } = await openRecords();
    const others = [
      { ...BUILD, id: 1 },
      { ...BUILD, organization: 'fabrikam' },
      { ...BUILD, project: 'Warehouse' },
    ];
    await records.saveBuilds([...others, BUILD], NOW);
    await records.deleteBuild(refTo(BUILD));
    await records.deleteBuild({ ...refTo(BUILD), buildId: 1e30 });
    expect(await records.findBuilds([BUILD, ...others].map(refTo))).toHaveLength(3);
    expect(await records.findBuilds([refTo(BUILD)])).toEqual([]);
  });

  test.each(BUILD_STATUSES.map((status) => [status, phaseOf({ status }) === 'active'] as const))(
    'a build that is %s is active: %s',
    async (status, isActive) => {
      const { records } = await openRecords();
      await records.saveBuilds([{ ...BUILD, status }], NOW);
      expect(await records.listActive(TARGET)).toHaveLength(isActive ? 1 : 0);
    },
  );

  test('active builds are those of the target, on its branch or on any', async () => {
    const { records } = await openRecords();
    const builds = [
      BUILD,
      { ...BUILD, id: 2, branch: 'refs/heads/main' },
      { ...BUILD, id: 3, definitionId: 184 },
      { ...BUILD, id: 4, organization: 'fabrikam' },
      { ...BUILD, id: 5, project: 'Warehouse' },
    ];
    await records.saveBuilds(builds, NOW);
    const idsAt = async (difference: Partial<typeof TARGET>) =>
      (await records.listActive({ ...TARGET, ...difference })).map(({ id }) => id);
    expect(await records.listActive(TARGET)).toStrictEqual([BUILD]);
    expect(await idsAt({ branch: ANY_BRANCH })).toEqual([2, 4242]);
    expect(await idsAt({ definitionIds: [184, 183, 1e30] })).toEqual([3, 4242]);
    expect(await idsAt({ definitionIds: [] })).toEqual([]);
  });

  test('no more than 200 active builds are listed, the oldest ones', async () => {
    const { records } = await openRecords();
    const builds = Array.from({ length: 205 }, (_, index) => ({ ...BUILD, id: 205 - index }));
    await records.saveBuilds(builds, NOW);
    const ids = (await records.listActive(TARGET)).map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 1, 200]);
  });
});
