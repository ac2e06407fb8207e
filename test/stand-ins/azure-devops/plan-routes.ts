// The routes of the distributed task hub, through which a gate reports progress and its verdict.
// Must not end a plan on its own, except for TaskCompleted.
import { type Answer, jsonAnswer, listAnswer, noContentAnswer } from './answer.ts';
import { badRequest, planRefused } from './azure-error.ts';
import { toAzureTimestamp } from './azure-timestamp.ts';
import { updatePlanRecords } from './plan-records.ts';
import type { PlanLog, PlanState } from './plan-state.ts';
import { type Route, type RouteRequest, readObject } from './route.ts';

const PLAN = '{project}/_apis/distributedtask/hubs/{hub}/plans/{planId}';
const TIMELINE = `${PLAN}/timelines/{timelineId}`;

export const PLAN_ROUTES: readonly Route[] = [
  { method: 'GET', pattern: PLAN, handle: answerPlan },
  { method: 'POST', pattern: `${PLAN}/events`, handle: acceptEvent },
  { method: 'GET', pattern: TIMELINE, handle: answerTimeline },
  { method: 'GET', pattern: `${TIMELINE}/records`, handle: answerRecords },
  { method: 'PATCH', pattern: `${TIMELINE}/records`, handle: acceptRecords },
  { method: 'POST', pattern: `${TIMELINE}/records/{recordId}/feed`, handle: acceptFeed },
  { method: 'POST', pattern: `${PLAN}/logs`, handle: createLog },
  { method: 'POST', pattern: `${PLAN}/logs/{logId}`, handle: appendLog },
];

const HUBS = ['build', 'release', 'rm', 'gates', 'checks', 'deployment'];

function findPlan(request: RouteRequest): PlanState {
  const hub = (request.params['hub'] ?? '').toLowerCase();
  const planId = (request.params['planId'] ?? '').toLowerCase();
  if (!HUBS.includes(hub) && !request.state.plans.some((plan) => plan.hub.toLowerCase() === hub)) {
    throw planRefused(404, 'TaskHubNotFoundException', `No hub is registered with name ${hub}.`);
  }
  const scope = (request.params['project'] ?? '').toLowerCase();
  const plan = request.state.plans.find(
    (candidate) =>
      candidate.planId.toLowerCase() === planId &&
      candidate.hub.toLowerCase() === hub &&
      candidate.project.id === scope,
  );
  if (plan?.looksUpTimelineFirst && request.params['timelineId'] !== undefined) checkTimeline(request, plan);
  if (!plan || plan.status === 'unknown') {
    const message = `No plan found for identifier ${planId}.`;
    throw planRefused(404, 'TaskOrchestrationPlanNotFoundException', message);
  }
  if (request.caller.kind !== 'job' || request.caller.plan !== plan) {
    const message = `Access denied: the caller needs write permissions for orchestration plan ${planId}.`;
    throw planRefused(403, 'TaskOrchestrationPlanSecurityException', message);
  }
  return plan;
}

function findRunnablePlan(request: RouteRequest): PlanState {
  const plan = findPlan(request);
  if (plan.status === 'running') return plan;
  const message = `Orchestration plan ${plan.planId} is not in a runnable state.`;
  throw planRefused(400, 'TaskOrchestrationPlanTerminatedException', message);
}

function checkTimeline(request: RouteRequest, plan: PlanState): void {
  const wanted = request.params['timelineId'] ?? '';
  if (wanted.toLowerCase() === plan.timelineId.toLowerCase()) return;
  const message = `No timeline found for plan ${plan.planId} with identifier ${wanted}.`;
  throw planRefused(404, 'TimelineNotFoundException', message);
}

function answerPlan(request: RouteRequest): Answer {
  const plan = findPlan(request);
  return jsonAnswer({
    planId: plan.planId,
    planType: plan.hub,
    planGroup: null,
    scopeIdentifier: plan.project.id,
    version: plan.version,
    artifactUri: `vstfs:///Pipelines/Check/${plan.planId}`,
    timeline: { id: plan.timelineId, changeId: plan.changeId, location: null },
    state: plan.status === 'finished' ? 'completed' : 'inProgress',
  });
}

const EVENTS = ['TaskAssigned', 'TaskStarted', 'TaskCompleted'];
const RESULTS = ['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned'];
const NO_TASK = '00000000-0000-0000-0000-000000000000';

