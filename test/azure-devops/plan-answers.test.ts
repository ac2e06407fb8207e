// Which outcome each answer of Azure Pipelines is. Final outcomes need proof.
import { expect, test } from 'vitest';
import type { FaultEffect } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { START } from './pipelines-under-test.ts';
import { CALL_NAMES, callOnce, type PlanCallName, startPlansUnderTest, TOKEN } from './plans-under-test.ts';

const EVERY = CALL_NAMES.map((name) => [name] as const);

function azureError(typeKey: string, status = 404, more: Record<string, unknown> = {}): FaultEffect {
  const body = { $id: '1', innerException: null, message: `TF1: about ${typeKey}`, typeKey, ...more };
  return { kind: 'answer', status, body: JSON.stringify(body) };
}

test.each(EVERY)('%s of a run that was deleted, cancelled or is another one is ended', async (name) => {
  await using test = await startPlansUnderTest();
  const strange = test.azure.addPlan({ project: test.azure.addProject('Other') });
  await test.plans.createLog(test.task, TOKEN);
  test.plan.finish();
  // Reading is allowed to the end.
  const whenFinished = name === 'readVersion' ? 'accepted' : 'ended';
  expect((await test.call(name)).kind).toBe(whenFinished);
  test.plan.forget();
  expect(await test.call(name)).toEqual({
    kind: 'ended',
    detail: expect.stringContaining('HTTP 404, TaskOrchestrationPlanNotFoundException: No plan found'),
  });
  const task = { ...test.task, projectId: strange.projectId, planId: strange.planId, hubName: strange.hub };
  expect(await callOnce(test.plans, task, name)).toMatchObject({
    kind: 'ended',
    detail: expect.stringContaining('PlanSecurityException'),
  });
});

test('a verdict that was told before is ended', async () => {
  await using test = await startPlansUnderTest();
  expect((await test.call('completeTask')).kind).toBe('accepted');
  expect((await test.call('completeTask')).kind).toBe('ended');
  expect((await test.call('updateRecord')).kind).toBe('ended');
  expect(test.plan.events).toHaveLength(1);
});

test('a verdict whose answer was lost has failed, and is ended when it is told again', async () => {
  await using test = await startPlansUnderTest();
  test.fault('completeTask', { kind: 'reset' }, { applied: true, times: 1 });
  expect((await test.call('completeTask')).kind).toBe('failed');
  expect((await test.call('completeTask')).kind).toBe('ended');
  expect(test.plan.events).toHaveLength(1);
});

test.each(
  EVERY.flatMap(([name]) => [
    [name, 'unauthorized', 'HTTP 401'] as const,
    [name, 'sign-in-page', 'HTTP 203'] as const,
  ]),
)('%s with a token that died by %s', async (name, death, detail) => {
  await using test = await startPlansUnderTest();
  test.plan.expireToken(death);
  const answer = await test.call(name);
  expect(answer).toMatchObject({ kind: 'token-dead', detail: expect.stringContaining(detail) });
});

test.each([
  ['updateRecord', { timelineId: 'other' }, 'TimelineNotFoundException'],
  ['writeConsole', { timelineId: 'other' }, 'TimelineNotFoundException'],
  ['writeConsole', { jobId: 'other' }, 'TimelineRecordNotFoundException'],
  ['updateRecord', { taskInstanceId: 'other' }, 'TimelineRecordInvalidException'],
  ['appendLog', {}, 'TaskOrchestrationPlanLogNotFoundException'],
  ['completeTask', { jobId: 'other' }, 'TaskOrchestrationJobNotFoundException'],
  ['completeTask', { hubName: 'nowhere' }, 'TaskHubNotFoundException'],
] as const)('%s with %j is refused and ends nothing', async (name, wrong, typeKey) => {
  await using test = await startPlansUnderTest();
  const other = '99999999-2222-4333-8444-555555555555';
  const ids = JSON.parse(JSON.stringify(wrong).replaceAll('other', other)) as object;
  const answer = await callOnce(test.plans, { ...test.task, ...ids }, name);
  expect(answer).toEqual({ kind: 'refused', detail: expect.stringContaining(typeKey) });
  expect((await test.call('completeTask')).kind).toBe('accepted');
});

