// Reads the records of a build's timeline (Timeline - Get, 7.1) and puts them in the order of the run. Words stay
// words: a result that nobody knows is no failure and no success. It must not decide what people are told.

import {
  invalidResponse,
  isId,
  isJsonObject,
  type JsonObject,
  readOptionalText,
  readText,
  toJsonObject,
} from './json-object.ts';
import { oneLine } from './one-line.ts';
import { readTimestamp } from './timestamp.ts';

export interface RecordItself {
  readonly id: string;
  /** `Stage`, `Phase`, `Job`, `Task`, `Checkpoint`, `Checkpoint.Approval` and others. */
  readonly type: string;
  /** Empty when it has none. */
  readonly name: string;
  readonly state: string;
  /** Absent until it has ended. */
  readonly result?: string;
  /** Ms since the epoch, Azure DevOps' clock. */
  readonly startedAt?: number;
  readonly logId?: number;
  /** The messages of its issues of type error, each in one line. */
  readonly errors: readonly string[];
}

export interface TimelineRecord extends RecordItself {
  /** The records that it lies in, the nearest first. */
  readonly above: readonly RecordItself[];
}

/** @throws PipeBotError azure-invalid-response when a field is missing that the record's place or end depends on */
export function readTimeline(body: JsonObject): TimelineRecord[] {
  const { records } = body;
  if (!Array.isArray(records)) throw invalidResponse('the timeline has no records');
  const rows = records.map(toRow);
  const byId = new Map(rows.map((row) => [row.record.id, row]));
  return rows
    .map((row) => place(row, byId))
    .sort(comparePlaces)
    .map(({ row, above }) => ({ ...row.record, above: above.map(({ record }) => record) }));
}

/** The nearest record of a type, the record itself included. */
export function findOfType(record: TimelineRecord, type: string): RecordItself | undefined {
  return [record, ...record.above].find((candidate) => candidate.type === type);
}

export function hasFailed(record: RecordItself): boolean {
  return record.state === 'completed' && record.result === 'failed';
}

interface Row {
  readonly record: RecordItself;
  readonly parentId: string | undefined;
  /** Among its siblings. */
  readonly order: number;
}

function toRow(json: unknown): Row {
  const object = toJsonObject(json, 'a timeline record');
  const id = readText(object, 'id', 'a timeline record');
  const what = `timeline record ${id}`;
  const result = readOptionalText(object, 'result', what);
  const startedAt = readTimestamp(object, 'startTime', what);
  const { name, order } = object;
  const logId = isJsonObject(object['log']) ? object['log']['id'] : undefined;
  return {
    record: {
      id,
      type: readText(object, 'type', what),
      name: typeof name === 'string' ? oneLine(name, LONGEST_NAME) : '',
      state: readText(object, 'state', what),
      ...(result === undefined ? {} : { result }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(isId(logId) ? { logId } : {}),
      errors: readErrors(object['issues']),
    },
    parentId: readOptionalText(object, 'parentId', what),
    order: typeof order === 'number' ? order : Number.POSITIVE_INFINITY,
  };
}

const LONGEST_NAME = 200;
const LONGEST_ERROR = 500;

/** What people are shown only: an odd issue is left out. */
function readErrors(issues: unknown): string[] {
  if (!Array.isArray(issues)) return [];
  const messages = issues.filter(isJsonObject).filter(({ type }) => type === 'error');
  const texts = messages.map(({ message }) =>
    typeof message === 'string' ? oneLine(message, LONGEST_ERROR) : '',
  );
  return [...new Set(texts)].filter((text) => text !== '');
}

/** A record that is its own ancestor, or whose parent is missing, ends the way up. */
function findAbove(row: Row, byId: ReadonlyMap<string, Row>): Row[] {
  const above: Row[] = [];
  let parent = row.parentId === undefined ? undefined : byId.get(row.parentId);
  while (parent && parent !== row && !above.includes(parent)) {
    above.push(parent);
    parent = parent.parentId === undefined ? undefined : byId.get(parent.parentId);
  }
  return above;
}

interface Placed {
  readonly row: Row;
  readonly above: readonly Row[];
  /** Its order and those of the records above it, the outermost first. */
  readonly orders: readonly number[];
}

function place(row: Row, byId: ReadonlyMap<string, Row>): Placed {
  const above = findAbove(row, byId);
  return { row, above, orders: [row, ...above].map(({ order }) => order).reverse() };
}

/** Orders count among siblings only, so they are compared from the outermost record inwards. */
function comparePlaces(left: Placed, right: Placed): number {
  for (let depth = 0; depth < Math.max(left.orders.length, right.orders.length); depth++) {
    // What lies around comes before what lies in it.
    const difference = compare(left.orders[depth] ?? -1, right.orders[depth] ?? -1);
    if (difference !== 0) return difference;
  }
  return compare(left.row.record.startedAt ?? 0, right.row.record.startedAt ?? 0);
}

/** Without subtraction: two endless orders would give no number. */
function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
