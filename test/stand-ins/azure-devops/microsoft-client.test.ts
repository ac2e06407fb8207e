// Proof that Microsoft's own client is satisfied with the stand-in. Must not test what the client does not do.
import { Readable } from 'node:stream';
import { getBearerHandler, getPersonalAccessTokenHandler, WebApi } from 'azure-devops-node-api';
import {
  BuildQueryOrder,
  BuildResult,
  BuildStatus,
} from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import { TimelineRecordState } from 'azure-devops-node-api/interfaces/TaskAgentInterfaces.js';
import { expect, test } from 'vitest';
import { START, type StandInUnderTest, startStandInUnderTest } from './stand-in-under-test.ts';

function connect(stand: StandInUnderTest): WebApi {
  return new WebApi(stand.azure.url, getPersonalAccessTokenHandler(stand.azure.personalAccessToken, false));
}

const FLAVOURS = [
  ['services', '7.2-preview.7'],
  ['server', '7.1'],
] as const;

test.each(FLAVOURS)(
  '%s: builds, timeline, logs and definitions through BuildApi',
  async (flavour, version) => {
    await using stand = await startStandInUnderTest({ flavour });
    const failed = stand.azure.queueBuild(stand.base);
    failed.fail({ task: 'pip install' });
    stand.azure.queueBuild(stand.base).start();
    const api = await connect(stand).getBuildApi();
    const builds = await api.getBuilds('Shop', [183]);
    expect(builds.map((build) => build.status)).toEqual([BuildStatus.Completed, BuildStatus.InProgress]);
    expect(builds[0]).toMatchObject({
      result: BuildResult.Failed,
      definition: { id: 183, name: 'python-base' },
    });
    expect(builds[0]?.queueTime).toBeInstanceOf(Date);
    const timeline = await api.getBuildTimeline('Shop', failed.id);
    const task = timeline.records?.find((record) => record.name === 'pip install');
    expect(await api.getBuildLogLines('Shop', failed.id, task?.log?.id ?? 0)).toHaveLength(3);
    expect((await api.getDefinitions('Shop', 'python*'))[0]?.id).toBe(183);
    expect(await api.getBuildChanges('Shop', failed.id)).toHaveLength(1);
    const list = stand.azure.ledger.find((entry) => entry.path.endsWith('/build/Builds'));
    expect(list?.headers['accept']).toContain(`api-version=${version}`);
  },
);

test('numbers and dates of the client are understood as filters', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.queueBuild(stand.base).succeed();
  stand.advance(5);
  const running = stand.azure.queueBuild(stand.base);
  running.start();
  const api = await connect(stand).getBuildApi();
  const status = BuildStatus.InProgress | BuildStatus.NotStarted;
  const none = undefined;
  const since = new Date(START + 60_000);
  const branch = 'refs/heads/main';
  const order = BuildQueryOrder.QueueTimeDescending;
  // 21 arguments by position: times come fifth, the status ninth, the order seventeenth.
  const page = [none, none, none, 5, none, none, none, order, branch] as const;
  const builds = await api.getBuilds('Shop', [183], none, none, since, none, none, none, status, ...page);
  expect(builds.map((build) => build.id)).toEqual([running.id]);
});

test('progress through TaskApi, with the job token', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project, hub: 'checks' });
  const connection = new WebApi(stand.azure.url, getBearerHandler(plan.jobToken, false));
  const api = await connection.getTaskApi();
  const where = [plan.projectId, plan.hub, plan.planId] as const;
  expect(await api.getPlan(...where)).toMatchObject({ planId: plan.planId, version: plan.version });
  const record = { id: plan.taskInstanceId, state: TimelineRecordState.InProgress, percentComplete: 40 };
  const wrapper = { count: 1, value: [record] };
  const [updated] = await api.updateRecords(
    wrapper as unknown as Parameters<typeof api.updateRecords>[0],
    ...where,
    plan.timelineId,
  );
  expect(updated).toMatchObject({ state: TimelineRecordState.InProgress, percentComplete: 40 });
  const feed = { count: 1, value: ['waiting'] } as unknown as Parameters<
    typeof api.appendTimelineRecordFeed
  >[0];
  await api.appendTimelineRecordFeed(feed, ...where, plan.timelineId, plan.jobId);
  expect(plan.feed.map((line) => line.line)).toEqual(['waiting']);
  const log = await api.createLog({ path: 'logs\\x' } as Parameters<typeof api.createLog>[0], ...where);
  const appended = await api.appendLogContent({}, Readable.from(['a\nb\n']), ...where, log.id ?? 0);
  expect(appended.lineCount).toBe(2);
  expect((await api.getRecords(...where, plan.timelineId)).map((row) => row.result)).toEqual([null, null]);
});