test('a wrong timeline of a run that is gone may be noticed first', async () => {
  await using test = await startPlansUnderTest({ plan: { looksUpTimelineFirst: true } });
  test.plan.forget();
  const task = { ...test.task, timelineId: test.plan.jobId };
  expect((await callOnce(test.plans, task, 'updateRecord')).kind).toBe('refused');
  expect((await callOnce(test.plans, task, 'completeTask')).kind).toBe('ended');
});

const NAME =
  'Microsoft.TeamFoundation.DistributedTask.WebApi.TaskOrchestrationPlanTerminatedException, X, V=1';

/** For any call. */
const ANSWERS: readonly (readonly [string, FaultEffect, string])[] = [
  ['a terminated plan as 400', azureError('TaskOrchestrationPlanTerminatedException', 400), 'ended'],
  ['a terminated plan as 500', azureError('TaskOrchestrationPlanTerminatedException', 500), 'ended'],
  ['a name in typeName only', azureError('', 500, { typeKey: undefined, typeName: NAME }), 'ended'],
  ['a plan security error as 401', azureError('TaskOrchestrationPlanSecurityException', 401), 'ended'],
  ['a name with other cases', azureError('taskorchestrationplannotfoundexception'), 'failed'],
  ['a name in the message only', azureError('X', 404, { message: 'No plan found for identifier' }), 'failed'],
  ['a name that is no text', azureError('', 404, { typeKey: ['TaskOrchestrationPlanNotFound'] }), 'failed'],
  ['another 404 of Azure', azureError('ProjectDoesNotExistException'), 'failed'],
  ['a 404 page', { kind: 'not-found', as: 'html' }, 'failed'],
  ['an empty 404', { kind: 'answer', status: 404, contentType: '' }, 'failed'],
  [
    'a 404 whose page is the name',
    {
      kind: 'answer',
      status: 404,
      contentType: 'text/html',
      body: '{"typeKey":"TaskOrchestrationPlanNotFoundException"}',
    },
    'failed',
  ],
  ['401 as JSON', { kind: 'unauthorized', as: 'json' }, 'token-dead'],
  ['401 as a page', { kind: 'unauthorized', as: 'html' }, 'token-dead'],
  ['an empty 401', { kind: 'answer', status: 401, contentType: '' }, 'token-dead'],
  ['the sign-in page', { kind: 'sign-in-page' }, 'token-dead'],
  ['203 with JSON', { kind: 'answer', status: 203, body: '{"id":1,"version":1}' }, 'failed'],
  ['a redirect to the sign-in', { kind: 'redirect' }, 'token-dead'],
  ['a relative one', { kind: 'redirect', location: '/contoso/_signin?x=1' }, 'token-dead'],
  ['one to Microsoft', { kind: 'redirect', location: 'https://login.microsoftonline.com/x' }, 'token-dead'],
  ['one to its hosts', { kind: 'redirect', location: 'https://spsa.vssps.visualstudio.com/' }, 'token-dead'],
  ['one to a like host', { kind: 'redirect', location: 'https://evilvssps.visualstudio.com/' }, 'failed'],
  ['one to a proxy', { kind: 'redirect', location: 'https://login.corp.example/_signin' }, 'failed'],
  ['one to nowhere', { kind: 'answer', status: 302 }, 'failed'],
  ['one for ever', { kind: 'redirect', status: 308, location: 'https://evil.example/' }, 'failed'],
  ['403 for no known reason', { kind: 'forbidden' }, 'failed'],
  ['a 403 page', { kind: 'answer', status: 403, contentType: 'text/html', body: '<html>' }, 'failed'],
  ['a proxy that wants a password', { kind: 'answer', status: 407 }, 'failed'],
  ['400 of Azure', azureError('VssPropertyValidationException', 400), 'refused'],
  ['400 of a proxy', { kind: 'answer', status: 400, contentType: 'text/html', body: '<html>' }, 'failed'],
  ['an empty 400', { kind: 'answer', status: 400, contentType: '' }, 'failed'],
  ['409 of Azure', azureError('SomethingElseException', 409), 'failed'],
  ['410', { kind: 'answer', status: 410 }, 'failed'],
  ['408', { kind: 'answer', status: 408 }, 'failed'],
  ['500', { kind: 'server-error' }, 'failed'],
  ['502', { kind: 'server-error', status: 502 }, 'failed'],
  ['503', { kind: 'server-error', status: 503 }, 'failed'],
  ['500 of Azure', azureError('VssServiceException', 500), 'failed'],
  ['a page with 200', { kind: 'html' }, 'failed'],
  ['an empty page', { kind: 'answer', status: 200, contentType: 'text/html' }, 'failed'],
  ['an error with 200', azureError('TaskOrchestrationPlanNotFoundException', 200), 'failed'],
  ['a list with 200', { kind: 'json', value: [] }, 'failed'],
  ['broken JSON', { kind: 'answer', status: 200, body: '{"id":1,"version"' }, 'failed'],
  ['a text with 200', { kind: 'answer', status: 200, contentType: 'text/plain', body: 'ok' }, 'failed'],
  ['206', { kind: 'answer', status: 206, body: '{"id":1,"version":1}' }, 'failed'],
  ['a reset', { kind: 'reset' }, 'failed'],
  ['a huge answer', { kind: 'huge-body', bytes: 3_000_000 }, 'failed'],
];

