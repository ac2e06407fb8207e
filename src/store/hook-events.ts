// Service hooks that came in: each once, for as long as Azure DevOps may repeat it, and for telling when the last
// one came. It must not believe what they say.
import type { HookEvent, HookEvents } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { storableIds, toInstant, toKey, toText } from './to-column.ts';

const ADD = `
  insert into pipebot.hook_events (
    id, received_at, event_type, state, organization, definition_id, build_id)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (id) do nothing
  returning id`;

// Each definition stops at its own last hint, by the index, however many there are.
const LAST_RECEIVED_AT = `
  select max(last.received_at) as "receivedAt"
  from unnest($2::bigint[]) as wanted
  cross join lateral (
    select received_at from pipebot.hook_events
    where organization = $1 and definition_id = wanted and state = 'hint'
    order by received_at desc limit 1) as last`;

/** Ids that no column can hold are left out of an event. */
export function createHookEvents(database: Pick<Database, 'query'>): HookEvents {
  return {
    async add(event) {
      return (await database.query(ADD, parametersOf(event))).length > 0;
    },
    async lastReceivedAt(organization, definitionIds) {
      const parameters = [toKey(organization), storableIds(definitionIds)];
      const [row] = await database.query<{ receivedAt: Date | null }>(LAST_RECEIVED_AT, parameters);
      return row?.receivedAt?.getTime();
    },
    async deleteBefore(receivedBefore) {
      const sql = 'delete from pipebot.hook_events where received_at < $1';
      await database.query(sql, [toInstant(receivedBefore)]);
    },
  };
}

function parametersOf(event: HookEvent): unknown[] {
  const [definitionId = null] = storableIds([event.definitionId ?? Number.NaN]);
  const [buildId = null] = storableIds([event.buildId ?? Number.NaN]);
  return [
    toKey(event.id),
    toInstant(event.receivedAt),
    toText(event.eventType),
    event.state,
    toKey(event.organization),
    definitionId,
    buildId,
  ];
}
