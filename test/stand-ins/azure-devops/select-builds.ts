// Chooses, orders and pages the builds a list call gets, traps included. Must not spell them as JSON.
import { badRequest } from './azure-error.ts';
import { toAzureTimestamp } from './azure-timestamp.ts';
import type { BuildState } from './organization-state.ts';
import {
  BUILD_ORDER,
  BUILD_REASON,
  BUILD_RESULT,
  BUILD_STATUS,
  DELETED_FILTER,
  type Query,
  readChoice,
  readFlags,
  readIds,
  readNumber,
  readTime,
} from './query-filter.ts';

export interface BuildPage {
  readonly builds: readonly BuildState[];
  readonly continuationToken: string | undefined;
}

const DEFAULT_TOP = 1000;

export function selectBuilds(all: readonly BuildState[], query: Query): BuildPage {
  const queryOrder = readChoice(query, 'queryOrder', BUILD_ORDER);
  const conditions = [
    ...byEnums(query),
    ...byIdentity(query),
    ...byRepository(query),
    ...byTime(query, queryOrder),
  ];
  const found = all.filter((build) => conditions.every((holds) => holds(build)));
  const ordered = keepPerDefinition(order(found, queryOrder), readNumber(query, 'maxBuildsPerDefinition'));
  return page(ordered, query, queryOrder);
}

type Condition = (build: BuildState) => boolean;

function byEnums(query: Query): Condition[] {
  const status = readFlags(query, 'statusFilter', BUILD_STATUS);
  const result = readFlags(query, 'resultFilter', BUILD_RESULT);
  const reason = readFlags(query, 'reasonFilter', BUILD_REASON);
  const deleted = readChoice(query, 'deletedFilter', DELETED_FILTER) ?? 'excludeDeleted';
  return [
    (build) => status === undefined || status === BUILD_STATUS.all || has(BUILD_STATUS, status, build.status),
    (build) => result === undefined || has(BUILD_RESULT, result, build.result ?? 'none'),
    (build) => reason === undefined || has(BUILD_REASON, reason, build.reason),
    (build) => deleted === 'includeDeleted' || build.deleted === (deleted === 'onlyDeleted'),
  ];
}

function has(flags: Readonly<Record<string, number>>, mask: number, word: string): boolean {
  return ((flags[word] ?? 0) & mask) !== 0;
}

function byIdentity(query: Query): Condition[] {
  const definitions = readIds(query, 'definitions');
  const buildIds = readIds(query, 'buildIds');
  const branch = query.get('branchname');
  const buildNumber = query.get('buildnumber');
  const person = query.get('requestedfor');
  const tags = query.get('tagfilters')?.split(',');
  return [
    (build) => definitions === undefined || definitions.has(build.definition.id),
    (build) => buildIds === undefined || buildIds.has(build.id),
    (build) => branch === undefined || build.sourceBranch === branch,
    (build) => buildNumber === undefined || matchesNumber(build.buildNumber, buildNumber),
    (build) => person === undefined || Object.values(build.requestedFor).includes(person),
    (build) => tags === undefined || tags.every((tag) => build.tags.includes(tag)),
  ];
}

function matchesNumber(buildNumber: string, wanted: string): boolean {
  return wanted.endsWith('*') ? buildNumber.startsWith(wanted.slice(0, -1)) : buildNumber === wanted;
}

function byRepository(query: Query): Condition[] {
  const id = query.get('repositoryid');
  const type = query.get('repositorytype');
  if (id === undefined && type === undefined) return [];
  if (id === undefined || type === undefined) {
    throw badRequest('The parameters repositoryId and repositoryType must be given together.');
  }
  return [
    (build) => build.definition.repository.id.toLowerCase() === id.toLowerCase(),
    (build) => build.definition.repository.type.toLowerCase() === type.toLowerCase(),
  ];
}

function orderTime(build: BuildState, queryOrder: string | undefined): number | undefined {
  if (queryOrder?.startsWith('queueTime')) return build.queueTime;
  return queryOrder?.startsWith('startTime') ? build.startTime : build.finishTime;
}

/** minTime and maxTime are about the time that queryOrder names, the finish time without one. */
function byTime(query: Query, queryOrder: string | undefined): Condition[] {
  const minTime = readTime(query, 'minTime');
  const maxTime = readTime(query, 'maxTime');
  const startOrder = queryOrder?.startsWith('startTime') ?? false;
  if (minTime === undefined && maxTime === undefined && !startOrder) return [];
  return [
    (build) => {
      const time = orderTime(build, queryOrder);
      if (time === undefined) return false;
      return time >= (minTime ?? Number.NEGATIVE_INFINITY) && time <= (maxTime ?? Number.POSITIVE_INFINITY);
    },
  ];
}

/** Without queryOrder the finished builds come first: with `$top=1` a running build is hidden. */
function order(builds: readonly BuildState[], queryOrder: string | undefined): BuildState[] {
  if (queryOrder === undefined) {
    const rank = (build: BuildState) => (build.status === 'completed' ? 0 : 1);
    const time = (build: BuildState) => build.finishTime ?? build.queueTime;
    return builds.toSorted((a, b) => rank(a) - rank(b) || time(b) - time(a) || b.id - a.id);
  }
  const sign = queryOrder.endsWith('Ascending') ? 1 : -1;
  const time = (build: BuildState) => orderTime(build, queryOrder) ?? 0;
  return builds.toSorted((a, b) => sign * (time(a) - time(b) || a.id - b.id));
}

function keepPerDefinition(builds: readonly BuildState[], limit: number | undefined): readonly BuildState[] {
  if (limit === undefined) return builds;
  const seen = new Map<number, number>();
  return builds.filter((build) => {
    const count = (seen.get(build.definition.id) ?? 0) + 1;
    seen.set(build.definition.id, count);
    return count <= limit;
  });
}

/**
 * The token begins with a time, as Azure's does, and names the first build of the next page.
 * Its plus sign gets lost unless a client encodes it: tokens are opaque and must be.
 */
function page(builds: readonly BuildState[], query: Query, queryOrder: string | undefined): BuildPage {
  const token = query.get('continuationtoken');
  const from = token === undefined ? 0 : findStart(builds, token);
  const size = readNumber(query, '$top') ?? DEFAULT_TOP;
  const next = builds[from + size];
  const time = next && (orderTime(next, queryOrder) ?? next.queueTime);
  return {
    builds: builds.slice(from, from + size),
    continuationToken: next && time !== undefined ? `${toAzureTimestamp(time)}+${next.id}` : undefined,
  };
}

function findStart(builds: readonly BuildState[], token: string): number {
  const id = /^\S+Z\+(\d+)$/.exec(token)?.[1];
  if (id === undefined) throw badRequest(`The continuation token '${token}' is not valid.`);
  const at = builds.findIndex((build) => build.id === Number(id));
  return at < 0 ? builds.length : at;
}
