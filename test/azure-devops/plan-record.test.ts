// What a waiting task shows of itself: its record, its console and its log, short and without commands.
import { expect, test } from 'vitest';
import { callPlan } from '../stand-ins/azure-devops/stand-in-under-test.ts';
import { startPlansUnderTest, TOKEN } from './plans-under-test.ts';

const DONE = { kind: 'accepted', value: undefined };

test('a record is in progress and says only what is given', async () => {
  await using test = await startPlansUnderTest();
  const { plans, task, plan } = test;
  const id = plan.taskInstanceId;
  const sentFor = async (record: Parameters<typeof plans.updateRecord>[2]) => {
    expect(await plans.updateRecord(task, TOKEN, record)).toEqual(DONE);
    return test.azure.ledger.at(-1)?.body;
  };
  const state = 'inProgress';
  expect(await sentFor({})).toEqual({ count: 1, value: [{ id, state }] });
  const whole = await sentFor({
    currentOperation: 'waiting for base\n20261122.3 ##vso[task.complete]',
    percentComplete: 40.4,
    logId: 3,
    issues: [{ type: 'warning', message: '##[error]late' }],
    variables: { 'pipebot.baseBuildId': '4242', odd: 'a\r\n##vso[x]' },
  });
  expect(whole).toEqual({
    count: 1,
    value: [
      {
        ...{ id, state },
        currentOperation: 'waiting for base 20261122.3 # #vso[task.complete]',
        percentComplete: 40,
        log: { id: 3 },
        issues: [{ type: 'warning', category: 'General', message: '# #[error]late' }],
        variables: {
          'pipebot.baseBuildId': { value: '4242', isSecret: false },
          odd: { value: 'a # #vso[x]', isSecret: false },
        },
      },
    ],
  });
});

test.each([
  [-3, 0],
  [Number.NaN, 0],
  [99.4, 99],
])('a share of %d per cent is sent as %d', async (given, sent) => {
  await using test = await startPlansUnderTest();
  await test.plans.updateRecord(test.task, TOKEN, { percentComplete: given });
  const id = test.plan.taskInstanceId;
  expect(test.azure.ledger.at(-1)?.body).toEqual({
    count: 1,
    value: [{ id, state: 'inProgress', percentComplete: sent }],
  });
});

test('the last record before the verdict opens no record again, even when it is late', async () => {
  await using test = await startPlansUnderTest();
  const { plan } = test;
  const closed = { id: plan.taskInstanceId, state: 'completed', result: 'succeeded' };
  const path = `/timelines/${plan.timelineId}/records`;
  await callPlan(plan, path, { method: 'PATCH', body: { count: 1, value: [closed] } });
  await test.plans.updateRecord(test.task, TOKEN, { isLast: true, currentOperation: 'ready' });
  const record = plan.records.find(({ id }) => id === plan.taskInstanceId);
  expect(record).toMatchObject({ state: 'completed', currentOperation: 'ready' });
});

test('too many issues and variables are cut', async () => {
  await using test = await startPlansUnderTest();
  const issues = Array.from({ length: 30 }, (_, at) => ({ type: 'error' as const, message: `no ${at}` }));
  const variables = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`v${at}`, 'x']));
  await test.plans.updateRecord(test.task, TOKEN, { issues, variables });
  const record = test.plan.records.find(({ id }) => id === test.plan.taskInstanceId);
  expect(record?.['issues']).toHaveLength(10);
  expect(Object.keys(record?.['variables'] ?? {})).toHaveLength(50);
});

test('the console gets at most 100 lines of 1024 characters, and no command among them', async () => {
  await using test = await startPlansUnderTest();
  const lines = ['##vso[task.setvariable variable=x]1', 'x'.repeat(5_000), ...Array(200).fill('more')];
  await test.plans.writeConsole(test.task, TOKEN, lines);
  const written = test.plan.feed.map(({ line }) => line);
  expect(written).toHaveLength(100);
  expect(written[0]).toBe('# #vso[task.setvariable variable=x]1');
  expect(written[1]).toHaveLength(1_024);
  expect(written.at(-1)).toBe('… 103 more lines');
  const { jobId, taskInstanceId } = test.plan;
  expect(test.azure.ledger.at(-1)?.body).toEqual({ count: 100, value: written, stepId: taskInstanceId });
  expect(test.plan.feed[0]?.recordId).toBe(jobId);
});

test('log lines are cut and disarmed as well', async () => {
  await using test = await startPlansUnderTest();
  await test.plans.createLog(test.task, TOKEN);
  const lines = ['##[section]a\r\nb', 'x'.repeat(5_000), 'größer 😀'];
  await test.plans.appendLog(test.task, TOKEN, { logId: 1, lines });
  const time = '2026-11-22T06:00:00.000Z';
  const written = test.plan.logs[0]?.text.split('\n') ?? [];
  const long = `${time} ${'x'.repeat(1_023)}…`;
  expect(written).toEqual([`${time} # #[section]a`, `${time} b`, long, `${time} größer 😀`, '']);
});
