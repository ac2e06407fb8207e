// One build, read by its id, is that build or an error.
import { expect, test } from 'vitest';
import { buildJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, START, startPipelinesUnderTest } from './pipelines-under-test.ts';

test('one build is read by its id', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base, { requestedFor: 'Grace Hopper' });
  build.partiallySucceed();
  const ref = { organization: 'contoso', project: 'Shop', buildId: build.id };
  expect(await stand.pipelines.getBuild(ref)).toEqual({
    observedAt: START,
    build: {
      id: build.id,
      number: build.buildNumber,
      organization: 'contoso',
      project: 'Shop',
      definitionId: 183,
      definitionName: 'python-base',
      branch: 'refs/heads/main',
      status: 'completed',
      result: 'partiallySucceeded',
      reason: 'individualCI',
      queuedAt: START,
      startedAt: START,
      finishedAt: START,
      sourceVersion: build.sourceVersion,
      requestedFor: 'Grace Hopper',
      requestedForUniqueName: 'grace.hopper@contoso.com',
      repositoryId: stand.base.repository.id,
      url: build.webUrl,
    },
  });
});

test('a build that a timer started names nobody who could be told', async () => {
  await using stand = await startPipelinesUnderTest();
  const { id: buildId } = stand.azure.queueBuild(stand.base, { reason: 'schedule' });
  const { build } = await stand.pipelines.getBuild({ organization: 'contoso', project: 'Shop', buildId });
  expect(build.requestedFor).toBe('Microsoft.VisualStudio.Services.TFS');
  expect(build).not.toHaveProperty('requestedForUniqueName');
});

test('a build that retention has taken is not found, and neither is one that only says so', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const ref = { organization: 'contoso', project: 'Shop', buildId: build.id };
  const fault = stand.fault({ kind: 'rewrite', rewrite: (body) => ({ ...Object(body), deleted: true }) });
  expect((await failureOf(stand.pipelines.getBuild(ref))).code).toBe('azure-not-found');
  fault.remove();
  build.delete();
  const error = await failureOf(stand.pipelines.getBuild(ref));
  expect(error.code).toBe('azure-not-found');
  expect(error.details).toMatchObject({
    subject: 'contoso/Shop',
    detail: `The requested build ${build.id} could not be found.`,
  });
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  'build id %d never gets into an address',
  async (buildId) => {
    await using stand = await startPipelinesUnderTest();
    const ref = { organization: 'contoso', project: 'Shop', buildId };
    expect((await failureOf(stand.pipelines.getBuild(ref))).code).toBe('azure-refused');
    expect(stand.azure.ledger).toEqual([]);
  },
);

test('an answer about another build is not taken for this one', async () => {
  await using server = await startOwnServer((_request, response) => sendJson(response, buildJson()));
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const ref = { organization: 'contoso', project: 'Shop', buildId: 4202 };
  expect((await failureOf(bot.pipelines.getBuild(ref))).code).toBe('azure-invalid-response');
});
