// The server is asked once which version it speaks, and spoken to in that one.
import { expect, test } from 'vitest';
import { negotiateApiVersions } from '../../src/azure-devops/api-version.ts';
import { PipeBotError } from '../../src/errors.ts';
import { apiLocations } from './own-server.ts';
import { failureOf, START, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test.each([
  ['7.2', '7.1'],
  ['7.1', '7.1'],
  ['7.10', '7.1'],
  ['10.0', '7.1'],
  ['7.0', '7.0'],
  ['6.0', '6.0'],
  ['5.0', '5.0'],
  ['0.0', '7.2-preview.7'],
])('a server that has released %s is asked in %s', async (released, expected) => {
  await using stand = await startPipelinesUnderTest();
  const oldServer = { kind: 'json', value: apiLocations(released) } as const;
  stand.fault(oldServer, { match: { method: 'OPTIONS' } });
  await stand.list();
  await failureOf(stand.pipelines.getDefinition({ ...ref, definition: 7 }));
  const versions = stand.azure.ledger.slice(1).map((entry) => entry.query['api-version']);
  expect(versions).toEqual([expected, expected, expected]);
});

test.each([
  ['no list', {}],
  ['an empty list', { count: 0, value: [] }],
  ['no version', { value: apiLocations('7.1').value.map(({ releasedVersion: _gone, ...rest }) => rest) }],
  ['a version of words', apiLocations('seven')],
  ['a version with more in it', apiLocations('7.1&x=y')],
  ['builds only', { value: apiLocations('7.1').value.slice(0, 1) }],
  ['rows of nothing', { value: [null, 1, 'x', [], {}] }],
])('an answer with %s is no answer', (_name, body) => {
  expect(() => negotiateApiVersions(body)).toThrow(PipeBotError);
});

test('the first calls, all at once, share one start-up call', async () => {
  await using stand = await startPipelinesUnderTest();
  await Promise.all([
    stand.list(),
    stand.list(),
    failureOf(stand.pipelines.getBuild(ref)),
    stand.pipelines.getDefinition({ ...ref, definition: 183 }),
    stand.pipelines.getDefinition({ ...ref, definition: 'python-base' }),
  ]);
  await stand.list();
  const startUps = stand.azure.ledger.filter((entry) => entry.method === 'OPTIONS');
  expect(startUps.map((entry) => entry.path)).toEqual(['/contoso/_apis/build']);
});

test('a failed start-up call fails all who waited for it, and the next call asks again', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'server-error' }, { match: { method: 'OPTIONS' }, times: 1 });
  const errors = await Promise.all([failureOf(stand.list()), failureOf(stand.list())]);
  expect(errors.map((error) => error.code)).toEqual(['azure-unavailable', 'azure-unavailable']);
  expect(stand.azure.ledger).toHaveLength(1);
  expect((await stand.list()).builds).toEqual([]);
  expect(stand.azure.ledger).toHaveLength(4);
});

test('a start-up call that is never answered holds nobody longer than the deadline', async () => {
  await using stand = await startPipelinesUnderTest({ callTimeoutMs: 1_000 });
  stand.fault({ kind: 'never-answer' }, { match: { method: 'OPTIONS' }, times: 1 });
  const errors = await Promise.all([failureOf(stand.list()), failureOf(stand.list())]);
  for (const error of errors) expect(error.details.detail).toBe('no answer in time');
  expect((await stand.list()).builds).toEqual([]);
});

test('a Server collection with a space is asked at its own address, without resource areas', async () => {
  const azure = { organization: 'tfs/Default Collection', flavour: 'server' } as const;
  await using stand = await startPipelinesUnderTest({ azure, name: 'Default Collection' });
  expect(stand.azure.url).toMatch(/\/tfs\/Default%20Collection$/);
  const build = stand.azure.queueBuild(stand.base);
  build.succeed();
  const organization = 'default collection';
  const { builds } = await stand.pipelines.listBuilds(targetOf({ organization }));
  expect(builds).toMatchObject([{ id: build.id, url: build.webUrl }]);
  expect(await stand.pipelines.getBuild({ ...ref, organization, buildId: build.id })).toMatchObject({
    observedAt: START,
  });
  expect(await stand.pipelines.getDefinition({ ...ref, organization, definition: 'python-base' })).toEqual({
    project: 'Shop',
    definitionId: 183,
    name: 'python-base',
  });
  for (const { rawUrl } of stand.azure.ledger) expect(rawUrl).toMatch(/^\/tfs\/Default%20Collection\//);
  expect(stand.azure.ledger.filter((entry) => /ResourceAreas/i.test(entry.path))).toEqual([]);
});
