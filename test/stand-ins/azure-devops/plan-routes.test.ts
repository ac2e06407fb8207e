// The task hub as a gate's callback meets it. Must not test builds.
import { expect, test } from 'vitest';
import type { StandInPlan } from './azure-devops-stand-in.ts';
import { PLAN_CALLS } from './plan-call-match.ts';
import {
  basic,
  callPlan,
  type PlanCall,
  readList,
  readObject,
  startStandInUnderTest,
} from './stand-in-under-test.ts';

function completed(plan: StandInPlan, result = 'succeeded') {
  return { name: 'TaskCompleted', taskId: plan.taskInstanceId, jobId: plan.jobId, result };
}

async function typeKey(response: Response): Promise<unknown> {
  return (await readObject(response))['typeKey'];
}

test('TaskCompleted is accepted once with 204; then the plan is not runnable', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project, hub: 'checks' });
  stand.advance(2);
  const first = await callPlan(plan, '/events', { body: completed(plan, 'failed') });
  expect([first.status, await first.text()]).toEqual([204, '']);
  expect(plan.events).toEqual([{ at: expect.any(Number), ...completed(plan, 'failed') }]);
  expect(plan.status).toBe('finished');
  const second = await callPlan(plan, '/events', { body: completed(plan) });
  expect(await typeKey(second)).toBe('TaskOrchestrationPlanTerminatedException');
  const records = { method: 'PATCH', body: { value: [{ id: plan.jobId }], count: 1 } };
  const late = await callPlan(plan, `/timelines/${plan.timelineId}/records`, records);
  expect(await typeKey(late)).toBe('TaskOrchestrationPlanTerminatedException');
  expect(plan.events).toHaveLength(1);
});

test('a plan that was cancelled or deleted by someone else says so', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  plan.finish();
  const refused = await callPlan(plan, '/events', { body: completed(plan) });
  expect(await typeKey(refused)).toBe('TaskOrchestrationPlanTerminatedException');
  plan.forget();
  const unknown = await callPlan(plan, '/events', { body: completed(plan) });
  expect(unknown.status).toBe(404);
  expect(await typeKey(unknown)).toBe('TaskOrchestrationPlanNotFoundException');
});

test('an event for another job, or without a known result, is not taken', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const strange = { ...completed(plan), jobId: plan.planId };
  expect((await callPlan(plan, '/events', { body: strange })).status).toBe(404);
  expect((await callPlan(plan, '/events', { body: completed(plan, 'continue') })).status).toBe(400);
  expect((await callPlan(plan, '/events', { body: '{"name":' })).status).toBe(400);
  expect(plan.events).toEqual([]);
});

test('old release gates want the task named as the job', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project, hub: 'Gates', version: 12 });
  expect((await callPlan(plan, '/events', { body: completed(plan) })).status).toBe(404);
  const taskId = '00000000-0000-0000-0000-000000000000';
  const body = { ...completed(plan), jobId: plan.taskInstanceId, taskId };
  expect((await callPlan(plan, '/events', { body })).status).toBe(204);
  expect(await readObject(await callPlan(plan, '', { method: 'GET' }))).toMatchObject({ version: 12 });
});

test('records are upserted: null and absent change nothing, a new one needs name and type', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const path = `/timelines/${plan.timelineId}/records`;
  const patch = (...value: unknown[]) =>
    callPlan(plan, path, { method: 'PATCH', body: { value, count: value.length } });
  const id = plan.taskInstanceId;
  await patch({ id, currentOperation: 'waiting', variables: { a: { value: '1' } } });
  const answer = await patch({ id, name: null, state: 2, result: 0, variables: { b: { value: '2' } } });
  expect((await readList(answer))[0]).toMatchObject({
    name: 'Invoke REST API',
    currentOperation: 'waiting',
    state: 'completed',
    result: 'succeeded',
    variables: { a: { value: '1' }, b: { value: '2' } },
  });
  const newId = '11111111-2222-4333-8444-555555555555';
  expect((await patch({ id, currentOperation: 'never' }, { id: newId })).status).toBe(400);
  expect(plan.records).toHaveLength(2);
  expect(plan.records[1]).toMatchObject({ currentOperation: 'waiting' });
  expect((await patch({ id: newId, name: 'Base', type: 'Task' })).status).toBe(200);
  expect(await readList(await callPlan(plan, path, { method: 'GET' }))).toHaveLength(3);
});

test('feed and logs are kept; log content must be octets', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const feed = `/timelines/${plan.timelineId}/records/${plan.jobId}/feed`;
  expect((await callPlan(plan, feed, { body: { value: ['a', 'b'], count: 2 } })).status).toBe(204);
  expect(plan.feed.map((line) => line.line)).toEqual(['a', 'b']);
  const path = `logs\\${plan.taskInstanceId}`;
  expect(await readObject(await callPlan(plan, '/logs', { body: { path } }))).toMatchObject({ id: 1, path });
  expect((await callPlan(plan, '/logs/1', { body: 'text' })).status).toBe(415);
  const contentType = 'application/octet-stream';
  const appended = await callPlan(plan, '/logs/1', { body: 'one\ntwo\n', contentType });
  expect(await readObject(appended)).toMatchObject({ id: 1, lineCount: 2 });
  expect(plan.logs[0]?.text).toBe('one\ntwo\n');
});

