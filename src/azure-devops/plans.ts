// The plans of Azure Pipelines: where the task of a run that waits for PipeBot is told how it goes and what the verdict
// is, with the run's own token (Distributed Task API). After the verdict only a last record may
// be sent: the plan may go on, and any other one would say that the task is still in progress.
import type { PlanAnswer, Plans, PlanTask } from '../usecases/check-ports.ts';
import { invalidResponse, isId, type JsonObject, readId, readList } from './json-object.ts';
import { connectPlans, type PlansOptions } from './plan-call.ts';
import { toPlanEvent } from './plan-event.ts';
import { toTimelineRecord } from './plan-record.ts';
import { toConsoleLines, toLogText } from './plan-text.ts';

/**
 * Every call ends within its deadline with one of the outcomes of PlanAnswer, and throws nothing. A call is never repeated
 * by itself; a verdict that arrived twice is `ended` the second time.
 */
export function createPlans(options: PlansOptions): Plans & { close(): void } {
  const { call, close } = connectPlans(options);
  const { clock } = options;
  return {
    readVersion: (task, token) =>
      call(task, token, { method: 'GET', route: 'plan', path: '', read: readVersion }),
    startTask: (task, token) => call(task, token, { ...EVENT, body: toPlanEvent(task) }),
    completeTask: (task, token, result) => call(task, token, { ...EVENT, body: toPlanEvent(task, result) }),
    updateRecord: async (task, token, record) => {
      const { timelineId, taskInstanceId } = task;
      if (timelineId === undefined) return NO_TIMELINE;
      const path = `/timelines/${timelineId}/records`;
      const body = { count: 1, value: [toTimelineRecord(taskInstanceId, record)] };
      return call(task, token, { method: 'PATCH', route: 'records', path, body, read: readRecords });
    },
    writeConsole: async (task, token, lines) => {
      const { timelineId } = task;
      if (timelineId === undefined) return NO_TIMELINE;
      if (lines.length === 0) return NOTHING_TO_DO;
      const value = toConsoleLines(lines);
      const body = { count: value.length, value, stepId: task.taskInstanceId };
      return call(task, token, { ...WRITE, route: 'feed', path: feedPath(timelineId, task), body });
    },
    createLog: (task, token) => {
      const body = { path: `logs\\${task.taskInstanceId}` };
      const read = (log: JsonObject) => readId(log, 'id', 'a log');
      return call(task, token, { method: 'POST', route: 'logs', path: '/logs', body, read });
    },
    appendLog: async (task, token, { logId, lines }) => {
      if (!isId(logId)) return { kind: 'refused', detail: 'this cannot be the id of a log' };
      if (lines.length === 0) return NOTHING_TO_DO;
      const octets = toLogText(lines, clock.now());
      const read = (log: JsonObject) => void readId(log, 'id', 'a log');
      return call(task, token, { method: 'POST', route: 'log', path: `/logs/${logId}`, octets, read });
    },
    close,
  };
}

const NO_TIMELINE: PlanAnswer = { kind: 'refused', detail: 'the task has no timeline' };
const NOTHING_TO_DO: PlanAnswer = { kind: 'accepted', value: undefined };
const NOTHING = () => undefined;

/** Answered with 204 in the recorded examples and with 200 in the API's description. */
const WRITE = { method: 'POST', read: NOTHING, readNothing: NOTHING } as const;
const EVENT = { ...WRITE, route: 'events', path: '/events' } as const;

/** The console is that of the job's record; the step tells whose lines they are. */
function feedPath(timelineId: string, { jobId }: PlanTask): string {
  return `/timelines/${timelineId}/records/${jobId}/feed`;
}

function readRecords(body: JsonObject): undefined {
  readList(body, 'the list of records');
  return undefined;
}

function readVersion(body: JsonObject): number {
  const version = body['version'];
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) {
    throw invalidResponse('the plan has no valid version');
  }
  return version;
}
