// Events of service hooks reach those who subscribed, with all that can go wrong on the way. Must not test routes.
import { expect, test } from 'vitest';
import { type HookReceiver, startHookReceiver } from './hook-receiver.ts';
import { type StandInUnderTest, startStandInUnderTest } from './stand-in-under-test.ts';

const RUN = 'ms.vss-pipelines.run-state-changed-event';
const BUILD = 'build.complete';
const typesOf = ({ events }: HookReceiver) => events.map(({ body }) => body['eventType']);
const buildsOf = ({ events }: HookReceiver) => events.map(({ body }) => Object(body['resource']).id);
const outcomes = ({ azure }: StandInUnderTest) =>
  azure.hooks.ledger.map(({ outcome, status }) => status ?? outcome);

test('a build is told of from its queueing to its end, with Basic', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  stand.azure.hooks.subscribe(receiver.url, 'secret');
  const build = stand.azure.queueBuild(stand.base);
  build.start();
  build.waitForApproval();
  build.partiallySucceed();
  await stand.azure.hooks.idle();
  expect(typesOf(receiver).sort()).toEqual([
    'build.complete',
    'ms.vss-pipelinechecks-events.approval-completed',
    'ms.vss-pipelinechecks-events.approval-pending',
    'ms.vss-pipelines.job-state-changed-event',
    'ms.vss-pipelines.job-state-changed-event',
    'ms.vss-pipelines.run-state-changed-event',
    'ms.vss-pipelines.run-state-changed-event',
    'ms.vss-pipelines.stage-state-changed-event',
    'ms.vss-pipelines.stage-state-changed-event',
    'ms.vss-pipelines.stage-state-changed-event',
  ]);
  for (const { headers } of receiver.events) {
    expect(headers['authorization']).toBe(`Basic ${Buffer.from('pipebot:secret').toString('base64')}`);
  }
  const runs = receiver.events.filter(({ body }) => body['eventType'] === RUN);
  expect(runs.map(({ body }) => Object(body['resource']).run)).toMatchObject([
    { id: build.id, state: 'inProgress' },
    // The pipelines' events know no partial success.
    { id: build.id, state: 'completed', result: 'succeeded' },
  ]);
});

test.each([
  ['2.0', { status: 'completed', result: 'canceled' }],
  ['1.0', { status: 'stopped', uri: 'vstfs:///Build/Build/4201' }],
] as const)('build.complete %s speaks its own words', async (buildVersion, expected) => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  stand.azure.hooks.subscribe(receiver.url, 'secret', { eventTypes: [BUILD], buildVersion });
  stand.azure.queueBuild(stand.base).cancel();
  await stand.azure.hooks.idle();
  const resource = receiver.events[0]?.body['resource'];
  expect(resource).toMatchObject(expected);
  if (buildVersion === '1.0') expect(resource).not.toHaveProperty('result');
});

