// When which definition was read where, and which builds that reading found. One row for each definition and
// branch (`ANY_BRANCH` is one of its own), since a reading of one says nothing about another. It must not judge
// what a build means.
import { ANY_BRANCH } from '../domain/place.ts';
import type { BuildRecords, BuildsTarget } from '../usecases/ports.ts';
import { type BuildRow, SELECTED_BUILD } from './build-rows.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { storableIds, toInstant, toJson, toKey, toText } from './to-column.ts';

type Readings = Pick<
  BuildRecords,
  'lockTarget' | 'saveReading' | 'lastReading' | 'listReadTimes' | 'deleteBefore'
>;

// Sorted by the locks themselves, so that two who lock what they share cannot wait for each other. A row would
// not do: there is none before the first reading, and one definition is read at several branches.
const LOCK_DEFINITIONS = `
  select count(pg_advisory_xact_lock(lock))
  from (
    select distinct hashtextextended(jsonb_build_array($1::text, lower($2), definition_id)::text, 0) as lock
    from unnest($3::bigint[]) as definition_id order by lock) as locks`;

const TARGET = 'organization = $1 and project_key = lower($2) and branch = $3';

const NEWEST_READ_AT = `
  select max(read_at) as "readAt" from pipebot.readings where ${TARGET} and definition_id = any($4::bigint[])`;

const SAVE = `
  insert into pipebot.readings as known (
    organization, project_key, branch, definition_id, observed_at, read_at, listed_at, build_ids, repository_id)
  select $1, lower($2), $3, definition_id, $5::timestamptz, $6::timestamptz, $6::timestamptz, build_ids,
    lower(repository_id)
  from jsonb_to_recordset($4::jsonb) as read (definition_id bigint, build_ids jsonb, repository_id text)
  order by definition_id
  on conflict (organization, project_key, branch, definition_id) do update
  set observed_at = excluded.observed_at, read_at = excluded.read_at, listed_at = excluded.listed_at,
    build_ids = excluded.build_ids, repository_id = excluded.repository_id
  where known.read_at is null or known.read_at <= excluded.read_at
    or known.read_at > excluded.read_at + interval '5 minutes'`;

// Builds of one repository are no reading of all, nor are all one of these: the newest of the one may hide the
// other. What an older program has read names no builds, and counts as never read.
const LAST = `
  select observed_at as "observedAt", read_at as "readAt", build_ids as "buildIds"
  from jsonb_to_recordset($4::jsonb) as wanted (definition_id bigint, repository_id text)
  join pipebot.readings as last using (definition_id)
  where ${TARGET} and observed_at is not null and listed_at = read_at
    and last.repository_id is not distinct from lower(wanted.repository_id)`;

const LAST_BUILDS = `
  select ${SELECTED_BUILD} from pipebot.builds
  where organization = $1 and project_key = lower($2) and build_id = any($3::bigint[])
  order by queued_at desc, build_id desc`;

const LIST_READ_TIMES = `
  select index, read_at as "readAt", observed_at as "observedAt"
  from jsonb_to_recordset($1::jsonb) as wanted (
    index integer, organization text, project text, branch text, definition_id bigint)
  join pipebot.readings as last using (organization, branch, definition_id)
  where project_key = lower(project) and read_at is not null and observed_at is not null
  order by index`;

// What nobody has asked about since then, and what has ended before and left the lists; a base that seldom runs but is
// asked about keeps the builds that its readings found.
const DELETE_READINGS = 'delete from pipebot.readings where read_at is null or read_at < $1';
const DELETE_BUILDS = `
  delete from pipebot.builds where not exists (
    select from pipebot.readings
    where readings.organization = builds.organization and readings.project_key = builds.project_key
      and readings.branch in (builds.branch, '${ANY_BRANCH}')
      and readings.definition_id = builds.definition_id
      and (builds.finished_at is null or builds.finished_at >= $1
        or readings.build_ids @> to_jsonb(builds.build_id)))`;

interface TimesRow {
  readonly index: number;
  readonly readAt: Date;
  readonly observedAt: Date;
}

interface LastRow {
  readonly observedAt: Date;
  readonly readAt: Date;
  readonly buildIds: readonly number[];
}

/**
 * A reading counts for the definitions it was made of, in the repositories it was made of: `lockTarget` gives the
 * newest among them, and `lastReading` is as old as the oldest.
 */
export function createReadings(database: Pick<Database, 'query'>): Readings {
  return {
    async lockTarget(target) {
      const [organization, project, branch] = placeOf(target);
      const ids = storableIds(target.definitionIds);
      await database.query(LOCK_DEFINITIONS, [organization, project, ids]);
      // A statement of its own: only so does it see what was stored while the locks were waited for.
      const place = [organization, project, branch, ids];
      const [row] = await database.query<{ readAt: Date | null }>(NEWEST_READ_AT, place);
      return row?.readAt?.getTime() ?? 0;
    },
    async saveReading(target, { observedAt, readAt, builds }) {
      const read = definitionsOf(target).map((definition) => ({
        ...definition,
        build_ids: builds
          .filter(({ definitionId }) => definitionId === definition.definition_id)
          .map(({ id }) => id),
      }));
      const instants = [toInstant(observedAt), toInstant(readAt)];
      await database.query(SAVE, [...placeOf(target), toJson(read), ...instants]);
    },
    async lastReading(target) {
      const wanted = definitionsOf(target);
      const last = await database.query<LastRow>(LAST, [...placeOf(target), toJson(wanted)]);
      if (last.length === 0 || last.length < new Set(target.definitionIds).size) return undefined;
      const [organization, project] = placeOf(target);
      const ids = storableIds(last.flatMap(({ buildIds }) => buildIds));
      const rows = await database.query<BuildRow>(LAST_BUILDS, [organization, project, ids]);
      return {
        builds: rows.map(fromRow),
        observedAt: Math.min(...last.map(({ observedAt }) => observedAt.getTime())),
        readAt: Math.min(...last.map(({ readAt }) => readAt.getTime())),
      };
    },
    async listReadTimes(definitions) {
      const wanted = definitions.flatMap(({ organization, project, branch, definitionId }, index) =>
        storableIds([definitionId]).map((id) => ({
          index,
          organization: toKey(organization),
          project: toKey(project),
          branch: toKey(branch),
          definition_id: id,
        })),
      );
      if (wanted.length === 0) return [];
      const rows = await database.query<TimesRow>(LIST_READ_TIMES, [toJson(wanted)]);
      return rows.flatMap(({ index, readAt, observedAt }) => {
        const asked = definitions[index];
        const times = { readAt: readAt.getTime(), observedAt: observedAt.getTime() };
        return asked === undefined ? [] : [{ ...asked, ...times }];
      });
    },
    async deleteBefore(readBefore) {
      await database.query(DELETE_READINGS, [toInstant(readBefore)]);
      await database.query(DELETE_BUILDS, [toInstant(readBefore)]);
    },
  };
}

function placeOf({ organization, project, branch }: BuildsTarget): string[] {
  return [toKey(organization), toKey(project), toKey(branch)];
}

/** Each once, with the repository whose builds alone count. */
function definitionsOf({ definitionIds, repositoryIds = {} }: BuildsTarget) {
  return [...new Set(storableIds(definitionIds))].map((id) => ({
    definition_id: id,
    repository_id: toText(repositoryIds[id]),
  }));
}
