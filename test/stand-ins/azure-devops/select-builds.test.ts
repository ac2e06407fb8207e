// The list of builds and its traps, as a client meets them. Must not test other routes.
import { expect, test } from 'vitest';
import { readObject, startStandInUnderTest } from './stand-in-under-test.ts';

const ids = (builds: Record<string, unknown>[]) => builds.map((build) => build['id']);

test('the default order hides a running build behind a finished one; queryOrder shows it', async () => {
  await using stand = await startStandInUnderTest();
  const finished = stand.azure.queueBuild(stand.base);
  finished.succeed();
  stand.advance(5);
  const running = stand.azure.queueBuild(stand.base);
  running.start();
  expect(ids(await stand.builds('?$top=1'))).toEqual([finished.id]);
  expect(ids(await stand.builds('?$top=1&queryOrder=queueTimeDescending'))).toEqual([running.id]);
  expect(ids(await stand.builds('?$top=1&queryOrder=4'))).toEqual([running.id]);
});

test('what has not happened is absent, and times have seven fraction digits', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const [queued] = await stand.builds();
  expect(queued).toMatchObject({
    status: 'notStarted',
    queueTime: '2026-11-22T06:00:00.1230000Z',
    buildNumber: '20261122.1',
    sourceBranch: 'refs/heads/main',
  });
  const web = `${stand.azure.url}/${stand.project.id}/_build/results?buildId=${build.id}`;
  expect(queued?.['_links']).toMatchObject({ web: { href: web } });
  for (const field of ['startTime', 'finishTime', 'result']) expect(queued).not.toHaveProperty(field);
  stand.advance(1);
  build.complete(undefined);
  const [ended] = await stand.builds();
  expect(ended).toMatchObject({ status: 'completed', finishTime: '2026-11-22T06:01:00.1230000Z' });
  expect(ended).not.toHaveProperty('result');
});

test('filters take words in any case, comma lists and numbers', async () => {
  await using stand = await startStandInUnderTest();
  const [waiting, running, failed, abandoned] = [1, 2, 3, 4].map(() => stand.azure.queueBuild(stand.base));
  running?.start();
  failed?.fail();
  abandoned?.abandon();
  const order = '&queryOrder=queueTimeAscending';
  expect(ids(await stand.builds(`?statusFilter=inprogress,notStarted${order}`))).toEqual([
    waiting?.id,
    running?.id,
  ]);
  expect(ids(await stand.builds(`?statusFilter=33${order}`))).toEqual([waiting?.id, running?.id]);
  expect(ids(await stand.builds('?resultFilter=8'))).toEqual([failed?.id]);
  expect(await stand.builds('?resultFilter=succeeded')).toEqual([]);
  expect(await stand.builds('?statusFilter=all')).toHaveLength(4);
  expect((await stand.get('build/builds?statusFilter=running')).status).toBe(400);
});

test('branch, definition, build id, reason and number filters', async () => {
  await using stand = await startStandInUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 190, name: 'search' });
  const onMain = stand.azure.queueBuild(stand.base, { reason: 'manual' });
  const onTopic = stand.azure.queueBuild(stand.base, { branch: 'refs/heads/Topic', buildNumber: '7.1' });
  const ofOther = stand.azure.queueBuild(other);
  expect(ids(await stand.builds('?branchName=refs/heads/Topic'))).toEqual([onTopic.id]);
  expect(await stand.builds('?branchName=refs/heads/topic')).toEqual([]);
  expect(await stand.builds('?branchName=Topic')).toEqual([]);
  expect(ids(await stand.builds('?definitions=190'))).toEqual([ofOther.id]);
  expect(await stand.builds('?definitions=183,190')).toHaveLength(3);
  expect(ids(await stand.builds(`?buildIds=${onMain.id},${ofOther.id}`)).sort()).toEqual([
    onMain.id,
    ofOther.id,
  ]);
  expect(ids(await stand.builds('?reasonFilter=manual'))).toEqual([onMain.id]);
  expect(ids(await stand.builds('?buildNumber=7.*'))).toEqual([onTopic.id]);
});

test('repositoryId and repositoryType: both or 400', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const { id, type } = stand.base.repository;
  expect((await stand.get(`build/builds?repositoryId=${id}`)).status).toBe(400);
  expect((await stand.get(`build/builds?repositoryType=${type}`)).status).toBe(400);
  expect(ids(await stand.builds(`?repositoryId=${id}&repositoryType=tfsgit`))).toEqual([build.id]);
});

test('maxBuildsPerDefinition counts per definition over all branches', async () => {
  await using stand = await startStandInUnderTest();
  const other = stand.azure.addDefinition(stand.project, { id: 190, name: 'search' });
  stand.azure.queueBuild(stand.base);
  stand.advance(1);
  const newest = stand.azure.queueBuild(stand.base, { branch: 'refs/heads/x' });
  const only = stand.azure.queueBuild(other);
  const query = '?definitions=183,190&maxBuildsPerDefinition=1&queryOrder=queueTimeDescending';
  expect(ids(await stand.builds(query))).toEqual([only.id, newest.id]);
});

test('minTime is about the time that queryOrder names, and start order drops what never started', async () => {
  await using stand = await startStandInUnderTest();
  const old = stand.azure.queueBuild(stand.base);
  stand.advance(10);
  old.succeed();
  const young = stand.azure.queueBuild(stand.base);
  const since = '&minTime=2026-11-22T06:05:00Z';
  expect(ids(await stand.builds(`?queryOrder=queueTimeAscending${since}`))).toEqual([young.id]);
  expect(ids(await stand.builds(`?queryOrder=finishTimeAscending${since}`))).toEqual([old.id]);
  expect(ids(await stand.builds('?queryOrder=startTimeDescending'))).toEqual([old.id]);
});

test('paging goes by the header, whose token must be encoded', async () => {
  await using stand = await startStandInUnderTest();
  for (let count = 0; count < 5; count += 1) stand.azure.queueBuild(stand.base);
  const seen: unknown[] = [];
  let token: string | null = null;
  do {
    const next: string = token === null ? '' : `&continuationToken=${encodeURIComponent(token)}`;
    const response = await stand.get(`build/builds?$top=2&queryOrder=queueTimeAscending${next}`);
    token = response.headers.get('x-ms-continuationtoken');
    const body = await readObject(response);
    expect(body).not.toHaveProperty('continuationToken');
    seen.push(...ids(body['value'] as Record<string, unknown>[]));
    if (token !== null) {
      expect((await stand.get(`build/builds?$top=2&continuationToken=${token}`)).status).toBe(400);
    }
  } while (token !== null);
  expect(seen).toEqual([4201, 4202, 4203, 4204, 4205]);
});

test('a deleted build is gone from the list and answers 404', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.delete();
  expect(await stand.builds()).toEqual([]);
  expect(ids(await stand.builds('?deletedFilter=onlyDeleted'))).toEqual([build.id]);
  const response = await stand.get(`build/builds/${build.id}`);
  expect([response.status, (await readObject(response))['typeKey']]).toEqual([404, 'BuildNotFoundException']);
});
