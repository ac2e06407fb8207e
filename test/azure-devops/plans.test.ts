// What PipeBot says to a plan of Azure Pipelines, and with which token, as a server sees it.
import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { CALL_NAMES, JOB_TOKEN, startPlansUnderTest, TOKEN, taskOf } from './plans-under-test.ts';

const DONE = { kind: 'accepted', value: undefined };
const NO_TASK = '00000000-0000-0000-0000-000000000000';

test('a whole check: started, shown, written about and told', async () => {
  await using test = await startPlansUnderTest();
  const { plans, plan, task } = test;
  expect(await plans.readVersion(task, TOKEN)).toEqual({ kind: 'accepted', value: 14 });
  expect(await plans.startTask(task, TOKEN)).toEqual(DONE);
  const log = await plans.createLog(task, TOKEN);
  expect(log).toEqual({ kind: 'accepted', value: 1 });
  expect(await plans.appendLog(task, TOKEN, { logId: 1, lines: ['one', 'two'] })).toEqual(DONE);
  expect(await plans.writeConsole(task, TOKEN, ['waiting for base 20261122.3'])).toEqual(DONE);
  expect(await plans.updateRecord(task, TOKEN, { currentOperation: 'waiting', logId: 1 })).toEqual(DONE);
  expect(await plans.completeTask(task, TOKEN, 'failed')).toEqual(DONE);
  const { taskInstanceId: taskId, jobId } = plan;
  expect(plan.events.map(({ at: _at, ...event }) => event)).toEqual([
    { name: 'TaskStarted', taskId, jobId, result: undefined },
    { name: 'TaskCompleted', taskId, jobId, result: 'failed' },
  ]);
  expect(plan.feed.map(({ recordId, line }) => [recordId, line])).toEqual([
    [jobId, 'waiting for base 20261122.3'],
  ]);
  expect(plan.logs[0]?.path).toBe(`logs\\${taskId}`);
  expect(plan.logs[0]?.text).toBe('2026-11-22T06:00:00.000Z one\n2026-11-22T06:00:00.000Z two\n');
  const record = plan.records.find(({ id }) => id === taskId);
  expect(record).toMatchObject({ currentOperation: 'waiting', log: { id: 1 }, state: 'inProgress' });
});

test('each call is one request with the job token, to the plan below the configured address', async () => {
  await using test = await startPlansUnderTest({ plan: { hub: 'Checks' } });
  const { plan } = test;
  await test.plans.createLog(test.task, TOKEN);
  test.azure.clearLedger();
  for (const name of CALL_NAMES.filter((each) => each !== 'completeTask')) await test.call(name);
  await test.call('completeTask');
  const base = `/contoso/${plan.projectId}/_apis/distributedtask/hubs/Checks/plans/${plan.planId}`;
  const records = `${base}/timelines/${plan.timelineId}/records`;
  expect(test.azure.ledger.map(({ method, rawUrl }) => `${method} ${rawUrl}`)).toEqual(
    [
      `GET ${base}`,
      `POST ${base}/events`,
      `PATCH ${records}`,
      `POST ${records}/${plan.jobId}/feed`,
      `POST ${base}/logs`,
      `POST ${base}/logs/1`,
      `POST ${base}/events`,
    ].map((line) => `${line}?api-version=7.1`),
  );
  const credentials = test.azure.ledger.map(({ headers }) => headers['authorization']);
  expect(new Set(credentials)).toEqual(new Set([`Bearer ${JOB_TOKEN}`]));
  expect(test.azure.ledger.every(({ headers }) => headers['x-tfs-fedauthredirect'] === 'Suppress')).toBe(
    true,
  );
  expect(test.azure.ledger.at(-2)?.headers['content-type']).toBe('application/octet-stream');
});

test('two runs at the same time are spoken to with their own tokens', async () => {
  await using test = await startPlansUnderTest();
  const project = test.azure.addProject('Other');
  const plans = Array.from({ length: 20 }, () => test.azure.addPlan({ project }));
  const answers = plans.map((plan) => test.plans.startTask(taskOf(plan), new Secret(plan.jobToken)));
  expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(plans.map(() => 'accepted'));
});

