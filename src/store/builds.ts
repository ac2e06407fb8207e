// Builds as they were last read. It must not judge what a build means.
import type { Build } from '../domain/build.ts';
import { ANY_BRANCH } from '../domain/place.ts';
import type { BuildRecords, BuildRef } from '../usecases/ports.ts';
import {
  BUILD_RECORD,
  type BuildRow,
  CHANGING_COLUMNS,
  changingColumnsOf,
  SELECTED_BUILD,
  toBuildRecord,
} from './build-rows.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { createReadings } from './readings.ts';
import { storableIds, toInstant, toJson, toKey } from './to-column.ts';

// A list that is unpacked in SQL is one parameter and one plan, however long it is.
const FIND = `
  select ${SELECTED_BUILD}, coalesce(read_at, 'epoch') as "readAt" from pipebot.builds
  where (organization, project_key, build_id) in (
    select organization, lower(project), build_id
    from jsonb_to_recordset($1::jsonb) as wanted (organization text, project text, build_id bigint))
  order by build_id`;

// Rows are locked in the order of their ids, so that two writers cannot wait for each other. A row that says
// the same already is left alone: most polls bring nothing new. So is one that a later reading has changed,
// unless that one was stamped by a clock that went wrong.
const SAVE = `
  insert into pipebot.builds as known (organization, build_id, ${CHANGING_COLUMNS}, read_at)
  select organization, build_id, ${CHANGING_COLUMNS}, $2::timestamptz
  from jsonb_to_recordset($1::jsonb) as read (${BUILD_RECORD})
  order by organization, build_id
  on conflict (organization, project_key, build_id) do update
  set (${CHANGING_COLUMNS}, read_at) = row (${changingColumnsOf('excluded')}, excluded.read_at)
  where (${changingColumnsOf('known')}) is distinct from (${changingColumnsOf('excluded')})
    and (known.read_at is null or known.read_at <= excluded.read_at
      or known.read_at > excluded.read_at + interval '5 minutes')`;

const DELETE = `
  delete from pipebot.builds where organization = $1 and project_key = lower($2) and build_id = any($3::bigint[])`;

/** As the partial index has it, word for word, or it would not be used. */
const IS_ACTIVE = `status in ('inProgress', 'cancelling', 'postponed', 'notStarted')`;
const MOST_ACTIVE = 200;

const LIST_ACTIVE = `
  select ${SELECTED_BUILD} from pipebot.builds
  where organization = $1 and project_key = lower($2) and ($3::text = '${ANY_BRANCH}' or branch = $3)
    and definition_id = any($4::bigint[]) and ${IS_ACTIVE}
  order by build_id
  limit ${MOST_ACTIVE}`;

/** Projects are matched whatever their capitals. What was last read of a target: see readings.ts. */
export function createBuildRecords(database: Pick<Database, 'query'>): BuildRecords {
  return {
    ...createReadings(database),
    async findBuilds(refs) {
      const wanted = refs.filter(({ buildId }) => Number.isSafeInteger(buildId)).map(toWanted);
      if (wanted.length === 0) return [];
      return (await database.query<BuildRow & { readAt: Date }>(FIND, [toJson(wanted)])).map(fromRow);
    },
    async saveBuilds(builds, readAt) {
      // One statement must not meet the same row twice; the last one counts.
      const byIdentity = new Map(builds.map((build) => [identityOf(build), toBuildRecord(build)]));
      if (byIdentity.size === 0) return;
      await database.query(SAVE, [toJson([...byIdentity.values()]), toInstant(readAt)]);
    },
    async deleteBuild({ organization, project, buildId }) {
      await database.query(DELETE, [toKey(organization), toKey(project), storableIds([buildId])]);
    },
    async listActive({ organization, project, branch, definitionIds }) {
      const target = [toKey(organization), toKey(project), toKey(branch), storableIds(definitionIds)];
      return (await database.query<BuildRow>(LIST_ACTIVE, target)).map(fromRow);
    },
  };
}

function toWanted({ organization, project, buildId }: BuildRef): object {
  return { organization: toKey(organization), project: toKey(project), build_id: buildId };
}

function identityOf({ organization, project, id }: Build): string {
  return JSON.stringify([toKey(organization), toKey(project)?.toLowerCase(), id]);
}
