// Builds as they were last read, and when which definition was read. It must not judge what a build means.
import type { Build, BuildResult, BuildStatus } from '../domain/build.ts';
import type { BuildRecords, BuildsTarget } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { storableIds, toInstant, toJson, toKey } from './to-column.ts';

interface BuildRow {
  readonly id: number;
  readonly number: string;
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly branch: string;
  readonly status: BuildStatus;
  readonly result: BuildResult | null;
  readonly reason: string;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly sourceVersion: string | null;
  readonly requestedFor: string | null;
  readonly repositoryId: string | null;
  readonly url: string;
}

const SELECTED = `
  build_id as id, number, organization, project, definition_id as "definitionId",
  definition_name as "definitionName", branch, status, result, reason, queued_at as "queuedAt",
  started_at as "startedAt", finished_at as "finishedAt", source_version as "sourceVersion",
  requested_for as "requestedFor", repository_id as "repositoryId", url`;

/** What a later reading can change; the rest identifies the build. */
const CHANGING = `
  project, number, definition_id, definition_name, branch, status, result, reason,
  queued_at, started_at, finished_at, source_version, requested_for, repository_id, url`;

/** As many as the usual duration and a run of canceled builds ask for, and then some. */
const NEWEST_PER_DEFINITION = 25;

// A list that is unpacked in SQL is one parameter and one plan, however long it is.
const FIND = `
  select ${SELECTED} from pipebot.builds
  where (organization, project_key, build_id) in (
    select organization, lower(project), build_id
    from jsonb_to_recordset($1::jsonb) as wanted (organization text, project text, build_id bigint))
  order by build_id`;

// Rows are locked in the order of their ids, so that two writers cannot wait for each other. A row that says
// the same already is left alone: most polls bring nothing new.
const SAVE = `
  insert into pipebot.builds as known (organization, build_id, ${CHANGING})
  select organization, build_id, ${CHANGING}
  from jsonb_to_recordset($1::jsonb) as read (
    organization text, build_id bigint, project text, number text, definition_id bigint,
    definition_name text, branch text, status text, result text, reason text, queued_at timestamptz,
    started_at timestamptz, finished_at timestamptz, source_version text, requested_for text,
    repository_id text, url text)
  order by organization, build_id
  on conflict (organization, project_key, build_id) do update
  set (${CHANGING}) = row (${qualified('excluded')})
  where (${qualified('known')}) is distinct from (${qualified('excluded')})`;

const TARGET = 'organization = $1 and project_key = lower($2) and branch = $3';

const ADD_READINGS = `
  insert into pipebot.readings (organization, project_key, branch, definition_id)
  select $1, lower($2), $3, definition_id
  from unnest($4::bigint[]) as definition_id order by definition_id
  on conflict do nothing`;

const LOCK_READINGS = `
  select read_at as "readAt" from pipebot.readings
  where ${TARGET} and definition_id = any($4::bigint[])
  order by definition_id for update`;

const SAVE_READINGS = `
  insert into pipebot.readings as known (organization, project_key, branch, definition_id, observed_at, read_at)
  select distinct $1, lower($2), $3, definition_id, $5::timestamptz, $6::timestamptz
  from unnest($4::bigint[]) as definition_id order by definition_id
  on conflict (organization, project_key, branch, definition_id) do update
  set observed_at = excluded.observed_at, read_at = excluded.read_at
  where known.read_at is null or known.read_at <= excluded.read_at
    or known.read_at > excluded.read_at + interval '5 minutes'`;

// What nobody has asked about since then; a base that seldom runs but is asked about keeps its builds.
const DELETE_READINGS = 'delete from pipebot.readings where read_at is null or read_at < $1';
const DELETE_BUILDS = `
  delete from pipebot.builds where not exists (
    select from pipebot.readings
    where readings.organization = builds.organization and readings.project_key = builds.project_key
      and readings.branch = builds.branch and readings.definition_id = builds.definition_id)`;