test.each([
  ['Gates', 12, true],
  ['gates', 3, true],
  ['gates', 13, false],
  ['gates', undefined, false],
  ['build', 12, false],
] as const)(
  'events in hub %s of version %s: the task in place of the job is %s',
  async (hub, version, isSwapped) => {
    await using test = await startPlansUnderTest({ plan: { hub, version: version ?? 14 } });
    const { plan, plans } = test;
    const task = { ...test.task, ...(version === undefined ? {} : { planVersion: version }) };
    expect(await plans.startTask(task, TOKEN)).toEqual(DONE);
    expect(await plans.completeTask(task, TOKEN, 'succeeded')).toEqual(DONE);
    const { taskInstanceId, jobId } = plan;
    const ids = isSwapped ? { taskId: NO_TASK, jobId: taskInstanceId } : { taskId: taskInstanceId, jobId };
    expect(plan.events).toEqual([
      expect.objectContaining({ name: 'TaskStarted', ...ids }),
      expect.objectContaining({ name: 'TaskCompleted', result: 'succeeded', ...ids }),
    ]);
  },
);

test('the events hold nothing but what was recorded at the source', async () => {
  await using test = await startPlansUnderTest();
  const ids = { taskId: test.plan.taskInstanceId, jobId: test.plan.jobId };
  await test.call('startTask');
  expect(test.azure.ledger.at(-1)?.body).toEqual({ name: 'TaskStarted', ...ids });
  await test.call('completeTask');
  expect(test.azure.ledger.at(-1)?.body).toEqual({ name: 'TaskCompleted', ...ids, result: 'succeeded' });
});

test('nothing to write is not sent', async () => {
  await using test = await startPlansUnderTest();
  expect(await test.plans.writeConsole(test.task, TOKEN, [])).toEqual(DONE);
  expect(await test.plans.appendLog(test.task, TOKEN, { logId: 1, lines: [] })).toEqual(DONE);
  expect(test.azure.ledger).toEqual([]);
});

test('without a timeline there is a verdict, but no record and no console', async () => {
  await using test = await startPlansUnderTest();
  const { timelineId: _none, ...task } = test.task;
  expect((await test.plans.updateRecord(task, TOKEN, {})).kind).toBe('refused');
  expect((await test.plans.writeConsole(task, TOKEN, ['a'])).kind).toBe('refused');
  expect(test.azure.ledger).toEqual([]);
  expect(await test.plans.completeTask(task, TOKEN, 'succeeded')).toEqual(DONE);
});

test.each([
  { projectId: 'Shop' },
  { projectId: '..' },
  { planId: '../../builds' },
  { jobId: '' },
  { taskInstanceId: 'x'.repeat(36) },
  { timelineId: '%2e%2e' },
  { hubName: '..' },
  { hubName: 'build/plans' },
  { hubName: '' },
])('ids that lead elsewhere are asked nothing: %j', async (wrong) => {
  await using test = await startPlansUnderTest();
  const answer = await test.plans.completeTask({ ...test.task, ...wrong }, TOKEN, 'succeeded');
  expect(answer.kind).toBe('refused');
  const log = await test.plans.appendLog(test.task, TOKEN, { logId: 0, lines: ['a'] });
  expect(log.kind).toBe('refused');
  expect(test.azure.ledger).toEqual([]);
});

test('an organisation is found in any case, and one that is not configured is sent no token', async () => {
  await using test = await startPlansUnderTest();
  const to = (organization: string) => test.plans.startTask({ ...test.task, organization }, TOKEN);
  expect(await to('Contoso')).toEqual(DONE);
  test.azure.clearLedger();
  expect((await to('fabrikam')).kind).toBe('failed');
  expect(test.azure.ledger).toEqual([]);
});

test.each([
  ['6.0', 'VssVersionOutOfRangeException', ['7.1', '7.1-preview', '6.0', '6.0']],
  ['7.1-preview', 'VssInvalidPreviewVersionException', ['7.1', '7.1-preview', '7.1-preview']],
])('a server that speaks %s is found out once', async (spoken, typeKey, asked) => {
  await using test = await startPlansUnderTest();
  const refusal = { kind: 'answer', status: 400, body: JSON.stringify({ typeKey, message: 'no' }) } as const;
  const path = new RegExp(`api-version=(?!${spoken.replace('.', '\\.')}$)`);
  test.azure.injectFault({ match: { path }, effect: refusal });
  expect(await test.call('startTask')).toEqual(DONE);
  expect(await test.call('completeTask')).toEqual(DONE);
  expect(test.azure.ledger.map(({ query }) => query['api-version'])).toEqual(asked);
  expect(test.plan.events).toHaveLength(2);
});

test('a server that takes no version at all refuses the call, after five questions', async () => {
  await using test = await startPlansUnderTest();
  const body = JSON.stringify({ typeKey: 'VssVersionOutOfRangeException', message: 'no' });
  test.fault('completeTask', { kind: 'answer', status: 400, body });
  expect((await test.call('completeTask')).kind).toBe('refused');
  expect(test.azure.ledger).toHaveLength(5);
});
