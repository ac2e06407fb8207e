// Whatever Azure DevOps, a proxy or the network answers, it is either the builds or an error that says why.
import { expect, test } from 'vitest';
import type { FaultEffect } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { listJson } from './own-server.ts';
import { failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const SIGN_IN: readonly [string, FaultEffect][] = [
  ['203 and a sign-in page', { kind: 'sign-in-page' }],
  ['302 to the sign-in page', { kind: 'redirect' }],
  ['302 to the login host', { kind: 'redirect', location: 'https://login.microsoftonline.com/x?y=z' }],
  ['302 to a vssps host', { kind: 'redirect', location: 'https://app.vssps.visualstudio.com/x' }],
  ['302 to ADFS', { kind: 'redirect', location: 'https://sts.corp.example/adfs/ls/?wa=wsignin1.0' }],
  ['401 as JSON', { kind: 'unauthorized', as: 'json' }],
  ['401 as a page', { kind: 'unauthorized', as: 'html' }],
  ['401 without a body', { kind: 'answer', status: 401 }],
  ['203 and JSON', { kind: 'answer', status: 203, body: JSON.stringify(listJson()) }],
  ['403', { kind: 'forbidden' }],
  ['403 as a page', { kind: 'answer', status: 403, body: '<html>no</html>', contentType: 'text/html' }],
];

const OTHERS: readonly [string, FaultEffect, string][] = [
  ['404 as JSON', { kind: 'not-found', as: 'json' }, 'azure-not-found'],
  ['404 as a page', { kind: 'not-found', as: 'html' }, 'azure-not-found'],
  ['429', { kind: 'throttled', retryAfter: '20' }, 'azure-throttled'],
  ['429 without a time', { kind: 'throttled' }, 'azure-throttled'],
  ['400', { kind: 'answer', status: 400, body: '{"message":"no"}' }, 'azure-refused'],
  ['405', { kind: 'answer', status: 405 }, 'azure-refused'],
  ['409', { kind: 'answer', status: 409 }, 'azure-refused'],
  ['410', { kind: 'answer', status: 410 }, 'azure-refused'],
  ['414', { kind: 'answer', status: 414 }, 'azure-refused'],
  ['407', { kind: 'answer', status: 407 }, 'azure-unavailable'],
  ['408', { kind: 'answer', status: 408 }, 'azure-unavailable'],
  ['500', { kind: 'server-error' }, 'azure-unavailable'],
  ['501', { kind: 'server-error', status: 501 }, 'azure-unavailable'],
  ['502', { kind: 'server-error', status: 502 }, 'azure-unavailable'],
  ['503', { kind: 'server-error', status: 503 }, 'azure-unavailable'],
  ['503 with a time', { kind: 'server-error', status: 503, retryAfter: '20' }, 'azure-unavailable'],
  ['504', { kind: 'server-error', status: 504 }, 'azure-unavailable'],
  ['a reset', { kind: 'reset' }, 'azure-unavailable'],
  ['200 and a page', { kind: 'html' }, 'azure-invalid-response'],
  ['a body cut in half', { kind: 'truncated' }, 'azure-invalid-response'],
  ['200 without a body', { kind: 'empty-body' }, 'azure-invalid-response'],
  ['11 MB', { kind: 'huge-body', bytes: 11_000_000 }, 'azure-invalid-response'],
  ['204', { kind: 'answer', status: 204 }, 'azure-invalid-response'],
  ['205', { kind: 'answer', status: 205 }, 'azure-invalid-response'],
  ['206', { kind: 'answer', status: 206, body: JSON.stringify(listJson()) }, 'azure-invalid-response'],
  ['304', { kind: 'answer', status: 304 }, 'azure-invalid-response'],
  ['a redirect home', { kind: 'redirect', location: 'https://portal.example/' }, 'azure-invalid-response'],
  ['a redirect nowhere', { kind: 'answer', status: 302 }, 'azure-invalid-response'],
];

const ALL = [...SIGN_IN.map(([name, effect]) => [name, effect, 'azure-unauthorized'] as const), ...OTHERS];
const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test.each(ALL)('%s is an error for every question', async (_name, effect, code) => {
  const questions = [
    (stand: Stand) => stand.list(),
    (stand: Stand) => stand.pipelines.getBuild(ref),
    (stand: Stand) => stand.pipelines.getDefinition({ ...ref, definition: 183 }),
    (stand: Stand) => stand.pipelines.getDefinition({ ...ref, definition: 'python-base' }),
  ];
  for (const question of questions) {
    await using stand = await startPipelinesUnderTest();
    stand.azure.queueBuild(stand.base).succeed();
    stand.fault(effect, { match: { method: 'GET' } });
    const error = await failureOf(question(stand));
    expect(error.code).toBe(code);
    expect(error.details.subject).toBe('contoso/Shop');
    expect(error.details.detail).toMatch(/^[^<]+$/);
  }
});

type Stand = Awaited<ReturnType<typeof startPipelinesUnderTest>>;

test.each(ALL)('%s to the start-up call is an error too', async (_name, effect, code) => {
  await using stand = await startPipelinesUnderTest();
  stand.fault(effect, { match: { method: 'OPTIONS' } });
  const error = await failureOf(stand.list());
  expect(error.code).toBe(code);
  expect(error.details.subject).toBe('contoso');
  expect(stand.azure.ledger.filter((entry) => entry.method !== 'OPTIONS')).toEqual([]);
});

test('a project that does not exist is not found, also by the list of its builds', async () => {
  await using stand = await startPipelinesUnderTest();
  const error = await failureOf(stand.pipelines.listBuilds(targetOf({ project: 'Nowhere' })));
  expect(error.code).toBe('azure-not-found');
  expect(error.details.detail).toMatch(/^The following project does not exist: Nowhere\./);
});

test('an organisation that nobody configured is not found, and nothing is sent', async () => {
  await using stand = await startPipelinesUnderTest();
  const error = await failureOf(stand.pipelines.listBuilds(targetOf({ organization: 'fabrikam' })));
  expect(error.code).toBe('azure-not-found');
  expect(stand.azure.ledger).toEqual([]);
});
