// Who may ask what and under which address, and what the ledger remembers of it. Must not test builds in depth.
import { expect, test } from 'vitest';
import { basic, readList, readObject, START, startStandInUnderTest } from './stand-in-under-test.ts';

const send = (url: string, method = 'GET', authorization?: string) =>
  fetch(url, { method, headers: authorization === undefined ? {} : { authorization } });

test('a bad credential gets the sign-in page for GET and 401 for the rest', async () => {
  await using stand = await startStandInUnderTest({ entraToken: 'entra' });
  const url = `${stand.azure.url}/_apis/connectionData`;
  for (const credential of [undefined, basic('wrong'), 'Bearer stand-in-pat', 'Basic ???']) {
    const page = await send(url, 'GET', credential);
    expect([page.status, page.headers.get('content-type')]).toEqual([203, 'text/html; charset=utf-8']);
    expect((await page.text()).length).toBeGreaterThan(10_000);
    for (const method of ['OPTIONS', 'PATCH', 'POST']) {
      expect((await send(`${stand.azure.url}/_apis/build`, method, credential)).status).toBe(401);
    }
  }
  expect((await send(url, 'GET', basic('stand-in-pat'))).status).toBe(200);
  expect((await send(url, 'GET', 'Bearer entra')).status).toBe(200);
});

test('a project goes by name, encoded, or GUID, in any case; an unknown one is TF200016', async () => {
  await using stand = await startStandInUnderTest();
  const cafe = stand.azure.addProject('Mon Café/é');
  for (const name of [encodeURIComponent('mon café/é'), cafe.id.toUpperCase()]) {
    expect((await stand.get(`/${name}/_apis/build/builds`)).status).toBe(200);
  }
  const response = await stand.get('/nope/_apis/build/builds');
  const error = await readObject(response);
  expect(response.status).toBe(404);
  expect(error).toMatchObject({ $id: '1', innerException: null, errorCode: 0, eventId: 3000 });
  expect(error['typeKey']).toBe('ProjectDoesNotExistWithNameException');
  expect(error['message']).toContain('TF200016: The following project does not exist: nope.');
});

test('an unknown organisation and an unknown address are pages', async () => {
  await using stand = await startStandInUnderTest();
  const other = stand.azure.url.replace('contoso', 'fabrikam');
  for (const url of [`${other}/_apis/projects`, `${stand.azure.url}/_apis/nonsense`]) {
    const response = await send(url, 'GET', basic('stand-in-pat'));
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'text/html; charset=utf-8',
    ]);
  }
  expect((await send(`${stand.azure.url}/%zz/_apis/build/builds`, 'GET', basic('stand-in-pat'))).status).toBe(
    400,
  );
});

test('the Date header follows the scripted clock', async () => {
  await using stand = await startStandInUnderTest();
  stand.advance(90);
  const response = await stand.get('build/builds');
  expect(response.headers.get('date')).toBe('Sun, 22 Nov 2026 07:30:00 GMT');
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
});

test('the ledger remembers every request', async () => {
  await using stand = await startStandInUnderTest();
  await stand.get('build/builds?$top=1&branchName=refs%2Fheads%2Fa');
  await fetch(`${stand.azure.url}/_apis/x%20y`, { method: 'POST', body: '{"a":1}' });
  expect(stand.azure.ledger[0]).toMatchObject({
    at: START,
    method: 'GET',
    path: '/contoso/Shop/_apis/build/builds',
    query: { $top: '1', branchName: 'refs/heads/a' },
    rawUrl: '/contoso/Shop/_apis/build/builds?$top=1&branchName=refs%2Fheads%2Fa',
    hasCredential: true,
    body: undefined,
    answeredStatus: 200,
  });
  expect(stand.azure.ledger[1]).toMatchObject({
    path: '/contoso/_apis/x y',
    hasCredential: false,
    body: '{"a":1}',
    answeredStatus: 401,
  });
  stand.azure.clearLedger();
  expect(stand.azure.ledger).toEqual([]);
});

test('definitions are found by name with wildcards, with their latest builds on demand', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.addDefinition(stand.project, { id: 190, name: 'ML-Base', path: '\\images' });
  stand.azure.addDefinition(stand.project, { id: 191, name: 'base.tools' });
  const done = stand.azure.queueBuild(stand.base);
  done.succeed();
  stand.advance(1);
  const running = stand.azure.queueBuild(stand.base);
  const names = async (query: string) =>
    (await readList(await stand.get(`build/definitions?${query}`))).map((definition) => definition['name']);
  expect(await names('name=*-BASE')).toEqual(['ML-Base', 'python-base']);
  expect(await names('name=python')).toEqual([]);
  expect(await names('name=base?tools')).toEqual([]);
  expect(await names(`path=${encodeURIComponent('\\images')}`)).toEqual(['ML-Base']);
  const [latest] = await readList(
    await stand.get('build/definitions?definitionIds=183&includeLatestBuilds=true'),
  );
  expect(latest).toMatchObject({ latestBuild: { id: running.id }, latestCompletedBuild: { id: done.id } });
  const one = await readObject(await stand.get('build/definitions/190'));
  expect(one).toMatchObject({ queueStatus: 'enabled', repository: { defaultBranch: 'refs/heads/main' } });
  const link = `${stand.azure.url}/${stand.project.id}/_build/definition?definitionId=190`;
  expect(one['_links']).toMatchObject({ web: { href: link } });
  expect((await stand.get('build/definitions/999')).status).toBe(404);
});

test('definitions are paged by the header too', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.addDefinition(stand.project, { id: 9, name: 'zz' });
  const first = await stand.get('build/definitions?$top=1');
  expect((await readList(first)).map((definition) => definition['id'])).toEqual([183]);
  const token = first.headers.get('x-ms-continuationtoken') ?? '';
  const second = await stand.get(`build/definitions?$top=1&continuationToken=${token}`);
  expect((await readList(second)).map((definition) => definition['id'])).toEqual([9]);
  expect(second.headers.has('x-ms-continuationtoken')).toBe(false);
});

test('a Server collection may have more segments and has no resource areas', async () => {
  await using stand = await startStandInUnderTest({
    flavour: 'server',
    organization: 'tfs/Default Collection',
  });
  expect(stand.azure.url).toMatch(/\/tfs\/Default%20Collection$/);
  expect(await readObject(await stand.get('/_apis/ResourceAreas'))).toEqual({ count: 0, value: null });
  expect((await stand.get('/_apis/projects')).status).toBe(200);
});
