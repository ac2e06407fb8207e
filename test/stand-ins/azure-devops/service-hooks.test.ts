// Subscriptions of service hooks over their routes, as clients meet them. Must not test sending.
import { expect, test } from 'vitest';
import {
  basic,
  readList,
  readObject,
  type StandInUnderTest,
  startStandInUnderTest,
} from './stand-in-under-test.ts';

const PATH = '/_apis/hooks/subscriptions';

function wish(stand: StandInUnderTest, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    publisherId: 'tfs',
    eventType: 'build.complete',
    resourceVersion: '2.0',
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    publisherInputs: { projectId: stand.project.id, definitionName: '', buildStatus: '' },
    consumerInputs: {
      url: 'https://bot.example/hook',
      basicAuthUsername: 'bot',
      basicAuthPassword: 'canary',
    },
    ...changes,
  };
}

function send(stand: StandInUnderTest, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${stand.azure.url}${path}?api-version=7.1`, {
    method,
    headers: { authorization: basic(stand.azure.personalAccessToken), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test('a subscription is created, shown with its password masked, replaced and deleted', async () => {
  await using stand = await startStandInUnderTest();
  const created = await readObject(await send(stand, 'POST', PATH, wish(stand)));
  const one = `${PATH}/${created['id']}`;
  expect(created).toMatchObject({ status: 'enabled', eventType: 'build.complete', resourceVersion: '2.0' });
  expect(created['consumerInputs']).toMatchObject({
    basicAuthUsername: 'bot',
    basicAuthPassword: '********',
  });
  expect(await readList(await stand.get(PATH))).toEqual([created]);
  const disabled = { ...created, status: 'disabledByUser', resourceVersion: '1.0' };
  const { _links, publisherInputs, ...rest } = disabled as Record<string, unknown>;
  const replaced = await send(stand, 'PUT', one, {
    ...rest,
    publisherInputs: { projectId: stand.project.id },
  });
  expect(await readObject(replaced)).toMatchObject({ status: 'disabledByUser', resourceVersion: '1.0' });
  expect(await readObject(await stand.get(one))).toMatchObject({ status: 'disabledByUser' });
  expect((await send(stand, 'DELETE', one)).status).toBe(204);
  expect(await readList(await stand.get(PATH))).toEqual([]);
  expect((await stand.get(one)).status).toBe(404);
});

test('the list can be narrowed', async () => {
  await using stand = await startStandInUnderTest();
  await send(stand, 'POST', PATH, wish(stand));
  for (const query of ['publisherId=pipelines', 'eventType=git.push', 'consumerId=slack']) {
    expect(await readList(await stand.get(`${PATH}?${query}`))).toEqual([]);
  }
  expect(await readList(await stand.get(`${PATH}?publisherId=tfs&consumerId=webHooks`))).toHaveLength(1);
});

test('what Azure would not take is refused', async () => {
  await using stand = await startStandInUnderTest();
  const nobody = 'aaaaaaaa-5555-4555-8555-eeeeeeeeeeee';
  const refused = [
    { publisherId: 'rm' },
    { eventType: 'git.push' },
    { resourceVersion: '3.0' },
    { consumerId: 'slack' },
    { publisherInputs: { projectId: nobody } },
    { publisherInputs: { projectId: 'Shop' } },
    { publisherInputs: { pipelineId: '1' } },
    { consumerInputs: {} },
    { consumerInputs: { url: 'ftp://bot.example' } },
  ];
  for (const changes of refused) {
    const response = await send(stand, 'POST', PATH, wish(stand, changes));
    expect([changes, response.status]).toEqual([changes, 400]);
  }
  const plan = stand.azure.addPlan({ project: stand.project });
  const url = `${stand.azure.url}${PATH}`;
  expect((await fetch(url, { headers: { authorization: `Bearer ${plan.jobToken}` } })).status).toBe(403);
});