test('only the own job token opens a plan, as Bearer or as a Basic password', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const other = stand.azure.addPlan({ project: stand.project });
  const get = (token: string) => callPlan(plan, '', { method: 'GET', token });
  expect((await get(plan.jobToken)).status).toBe(200);
  const url = `${plan.planUrl}${plan.projectId}/_apis/distributedtask/hubs/BUILD/plans/${plan.planId}`;
  expect((await fetch(url, { headers: { authorization: basic(plan.jobToken) } })).status).toBe(200);
  const foreign = await get(other.jobToken);
  expect([foreign.status, await typeKey(foreign)]).toEqual([403, 'TaskOrchestrationPlanSecurityException']);
  expect((await fetch(url, { headers: { authorization: basic('stand-in-pat') } })).status).toBe(403);
  plan.expireToken();
  expect((await get(plan.jobToken)).status).toBe(203);
  expect((await callPlan(plan, '/events', { body: completed(plan) })).status).toBe(401);
});

test.each([
  ['unauthorized', 401],
  ['sign-in-page', 203],
] as const)('a dead token can be answered with %s everywhere', async (death, status) => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  plan.expireToken(death);
  expect((await callPlan(plan, '', { method: 'GET' })).status).toBe(status);
  expect((await callPlan(plan, '/events', { body: completed(plan) })).status).toBe(status);
  expect(plan.events).toEqual([]);
});

test('a wrong timeline can be noticed before a plan that is gone', async () => {
  await using stand = await startStandInUnderTest();
  const ask = (plan: StandInPlan, timelineId: string) =>
    callPlan(plan, `/timelines/${timelineId}/records`, { method: 'PATCH', body: { value: [], count: 0 } });
  for (const looksUpTimelineFirst of [false, true]) {
    const plan = stand.azure.addPlan({ project: stand.project, looksUpTimelineFirst });
    plan.forget();
    const wrong = await ask(plan, plan.jobId);
    const expected = looksUpTimelineFirst
      ? 'TimelineNotFoundException'
      : 'TaskOrchestrationPlanNotFoundException';
    expect([wrong.status, await typeKey(wrong)]).toEqual([404, expected]);
    expect(await typeKey(await ask(plan, plan.timelineId))).toBe('TaskOrchestrationPlanNotFoundException');
  }
});

test('a fault hits the one call of a plan that it names, and its answer can be lost after the work', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const records = `/timelines/${plan.timelineId}/records`;
  const calls: Record<keyof typeof PLAN_CALLS, readonly [string, PlanCall]> = {
    readVersion: ['', { method: 'GET' }],
    updateRecord: [records, { method: 'PATCH', body: { value: [{ id: plan.jobId }] } }],
    writeConsole: [`${records}/${plan.jobId}/feed`, { body: { value: ['a'] } }],
    createLog: ['/logs', { body: { path: 'x' } }],
    appendLog: ['/logs/1', { body: 'text', contentType: 'application/octet-stream' }],
    event: ['/events', { body: { ...completed(plan), name: 'TaskStarted' } }],
  };
  await callPlan(plan, ...calls.createLog);
  for (const [faulty, match] of Object.entries(PLAN_CALLS)) {
    const fault = stand.azure.injectFault({ match, effect: { kind: 'answer', status: 418 } });
    for (const [name, call] of Object.entries(calls)) {
      const { status } = await callPlan(plan, ...call);
      expect([faulty, name, status === 418]).toEqual([faulty, name, faulty === name]);
    }
    fault.remove();
  }
  stand.azure.injectFault({ match: PLAN_CALLS.event, applied: true, times: 1, effect: { kind: 'reset' } });
  await expect(callPlan(plan, '/events', { body: completed(plan) })).rejects.toThrow();
  expect([plan.status, plan.events.at(-1)?.name]).toEqual(['finished', 'TaskCompleted']);
});

test('writes need an api-version that the server has', async () => {
  await using stand = await startStandInUnderTest({ flavour: 'server' });
  const plan = stand.azure.addPlan({ project: stand.project });
  const send = (apiVersion: string) => callPlan(plan, '/events', { body: completed(plan), apiVersion });
  expect(await typeKey(await send(''))).toBe('VssVersionNotSpecifiedException');
  expect(await typeKey(await send('7.2-preview.1'))).toBe('VssVersionOutOfRangeException');
  expect((await send('2.0-preview.1')).status).toBe(204);
});

test('the gate headers are those of the task', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  expect(plan.gateHeaders()).toMatchObject({
    PlanUrl: `${stand.azure.url}/`,
    ProjectId: stand.project.id,
    HubName: 'build',
    AuthToken: plan.jobToken,
  });
});
