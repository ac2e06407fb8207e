// The data of service hooks: subscriptions, and the events that they may be sent. Must not know HTTP.

export interface ServiceHookState {
  readonly id: string;
  readonly createdAt: number;
  changedAt: number;
  publisherId: string;
  eventType: string;
  resourceVersion: string | null;
  publisherInputs: Readonly<Record<string, string>>;
  /** With the password in clear. */
  consumerInputs: Readonly<Record<string, string>>;
  status: string;
  /** How many notifications it has had. */
  notifications: number;
  /** While on probation: what could not be delivered, and how often that was tried since. */
  probation: { readonly envelope: EventEnvelope; retries: number } | undefined;
}

/** What happened to a build, as far as Azure tells of it by events. */
export type BuildNews =
  | 'queued'
  | 'started'
  | 'cancelling'
  | 'ended'
  | 'runs-again'
  | 'approval-pending'
  | 'approval-completed';

export interface HookEvent {
  readonly id: string;
  readonly eventType: string;
  readonly createdDate: string;
  readonly projectId: string;
  readonly buildId: number;
  /** What subscriptions may filter by; an input that is not among them fits nothing but ''. */
  readonly filters: Readonly<Record<string, string>>;
  readonly text: string;
  /** By the subscription's resource version. */
  readonly resource: (resourceVersion: string | null) => Readonly<Record<string, unknown>>;
}

export type EventDraft = Pick<HookEvent, 'eventType' | 'filters' | 'text' | 'resource'>;

/** What is sent, as the receiver gets it. */
export interface EventEnvelope {
  readonly subscriptionId: string;
  readonly notificationId: number;
  readonly id: string;
  readonly eventType: string;
  readonly [field: string]: unknown;
}

/** Which events there are, by publisher, with what their subscriptions may filter by. */
export const HOOK_EVENTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  tfs: { 'build.complete': ['definitionName', 'buildStatus'] },
  pipelines: {
    'ms.vss-pipelines.run-state-changed-event': ['pipelineId', 'runStateId', 'runResultId'],
    'ms.vss-pipelines.stage-state-changed-event': [
      'pipelineId',
      'stageNameId',
      'stageStateId',
      'stageResultId',
    ],
    'ms.vss-pipelines.job-state-changed-event': ['pipelineId', 'jobNameId', 'jobStateId', 'jobResultId'],
    'ms.vss-pipelinechecks-events.approval-pending': ['pipelineId', 'stageName', 'environmentName'],
    'ms.vss-pipelinechecks-events.approval-completed': ['pipelineId', 'stageName', 'environmentName'],
  },
};
