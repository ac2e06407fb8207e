// How definitions stand on their branches. It must not judge builds.
import type { Health } from '../domain/health.ts';
import type { DefinitionName } from '../domain/service.ts';
import type { HealthRecords } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { toInstant, toJson, toKey } from './to-column.ts';

const FIND = `
  select health from pipebot.health
  where organization = $1 and project_key = lower($2) and definition_id = $3 and branch = $4`;

const SAVE = `
  insert into pipebot.health (organization, project_key, definition_id, branch, health, updated_at)
  values ($1, lower($2), $3, $4, $5, $6)
  on conflict (organization, project_key, definition_id, branch) do update
  set health = excluded.health, updated_at = excluded.updated_at`;

// How something stands that is read still is known for as long: it may be red, or green, for months.
const DELETE_BEFORE = `
  delete from pipebot.health
  where updated_at < $1 and not exists (
    select from pipebot.readings
    where readings.organization = health.organization and readings.project_key = health.project_key
      and readings.definition_id = health.definition_id and readings.branch = health.branch)`;

/**
 * Projects are matched whatever their capitals. Whoever writes holds the definition's lock (`lockTarget`), which
 * is there before any row is. So `find` takes none of its own, and who only looks never waits for a writer.
 */
export function createHealthRecords(database: Pick<Database, 'query'>): HealthRecords {
  return {
    async find(definition, branch) {
      const [row] = await database.query<{ health: Health }>(FIND, keyOf(definition, branch));
      return row?.health;
    },
    async save(definition, health, now) {
      const parameters = [...keyOf(definition, definition.branch), toJson(health), toInstant(now)];
      await database.query(SAVE, parameters);
    },
    async deleteBefore(updatedBefore) {
      await database.query(DELETE_BEFORE, [toInstant(updatedBefore)]);
    },
  };
}

function keyOf({ organization, project, definitionId }: DefinitionName, branch: string): unknown[] {
  return [toKey(organization), toKey(project), definitionId, toKey(branch)];
}
