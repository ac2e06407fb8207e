// Where every branch counts, none is named and none is compared; running builds are all there all the same.
import { expect, test } from 'vitest';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { buildJson, listJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const branches = (builds: readonly { branch: string }[]) => builds.map((build) => build.branch).sort();

test('builds of all branches come, by the same two calls for several definitions', async () => {
  await using stand = await startPipelinesUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base' });
  for (const branch of ['refs/heads/main', 'refs/heads/release/7', 'refs/pull/7/merge']) {
    stand.azure.queueBuild(stand.base, { branch }).succeed();
  }
  stand.azure.queueBuild(other, { branch: 'refs/heads/x' }).start();
  const target = { ...stand.target, branch: ANY_BRANCH, definitionIds: [183, 184] };
  const { builds } = await stand.pipelines.listBuilds(target);
  expect(branches(builds)).toEqual([
    'refs/heads/main',
    'refs/heads/release/7',
    'refs/heads/x',
    'refs/pull/7/merge',
  ]);
  expect(stand.asked()).toBe(2);
  for (const { query } of stand.azure.ledger) expect(query).not.toHaveProperty('branchName');
});

test.each([[[183]], [[183, 184]]])(
  'of the definitions %j the newest fifty come each',
  async (definitionIds) => {
    await using stand = await startPipelinesUnderTest();
    stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base' });
    for (let index = 0; index < 60; index++) {
      stand.scripted.advance(1_000);
      stand.azure.queueBuild(stand.base, { branch: `refs/heads/${index}` }).succeed();
    }
    const target = { ...stand.target, branch: ANY_BRANCH, definitionIds };
    expect((await stand.pipelines.listBuilds(target)).builds).toHaveLength(50);
    expect(stand.asked()).toBe(2);
  },
);

test('a definition whose newest fifty were all canceled is looked at further back', async () => {
  await using stand = await startPipelinesUnderTest();
  const good = stand.azure.queueBuild(stand.base, { branch: 'refs/heads/quiet' });
  good.succeed();
  for (let index = 0; index < 70; index++) {
    stand.scripted.advance(1_000);
    stand.azure.queueBuild(stand.base, { branch: 'refs/heads/busy' }).cancel();
  }
  const target = { ...stand.target, branch: ANY_BRANCH };
  expect((await stand.pipelines.listBuilds(target)).builds.at(-1)?.id).toBe(good.id);
});

/** The list of running builds never ends for definition 183; for 184 it does. */
function startWithEndlessQueue() {
  let page = 0;
  return startOwnServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://any').searchParams;
    const isPlain = query.get('definitions') === '184';
    if (!query.has('statusFilter')) return sendJson(response, listJson());
    if (isPlain) {
      return sendJson(
        response,
        listJson(buildJson({ id: 1, definition: { id: 184 }, status: 'inProgress' })),
      );
    }
    page++;
    const queued = buildJson({ id: 1_000 + page, status: 'notStarted', result: null });
    sendJson(response, listJson(queued), { 'x-ms-continuationtoken': `page-${page}` });
  });
}

test('a queue without an end is refused on any branch: a running build could be behind it', async () => {
  await using server = await startWithEndlessQueue();
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const error = await failureOf(bot.pipelines.listBuilds(targetOf({ branch: ANY_BRANCH })));
  expect([error.code, error.details.detail]).toEqual([
    'azure-invalid-response',
    'the list of running builds has no end',
  ]);
});

test('a queue without an end does not hide the running build of another definition', async () => {
  await using server = await startWithEndlessQueue();
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { builds } = await bot.pipelines.listBuilds(targetOf({ definitionIds: [183, 184] }));
  expect(builds.filter(({ definitionId }) => definitionId === 184)).toMatchObject([{ status: 'inProgress' }]);
});

test('where a branch was asked for, a build of another one is still no answer', async () => {
  await using server = await startOwnServer((_request, response) =>
    sendJson(response, listJson(buildJson({ sourceBranch: 'refs/heads/other' }))),
  );
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).code).toBe('azure-invalid-response');
});