test.each(ANSWERS)('%s', async (_what, effect, kind) => {
  await using test = await startPlansUnderTest();
  for (const name of CALL_NAMES) {
    test.fault(name, effect, { times: 1 });
    const answer = await test.call(name);
    expect([name, answer.kind]).toEqual([name, kind]);
    expect('detail' in answer && answer.detail).toMatch(/^.{4,500}$/);
  }
  expect(test.azure.ledger).toHaveLength(CALL_NAMES.length);
  // The next call is asked anew: there is no memory of trouble.
  expect((await test.call('startTask')).kind).toBe('accepted');
});

const EMPTY = ['startTask', 'completeTask', 'writeConsole'] as const satisfies readonly PlanCallName[];
test.each(EVERY)('%s answered with nothing, or with something else', async (name) => {
  await using test = await startPlansUnderTest();
  const kindOf = async (effect: FaultEffect) => {
    test.fault(name, effect, { times: 1 });
    return (await test.call(name)).kind;
  };
  const forNothing = EMPTY.some((each) => each === name) ? 'accepted' : 'failed';
  expect(await kindOf({ kind: 'answer', status: 204, contentType: '' })).toBe(forNothing);
  expect(await kindOf({ kind: 'answer', status: 200, contentType: '' })).toBe(forNothing);
  expect(await kindOf({ kind: 'empty-body' })).toBe(forNothing);
  expect(await kindOf({ kind: 'answer', status: 202, contentType: '' })).toBe(forNothing);
  expect(await kindOf({ kind: 'json', value: {} })).toBe(forNothing);
});

test.each([
  ['createLog', { id: 0 }],
  ['createLog', { id: '7' }],
  ['appendLog', { id: null }],
  ['readVersion', { version: '12' }],
  ['readVersion', { version: 1.5 }],
  ['readVersion', { version: -1 }],
  ['updateRecord', { count: 2, value: [{}] }],
  ['updateRecord', { count: 0, value: null }],
] as const)('%s answered with %j has failed', async (name, value) => {
  await using test = await startPlansUnderTest();
  test.fault(name, { kind: 'json', value });
  expect((await test.call(name)).kind).toBe('failed');
});

test.each([
  ['429 with seconds', { kind: 'throttled', retryAfter: '7' }, 7_000],
  ['429 with a date', { kind: 'throttled', retryAfter: new Date(START + 90_000).toUTCString() }, 90_000],
  ['429 without', { kind: 'throttled' }, 30_000],
  ['429 with nonsense', { kind: 'throttled', retryAfter: 'soon' }, 30_000],
  ['503 with seconds', { kind: 'server-error', status: 503, retryAfter: '12' }, 12_000],
  ['503 without', { kind: 'server-error', status: 503 }, undefined],
  ['408 with seconds', { kind: 'answer', status: 408, headers: { 'retry-after': '2' } }, 2_000],
] as const)('%s says when to come again', async (_what, effect, retryAfterMs) => {
  await using test = await startPlansUnderTest();
  test.fault('completeTask', effect, { times: 1 });
  const answer = await test.call('completeTask');
  expect(answer).toEqual({
    kind: 'failed',
    detail: expect.any(String),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  // Not waited for: who calls knows what may be said at once.
  expect((await test.call('completeTask')).kind).toBe('accepted');
});
