// What people are told of a failed or waiting build is what its timeline says, and no more.
import { expect, test } from 'vitest';
import type { Build } from '../../src/domain/build.ts';
import type { StandInBuild, TimelineRecord } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  failureOf,
  type PipelinesUnderTest,
  START,
  startPipelinesUnderTest,
} from './pipelines-under-test.ts';

async function factsOf(stand: PipelinesUnderTest, build: StandInBuild) {
  return stand.pipelines.getTimelineFacts(await read(stand, build));
}

async function read({ pipelines }: PipelinesUnderTest, { id: buildId }: StandInBuild): Promise<Build> {
  return (await pipelines.getBuild({ organization: 'contoso', project: 'Shop', buildId })).build;
}

const TIMELINE = /\/timeline/;
const LOGS = /\/logs/;

test('a failure names its stage and task, with errors, the end of the log and its page', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const logLines = Array.from({ length: 200 }, (_, index) => `line ${index + 1}`);
  const errors = ['No matching distribution found for numpy==2.9.9', 'exit code 1'];
  build.fail({ stage: 'Ship', job: 'Wheels', task: 'pip install', errors, logLines });
  let records: TimelineRecord[] = [];
  build.editTimeline((all) => {
    records = all;
  });
  const idOf = (name: string, type: string) =>
    records.find((record) => record.name === name && record.type === type)?.id;
  const page = `${stand.azure.url}/Shop/_build/results?buildId=${build.id}`;
  expect(await factsOf(stand, build)).toEqual({
    failure: {
      stages: ['Ship'],
      task: 'pip install',
      errors,
      logTail: logLines.slice(-8),
      logUrl: `${page}&view=logs&j=${idOf('Wheels', 'Job')}&t=${idOf('pip install', 'Task')}`,
    },
  });
});

test('of a long log only the end is asked for', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ logLines: Array.from({ length: 9_000 }, (_, index) => `line ${index + 1}`) });
  await factsOf(stand, build);
  const last = stand.azure.ledger.at(-1);
  expect(last?.path).toMatch(/\/logs\/2$/);
  expect(last?.query['startLine']).toBe('8977');
});

test('headings, colours, markers and empty lines of a log are left out; indentation stays', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const logLines = [
    '##[section]Starting: pip install',
    '##[group]Details',
    'Traceback:',
    '\tFile "a.py"',
    '    raise \u001b[31mError\u001b[0m',
    '',
    '##[endgroup]',
    `${'x'.repeat(600)}`,
    '##[error]Bash exited with code 1.',
    '##[section]Finishing: pip install',
  ];
  build.fail({ logLines });
  expect((await factsOf(stand, build)).failure?.logTail).toEqual([
    'Traceback:',
    '  File "a.py"',
    '    raise Error',
    `${'x'.repeat(499)}…`,
    'Bash exited with code 1.',
  ]);
});

test('at most five different errors are told, each in one line of at most 500 characters', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const errors = ['same', 'same', 'a\r\n  b\u0007', `${'😀'.repeat(300)}`, '   ', 'd', 'e', 'f'];
  build.fail({ errors });
  const told = (await factsOf(stand, build)).failure?.errors ?? [];
  expect(told).toEqual(['same', 'a b', `${'😀'.repeat(249)}…`, 'd', 'e']);
});

test('the first failed task is the first in the order of the run, whatever the order of the list', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ stage: 'Build', task: 'compile', errors: ['from compile'] });
  build.editTimeline((records) => {
    const copyOf = (type: string, changes: Partial<TimelineRecord>) => {
      const original = records.find((record) => record.type === type && record.result === 'failed');
      if (!original) throw new Error(`no failed ${type}`);
      return { ...original, ...changes };
    };
    const [stage, job] = [
      records.find(({ type }) => type === 'Stage')?.id,
      records.find(({ type }) => type === 'Job')?.id,
    ];
    records.unshift(
      copyOf('Task', { id: 'late', name: 'deploy', parentId: 'job-2', order: 1 }),
      copyOf('Task', { id: 'checks', name: 'checks', parentId: job ?? null, order: 1 }),
      copyOf('Job', { id: 'job-2', parentId: 'stage-2', order: 1 }),
      copyOf('Stage', { id: 'stage-2', name: 'Deploy', order: 2 }),
      copyOf('Stage', { id: 'stage-3', name: 'Never', order: 3, result: 'skipped' }),
    );
    expect(stage).toBeDefined();
  });
  expect((await factsOf(stand, build)).failure).toMatchObject({
    stages: ['Build', 'Deploy'],
    task: 'checks',
  });
});