test('filters of the subscription are kept to', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  const [id = ''] = stand.azure.hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD] });
  const other = stand.azure.addDefinition(stand.azure.addProject('Other'), { id: 7, name: 'other' });
  const put = (publisherInputs: Record<string, string>) =>
    fetch(`${stand.azure.url}/_apis/hooks/subscriptions/${id}?api-version=7.1`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`:${stand.azure.personalAccessToken}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...{ publisherId: 'tfs', eventType: BUILD, resourceVersion: '2.0', publisherInputs },
        ...{ consumerId: 'webHooks', consumerActionId: 'httpRequest', consumerInputs: { url: receiver.url } },
      }),
    });
  await put({ projectId: stand.project.id, definitionName: '', buildStatus: 'Failed' });
  stand.azure.queueBuild(other).fail();
  stand.azure.queueBuild(stand.base).succeed();
  const failed = stand.azure.queueBuild(stand.base);
  failed.fail();
  await stand.azure.hooks.idle();
  expect(buildsOf(receiver)).toEqual([failed.id]);
});

test('events can be lost, doubled and reversed', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  const { hooks } = stand.azure;
  hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD] });
  const endBuild = () => {
    const build = stand.azure.queueBuild(stand.base);
    build.succeed();
    return build.id;
  };
  hooks.pause();
  endBuild();
  hooks.behave();
  hooks.duplicate(2);
  const doubled = endBuild();
  await hooks.idle();
  hooks.behave();
  hooks.reverse();
  const [first, second] = [endBuild(), endBuild()];
  await hooks.idle();
  expect(buildsOf(receiver)).toEqual([doubled, doubled, second, first]);
  expect(outcomes(stand)).toEqual(['lost', 200, 200, 200, 200]);
  const [one, two] = receiver.events;
  expect(one?.body).toEqual(two?.body);
});

test.each([408, 502, 503, 504, 0])('after %i the same event is tried again', async (status) => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  const { hooks } = stand.azure;
  hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD] });
  receiver.answer(status);
  stand.azure.queueBuild(stand.base).succeed();
  await expect.poll(() => receiver.events.length).toBeGreaterThan(1);
  receiver.answer(200);
  await hooks.idle();
  expect(outcomes(stand).at(-1)).toBe(200);
  expect(new Set(receiver.events.map(({ body }) => body['id'])).size).toBe(1);
  expect(hooks.subscriptions[0]?.status).toBe('enabled');
});

test.each([401, 404, 500, 302])(
  'after %i the subscription is on probation, and events are dropped',
  async (status) => {
    await using receiver = await startHookReceiver();
    await using stand = await startStandInUnderTest();
    const { hooks } = stand.azure;
    hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD] });
    receiver.answer(status);
    const refused = stand.azure.queueBuild(stand.base);
    refused.succeed();
    await hooks.idle();
    expect(hooks.subscriptions[0]?.status).toBe('onProbation');
    receiver.answer(200);
    stand.azure.queueBuild(stand.base).succeed();
    await hooks.idle();
    await hooks.retryProbation();
    expect(hooks.subscriptions[0]?.status).toBe('enabled');
    expect(outcomes(stand)).toEqual([status, 'dropped', 200]);
    expect(buildsOf(receiver)).toEqual([refused.id, refused.id]);
  },
);

test('seven retries without success end a subscription; 410 ends it at once', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  const { hooks } = stand.azure;
  const [id = ''] = hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD] });
  receiver.answer(500);
  stand.azure.queueBuild(stand.base).succeed();
  await hooks.idle();
  for (let retry = 0; retry < 7; retry++) {
    expect(hooks.subscriptions[0]?.status).toBe('onProbation');
    await hooks.retryProbation();
  }
  expect(hooks.subscriptions[0]?.status).toBe('disabledBySystem');
  hooks.setStatus(id, 'enabled');
  receiver.answer(410);
  stand.azure.queueBuild(stand.base).succeed();
  await hooks.idle();
  expect(hooks.subscriptions[0]?.status).toBe('disabledBySystem');
});

test('a receiver that is never there ends in probation too', async () => {
  await using stand = await startStandInUnderTest();
  const closed = await startHookReceiver();
  await closed[Symbol.asyncDispose]();
  stand.azure.hooks.subscribe(closed.url, 'x', { eventTypes: [RUN] });
  stand.azure.queueBuild(stand.base);
  await stand.azure.hooks.idle();
  expect(stand.azure.hooks.subscriptions[0]?.status).toBe('onProbation');
  expect(outcomes(stand)).toEqual(Array(9).fill('no-answer'));
});

test("the test button sends somebody else's build of 2015", async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startStandInUnderTest();
  stand.azure.hooks.subscribe(receiver.url, 'x', { eventTypes: [BUILD, RUN] });
  await stand.azure.hooks.sendTestEvent();
  expect(receiver.events.map(({ body }) => body['resource'])).toMatchObject([
    { id: 2, definition: { name: 'ConsumerAddressModule' } },
    null,
  ]);
});
