// Service hook subscriptions are listed and created as strictly as builds are read, and their password stays secret.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createServiceHooks } from '../../src/azure-devops/service-hooks.ts';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { NewServiceHook } from '../../src/usecases/hook-ports.ts';
import { type OwnServer, sendJson, startOwnServer } from './own-server.ts';
import {
  failureOf,
  PAT,
  type PipelinesUnderTest,
  recordLog,
  scriptClock,
  startPipelinesUnderTest,
} from './pipelines-under-test.ts';

const PASSWORD = 'canary-hook-password-9b1e';
const HOOKS = /_apis\/hooks/;

interface HooksUnderTest extends AsyncDisposable {
  readonly stand: PipelinesUnderTest;
  readonly hooks: ReturnType<typeof createServiceHooks>;
  readonly wish: NewServiceHook;
}

function connect(url: string, callTimeoutMs?: number): ReturnType<typeof createServiceHooks> {
  return createServiceHooks({
    organizations: [{ name: 'contoso', url, credentials: { kind: 'pat', token: new Secret(PAT) } }],
    clock: scriptClock().clock,
    log: recordLog().log,
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
  });
}

async function start(callTimeoutMs?: number): Promise<HooksUnderTest> {
  const stand = await startPipelinesUnderTest();
  const hooks = connect(stand.azure.url, callTimeoutMs);
  return {
    ...{ stand, hooks },
    wish: {
      publisherId: 'pipelines',
      eventType: 'ms.vss-pipelines.run-state-changed-event',
      resourceVersion: '5.1-preview.1',
      url: 'https://bot.example/api/hooks/azure-devops',
      projectId: stand.project.id,
      username: 'pipebot',
      password: new Secret(PASSWORD),
    },
    [Symbol.asyncDispose]: async () => {
      hooks.close();
      await stand[Symbol.asyncDispose]();
    },
  };
}

test('what is created stands in the list', async () => {
  await using test = await start();
  const { hooks, wish } = test;
  expect(await hooks.list('contoso')).toEqual([]);
  const created = await hooks.create('contoso', wish);
  const { username: _name, password: _secret, ...rest } = wish;
  expect(created).toEqual({ id: created.id, status: 'enabled', ...rest });
  const build = await hooks.create('contoso', {
    ...wish,
    publisherId: 'tfs',
    eventType: 'build.complete',
    resourceVersion: '2.0',
  });
  expect(await hooks.list('Contoso')).toEqual([created, build]);
});

