// Where only builds of one repository count, those of others neither answer nor hide an answer.
import { expect, test } from 'vitest';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { buildJson, listJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, START, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const MINE = 'contoso/payments';
const OTHER = 'contoso/other';
const ids = (builds: readonly { id: number }[]) => builds.map((build) => build.id);

test('a repository in Azure Repos is asked for with its type, as the API wants both', async () => {
  await using stand = await startPipelinesUnderTest();
  const own = stand.azure.queueBuild(stand.base);
  const repositoryId = stand.base.repository.id.toUpperCase();
  const { builds } = await stand.pipelines.listBuilds({
    ...stand.target,
    repositoryIds: { 183: repositoryId },
  });
  expect(ids(builds)).toEqual([own.id]);
  for (const { query } of stand.azure.ledger.slice(1)) {
    expect(query).toMatchObject({ repositoryId, repositoryType: 'TfsGit' });
  }
});

test('several definitions are asked for without a repository, and each is compared with its own', async () => {
  await using stand = await startPipelinesUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base' });
  const free = stand.azure.addDefinition(stand.project, { id: 185, name: 'tools' });
  const [mine] = [stand.base, other].map((definition) => stand.azure.queueBuild(definition));
  const any = stand.azure.queueBuild(free);
  const { builds } = await stand.pipelines.listBuilds({
    ...stand.target,
    definitionIds: [183, 184, 185],
    repositoryIds: { 183: stand.base.repository.id, 184: stand.base.repository.id },
  });
  expect(ids(builds)).toEqual([any.id, mine?.id]);
  expect(stand.asked()).toBe(2);
  for (const { query } of stand.azure.ledger) expect(query).not.toHaveProperty('repositoryId');
});

test.each([['contoso/payments'], ['17']])(
  'the type of repository %s is not certain, so the builds are sorted out here',
  async (repositoryId) => {
    await using stand = await startPipelinesUnderTest();
    const repository = { id: repositoryId, type: 'GitHubEnterprise', name: repositoryId };
    const mine = stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base', repository });
    const own = stand.azure.queueBuild(mine);
    stand.azure.queueBuild(stand.base).succeed();
    for (const definitionIds of [[184], [183, 184]]) {
      const repositoryIds = { 183: repositoryId, 184: repositoryId };
      const target = { ...stand.target, definitionIds, repositoryIds };
      expect(ids((await stand.pipelines.listBuilds(target)).builds)).toEqual([own.id]);
    }
    for (const { query } of stand.azure.ledger) expect(query).not.toHaveProperty('repositoryId');
  },
);

/** Definition 183 builds two repositories: mine failed, others succeeded later; 184 is plain. */
function startWithOthers(count: number) {
  const rows = [
    buildJson({ id: 1, repository: { id: MINE }, result: 'failed' }),
    ...Array.from({ length: count }, (_, index) => buildJson({ id: 100 + index, repository: { id: OTHER } })),
    buildJson({ id: 900, definition: { id: 184 }, repository: { id: OTHER } }),
  ];
  return startOwnServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://any').searchParams;
    if (query.has('statusFilter')) return sendJson(response, listJson());
    const asked = query.get('definitions')?.split(',') ?? [];
    const found = rows
      .filter(({ definition }) => asked.includes(String(Object(definition).id)))
      .sort((left, right) => Number(right['id']) - Number(left['id']));
    const perDefinition = Number(query.get('maxBuildsPerDefinition') ?? found.length);
    const capped = found.filter(
      (row, index) =>
        found
          .slice(0, index)
          .filter((before) => Object(before['definition']).id === Object(row['definition']).id).length <
        perDefinition,
    );
    const from = Number(query.get('continuationToken') ?? 0);
    const next = from + Number(query.get('$top') ?? 1_000);
    const more: Record<string, string> = next < capped.length ? { 'x-ms-continuationtoken': `${next}` } : {};
    sendJson(response, listJson(...capped.slice(from, next)), more);
  });
}

const target = targetOf({ definitionIds: [183, 184], repositoryIds: { 183: MINE } });

test('twenty-five builds of another repository do not hide the failure of mine', async () => {
  await using server = await startWithOthers(60);
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const { builds } = await bot.pipelines.listBuilds(target);
  expect(ids(builds).sort()).toEqual([1, 900]);
  const own = builds.filter(({ definitionId }) => definitionId === 183);
  expect(assessReadiness(own, DEFAULT_GATE_POLICY, START).status).toBe('failed');
});

test('where too many builds of others are in the way, nothing is said at all', async () => {
  await using server = await startWithOthers(150);
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const error = await failureOf(bot.pipelines.listBuilds(target));
  expect([error.code, error.details.detail]).toEqual([
    'azure-invalid-response',
    `the builds of ${MINE} are hidden behind those of other repositories`,
  ]);
});
