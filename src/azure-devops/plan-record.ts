// The timeline record of a waiting task, as it is sent: only what is given, since what is absent stays as it is. It must
// not send anything.
import type { TaskRecord } from '../usecases/check-ports.ts';
import type { JsonObject } from './json-object.ts';
import { harmlessLine } from './plan-text.ts';

/** PipeBot's own limits; the agent keeps ten issues of a kind, too. */
const MOST_ISSUES = 10;
const MOST_VARIABLES = 50;

/** It says that the task is in progress, except the last one, which says nothing of it. */
export function toTimelineRecord(taskInstanceId: string, record: TaskRecord): JsonObject {
  const { isLast, currentOperation, percentComplete, logId, issues, variables } = record;
  const percent = percentComplete === undefined ? undefined : toPercent(percentComplete);
  return {
    id: taskInstanceId,
    ...(isLast ? {} : { state: 'inProgress' }),
    ...(currentOperation === undefined ? {} : { currentOperation: harmlessLine(currentOperation) }),
    ...(percent === undefined ? {} : { percentComplete: percent }),
    ...(logId === undefined ? {} : { log: { id: logId } }),
    ...(issues === undefined ? {} : { issues: issues.slice(0, MOST_ISSUES).map(toIssue) }),
    ...(variables === undefined ? {} : { variables: toVariables(variables) }),
  };
}

function toPercent(value: number): number {
  return Number.isFinite(value) ? Math.min(100, Math.max(0, Math.round(value))) : 0;
}

function toIssue({ type, message }: NonNullable<TaskRecord['issues']>[number]): JsonObject {
  return { type, category: 'General', message: harmlessLine(message) };
}

/** Harmless as well: a script that prints one would have the agent obey it. */
function toVariables(variables: Readonly<Record<string, string>>): JsonObject {
  const entries = Object.entries(variables).slice(0, MOST_VARIABLES);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { value: harmlessLine(value), isSecret: false }]),
  );
}