test('only a plain failure is one: words that nobody knows, canceled and skipped are not', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ task: 'compile' });
  for (const result of ['manuallyQueued', 'Failed', 'canceled', 'skipped', 'abandoned', '', null]) {
    build.editTimeline((records) => {
      for (const record of records) if (record.type === 'Task') Object.assign(record, { result });
    });
    const { failure } = await factsOf(stand, build);
    expect([result, failure?.task, failure?.logUrl]).toEqual([result, undefined, undefined]);
    expect(failure?.stages).toEqual(['Build']);
  }
});

test('where no task failed, the job says why: its agent was lost, its time was up', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ errors: ['The agent did not connect within the alloted time.'] });
  build.editTimeline((records) => {
    for (const record of records) if (record.type === 'Task') Object.assign(record, { result: 'canceled' });
  });
  expect((await factsOf(stand, build)).failure).toEqual({
    stages: ['Build'],
    errors: ['The agent did not connect within the alloted time.'],
    logTail: [],
  });
});

test('the stage of a pipeline without stages has no name', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ stage: '__default', task: 'compile' });
  expect((await factsOf(stand, build)).failure).toMatchObject({ stages: [], task: 'compile' });
});

test('a build that was refused before it began tells what was wrong with it', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.failValidation('The pool  is not\r\nauthorized.');
  expect(await factsOf(stand, build)).toEqual({
    failure: { stages: [], errors: ['The pool is not authorized.'], logTail: [] },
  });
});

test('a failed build of which nothing is told has no facts', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail();
  build.editTimeline((records) => {
    records.length = 0;
  });
  expect(await factsOf(stand, build)).toEqual({});
});

test.each([
  ['has succeeded', (build: StandInBuild) => build.succeed()],
  ['has partially succeeded', (build: StandInBuild) => build.partiallySucceed()],
  ['was canceled', (build: StandInBuild) => build.cancel()],
  ['says something unknown', (build: StandInBuild) => build.setStatus('somethingNew')],
])('nothing is asked about a build that %s', async (_case, act) => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  act(build);
  expect(await factsOf(stand, build)).toEqual({});
  expect(stand.asked()).toBe(1);
});

test('a build that waits for an approval says for which stage, and since when', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.start();
  stand.scripted.advance(60_000);
  build.waitForApproval();
  stand.scripted.advance(60_000);
  expect(await factsOf(stand, build)).toEqual({
    pendingApproval: { stage: 'Publish', since: START + 60_000 },
  });
  build.editTimeline((records) => {
    for (const record of records) if (record.type === 'Checkpoint.Approval') record.state = 'completed';
  });
  expect(await factsOf(stand, build)).toEqual({});
});

test('a check that is no approval is not taken for one, and a queued build waits for nothing', async () => {
  await using stand = await startPipelinesUnderTest();
  const [waiting, queued] = [1, 2].map(() => stand.azure.queueBuild(stand.base));
  if (!waiting || !queued) throw new Error('no builds');
  waiting.waitForApproval();
  waiting.editTimeline((records) => {
    for (const record of records) {
      if (record.type === 'Checkpoint.Approval') record.type = 'Checkpoint.TaskCheck';
    }
  });
  expect(await factsOf(stand, waiting)).toEqual({});
  expect(await factsOf(stand, queued)).toEqual({});
});

