import { expect, test } from 'vitest';
import type { ColouredBuild, Health } from '../../src/domain/health.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { createHealthRecords } from '../../src/store/health.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race, SUBSCRIBED, TARGET } from './examples.ts';

const UNKNOWN: Health = { recent: [], isFlapping: false };

const FAILED: ColouredBuild = {
  id: 4242,
  number: '20261122.3',
  url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4242',
  queuedAt: NOW - 60_000,
  finishedAt: NOW,
  colour: 'red',
};

const RED: Health = {
  colour: 'red',
  recent: [FAILED, { ...FAILED, id: 4241, colour: 'green' }],
  red: { first: FAILED, failedBuilds: 1 },
  isFlapping: true,
};

const { branch: BRANCH } = SUBSCRIBED;

eachMigratedDatabase('health', (open) => {
  async function openHealth() {
    const database = await open();
    return { database, health: createHealthRecords(database) };
  }

  test.each([
    ['nothing that may be absent', UNKNOWN],
    ['everything', RED],
  ])('health with %s comes back as it was saved', async (_, value) => {
    const { health } = await openHealth();
    await health.save(SUBSCRIBED, value, NOW);
    expect(await health.find(SUBSCRIBED, BRANCH)).toStrictEqual(value);
  });

  test('the newer health replaces the older', async () => {
    const { health } = await openHealth();
    await health.save(SUBSCRIBED, RED, NOW);
    await health.save({ ...SUBSCRIBED, project: 'SHOP' }, UNKNOWN, NOW + 1);
    expect(await health.find({ ...SUBSCRIBED, project: 'sHOP' }, BRANCH)).toStrictEqual(UNKNOWN);
  });

  test.each([
    ['another organization', { organization: 'fabrikam' }],
    ['another project', { project: 'Warehouse' }],
    ['another definition', { definitionId: 184 }],
    ['another branch', { branch: 'refs/heads/main' }],
  ])('that of %s is another', async (_, difference) => {
    const { health } = await openHealth();
    await health.save({ ...SUBSCRIBED, ...difference }, RED, NOW);
    expect(await health.find(SUBSCRIBED, BRANCH)).toBeUndefined();
  });

  test('odd texts and names too long for an index are stored', async () => {
    const { health } = await openHealth();
    for (const { name, given, stored } of ODD_STRINGS) {
      const where = { ...SUBSCRIBED, organization: given, project: given, branch: longKey(given) };
      await health.save(where, { ...RED, recent: [{ ...FAILED, number: given }] }, NOW);
      expect((await health.find(where, where.branch))?.recent[0]?.number, name).toBe(stored);
    }
  });

  test('of two who change it under the lock of the definition, the second sees what the first has saved', async () => {
    const { database, health } = await openHealth();
    const records = createBuildRecords(database);
    const take = async () => {
      await records.lockTarget(TARGET);
      return health.find(SUBSCRIBED, BRANCH);
    };
    const seenBySecond = await race(database, {
      first: take,
      meanwhile: () => health.save(SUBSCRIBED, RED, NOW),
      second: take,
    });
    expect(seenBySecond).toEqual(RED);
  });

  test('what nobody has touched since a time is forgotten', async () => {
    const { health } = await openHealth();
    await health.save(SUBSCRIBED, RED, NOW - 1);
    await health.save({ ...SUBSCRIBED, branch: 'refs/heads/main' }, RED, NOW);
    await health.deleteBefore(NOW);
    expect(await health.find(SUBSCRIBED, BRANCH)).toBeUndefined();
    expect(await health.find(SUBSCRIBED, 'refs/heads/main')).toBeDefined();
  });

  test('what is read still stays known, however long nothing has happened', async () => {
    const { database, health } = await openHealth();
    await createBuildRecords(database).saveReading(TARGET, { observedAt: NOW, readAt: NOW, builds: [] });
    await health.save(SUBSCRIBED, RED, NOW - 1);
    await health.save({ ...SUBSCRIBED, branch: 'refs/heads/main' }, RED, NOW - 1);
    await health.deleteBefore(NOW);
    expect(await health.find(SUBSCRIBED, BRANCH)).toEqual(RED);
    expect(await health.find(SUBSCRIBED, 'refs/heads/main')).toBeUndefined();
  });
});
