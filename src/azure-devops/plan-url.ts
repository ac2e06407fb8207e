// The address of a plan below a configured organisation. It must not take any part of it from a URL that a caller gave.
import type { PlanTask } from '../usecases/check-ports.ts';

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** `build`, `checks`, `Release`: it goes on as it came, but nothing that could lead to another place. */
const HUB_NAME = /^[A-Za-z]{1,64}$/;

function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** Without a slash at the end; undefined when one of the ids is none. */
export function toPlanUrl(organizationUrl: string, task: PlanTask): string | undefined {
  const { projectId, hubName, planId, jobId, taskInstanceId, timelineId } = task;
  const ids = [projectId, planId, jobId, taskInstanceId, ...(timelineId === undefined ? [] : [timelineId])];
  if (!ids.every(isGuid) || !HUB_NAME.test(hubName)) return undefined;
  return `${organizationUrl}/${projectId}/_apis/distributedtask/hubs/${hubName}/plans/${planId}`;
}