test('the subscription asks for Basic, for all details and for no texts', async () => {
  await using test = await start();
  await test.hooks.create('contoso', test.wish);
  const call = test.stand.azure.ledger.at(-1);
  expect([call?.method, call?.path, call?.query]).toEqual([
    'POST',
    '/contoso/_apis/hooks/subscriptions',
    { 'api-version': '7.1' },
  ]);
  expect(call?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(call?.body).toEqual({
    publisherId: 'pipelines',
    eventType: 'ms.vss-pipelines.run-state-changed-event',
    resourceVersion: '5.1-preview.1',
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    publisherInputs: { projectId: test.stand.project.id },
    consumerInputs: {
      url: test.wish.url,
      basicAuthUsername: 'pipebot',
      basicAuthPassword: PASSWORD,
      resourceDetailsToSend: 'all',
      messagesToSend: 'none',
      detailedMessagesToSend: 'none',
    },
  });
});

test.each([
  ['onProbation', 'onProbation'],
  ['disabledByUser', 'disabledByUser'],
  ['disabledBySystem', 'disabledBySystem'],
  ['disabledByInactiveIdentity', 'disabledByInactiveIdentity'],
  ['Enabled', 'unknown'],
  ['somethingNew', 'unknown'],
])('the status %s is read as %s', async (given, expected) => {
  await using test = await start();
  const { id } = await test.hooks.create('contoso', test.wish);
  test.stand.azure.hooks.setStatus(id, given);
  expect((await test.hooks.list('contoso'))[0]?.status).toBe(expected);
});

const row = (changes: Record<string, unknown> = {}) => ({
  id: 'h1',
  publisherId: 'tfs',
  eventType: 'build.complete',
  consumerInputs: { url: 'https://bot.example/hook' },
  ...changes,
});

function startWithRows(...value: readonly unknown[]): Promise<OwnServer> {
  return startOwnServer((_request, response) => sendJson(response, { count: value.length, value }));
}

test('those that send elsewhere are left out, and what is not told is absent', async () => {
  await using server = await startWithRows(
    row({ consumerInputs: { feedId: 'x' } }),
    row({ consumerInputs: null }),
    row({ publisherInputs: { projectId: '' }, resourceVersion: null }),
  );
  const hooks = connect(server.url);
  expect(await hooks.list('contoso')).toEqual([
    {
      id: 'h1',
      publisherId: 'tfs',
      eventType: 'build.complete',
      status: 'enabled',
      url: 'https://bot.example/hook',
    },
  ]);
  hooks.close();
});

test.each([
  ['without an id', row({ id: undefined })],
  ['without a publisher', row({ publisherId: 7 })],
  ['without a type', row({ eventType: null })],
  ['with a status that is no word', row({ status: 1 })],
  ['that is none', 'x'],
])('a subscription %s is an invalid answer', async (_what, odd) => {
  await using server = await startWithRows(row(), odd);
  const hooks = connect(server.url);
  expect((await failureOf(hooks.list('contoso'))).code).toBe('azure-invalid-response');
  hooks.close();
});

test('a project is found by its name in any case, with its id', async () => {
  await using test = await start();
  expect(await test.hooks.getProject('contoso', 'shop')).toEqual({ id: test.stand.project.id, name: 'Shop' });
  const error = await failureOf(test.hooks.getProject('contoso', 'No/where'));
  expect([error.code, error.details.subject]).toEqual(['azure-not-found', 'contoso/No/where']);
  expect(test.stand.azure.ledger.at(-1)?.rawUrl).toContain('/_apis/projects/No%2Fwhere?');
  expect((await failureOf(test.hooks.getProject('contoso', '..'))).code).toBe('azure-refused');
});

test.each([
  [{ kind: 'forbidden' }, 'azure-unauthorized'],
  [{ kind: 'sign-in-page' }, 'azure-unauthorized'],
  [{ kind: 'not-found', as: 'html' }, 'azure-not-found'],
  [{ kind: 'throttled', retryAfter: '30' }, 'azure-throttled'],
  [{ kind: 'server-error' }, 'azure-unavailable'],
  [{ kind: 'reset' }, 'azure-unavailable'],
  [{ kind: 'html' }, 'azure-invalid-response'],
  [{ kind: 'json', value: {} }, 'azure-invalid-response'],
  [{ kind: 'answer', status: 204, contentType: '' }, 'azure-invalid-response'],
  [{ kind: 'redirect', location: 'https://evil.example/' }, 'azure-invalid-response'],
] as const)('creating, answered with %j, is %s, and is not tried again', async (effect, code) => {
  await using test = await start();
  test.stand.azure.injectFault({ match: { method: 'POST', path: HOOKS }, effect });
  const error = await failureOf(test.hooks.create('contoso', test.wish));
  expect([error.code, error.details.subject]).toEqual([code, 'contoso']);
  const posts = test.stand.azure.ledger.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(1);
});

test('creating ends at its deadline', async () => {
  await using test = await start(500);
  test.stand.azure.injectFault({ match: { method: 'POST' }, effect: { kind: 'never-answer' } });
  expect((await failureOf(test.hooks.create('contoso', test.wish))).details.detail).toBe('no answer in time');
});

test('a project that may not be changed says nothing about another one', async () => {
  await using test = await start();
  const effect = { kind: 'forbidden' } as const;
  test.stand.azure.injectFault({ match: { method: 'POST' }, times: 1, effect });
  const other = test.stand.azure.addProject('Other');
  expect((await failureOf(test.hooks.create('contoso', test.wish))).code).toBe('azure-unauthorized');
  await test.hooks.create('contoso', { ...test.wish, projectId: other.id });
  expect((await failureOf(test.hooks.create('contoso', test.wish))).code).toBe('azure-unauthorized');
});

test('the password is in no error, even when Azure DevOps says it back', async () => {
  await using test = await start();
  const body = JSON.stringify({ message: `The value '${PASSWORD}' is not valid for basicAuthPassword.` });
  test.stand.azure.injectFault({
    match: { method: 'POST' },
    effect: { kind: 'answer', status: 400, body },
  });
  const error = await failureOf(test.hooks.create('contoso', test.wish));
  expect(error).toBeInstanceOf(PipeBotError);
  expect(error.code).toBe('azure-refused');
  expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
  expect(JSON.stringify(test.wish)).not.toContain(PASSWORD);
});

test('an organisation that nobody configured is asked nothing', async () => {
  await using test = await start();
  expect((await failureOf(test.hooks.list('fabrikam'))).code).toBe('azure-not-found');
  expect(test.stand.azure.ledger).toEqual([]);
});

test('an older server is spoken to in its own version', async () => {
  await using test = await start();
  test.stand.azure.injectFault({
    match: { method: 'OPTIONS' },
    effect: { kind: 'rewrite', rewrite: (body) => JSON.parse(JSON.stringify(body).replaceAll('7.1', '6.0')) },
  });
  await test.hooks.list('contoso');
  expect(test.stand.azure.ledger.at(-1)?.query['api-version']).toBe('6.0');
});
