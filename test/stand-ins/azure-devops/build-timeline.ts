// Moves a build's timeline along: begins, ends, waits for an approval, runs again.
// Must not change the build itself: build-lifecycle.ts does.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { addBuildLog } from './build-log.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import { addRecord, type TimelineIssue, type TimelineRecord, touch } from './timeline-record.ts';

export interface BuildFailure {
  readonly stage?: string;
  readonly job?: string;
  readonly task?: string;
  readonly errors?: readonly string[];
  /** The whole log of the failed task, without time stamps. */
  readonly logLines?: readonly string[];
}

export function beginTimeline(state: OrganizationState, build: BuildState): void {
  const now = state.clock.now();
  const startTime = toAzureTimestamp(now);
  const timeline = build.timeline;
  touch(timeline, now);
  const running = { state: 'inProgress', startTime, order: 1 };
  const stage = addRecord(timeline, { ...running, type: 'Stage', name: 'Build', identifier: 'Build' });
  const phase = addRecord(timeline, {
    ...running,
    type: 'Phase',
    name: 'Image',
    parent: stage,
    identifier: 'Build.Image',
  });
  const job = addRecord(timeline, {
    ...running,
    type: 'Job',
    name: 'Image',
    parent: phase,
    identifier: 'Build.Image.__default',
    workerName: 'Azure Pipelines 3',
  });
  const checkout = addRecord(timeline, { ...running, type: 'Task', name: 'Checkout', parent: job });
  endRecord(state, build, checkout, 'succeeded');
  const task = { type: 'Task', name: 'Build and push image', taskName: 'Docker' };
  addRecord(timeline, { ...running, ...task, parent: job, order: 2 });
}

/** Ends all that hasn't ended; the running task is the one that carries the failure. */
export function endTimeline(
  state: OrganizationState,
  build: BuildState,
  result: string,
  failure: BuildFailure = {},
): void {
  const now = state.clock.now();
  touch(build.timeline, now);
  const open = build.timeline.records.filter((record) => record.state !== 'completed');
  for (const record of open) {
    rename(record, failure);
    const issues = describeIssues(record, result, failure);
    endRecord(state, build, record, result, issues, failure.logLines);
  }
  const failedTask = open.findLast((record) => record.type === 'Task');
  if (result === 'failed' && failedTask) addSkippedTask(build, failedTask);
}

function rename(record: TimelineRecord, failure: BuildFailure): void {
  if (record.type === 'Stage') record.name = failure.stage ?? record.name;
  if (record.type === 'Phase' || record.type === 'Job') record.name = failure.job ?? record.name;
  if (record.type === 'Task') record.name = failure.task ?? record.name;
}

/** Azure repeats a task's errors on its job: a reader that adds both up shows each twice. */
function describeIssues(record: TimelineRecord, result: string, failure: BuildFailure): TimelineIssue[] {
  if (record.type !== 'Task' && record.type !== 'Job') return [];
  if (result === 'succeededWithIssues') return [toIssue('warning', 'The base image is deprecated.', 2)];
  if (result !== 'failed') return [];
  const errors = failure.errors ?? ['The process failed with exit code 1'];
  return errors.map((message, index) => toIssue('error', message, index + 2));
}

function toIssue(type: 'error' | 'warning', message: string, line: number): TimelineIssue {
  return { type, category: 'General', message, data: { type, logFileLineNumber: String(line) } };
}

function endRecord(
  state: OrganizationState,
  build: BuildState,
  record: TimelineRecord,
  result: string,
  issues: TimelineIssue[] = [],
  logLines?: readonly string[],
): void {
  const now = toAzureTimestamp(state.clock.now());
  record.startTime ??= now;
  record.finishTime = now;
  record.state = 'completed';
  record.result = result;
  record.currentOperation = null;
  record.changeId = build.timeline.changeId;
  record.errorCount = issues.filter((issue) => issue.type === 'error').length;
  record.warningCount = issues.filter((issue) => issue.type === 'warning').length;
  if (issues.length > 0) record.issues = issues;
  if (record.type === 'Task') record.log = addBuildLog(state, build, record, logLines);
}

function addSkippedTask(build: BuildState, failed: TimelineRecord): void {
  const parent = build.timeline.records.find((record) => record.id === failed.parentId);
  if (!parent) return;
  const skipped = addRecord(build.timeline, {
    type: 'Task',
    name: 'Notify',
    parent,
    order: 3,
    state: 'completed',
  });
  skipped.result = 'skipped';
}

/** The first stage has ended well; the next one waits for a person, while the build stays inProgress. */
export function holdForApproval(state: OrganizationState, build: BuildState): void {
  endTimeline(state, build, 'succeeded');
  const startTime = toAzureTimestamp(state.clock.now());
  const timeline = build.timeline;
  const stage = addRecord(timeline, {
    type: 'Stage',
    name: 'Publish',
    order: 2,
    state: 'pending',
    identifier: 'Publish',
  });
  const running = { state: 'inProgress', startTime };
  const checkpoint = {
    ...running,
    type: 'Checkpoint',
    name: 'Checkpoint',
    order: 1,
    identifier: 'Checkpoint',
  };
  const parent = addRecord(timeline, { ...checkpoint, parent: stage });
  const approval = { ...running, type: 'Checkpoint.Approval', name: 'Checkpoint.Approval', order: 0 };
  addRecord(timeline, { ...approval, parent });
}

/**
 * Keeps the ended attempt under a timeline of its own and sets what had not succeeded going again,
 * or everything when all had.
 */
export function restartTimeline(state: OrganizationState, build: BuildState): void {
  const now = state.clock.now();
  const timeline = build.timeline;
  const pastId = deterministicGuid(`${timeline.id}/past/${timeline.past.size + 1}`);
  timeline.past.set(pastId, structuredClone(timeline.records));
  touch(timeline, now);
  timeline.records = timeline.records.filter((record) => record.result !== 'skipped');
  const unsuccessful = timeline.records.filter((record) => record.result !== 'succeeded');
  for (const record of unsuccessful.length > 0 ? unsuccessful : timeline.records) {
    const attempt = record.attempt;
    record.previousAttempts = [
      ...record.previousAttempts,
      { attempt, timelineId: pastId, recordId: record.id },
    ];
    Object.assign(record, {
      attempt: attempt + 1,
      state: 'inProgress',
      result: null,
      startTime: toAzureTimestamp(now),
      finishTime: null,
      currentOperation: record.type === 'Task' ? record.name : null,
      errorCount: 0,
      warningCount: 0,
      log: null,
      changeId: timeline.changeId,
    });
    delete record.issues;
  }
}
