// The strings a test pulls on one orchestration plan, and the headers with which its task calls a gate.
// Must not answer requests.
import { deterministicGuid } from './deterministic-guid.ts';
import type { OrganizationState } from './organization-state.ts';
import type { PlanEvent, PlanFeedLine, PlanLog, PlanRecord, PlanState, TokenDeath } from './plan-state.ts';
import type { StandInProject } from './script-organization.ts';

export interface PlanOptions {
  readonly project: StandInProject;
  /** `build` when not given; matched in any case. */
  readonly hub?: string;
  readonly planId?: string;
  readonly timelineId?: string;
  readonly jobId?: string;
  readonly taskInstanceId?: string;
  /** Plan version; up to 12 in hub `gates` events must name the task as the job. */
  readonly version?: number;
  readonly jobToken?: string;
  /** A wrong timeline is noticed before a plan that is gone; false when not given. */
  readonly looksUpTimelineFirst?: boolean;
}

export interface StandInPlan {
  /** With a slash at the end, as `system.CollectionUri` has it. */
  readonly planUrl: string;
  readonly projectId: string;
  readonly hub: string;
  readonly planId: string;
  readonly timelineId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  readonly jobToken: string;
  readonly version: number;
  readonly status: 'running' | 'finished' | 'unknown';
  /** What was accepted, in order. */
  readonly events: readonly PlanEvent[];
  readonly records: readonly PlanRecord[];
  readonly feed: readonly PlanFeedLine[];
  readonly logs: readonly Readonly<PlanLog>[];
  /** The default headers of Azure's task, to be changed where a test wants them broken. */
  gateHeaders(): Record<string, string>;
  /** The run has ended or was cancelled by someone else: writes are refused from now on. */
  finish(): void;
  /** The run was deleted. */
  forget(): void;
  /** `by-method` when not given. */
  expireToken(death?: TokenDeath): void;
}

export function addPlan(state: OrganizationState, options: PlanOptions): StandInPlan {
  const seed = `plan/${state.plans.length + 1}`;
  const planId = options.planId ?? deterministicGuid(seed);
  const jobId = options.jobId ?? deterministicGuid(`${seed}/job`);
  const taskInstanceId = options.taskInstanceId ?? deterministicGuid(`${seed}/task`);
  const plan: PlanState = {
    project: options.project,
    hub: options.hub ?? 'build',
    planId,
    timelineId: options.timelineId ?? planId,
    jobId,
    taskInstanceId,
    jobToken: options.jobToken ?? `stand-in-job-token-${state.plans.length + 1}`,
    version: options.version ?? 14,
    status: 'running',
    tokenDeath: undefined,
    looksUpTimelineFirst: options.looksUpTimelineFirst ?? false,
    changeId: 1,
    events: [],
    records: [
      { ...blankRecord(jobId), type: 'Job', name: 'Wait for base', parentId: null },
      { ...blankRecord(taskInstanceId), type: 'Task', name: 'Invoke REST API', parentId: jobId },
    ],
    feed: [],
    logs: [],
  };
  state.plans.push(plan);
  return toStandInPlan(state, plan);
}

function blankRecord(id: string): PlanRecord {
  return { id, state: 'inProgress', result: null, changeId: 1, errorCount: 0, warningCount: 0, attempt: 1 };
}

function toStandInPlan(state: OrganizationState, plan: PlanState): StandInPlan {
  const { hub, planId, timelineId, jobId, taskInstanceId, jobToken, version, events, records, feed, logs } =
    plan;
  return {
    planUrl: `${state.url}/`,
    projectId: plan.project.id,
    ...{ hub, planId, timelineId, jobId, taskInstanceId, jobToken, version, events, records, feed, logs },
    get status() {
      return plan.status;
    },
    gateHeaders: () => toGateHeaders(state, plan),
    finish: () => {
      plan.status = 'finished';
    },
    forget: () => {
      plan.status = 'unknown';
    },
    expireToken: (death = 'by-method') => {
      plan.tokenDeath = death;
    },
  };
}

function toGateHeaders(state: OrganizationState, plan: PlanState): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    PlanUrl: `${state.url}/`,
    ProjectId: plan.project.id,
    HubName: plan.hub,
    PlanId: plan.planId,
    JobId: plan.jobId,
    TimelineId: plan.timelineId,
    TaskInstanceId: plan.taskInstanceId,
    AuthToken: plan.jobToken,
  };
}
