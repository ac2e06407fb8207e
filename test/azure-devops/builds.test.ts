// The builds that a verdict needs are all found, whatever else is in the list.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { buildJson, listJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, START, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const ids = (builds: readonly { id: number }[]) => builds.map((build) => build.id);

test('a pipeline that has never run has no builds, and that is no error', async () => {
  await using stand = await startPipelinesUnderTest();
  expect(await stand.list()).toEqual({ builds: [], observedAt: START });
});

test('the running build is found behind a thousand finished ones', async () => {
  await using stand = await startPipelinesUnderTest();
  const running = stand.azure.queueBuild(stand.base);
  running.start();
  for (let count = 0; count < 1_000; count++) {
    stand.scripted.advance(1_000);
    stand.azure.queueBuild(stand.base).succeed();
  }
  const { builds } = await stand.list();
  expect(builds).toHaveLength(26);
  expect(builds.at(-1)).toMatchObject({ id: running.id, status: 'inProgress' });
});

test('every list is asked for in an explicit order, without deleted builds', async () => {
  await using stand = await startPipelinesUnderTest();
  await stand.pipelines.listBuilds({ ...stand.target, definitionIds: [183, 183] });
  const queries = stand.azure.ledger.slice(1).map((entry) => entry.query);
  expect(queries).toHaveLength(2);
  for (const query of queries) {
    expect(query).toMatchObject({
      queryOrder: 'queueTimeDescending',
      deletedFilter: 'excludeDeleted',
      branchName: 'refs/heads/main',
      definitions: '183',
    });
  }
  const filters = queries.map((query) => query['statusFilter']).sort();
  expect(filters).toEqual(['inProgress,notStarted,cancelling,postponed', undefined]);
});

test.each(['notStarted', 'inProgress', 'cancelling', 'postponed'])(
  'a build that is %s is found as such',
  async (status) => {
    await using stand = await startPipelinesUnderTest();
    stand.azure.queueBuild(stand.base).setStatus(status);
    expect((await stand.list()).builds).toMatchObject([{ status }]);
  },
);

test('an abandoned build, which 7.1 does not know, is not hidden behind the success before it', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.queueBuild(stand.base).succeed();
  stand.scripted.advance(60_000);
  const abandoned = stand.azure.queueBuild(stand.base);
  abandoned.abandon();
  const { builds } = await stand.list();
  expect(builds[0]).toMatchObject({ id: abandoned.id, status: 'abandoned' });
  expect(assessReadiness(builds, DEFAULT_GATE_POLICY, START).status).toBe('failed');
});

test('a build that runs again is running, under the id it had', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail();
  expect((await stand.list()).builds).toMatchObject([{ id: build.id, result: 'failed' }]);
  build.rerun();
  const [again] = (await stand.list()).builds;
  expect(again).toMatchObject({ id: build.id, status: 'inProgress' });
  expect(again).not.toHaveProperty('result');
});

test('only builds of the branch and the definition that were asked for come', async () => {
  await using stand = await startPipelinesUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 184, name: 'payments' });
  stand.azure.queueBuild(other).succeed();
  stand.azure.queueBuild(stand.base, { branch: 'refs/heads/develop' }).succeed();
  const wanted = stand.azure.queueBuild(stand.base);
  expect(ids((await stand.list()).builds)).toEqual([wanted.id]);
});

// Held until both lists have been asked for; then one is answered, the build ends, the other is answered.
test.each([
  ['the running builds', 'the newest builds'],
  ['the newest builds', 'the running builds'],
])('a build that ends after %s and before %s were listed is still running', async (first) => {
  const held: { readonly list: string; answer(isEnded: boolean): Promise<unknown> }[] = [];
  await using server = await startOwnServer(async (request, response) => {
    const statuses = readStatuses(request.url);
    held.push({
      list: statuses?.includes('inProgress') ? 'the running builds' : 'the newest builds',
      answer: (isEnded) => {
        const end = isEnded ? { result: 'failed' } : { status: 'inProgress', result: null };
        const newest = buildJson({ id: 4202, queueTime: '2026-11-22T05:30:00Z', ...end });
        const all = [newest, buildJson()];
        sendJson(
          response,
          listJson(...all.filter((build) => statuses?.includes(String(build['status'])) ?? true)),
        );
        return once(response, 'close');
      },
    });
    if (held.length < 2) return;
    held.sort((left) => (left.list === first ? -1 : 1));
    await held[0]?.answer(false);
    await held[1]?.answer(true);
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { builds } = await bot.pipelines.listBuilds(targetOf());
  expect(builds).toMatchObject([{ id: 4202, status: 'inProgress' }, { id: 4201 }]);
  expect(assessReadiness(builds, DEFAULT_GATE_POLICY, START).status).toBe('running');
});

function readStatuses(url: string | undefined): string[] | undefined {
  return new URL(url ?? '', 'http://any').searchParams.get('statusFilter')?.split(',');
}

test('the time of a reading is that of the earlier answer', async () => {
  const dates = ['Sun, 22 Nov 2026 06:00:09 GMT', 'Sun, 22 Nov 2026 06:00:07 GMT'];
  await using server = await startOwnServer((_request, response) => {
    sendJson(response, listJson(), { date: dates.pop() ?? '' });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { observedAt } = await bot.pipelines.listBuilds(targetOf());
  expect(new Date(observedAt).toISOString()).toBe('2026-11-22T06:00:07.000Z');
});

test.each(['', 'yesterday'])('without a readable Date (%j) the time is our own', async (date) => {
  await using server = await startOwnServer((_request, response) => {
    response.sendDate = false;
    sendJson(response, listJson(), date === '' ? {} : { date });
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await bot.pipelines.listBuilds(targetOf())).observedAt).toBe(START);
});

test('builds whose definition nobody named are never asked for: that would be all of the project', async () => {
  await using stand = await startPipelinesUnderTest();
  for (const definitionIds of [[], [0], [-1], [1.5], [183, Number.NaN], [2 ** 53]]) {
    const error = await failureOf(stand.pipelines.listBuilds({ ...stand.target, definitionIds }));
    expect(error.code).toBe('azure-refused');
  }
  expect(stand.azure.ledger).toEqual([]);
});

test('a deleted build in a list is not among the builds', async () => {
  await using server = await startOwnServer((_request, response) =>
    sendJson(response, listJson(buildJson({ deleted: true }), buildJson({ id: 4100 }))),
  );
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect(ids((await bot.pipelines.listBuilds(targetOf())).builds)).toEqual([4100]);
});
