// Events of service hooks are hints: whatever shape they come in, they name a build to look at, or nothing.
import { describe, expect, test } from 'vitest';
import { readHook } from '../../src/azure-devops/read-hook.ts';
import { startHookReceiver } from '../stand-ins/azure-devops/hook-receiver.ts';
import { startPipelinesUnderTest } from './pipelines-under-test.ts';

const PROJECT = '8f7cbb4e-8c7d-4f11-9f2b-0d4f0a3b1c11';
const ORGANIZATION = 'https://dev.azure.com/contoso';
const ID = 'b6f3c9d2-5a51-4a43-8a53-7b1a0b0e9f10';
const RUN_EVENT = 'ms.vss-pipelines.run-state-changed-event';
const JOB_EVENT = 'ms.vss-pipelines.job-state-changed-event';
const PENDING = 'ms.vss-pipelinechecks-events.approval-pending';

const CONTAINERS = {
  collection: { id: ID, baseUrl: `${ORGANIZATION}/` },
  account: { id: ID, baseUrl: `${ORGANIZATION}/` },
  project: { id: PROJECT, baseUrl: `${ORGANIZATION}/` },
};

function eventOf(eventType: string, resource: unknown, changes: Record<string, unknown> = {}) {
  return { id: ID, eventType, resource, resourceContainers: CONTAINERS, ...changes };
}

const link = (href: string) => ({ _links: { web: { href } } });
const results = `${ORGANIZATION}/${PROJECT}/_build/results?buildId=42&view=results`;

test.each<[string, Record<string, unknown>]>([
  ['a build of 2.0', eventOf('build.complete', { id: 42, result: 'failed', definition: { id: 7 } })],
  [
    'a build of 1.0',
    eventOf('build.complete', { id: 42, status: 'stopped', definition: { id: 7, definitionType: 'xaml' } }),
  ],
  [
    'a build with its URIs only',
    eventOf('build.complete', {
      uri: 'vstfs:///Build/Build/42',
      definition: { url: `${ORGANIZATION}/${PROJECT}/_apis/build/Definitions/7?revision=3` },
    }),
  ],
  [
    'a build with damaged URIs',
    eventOf('build.complete', {
      uri: 'azure-devops:///Build/Build/42',
      definition: { id: null, url: 'vstfs:///Build/Definition/7' },
    }),
  ],
  ['a build with ids as texts', eventOf('build.complete', { id: '42', definition: { id: '7' } })],
  ['a run', eventOf(RUN_EVENT, { run: { id: 42, state: 'inProgress' }, pipeline: { id: 7 } })],
  ['a run with its links only', eventOf(RUN_EVENT, { run: { ...link(results), pipeline: { id: 7 } } })],
  [
    'a run with its address only',
    eventOf(RUN_EVENT, { run: { url: `${ORGANIZATION}/p/_apis/Pipelines/7/runs/42`, pipeline: { id: 7 } } }),
  ],
  ['a stage', eventOf('ms.vss-pipelines.stage-state-changed-event', { runId: 42, pipeline: { id: 7 } })],
  [
    'a job, which names its run by links only',
    eventOf(JOB_EVENT, {
      job: {
        _links: {
          web: { href: results },
          'pipeline.web': { href: `${ORGANIZATION}/${PROJECT}/_build/definition?definitionId=7` },
        },
      },
    }),
  ],
  [
    'an approval, whose owner is the run',
    eventOf(PENDING, { approval: { pipeline: { id: '7', owner: { id: 42 } } }, run: null, pipeline: null }),
  ],
  [
    'an approval with texts, of a project that only the resource names',
    eventOf(
      'ms.vss-pipelinechecks-events.approval-completed',
      { run: { id: '42', requestedFor: null }, pipeline: { id: '7' }, projectId: PROJECT.toUpperCase() },
      { resourceContainers: { account: CONTAINERS.account } },
    ),
  ],
])('%s hints at its build', (_what, body) => {
  expect(readHook(body)).toEqual({
    id: ID,
    eventType: body['eventType'],
    isKnownEvent: true,
    organizationUrl: ORGANIZATION,
    projectId: PROJECT,
    definitionId: 7,
    buildId: 42,
  });
});

test.each([
  [{ id: 'x', subscriptionId: 's', notificationId: 3 }, 'x'],
  [{ id: null, subscriptionId: 's', notificationId: 3 }, 's/3'],
  [{ subscriptionId: 's', notificationId: '3' }, 's/3'],
  [{ id: '', subscriptionId: 's' }, undefined],
  [{ id: 7, notificationId: 3 }, undefined],
  [{ id: 'x'.repeat(201) }, undefined],
])('the event %j is known as %s', (body, expected) => {
  const hint = readHook({ eventType: 'build.complete', ...body });
  expect(hint).toEqual({
    eventType: 'build.complete',
    isKnownEvent: true,
    ...(expected === undefined ? {} : { id: expected }),
  });
});

