// Requests, and the credential in them, go to the configured organisation and nowhere else.
import { expect, test } from 'vitest';
import { listJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test.each([301, 302, 303, 307, 308])('a %i to another host is not followed', async (status) => {
  const arrived: (string | undefined)[] = [];
  await using other = await startOwnServer((request, response) => {
    arrived.push(request.headers.authorization);
    sendJson(response, listJson());
  });
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'redirect', status, location: other.url }, { match: {} });
  const error = await failureOf(stand.list());
  expect(error.code).toBe('azure-invalid-response');
  expect(error.details.detail).toContain(new URL(other.url).host);
  expect(arrived).toEqual([]);
  expect(other.sockets).toEqual([]);
});

test.each([301, 302, 303, 307, 308])('a %i within the same host is not followed either', async (status) => {
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'redirect', status, location: `${stand.azure.url}/Shop/_apis/build/builds/4201` });
  expect((await failureOf(stand.pipelines.getBuild(ref))).code).toBe('azure-invalid-response');
  expect(stand.asked()).toBe(1);
});

test.each(['..', '.', '...', '', '  ', '\ud800'])(
  'the project %j cannot climb out of the organisation',
  async (project) => {
    await using stand = await startPipelinesUnderTest();
    expect((await failureOf(stand.pipelines.getBuild({ ...ref, project }))).code).toBe('azure-refused');
    expect(stand.azure.ledger).toEqual([]);
  },
);

test.each(['My Shop', 'Größe & Co', '50% off', 'a/b', 'a%2Fb', '店', 'x?y#z', '..\\..', '+plus'])(
  'the project %j is encoded once',
  async (project) => {
    const paths: string[] = [];
    await using own = await startOwnServer((request, response) => {
      paths.push(new URL(request.url ?? '', 'http://any').pathname);
      sendJson(response, listJson());
    });
    using bot = connect([{ name: 'contoso', url: own.url }]);
    await bot.pipelines.listBuilds(targetOf({ project }));
    const segment = paths[0]?.split('/')[2] ?? '';
    expect(decodeURIComponent(segment)).toBe(project);
    expect(paths[0]?.split('/')).toHaveLength(6);
  },
);
