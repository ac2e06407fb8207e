// Long lists are read as far as a verdict needs, and no further.
import { expect, test } from 'vitest';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { buildJson, listJson, sendJson, startOwnServer } from './own-server.ts';
import {
  connect,
  failureOf,
  type PipelinesUnderTest,
  START,
  startPipelinesUnderTest,
  targetOf,
} from './pipelines-under-test.ts';

function addCanceled(stand: PipelinesUnderTest, count: number): void {
  for (let index = 0; index < count; index++) {
    stand.scripted.advance(60_000);
    stand.azure.queueBuild(stand.base).cancel();
  }
}

test('behind a page of canceled builds the one that counts is found', async () => {
  await using stand = await startPipelinesUnderTest();
  const good = stand.azure.queueBuild(stand.base);
  good.succeed();
  addCanceled(stand, 70);
  const { builds } = await stand.list();
  expect(builds).toHaveLength(71);
  expect(assessReadiness(builds, DEFAULT_GATE_POLICY, START)).toMatchObject({
    status: 'ready',
    build: { id: good.id },
    canceledSkipped: 70,
  });
  expect(stand.asked()).toBe(1 + 3);
});

test('nobody looks further back than a hundred builds', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.queueBuild(stand.base).succeed();
  addCanceled(stand, 130);
  expect((await stand.list()).builds).toHaveLength(100);
  expect(stand.asked()).toBe(1 + 4);
});

test('one page is enough when a build on it has ended', async () => {
  await using stand = await startPipelinesUnderTest();
  addCanceled(stand, 30);
  stand.azure.queueBuild(stand.base).fail();
  expect((await stand.list()).builds).toHaveLength(25);
  expect(stand.asked()).toBe(2);
});

test('four hundred and fifty waiting builds are all read', async () => {
  await using stand = await startPipelinesUnderTest();
  for (let index = 0; index < 450; index++) stand.azure.queueBuild(stand.base);
  expect((await stand.list()).builds).toHaveLength(450);
  const active = stand.azure.ledger.filter((entry) => entry.query['statusFilter'] !== undefined);
  expect(active).toHaveLength(3);
});

test('several definitions are read by the same two calls', async () => {
  await using stand = await startPipelinesUnderTest();
  const definitionIds = [183];
  for (let id = 200; id < 224; id++) {
    const definition = stand.azure.addDefinition(stand.project, { id, name: `base-${id}` });
    stand.azure.queueBuild(definition).succeed();
    definitionIds.push(id);
  }
  for (let index = 0; index < 60; index++) {
    stand.scripted.advance(60_000);
    stand.azure.queueBuild(stand.base).succeed();
  }
  const { builds } = await stand.pipelines.listBuilds({ ...stand.target, definitionIds });
  expect(builds).toHaveLength(25 + 24);
  expect(stand.asked()).toBe(2);
});

test('sixty definitions take three pairs of calls', async () => {
  await using stand = await startPipelinesUnderTest();
  const definitionIds = Array.from({ length: 60 }, (_, index) => 200 + index);
  for (const id of definitionIds) {
    stand.azure.queueBuild(stand.azure.addDefinition(stand.project, { id, name: `base-${id}` })).succeed();
  }
  const all = await stand.pipelines.listBuilds({ ...stand.target, definitionIds: [...definitionIds, 200] });
  expect(all.builds.map((build) => build.definitionId).sort()).toEqual(definitionIds);
  expect(stand.asked()).toBe(6);
});

test('of several definitions, the one that was only canceled lately is looked at more closely', async () => {
  await using stand = await startPipelinesUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base' });
  const good = stand.azure.queueBuild(stand.base);
  good.succeed();
  addCanceled(stand, 40);
  stand.azure.queueBuild(other).succeed();
  const { builds } = await stand.pipelines.listBuilds({ ...stand.target, definitionIds: [183, 184] });
  expect(builds.map((build) => build.id)).toContain(good.id);
  expect(builds.filter((build) => build.definitionId === 184)).toHaveLength(1);
  expect(stand.asked()).toBe(2 + 2);
});

test('a definition that a cut list does not show is not taken for one that never ran', async () => {
  await using server = await startOwnServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://any').searchParams;
    if (query.has('statusFilter')) return sendJson(response, listJson());
    const ofTwo = { id: 4300, definition: { id: 184 } };
    if (query.get('definitions') === '183') return sendJson(response, listJson(buildJson()));
    sendJson(response, listJson(buildJson(ofTwo)), { 'x-ms-continuationtoken': '2026-11-22T04:00:00Z' });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { builds } = await bot.pipelines.listBuilds(targetOf({ definitionIds: [183, 184] }));
  expect(builds.map((build) => build.id)).toEqual([4300, 4201]);
});

test.each([
  ['the same token for ever', () => 'again'],
  ['a new token for ever', (page: number) => `page-${page}`],
])('%s does not keep PipeBot reading for ever', async (_case, tokenOf) => {
  let pages = 0;
  await using server = await startOwnServer((_request, response) => {
    pages++;
    const canceled = buildJson({ id: 5_000 - pages, result: 'canceled' });
    sendJson(response, listJson(canceled), { 'x-ms-continuationtoken': tokenOf(pages) });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  await bot.pipelines.listBuilds(targetOf());
  expect(pages).toBe(_case.startsWith('the same') ? 4 : 14);
});

test('empty pages without an end are an error, not "there are no builds"', async () => {
  let pages = 0;
  await using server = await startOwnServer((_request, response) => {
    pages++;
    sendJson(response, listJson(), { 'x-ms-continuationtoken': `page-${pages}` });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
  expect(error.code).toBe('azure-invalid-response');
  expect(error.details.subject).toBe('contoso/Shop');
  expect(pages).toBeLessThanOrEqual(14);
});

test('a continuation token goes back as it came, plus sign and all', async () => {
  const tokens: (string | null)[] = [];
  const token = '2026-11-22T06:00:00.1230000Z+42 &x=1/%2B';
  await using server = await startOwnServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://any').searchParams;
    if (query.has('statusFilter')) return sendJson(response, listJson());
    tokens.push(query.get('continuationToken'));
    const headers: Record<string, string> = tokens.length === 1 ? { 'x-ms-continuationtoken': token } : {};
    sendJson(response, listJson(buildJson({ result: 'canceled' })), headers);
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  await bot.pipelines.listBuilds(targetOf());
  expect(tokens).toEqual([null, token]);
});

test('the time of a list is that of its first page', async () => {
  let second = 10;
  await using server = await startOwnServer((request, response) => {
    const date = `Sun, 22 Nov 2026 06:00:${second++} GMT`;
    const isFirst = !request.url?.includes('continuationToken');
    const more: Record<string, string> = isFirst ? { 'x-ms-continuationtoken': 'more' } : {};
    sendJson(response, listJson(), { date, ...more });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { observedAt } = await bot.pipelines.listBuilds(targetOf());
  expect(new Date(observedAt).toISOString()).toBe('2026-11-22T06:00:10.000Z');
});
