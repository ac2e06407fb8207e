// The events that a task raises in its plan. It must not know how they are sent.
import { type CheckResult, isGatesHub } from '../domain/check.ts';
import type { PlanTask } from '../usecases/check-ports.ts';
import type { JsonObject } from './json-object.ts';

/** TaskStarted without a result, TaskCompleted with one. */
export function toPlanEvent(task: PlanTask, result?: CheckResult): JsonObject {
  const ids = toEventIds(task);
  return result === undefined ? { name: 'TaskStarted', ...ids } : { name: 'TaskCompleted', ...ids, result };
}

const NO_TASK = '00000000-0000-0000-0000-000000000000';
/** Up to this version a plan of a classic release gate has no job: its task stands in the job's place. */
const LAST_JOBLESS_VERSION = 12;

/** A plan whose version is not known counts as a new one (azure-pipelines-extensions, ServerTaskHelper, TaskClient). */
function toEventIds({ hubName, planVersion, jobId, taskInstanceId }: PlanTask): JsonObject {
  const isJobless = isGatesHub(hubName) && planVersion !== undefined && planVersion <= LAST_JOBLESS_VERSION;
  return isJobless ? { taskId: NO_TASK, jobId: taskInstanceId } : { taskId: taskInstanceId, jobId };
}