test.each([
  [`${ORGANIZATION}/`, ORGANIZATION],
  ['https://contoso.visualstudio.com/', 'https://contoso.visualstudio.com'],
  ['HTTPS://Ada:secret@DEV.azure.com/contoso/?x=y#z', ORGANIZATION],
  ['https://tfs.example/tfs/DefaultCollection/', 'https://tfs.example/tfs/DefaultCollection'],
  ['javascript:alert(1)', undefined],
  ['contoso', undefined],
  [7, undefined],
])('it says that it comes from %j: %s', (baseUrl, expected) => {
  const hint = readHook({ eventType: 'x', resourceContainers: { collection: { baseUrl } } });
  expect(hint).toEqual({
    eventType: 'x',
    isKnownEvent: false,
    ...(expected === undefined ? {} : { organizationUrl: expected }),
  });
});

test.each([
  [{ url: `${ORGANIZATION}/${PROJECT}/_apis/build/Builds/42` }, ORGANIZATION],
  [{ run: link(results) }, ORGANIZATION],
  [{ pipeline: { url: 'https://codedev.ms/org/p/_apis/Pipelines/2?revision=2' } }, 'https://codedev.ms/org'],
  [{ url: `${ORGANIZATION}/_apis/projects/${PROJECT}` }, undefined],
  [{ url: 'https://dev.azure.com' }, undefined],
])('where the event does not say it, its links do: %j', (resource, expected) => {
  const hint = Object(readHook({ eventType: RUN_EVENT, resource }));
  expect(hint.organizationUrl).toBe(expected);
});

test('an event of a kind that nobody knows is one all the same, but hints at no build', () => {
  expect(readHook(eventOf('git.push', { id: 42, definition: { id: 7 } }))).toEqual({
    id: ID,
    eventType: 'git.push',
    isKnownEvent: false,
    organizationUrl: ORGANIZATION,
    projectId: PROJECT,
  });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'build.complete'],
  ['a list', [{ eventType: 'build.complete' }]],
  ['no type', {}],
  ['a type that is none', { eventType: 7 }],
  ['an empty type', { eventType: '' }],
  ['a type without an end', { eventType: 'x'.repeat(201) }],
])('%s is no event', (_what, body) => {
  expect(readHook(body)).toBe('unreadable');
});

describe('whatever stands in the fields', () => {
  const ODD = [
    null,
    undefined,
    0,
    -1,
    1.5,
    2 ** 53,
    '',
    'x',
    '0x2a',
    '42 ',
    [],
    {},
    true,
    { id: [] },
    'vstfs:///x',
  ];

  test.each(['build.complete', RUN_EVENT, JOB_EVENT, PENDING])(
    'of %s, only plain ids are ids',
    (eventType) => {
      for (const odd of ODD) {
        const part = { id: odd, url: odd, _links: odd, pipeline: odd };
        const resource = { ...part, uri: odd, runId: odd, projectId: odd, definition: part };
        const resources = [
          odd,
          { ...resource, run: odd },
          { ...resource, run: part, job: part, approval: part },
        ];
        for (const candidate of resources) {
          const body = {
            eventType,
            id: odd === 'x' ? null : odd,
            resource: candidate,
            resourceContainers: odd,
          };
          const hint = Object(readHook(body));
          expect([odd, hint.buildId, hint.definitionId, hint.projectId]).toEqual([
            odd,
            undefined,
            undefined,
            undefined,
          ]);
        }
      }
    },
  );
});

test('every event that the stand-in sends hints at the build, in both versions', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startPipelinesUnderTest();
  for (const buildVersion of ['1.0', '2.0'] as const) {
    stand.azure.hooks.subscribe(receiver.url, 'x', { buildVersion });
  }
  const build = stand.azure.queueBuild(stand.base);
  build.waitForApproval();
  build.beginCancelling();
  build.cancel();
  await stand.azure.hooks.idle();
  const hints = receiver.events.map(({ body }) => Object(readHook(body)));
  expect(new Set(hints.map(({ eventType }) => eventType)).size).toBe(6);
  for (const hint of hints) {
    expect(hint).toMatchObject({
      isKnownEvent: true,
      organizationUrl: stand.azure.url,
      projectId: stand.project.id,
      definitionId: 183,
      buildId: build.id,
    });
  }
});

test('what the test button sends is recognised as not ours', async () => {
  await using receiver = await startHookReceiver();
  await using stand = await startPipelinesUnderTest();
  stand.azure.hooks.subscribe(receiver.url, 'x', { eventTypes: ['build.complete'] });
  await stand.azure.hooks.sendTestEvent();
  const hint = Object(readHook(receiver.events[0]?.body));
  expect(hint.organizationUrl).toBe('https://fabrikam-fiber-inc.visualstudio.com/DefaultCollection');
  expect(hint.projectId).not.toBe(stand.project.id);
});