test.each([
  ['cannot be had', { kind: 'server-error' }],
  ['is broken', { kind: 'truncated' }],
  ['is no list', { kind: 'json', value: {} }],
  ['is not complete', { kind: 'json', value: { count: 7, value: [] } }],
  ['is a page', { kind: 'html' }],
  ['holds no text', { kind: 'json', value: { count: 1, value: [{ id: 2, lineCount: 3 }] } }],
  ['is gone', { kind: 'not-found', as: 'json' }],
] as const)('a log that %s keeps nobody from telling the rest', async (_case, effect) => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ task: 'compile', errors: ['boom'] });
  stand.fault(effect, { match: { path: LOGS } });
  const { failure } = await factsOf(stand, build);
  expect(failure).toMatchObject({ task: 'compile', errors: ['boom'], logTail: [] });
  expect(failure?.logUrl).toContain('&view=logs&j=');
});

test('a log that never comes costs the deadline, but not the facts', async () => {
  await using stand = await startPipelinesUnderTest({ callTimeoutMs: 500 });
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ task: 'compile' });
  const known = await read(stand, build);
  stand.fault({ kind: 'never-answer' }, { match: { path: LOGS } });
  expect((await stand.pipelines.getTimelineFacts(known)).failure).toMatchObject({
    task: 'compile',
    logTail: [],
  });
});

test('after close there are no facts without a log either', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail();
  const known = await read(stand, build);
  stand.fault({ kind: 'never-answer' }, { match: { path: LOGS } });
  const underWay = failureOf(stand.pipelines.getTimelineFacts(known));
  await expect.poll(() => stand.azure.ledger.at(-1)?.path).toMatch(LOGS);
  stand.pipelines.close();
  expect((await underWay).details.detail).toBe('the call was ended');
});

const record = (changes: Record<string, unknown>) => ({
  id: 'a',
  type: 'Task',
  state: 'completed',
  ...changes,
});

test.each([
  ['no records', {}],
  ['records that are none', { records: ['x'] }],
  ['a record without an id', { records: [record({ id: null })] }],
  ['a record without a type', { records: [record({ type: 7 })] }],
  ['a record without a state', { records: [record({ state: undefined })] }],
  ['a result that is no word', { records: [record({ result: 2 })] }],
  ['a parent that is no id', { records: [record({ parentId: 4 })] }],
  ['a start that is no time', { records: [record({ startTime: 'soon' })] }],
])('a timeline with %s is no timeline', async (_case, value) => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail();
  stand.fault({ kind: 'json', value }, { match: { path: TIMELINE } });
  expect((await failureOf(factsOf(stand, build))).code).toBe('azure-invalid-response');
});

test('a timeline whose records lie in each other, or nowhere, or without an order, is read all the same', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail();
  const failed = { result: 'failed', issues: null, log: null, order: null };
  const records = [
    record({ ...failed, id: 'x', type: 'Job', parentId: 'y' }),
    record({ ...failed, id: 'y', type: 'Phase', parentId: 'x' }),
    record({ ...failed, id: 'z', name: null, parentId: 'nobody', startTime: '2026-11-22T06:00:02Z' }),
    record({ ...failed, id: 'w', name: 'first', parentId: 'nobody', startTime: '2026-11-22T06:00:01Z' }),
    record({
      ...failed,
      id: 'v',
      name: 'inner',
      parentId: 'w',
      issues: [null, 7, { type: 'error', message: 1 }],
    }),
  ];
  stand.fault({ kind: 'json', value: { records } }, { match: { path: TIMELINE } });
  expect((await factsOf(stand, build)).failure).toEqual({
    stages: [],
    task: 'first',
    errors: [],
    logTail: [],
    logUrl: `${stand.azure.url}/Shop/_build/results?buildId=${build.id}&view=logs&t=w`,
  });
});

test('a 204 is an answer about a timeline only', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  stand.fault({ kind: 'answer', status: 204, contentType: '' });
  expect((await failureOf(read(stand, build))).code).toBe('azure-invalid-response');
});