// Each definition stops at its own newest builds, by the index, however many there are.
const LAST_BUILDS = `
  select newest.*
  from (select distinct definition_id from unnest($4::bigint[]) as definition_id) as wanted
  cross join lateral (
    select ${SELECTED} from pipebot.builds
    where ${TARGET} and builds.definition_id = wanted.definition_id
    order by queued_at desc, build_id desc
    limit ${NEWEST_PER_DEFINITION}) as newest
  order by newest."queuedAt" desc, newest.id desc`;

const LAST_READINGS = `
  select observed_at as "observedAt" from pipebot.readings
  where ${TARGET} and definition_id = any($4::bigint[]) and observed_at is not null`;

/**
 * Projects are matched whatever their capitals. A reading counts for the definitions it was made of:
 * `lockTarget` gives the newest among them, and `lastReading` the oldest, or nothing when one was never read.
 */
export function createBuildRecords(database: Pick<Database, 'query'>): BuildRecords {
  return {
    async lockTarget(target) {
      await database.query(ADD_READINGS, parametersOf(target));
      const rows = await database.query<{ readAt: Date | null }>(LOCK_READINGS, parametersOf(target));
      return rows.reduce((newest, { readAt }) => Math.max(newest, readAt?.getTime() ?? 0), 0);
    },
    async findBuilds(refs) {
      const wanted = refs
        .filter(({ buildId }) => Number.isSafeInteger(buildId))
        .map(({ organization, project, buildId }) => ({
          organization: toKey(organization),
          project: toKey(project),
          build_id: buildId,
        }));
      if (wanted.length === 0) return [];
      return (await database.query<BuildRow>(FIND, [toJson(wanted)])).map(fromRow);
    },
    async saveBuilds(builds) {
      // One statement must not meet the same row twice; the last one counts.
      const byIdentity = new Map(builds.map((build) => [identityOf(build), toRecord(build)]));
      if (byIdentity.size > 0) await database.query(SAVE, [toJson([...byIdentity.values()])]);
    },
    async saveReading(target, { observedAt, readAt }) {
      const instants = [toInstant(observedAt), toInstant(readAt)];
      await database.query(SAVE_READINGS, [...parametersOf(target), ...instants]);
    },
    async deleteBefore(readBefore) {
      await database.query(DELETE_READINGS, [toInstant(readBefore)]);
      await database.query(DELETE_BUILDS);
    },
    async lastReading(target) {
      const readings = await database.query<{ observedAt: Date }>(LAST_READINGS, parametersOf(target));
      if (readings.length === 0 || readings.length < new Set(target.definitionIds).size) return undefined;
      const rows = await database.query<BuildRow>(LAST_BUILDS, parametersOf(target));
      return {
        builds: rows.map(fromRow),
        observedAt: Math.min(...readings.map((reading) => reading.observedAt.getTime())),
      };
    },
  };
}

function parametersOf({ organization, project, branch, definitionIds }: BuildsTarget): unknown[] {
  return [toKey(organization), toKey(project), toKey(branch), storableIds(definitionIds)];
}

function identityOf({ organization, project, id }: Build): string {
  return JSON.stringify([toKey(organization), toKey(project)?.toLowerCase(), id]);
}

function toRecord(build: Build): object {
  return {
    organization: toKey(build.organization),
    build_id: build.id,
    project: toKey(build.project),
    number: build.number,
    definition_id: build.definitionId,
    definition_name: build.definitionName,
    branch: toKey(build.branch),
    status: build.status,
    result: build.result,
    reason: build.reason,
    queued_at: toInstant(build.queuedAt),
    started_at: toInstant(build.startedAt),
    finished_at: toInstant(build.finishedAt),
    source_version: build.sourceVersion,
    requested_for: build.requestedFor,
    repository_id: build.repositoryId,
    url: build.url,
  };
}

function qualified(table: string): string {
  return CHANGING.split(',')
    .map((column) => `${table}.${column.trim()}`)
    .join(', ');
}
