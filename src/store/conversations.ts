// Where messages can go: one row for each conversation that the bot has heard of. It must not keep messages.
import type { Conversation, ConversationKind, Conversations } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toKey, toText } from './to-column.ts';

interface ConversationRow {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly tenantId: string;
  readonly serviceUrl: string;
  readonly botId: string;
  readonly name: string | null;
  readonly teamId: string | null;
  readonly teamGroupId: string | null;
  readonly personEntraId: string | null;
  readonly isSuspended: boolean;
}

// Not every activity carries the names, so an absent one is no news. An activity that comes late must not
// bring back a service URL that has been replaced since.
const SAVE = `
  insert into pipebot.conversations as known
    (id, kind, tenant_id, service_url, bot_id, name, team_id, team_group_id, person_entra_id, last_seen_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict (id) do update
  set kind = excluded.kind, tenant_id = excluded.tenant_id, service_url = excluded.service_url,
    bot_id = excluded.bot_id, name = coalesce(excluded.name, known.name),
    team_id = coalesce(excluded.team_id, known.team_id),
    team_group_id = coalesce(excluded.team_group_id, known.team_group_id),
    person_entra_id = coalesce(excluded.person_entra_id, known.person_entra_id), last_seen_at = excluded.last_seen_at
  where known.last_seen_at <= excluded.last_seen_at`;

const FIND = `
  select id, kind, tenant_id as "tenantId", service_url as "serviceUrl", bot_id as "botId", name,
    team_id as "teamId", team_group_id as "teamGroupId", person_entra_id as "personEntraId", is_suspended as "isSuspended"
  from pipebot.conversations where id = $1`;

const LOCK_PRESENCE = `
  select is_suspended as "isSuspended", last_seen_at as "lastSeenAt"
  from pipebot.conversations where id = $1 for no key update`;

const SET_SUSPENDED =
  'update pipebot.conversations set is_suspended = $2 where id = $1 and is_suspended <> $2';

const LIST_OF_TEAM = 'select id from pipebot.conversations where team_id = $1 order by id';

/** `save` leaves alone whether the conversation is suspended. */
export function createConversations(database: Pick<Database, 'query'>): Conversations {
  return {
    async save(conversation, lastSeenAt) {
      await database.query(SAVE, [...parametersOf(conversation), toInstant(lastSeenAt)]);
    },
    async find(id) {
      const [row] = await database.query<ConversationRow>(FIND, [toKey(id)]);
      return row && fromRow(row);
    },
    async lockPresence(id) {
      const sql = LOCK_PRESENCE;
      const [row] = await database.query<{ isSuspended: boolean; lastSeenAt: Date }>(sql, [toKey(id)]);
      return row && { ...row, lastSeenAt: row.lastSeenAt.getTime() };
    },
    async setSuspended(id, isSuspended) {
      await database.query(SET_SUSPENDED, [toKey(id), isSuspended]);
    },
    async listOfTeam(teamId) {
      const rows = await database.query<{ id: string }>(LIST_OF_TEAM, [toKey(teamId)]);
      return rows.map(({ id }) => id);
    },
  };
}

function parametersOf(conversation: Conversation): unknown[] {
  return [
    toKey(conversation.id),
    conversation.kind,
    toText(conversation.tenantId),
    toText(conversation.serviceUrl),
    toText(conversation.botId),
    toText(conversation.name),
    toKey(conversation.teamId),
    toText(conversation.teamGroupId),
    toText(conversation.personEntraId),
  ];
}
