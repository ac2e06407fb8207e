// One row of a build's timeline, spelled as Azure spells it. Must not decide when a row changes.
import { PLACEHOLDER_TIMESTAMP } from './azure-timestamp.ts';
import { deterministicGuid } from './deterministic-guid.ts';

export interface TimelineIssue {
  readonly type: 'error' | 'warning';
  readonly category: string;
  readonly message: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface TimelineRecord {
  previousAttempts: { attempt: number; timelineId: string; recordId: string }[];
  id: string;
  parentId: string | null;
  type: string;
  name: string;
  refName: string | null;
  startTime: string | null;
  finishTime: string | null;
  currentOperation: string | null;
  percentComplete: number | null;
  state: string;
  result: string | null;
  resultCode: string | null;
  changeId: number;
  lastModified: string;
  workerName: string | null;
  order: number | null;
  details: null;
  errorCount: number;
  warningCount: number;
  url: null;
  log: { id: number; type: string; url: string } | null;
  task: { id: string; name: string; version: string } | null;
  attempt: number;
  identifier: string | null;
  issues?: TimelineIssue[];
}

export interface TimelineState {
  readonly id: string;
  changeId: number;
  lastChanged: number;
  records: TimelineRecord[];
  /** Records of earlier attempts by the id of the timeline that keeps them. */
  readonly past: Map<string, TimelineRecord[]>;
}

export function emptyTimeline(id: string): TimelineState {
  return { id, changeId: 0, lastChanged: 0, records: [], past: new Map() };
}

export interface NewRecord {
  readonly type: string;
  readonly name: string;
  readonly parent?: TimelineRecord;
  readonly order: number;
  readonly state: string;
  readonly startTime?: string;
  readonly identifier?: string;
  readonly taskName?: string;
  readonly workerName?: string;
}

export function addRecord(timeline: TimelineState, wanted: NewRecord): TimelineRecord {
  const id = deterministicGuid(`${timeline.id}/${timeline.records.length}/${wanted.type}`);
  const record: TimelineRecord = {
    previousAttempts: [],
    id,
    parentId: wanted.parent?.id ?? null,
    type: wanted.type,
    name: wanted.name,
    refName: wanted.identifier?.split('.').at(-1) ?? null,
    startTime: wanted.startTime ?? null,
    finishTime: null,
    currentOperation: wanted.state === 'inProgress' && wanted.type === 'Task' ? wanted.name : null,
    percentComplete: null,
    state: wanted.state,
    result: null,
    resultCode: null,
    changeId: timeline.changeId,
    lastModified: PLACEHOLDER_TIMESTAMP,
    workerName: wanted.workerName ?? null,
    order: wanted.order,
    details: null,
    errorCount: 0,
    warningCount: 0,
    url: null,
    log: null,
    task: wanted.taskName
      ? { id: deterministicGuid(wanted.taskName), name: wanted.taskName, version: '2.240.0' }
      : null,
    attempt: 1,
    identifier: wanted.identifier ?? null,
  };
  timeline.records.push(record);
  return record;
}

/** Every change gets a number, since clients may ask for what changed after one. */
export function touch(timeline: TimelineState, now: number): void {
  timeline.changeId += 1;
  timeline.lastChanged = now;
}
