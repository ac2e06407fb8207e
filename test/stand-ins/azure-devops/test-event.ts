// What the Test button of a subscription sends: made-up data of another organisation. Must not name anything of ours.
import type { EventEnvelope, ServiceHookState } from './service-hook-state.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** With the event's usual shape for build.complete 1.0, without a resource for all others. */
export function toTestEnvelope(hook: ServiceHookState): EventEnvelope {
  hook.notifications += 1;
  return {
    subscriptionId: NOBODY,
    notificationId: hook.notifications,
    id: '4a5d99d6-1c75-4e53-91b9-ee80057d4ce3',
    eventType: hook.eventType,
    publisherId: hook.publisherId,
    message: null,
    detailedMessage: null,
    resource: hook.eventType === 'build.complete' ? FABRIKAM_BUILD : null,
    resourceVersion: hook.eventType === 'build.complete' ? '1.0' : null,
    resourceContainers: {
      collection: { id: 'c12d0eb8-e382-443b-9f9c-c52cba5014c2' },
      account: { id: 'f844ec47-a9db-4511-8281-8b63f4eaf94e' },
      project: { id: 'be9b3917-87e6-42a4-a549-2bc06a7a878f' },
    },
    createdDate: '2015-03-11T10:15:00Z',
  };
}

const PROJECT_URL =
  'https://fabrikam-fiber-inc.visualstudio.com/DefaultCollection/71777fbc-1cf2-4bd1-9540-128c1c71f766';

const FABRIKAM_BUILD = {
  uri: 'vstfs:///Build/Build/2',
  id: 2,
  buildNumber: 'ConsumerAddressModule_20150407.1',
  url: `${PROJECT_URL}/_apis/build/Builds/2`,
  startTime: '2015-04-07T18:04:06.83Z',
  finishTime: '2015-04-07T18:06:10.69Z',
  reason: 'manual',
  status: 'succeeded',
  drop: {},
  log: {},
  definition: {
    batchSize: 1,
    triggerType: 'none',
    definitionType: 'xaml',
    id: 2,
    name: 'ConsumerAddressModule',
    url: `${PROJECT_URL}/_apis/build/Definitions/2`,
  },
  requests: [],
};
