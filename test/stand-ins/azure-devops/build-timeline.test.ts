// The life of one build as its own routes show it: timeline, logs, changes, rerun. Must not test the list.
import { expect, test } from 'vitest';
import type { TimelineRecord } from './azure-devops-stand-in.ts';
import { readList, readObject, type StandInUnderTest, startStandInUnderTest } from './stand-in-under-test.ts';

async function readRecords(stand: StandInUnderTest, path: string): Promise<TimelineRecord[]> {
  const timeline = await readObject(await stand.get(path));
  return timeline['records'] as TimelineRecord[];
}

const ofType = (records: TimelineRecord[], type: string) => records.filter((record) => record.type === type);

test('a build that never started has an empty 204 timeline, also when it was canceled or refused', async () => {
  await using stand = await startStandInUnderTest();
  const [queued, canceled, refused] = [1, 2, 3].map(() => stand.azure.queueBuild(stand.base));
  canceled?.cancel();
  refused?.failValidation('The pool is not authorized.');
  for (const build of [queued, canceled, refused]) {
    const response = await stand.get(`build/builds/${build?.id}/timeline`);
    expect([response.status, await response.text()]).toEqual([204, '']);
  }
  const shown = await readObject(await stand.get(`build/builds/${refused?.id}`));
  expect(shown['validationResults']).toEqual([{ result: 'error', message: 'The pool is not authorized.' }]);
  expect(shown).not.toHaveProperty('startTime');
});

test('a running task has no log; it appears when the task ends', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.start();
  const path = `build/builds/${build.id}/timeline`;
  const running = ofType(await readRecords(stand, path), 'Task').at(-1);
  expect(running).toMatchObject({ state: 'inProgress', result: null, log: null });
  build.succeed();
  expect(ofType(await readRecords(stand, path), 'Task').at(-1)?.log?.id).toBe(2);
});

test('a failure names stage, job and task, and repeats the errors on the job', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const logLines = ['one', 'two', 'three', 'four'];
  build.fail({ stage: 'Ship', job: 'Wheels', task: 'pip install', errors: ['no such package'], logLines });
  const records = await readRecords(stand, `build/builds/${build.id}/timeline`);
  expect(ofType(records, 'Stage')[0]).toMatchObject({ name: 'Ship', result: 'failed' });
  const task = records.find((record) => record.name === 'pip install');
  expect(task?.issues?.map((issue) => [issue.type, issue.message])).toEqual([['error', 'no such package']]);
  expect(ofType(records, 'Job')[0]?.issues).toEqual(task?.issues);
  expect(ofType(records, 'Task').at(-1)).toMatchObject({ result: 'skipped', log: null, startTime: null });
  const log = `build/builds/${build.id}/logs/${task?.log?.id}?startLine=2&endLine=3`;
  expect((await (await stand.get(log)).text()).match(/Z \w+/g)).toEqual(['Z two', 'Z three']);
  expect(await readList(await stand.get(log, { accept: 'application/json' }))).toHaveLength(2);
  const logs = await readList(await stand.get(`build/builds/${build.id}/logs`));
  expect(logs.at(-1)).toMatchObject({ id: 2, lineCount: 4, type: 'Container' });
});

test('an approval: the build stays inProgress, its second stage is pending', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.waitForApproval();
  expect(await readObject(await stand.get(`build/builds/${build.id}`))).toMatchObject({
    status: 'inProgress',
  });
  const records = await readRecords(stand, `build/builds/${build.id}/timeline`);
  expect(ofType(records, 'Stage').map((stage) => stage.state)).toEqual(['completed', 'pending']);
  const checkpoint = ofType(records, 'Checkpoint')[0];
  const approval = ofType(records, 'Checkpoint.Approval')[0];
  expect(approval).toMatchObject({ state: 'inProgress', parentId: checkpoint?.id });
  expect(checkpoint?.parentId).toBe(ofType(records, 'Stage')[1]?.id);
});

test('rerun: the same id goes back to inProgress, with an attempt more and the old one kept', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.fail({ errors: ['flaky'] });
  stand.advance(3);
  build.rerun();
  const shown = await readObject(await stand.get(`build/builds/${build.id}`));
  expect(shown).toMatchObject({ id: build.id, status: 'inProgress' });
  expect(shown).not.toHaveProperty('result');
  expect(shown).not.toHaveProperty('finishTime');
  const path = `build/builds/${build.id}/timeline`;
  const job = ofType(await readRecords(stand, path), 'Job')[0];
  expect(job).toMatchObject({ attempt: 2, state: 'inProgress', previousAttempts: [{ attempt: 1 }] });
  expect(job).not.toHaveProperty('issues');
  const before = await readRecords(stand, `${path}/${job?.previousAttempts[0]?.timelineId}`);
  expect(ofType(before, 'Job')[0]).toMatchObject({ attempt: 1, result: 'failed' });
  build.succeed();
  expect(build.result).toBe('succeeded');
});

test('changeId shows only what changed since; edits can put in what nobody knows', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.start();
  const path = `build/builds/${build.id}/timeline`;
  build.editTimeline((records) => {
    for (const record of ofType(records, 'Stage'))
      Object.assign(record, { result: 'manuallyQueued', changeId: 2 });
  });
  const changed = await readRecords(stand, `${path}?changeId=1`);
  expect(changed.map((record) => [record.type, record.result])).toEqual([['Stage', 'manuallyQueued']]);
});

test('every status is shown as it is set, and the changes name the commit', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base, {
    commitMessage: 'Pin numpy',
    requestedFor: 'Grace Hopper',
  });
  const status = async () => (await readObject(await stand.get(`build/builds/${build.id}`)))['status'];
  build.postpone();
  expect(await status()).toBe('postponed');
  build.start();
  build.beginCancelling();
  expect(await status()).toBe('cancelling');
  build.cancel();
  expect(build.result).toBe('canceled');
  build.setStatus('somethingNew');
  expect(await status()).toBe('somethingNew');
  const [change] = await readList(await stand.get(`build/builds/${build.id}/changes`));
  expect(change).toMatchObject({ message: 'Pin numpy', author: { displayName: 'Grace Hopper' } });
});

test('rerunning what succeeded runs all of it again; an ended build ends only once', async () => {
  await using stand = await startStandInUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.succeed();
  for (const end of [build.succeed, build.cancel, build.fail]) expect(() => end()).toThrow('ended already');
  build.rerun();
  const records = await readRecords(stand, `build/builds/${build.id}/timeline`);
  expect(records.map((record) => [record.state, record.attempt])).toEqual(
    records.map(() => ['inProgress', 2]),
  );
  build.fail();
  expect(build.result).toBe('failed');
});
