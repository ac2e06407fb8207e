// What each subscription has still to hear, or has heard, of a definition on a branch. It must not decide when
// something is told.
import type { Alert } from '../domain/alert.ts';
import type { Alerts } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { toInstant, toJson, toKey, toText } from './to-column.ts';

const KEY = 'subscription_id, organization, project_key, definition_id, branch';

const FIND = `
  select alert from pipebot.alerts
  where subscription_id = $1 and organization = $2 and project_key = lower($3) and definition_id = $4
    and branch = $5
  for update`;

const SAVE = `
  insert into pipebot.alerts (${KEY}, conversation_id, card_key, alert, due_at, held_by, updated_at)
  values ($1, $2, lower($3), $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (${KEY}) do update
  set conversation_id = excluded.conversation_id, card_key = excluded.card_key, alert = excluded.alert,
    due_at = excluded.due_at, held_by = excluded.held_by, updated_at = excluded.updated_at`;

/**
 * A build that ends while somebody unsubscribes may leave an alert behind. Nobody is to be told of it, and it
 * must not keep its conversation busy.
 */
const IS_SUBSCRIBED = `
  exists (select from pipebot.subscriptions where subscriptions.id = alerts.subscription_id)`;

/** Locked in the order of their keys, so that two who lock what they share cannot wait for each other. */
function lockedWhere(condition: string): string {
  return `
    with locked as materialized (
      select alert, due_at, ${KEY} from pipebot.alerts
      where ${condition} and ${IS_SUBSCRIBED}
      order by ${KEY} for update)
    select alert from locked order by due_at, ${KEY}`;
}

const LIST_DUE = lockedWhere('conversation_id = $1 and due_at <= $2');
const LIST_HELD = lockedWhere('conversation_id = $1 and due_at is not null and held_by = $2');
const LIST_INHIBITED = lockedWhere(`organization = $1 and project_key = lower($2) and held_by = 'inhibited'`);

const NEXT_DUE_AT = `
  select due_at as "dueAt" from pipebot.alerts
  where conversation_id = $1 and due_at is not null and ${IS_SUBSCRIBED}
  order by due_at limit 1`;

const LIST_PENDING = `
  select conversation_id as "conversationId", min(due_at) as "dueAt" from pipebot.alerts
  where due_at is not null and ${IS_SUBSCRIBED}
  group by conversation_id order by min(due_at), conversation_id collate "C"`;

// A lock of the transaction: whoever changes another alert of the card meanwhile comes after this, and sees it.
const LOCK_CARD = `
  select count(pg_advisory_xact_lock(hashtextextended(jsonb_build_array('card', $1::text, $2::text)::text, 0)))`;

// Rows of people's cards, by what they are about.
const LIST_OF_CARD = `
  select alert from pipebot.alerts
  where conversation_id = $1 and card_key = $2 and ${IS_SUBSCRIBED}
  order by organization collate "C", project_key collate "C", definition_id, branch collate "C",
    subscription_id collate "C"`;

const LIST_BY_CONVERSATION = `
  select alert
  from (select id from pipebot.subscriptions where conversation_id = $1) as own
  cross join lateral (
    select alert, updated_at, ${KEY} from pipebot.alerts
    where subscription_id = own.id
    order by updated_at desc, ${KEY} limit $2) as newest
  order by updated_at desc, ${KEY}`;

const DELETE_BEFORE = `
  delete from pipebot.alerts
  where updated_at < $1
    and ((due_at is null and not (alert -> 'isOpen')::boolean) or not ${IS_SUBSCRIBED})`;

/**
 * Projects are matched whatever their capitals. What was left behind by a subscription that is gone is found
 * with `find` alone, and forgotten with the rest.
 */
export function createAlerts(database: Pick<Database, 'query'>): Alerts {
  const list = async (sql: string, parameters: readonly unknown[]) =>
    (await database.query<{ alert: Alert }>(sql, parameters)).map(({ alert }) => alert);
  return {
    async find(subscriptionId, definition, branch) {
      const { organization, project, definitionId } = definition;
      const key = [toKey(subscriptionId), toKey(organization), toKey(project), definitionId, toKey(branch)];
      return (await list(FIND, key))[0];
    },
    async save(alert, now) {
      await database.query(SAVE, [...parametersOf(alert), toInstant(now)]);
    },
    listDue: (conversationId, now) => list(LIST_DUE, [toKey(conversationId), toInstant(now)]),
    async nextDueAt(conversationId) {
      const [row] = await database.query<{ dueAt: Date }>(NEXT_DUE_AT, [toKey(conversationId)]);
      return row?.dueAt.getTime();
    },
    async listPending() {
      const rows = await database.query<{ conversationId: string; dueAt: Date }>(LIST_PENDING);
      return rows.map(({ conversationId, dueAt }) => ({ conversationId, dueAt: dueAt.getTime() }));
    },
    async listOfCard(conversationId, cardKey) {
      const card = [toKey(conversationId), toKey(cardKey)];
      await database.query(LOCK_CARD, card);
      // A statement of its own: only so does it see what was stored while the lock was waited for.
      return await list(LIST_OF_CARD, card);
    },
    listInhibited: ({ organization, project }) => list(LIST_INHIBITED, [toKey(organization), toKey(project)]),
    listHeld: (conversationId, heldBy) => list(LIST_HELD, [toKey(conversationId), heldBy]),
    listByConversation: (conversationId, limit) => list(LIST_BY_CONVERSATION, [toKey(conversationId), limit]),
    async deleteBefore(updatedBefore) {
      await database.query(DELETE_BEFORE, [toInstant(updatedBefore)]);
    },
  };
}

function parametersOf(alert: Alert): unknown[] {
  const { organization, project, definitionId } = alert.definition;
  return [
    toKey(alert.subscriptionId),
    toKey(organization),
    toKey(project),
    definitionId,
    toKey(alert.branch),
    toKey(alert.conversationId),
    toKey(alert.cardKey),
    toJson(alert),
    toInstant(alert.pending?.dueAt),
    toText(alert.pending?.heldBy),
  ];
}