function acceptEvent(request: RouteRequest): Answer {
  const plan = findRunnablePlan(request);
  const body = readObject(request.body);
  const { name, taskId, jobId } = body;
  if (typeof name !== 'string' || typeof taskId !== 'string' || typeof jobId !== 'string') {
    throw badRequest('The event needs name, taskId and jobId.', 'VssPropertyValidationException');
  }
  if (!EVENTS.includes(name)) throw badRequest(`The event ${name} is not known.`);
  const oldGate = plan.hub.toLowerCase() === 'gates' && plan.version <= 12;
  const expected = oldGate ? [plan.taskInstanceId, NO_TASK] : [plan.jobId, plan.taskInstanceId];
  if (
    jobId.toLowerCase() !== expected[0]?.toLowerCase() ||
    taskId.toLowerCase() !== expected[1]?.toLowerCase()
  ) {
    const message = `No job found for plan ${plan.planId} with identifier ${jobId}.`;
    throw planRefused(404, 'TaskOrchestrationJobNotFoundException', message);
  }
  const result = readResult(name, body['result']);
  plan.events.push({ at: request.state.clock.now(), name, taskId, jobId, result });
  if (name === 'TaskCompleted') plan.status = 'finished';
  return noContentAnswer();
}

function readResult(name: string, given: unknown): string | undefined {
  if (name !== 'TaskCompleted') return undefined;
  const result = RESULTS.find((word) => word.toLowerCase() === String(given).toLowerCase());
  if (result === undefined) throw badRequest(`The value '${String(given)}' is not valid for result.`);
  return result;
}

function answerTimeline(request: RouteRequest): Answer {
  const plan = findPlan(request);
  checkTimeline(request, plan);
  const full = request.query.get('includerecords')?.toLowerCase() === 'true';
  return jsonAnswer({
    id: plan.timelineId,
    changeId: plan.changeId,
    location: null,
    ...(full ? { records: plan.records } : {}),
  });
}

function answerRecords(request: RouteRequest): Answer {
  const plan = findPlan(request);
  checkTimeline(request, plan);
  return listAnswer(plan.records);
}

function acceptRecords(request: RouteRequest): Answer {
  const plan = findRunnablePlan(request);
  checkTimeline(request, plan);
  return listAnswer(updatePlanRecords(request.state, plan, readObject(request.body)['value']));
}

function acceptFeed(request: RouteRequest): Answer {
  const plan = findRunnablePlan(request);
  checkTimeline(request, plan);
  const recordId = (request.params['recordId'] ?? '').toLowerCase();
  if (!plan.records.some((record) => record.id.toLowerCase() === recordId)) {
    throw planRefused(404, 'TimelineRecordNotFoundException', `No record found with identifier ${recordId}.`);
  }
  const lines = readObject(request.body)['value'];
  if (!Array.isArray(lines)) throw badRequest('The feed needs value.', 'VssPropertyValidationException');
  const at = request.state.clock.now();
  plan.feed.push(...lines.map((line) => ({ at, recordId, line: String(line) })));
  return noContentAnswer();
}

function createLog(request: RouteRequest): Answer {
  const plan = findRunnablePlan(request);
  const path = readObject(request.body)['path'];
  if (typeof path !== 'string') throw badRequest('The log needs a path.', 'VssPropertyValidationException');
  const now = request.state.clock.now();
  const log: PlanLog = { id: plan.logs.length + 1, path, createdOn: now, lastChangedOn: now, text: '' };
  plan.logs.push(log);
  return jsonAnswer(toTaskLog(log));
}

function appendLog(request: RouteRequest): Answer {
  const plan = findRunnablePlan(request);
  const wanted = request.params['logId'];
  const log = plan.logs.find((candidate) => String(candidate.id) === wanted);
  if (!log)
    throw planRefused(
      404,
      'TaskOrchestrationPlanLogNotFoundException',
      `No log found with identifier ${wanted}.`,
    );
  if (!(request.headers['content-type'] ?? '').startsWith('application/octet-stream')) {
    throw planRefused(
      415,
      'UnsupportedMediaTypeException',
      'The log content must be application/octet-stream.',
    );
  }
  log.text += String(request.body ?? '');
  log.lastChangedOn = request.state.clock.now();
  return jsonAnswer(toTaskLog(log));
}

function toTaskLog(log: PlanLog): unknown {
  return {
    path: log.path,
    lineCount: log.text.split('\n').filter((line) => line !== '').length,
    createdOn: toAzureTimestamp(log.createdOn),
    lastChangedOn: toAzureTimestamp(log.lastChangedOn),
    id: log.id,
    location: null,
  };
}
