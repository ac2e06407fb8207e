// Builds are found by id, definition and project, and numbered as Azure numbers them.
import { expect, test } from 'vitest';
import { startStandInUnderTest } from './stand-in-under-test.ts';

test('a project shows its own builds only, whichever definitions are asked for', async () => {
  await using stand = await startStandInUnderTest();
  const foreign = stand.azure.addDefinition(stand.azure.addProject('Other'), { id: 7, name: 'other' });
  const own = stand.azure.queueBuild(stand.base);
  const theirs = stand.azure.queueBuild(foreign);
  for (const query of ['', '?definitions=7,183', '?definitions=183']) {
    expect((await stand.builds(query)).map(({ id }) => id)).toEqual([own.id]);
  }
  expect(await stand.builds('?definitions=7')).toEqual([]);
  expect((await stand.get(`build/builds/${theirs.id}`)).status).toBe(404);
});

test('ids go on after one that was given, and none is given twice', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.queueBuild(stand.base, { id: 5_000 });
  expect(stand.azure.queueBuild(stand.base, { id: 4_900 }).id).toBe(4_900);
  expect(stand.azure.queueBuild(stand.base).id).toBe(5_001);
  expect(() => stand.azure.queueBuild(stand.base, { id: 5_000 })).toThrow('build 5000 exists already');
});

test('numbers count by definition and day', async () => {
  await using stand = await startStandInUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 7, name: 'other' });
  const numberOf = (definition: typeof other) => stand.azure.queueBuild(definition).buildNumber;
  expect([stand.base, stand.base, other].map(numberOf)).toEqual(['20261122.1', '20261122.2', '20261122.1']);
  stand.azure.queueBuild(stand.base, { buildNumber: '20261122.9' });
  stand.azure.queueBuild(stand.base, { buildNumber: 'release-x' });
  expect(numberOf(stand.base)).toBe('20261122.10');
  stand.advance(24 * 60);
  expect(numberOf(stand.base)).toBe('20261123.1');
});
