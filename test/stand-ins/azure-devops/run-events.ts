// The events of the pipelines publisher: run, stage and job state changed, approvals. Must not choose when they are due.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { buildUrl, buildWebUrl, definitionWebUrl } from './azure-urls.ts';
import { toPersonJson } from './build-json.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import type { EventDraft } from './service-hook-state.ts';

/** The pipelines' words: single-l canceling, and no partial success. */
const RUN_STATES: Readonly<Record<string, string>> = { cancelling: 'canceling', completed: 'completed' };
const RUN_RESULTS: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  partiallySucceeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
};

function runResultOf(build: BuildState): string | undefined {
  return build.result === undefined ? undefined : (RUN_RESULTS[build.result] ?? 'unknown');
}

/** Filters have capitals where events have none. */
function capital(word: string | undefined): string {
  return word === undefined ? '' : word.charAt(0).toUpperCase() + word.slice(1);
}

function toRun(state: OrganizationState, build: BuildState) {
  const result = runResultOf(build);
  return {
    _links: {
      web: { href: buildWebUrl(state, build) },
      'pipeline.web': { href: definitionWebUrl(state, build.definition) },
    },
    id: build.id,
    name: build.buildNumber,
    state: RUN_STATES[build.status] ?? 'inProgress',
    ...(result === undefined ? {} : { result }),
    createdDate: toAzureTimestamp(build.queueTime),
    ...(build.finishTime === undefined ? {} : { finishedDate: toAzureTimestamp(build.finishTime) }),
    url: buildUrl(state, build).replace(/build\/Builds/, `pipelines/${build.definition.id}/runs`),
    templateParameters: {},
  };
}

function toPipeline(state: OrganizationState, { definition }: BuildState) {
  const { id, name, path: folder, revision, project } = definition;
  return {
    folder,
    id,
    name,
    revision,
    url: `${state.url}/${project.id}/_apis/pipelines/${id}?revision=${revision}`,
  };
}

export function toRunEvent(state: OrganizationState, build: BuildState): EventDraft {
  const run = toRun(state, build);
  const requestedFor = toPersonJson(state, build.requestedFor);
  const resource = {
    run,
    pipeline: toPipeline(state, build),
    projectId: build.definition.project.id,
    requestedBy: requestedFor,
    requestedFor,
    runId: build.id,
    stages: [],
  };
  return {
    eventType: 'ms.vss-pipelines.run-state-changed-event',
    filters: {
      pipelineId: String(build.definition.id),
      runStateId: capital(run.state),
      runResultId: capital(run.result),
    },
    text: `Run ${build.buildNumber} ${run.result ?? run.state}.`,
    resource: () => resource,
  };
}

export function toStageEvent(
  state: OrganizationState,
  build: BuildState,
  name: string,
  stageState: string,
): EventDraft {
  const result = stageState === 'completed' ? runResultOf(build) : undefined;
  const stage = {
    attempt: 1,
    displayName: name,
    id: deterministicGuid(`stage/${build.id}/${name}`),
    name,
    state: stageState,
    ...(result === undefined ? {} : { result }),
  };
  const run = toRun(state, build);
  const projectId = build.definition.project.id;
  const resource = {
    stage,
    run,
    pipeline: toPipeline(state, build),
    projectId,
    runId: build.id,
    stageName: name,
  };
  return {
    eventType: 'ms.vss-pipelines.stage-state-changed-event',
    filters: {
      pipelineId: String(build.definition.id),
      stageNameId: name,
      stageStateId: capital(stageState),
      stageResultId: capital(result),
    },
    text: `Run ${build.buildNumber} stage ${name} ${result ?? stageState}.`,
    resource: () => resource,
  };
}

/** Names its run by links only. */
export function toJobEvent(state: OrganizationState, build: BuildState): EventDraft {
  const result = runResultOf(build);
  const jobState = build.status === 'completed' ? 'completed' : 'running';
  const job = {
    _links: toRun(state, build)._links,
    id: deterministicGuid(`job/${build.id}`),
    name: 'Image',
    state: jobState,
    ...(result === undefined ? {} : { result }),
  };
  return {
    eventType: 'ms.vss-pipelines.job-state-changed-event',
    filters: {
      pipelineId: String(build.definition.id),
      jobNameId: 'Image',
      jobStateId: capital(jobState),
      jobResultId: capital(result),
    },
    text: `Run ${build.buildNumber} stage Build job Image ${result ?? jobState}.`,
    resource: () => ({ job }),
  };
}

/** Ids are texts in places, and the person is a text or missing. */
export function toApprovalEvent(
  state: OrganizationState,
  build: BuildState,
  kind: 'approval-pending' | 'approval-completed',
): EventDraft {
  const isPending = kind === 'approval-pending';
  const { definition } = build;
  const pipeline = { id: String(definition.id), name: definition.name };
  const id = deterministicGuid(`approval/${build.id}`);
  const resource = {
    approval: {
      id,
      status: isPending ? 'pending' : 'approved',
      createdOn: toAzureTimestamp(state.clock.now()),
      steps: [],
      pipeline: { ...pipeline, owner: { id: build.id, name: build.buildNumber } },
    },
    approvalId: id,
    attemptId: 1,
    pipeline,
    projectId: definition.project.id,
    resource: { id: '7', name: 'Production', resourceType: 'environment' },
    run: {
      id: String(build.id),
      name: build.buildNumber,
      queuedOn: isPending ? toAzureTimestamp(build.queueTime) : null,
      requestedFor: isPending ? build.requestedFor.displayName : null,
      runReason: build.reason,
    },
    runId: build.id,
    stageName: 'Publish',
  };
  return {
    eventType: `ms.vss-pipelinechecks-events.${kind}`,
    filters: { pipelineId: pipeline.id, stageName: 'Publish', environmentName: 'Production' },
    text: `Approval of run ${build.buildNumber} is ${resource.approval.status}.`,
    resource: () => resource,
  };
}
