// Messages that are owed to conversations, in the order in which they were owed. It must not send anything.
import type { Content } from '../domain/content.ts';
import type { Notification, NotificationState } from '../domain/notification.ts';
import type { NewNotification, Notifications } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toKey, toText } from './to-column.ts';

interface NotificationRow {
  readonly key: string;
  readonly conversationId: string;
  readonly threadId: string | null;
  readonly content: Content;
  readonly updatesKey: string | null;
  readonly repliesToKey: string | null;
  readonly isProgress: boolean;
  readonly state: NotificationState;
  readonly attempts: number;
  readonly isInDoubt: boolean;
  readonly shrinkStep: number;
  readonly createdAt: Date;
  readonly firstAttemptAt: Date | null;
  readonly nextAttemptAt: Date;
}

type LastRow = Pick<NotificationRow, 'state' | 'isInDoubt' | 'attempts'> & {
  readonly at: Date;
  readonly detail: string | null;
};

/** As the partial index has it, word for word, or it would not be used. */
const IS_PENDING = `state in ('queued', 'sending')`;

// One of which an attempt has begun is not superseded: it may have arrived. Nor is one in doubt, which would have to
// say so when it is repeated.
const ADD = `
  with added as (
    insert into pipebot.notifications
      (key, conversation_id, thread_id, content, updates_key, replies_to_key, is_progress, created_at,
        next_attempt_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    on conflict (key) do nothing
    returning updates_key)
  update pipebot.notifications as older
  set state = 'superseded'
  from added
  where older.updates_key = added.updates_key and older.state = 'queued' and older.is_progress
    and not older.is_in_doubt`;

// Even when it may not be tried yet: what comes after it must not overtake it.
const NEXT = `
  select key, conversation_id as "conversationId", thread_id as "threadId", content,
    updates_key as "updatesKey", replies_to_key as "repliesToKey", is_progress as "isProgress", state, attempts,
    is_in_doubt as "isInDoubt", shrink_step as "shrinkStep", created_at as "createdAt",
    first_attempt_at as "firstAttemptAt", next_attempt_at as "nextAttemptAt"
  from pipebot.notifications
  where conversation_id = $1 and ${IS_PENDING}
  order by sequence limit 1`;

// What was delivered or superseded stays so, and what somebody else has tried meanwhile is theirs, whatever
// somebody who was held up still wants to write.
const SAVE = `
  update pipebot.notifications
  set state = $2, attempts = $3, is_in_doubt = $4, shrink_step = $5, next_attempt_at = $6,
    first_attempt_at = $7, detail = coalesce($8, detail)
  where key = $1 and state not in ('delivered', 'superseded') and attempts = $9
  returning key`;

const MARK_DELIVERED = `
  with told as (
    update pipebot.notifications
    set state = 'delivered', delivered_at = $2, activity_id = $3
    where key = $1 and state <> 'delivered'
    returning updates_key, activity_id)
  update pipebot.notifications as card
  set activity_id = told.activity_id
  from told
  where card.key = told.updates_key and told.activity_id is not null
    and card.activity_id is distinct from told.activity_id`;

const FORGET_ACTIVITY_ID =
  'update pipebot.notifications set activity_id = null where key = $1 and activity_id = $2';

// What the conversation waits for says more than what waits behind it.
const LAST = `
  select state, is_in_doubt as "isInDoubt", attempts, detail,
    greatest(created_at, first_attempt_at, delivered_at) as at
  from pipebot.notifications
  where conversation_id = $1 and sequence = coalesce(
    (select min(sequence) from pipebot.notifications where conversation_id = $1 and ${IS_PENDING}),
    (select sequence from pipebot.notifications where conversation_id = $1 and state <> 'superseded'
      order by sequence desc limit 1))`;

// While it was suspended nothing was superseded; of a card that was updated again and again only the last state counts.
const RESUME = `
  update pipebot.notifications as waiting
  set next_attempt_at = $2, first_attempt_at = null,
    state = case when is_progress and not is_in_doubt and exists (
      select from pipebot.notifications as newer
      where newer.conversation_id = $1 and newer.state = 'suspended'
        and newer.updates_key = waiting.updates_key and newer.sequence > waiting.sequence)
      then 'superseded' else 'queued' end
  where conversation_id = $1 and state = 'suspended'
  returning key`;

const LIST_PENDING = `
  select conversation_id as "conversationId" from pipebot.notifications
  where ${IS_PENDING}
  group by conversation_id order by min(sequence)`;

// What was parked or superseded is over as well, and nobody looks at it for longer; the condition is that of the
// index. The card of an alert stays: without the id of its message the next update would be a message of its own.
const DELETE_BEFORE = `
  delete from pipebot.notifications
  where state in ('delivered', 'parked', 'superseded') and coalesce(delivered_at, created_at) < $1
    and not exists (
      select from pipebot.alerts
      where alerts.conversation_id = notifications.conversation_id and alerts.card_key = notifications.key)`;

/**
 * `save` keeps the detail of the last refusal when it is given none, and like `markDelivered` changes nothing
 * about a notification that was delivered. `lastOf` gives the one that the conversation waits for, and where it
 * waits for none the newest that was not superseded. `deleteBefore` also takes what was parked or superseded and
 * is as old; what is suspended stays until its conversation is back, and cards as long as there are their alerts.
 */
export function createNotifications(database: Pick<Database, 'query'>): Notifications {
  return {
    async add(notification, createdAt) {
      await database.query(ADD, [...parametersOf(notification), toInstant(createdAt)]);
    },
    async nextFor(conversationId) {
      const [row] = await database.query<NotificationRow>(NEXT, [toKey(conversationId)]);
      return row && fromRow(row);
    },
    async save(notification, { attemptsBefore = notification.attempts, detail } = {}) {
      const parameters = [...attemptOf(notification), toText(detail), attemptsBefore];
      return (await database.query(SAVE, parameters)).length > 0;
    },
    async markDelivered(key, deliveredAt, activityId) {
      await database.query(MARK_DELIVERED, [toKey(key), toInstant(deliveredAt), toText(activityId)]);
    },
    async activityIdOf(key) {
      const sql = 'select activity_id as "activityId" from pipebot.notifications where key = $1';
      const [row] = await database.query<{ activityId: string | null }>(sql, [toKey(key)]);
      return row?.activityId ?? undefined;
    },
    async forgetActivityId(key, activityId) {
      await database.query(FORGET_ACTIVITY_ID, [toKey(key), toText(activityId)]);
    },
    async lastOf(conversationId) {
      const [row] = await database.query<LastRow>(LAST, [toKey(conversationId)]);
      return row && fromRow(row);
    },
    async resume(conversationId, now) {
      return (await database.query(RESUME, [toKey(conversationId), toInstant(now)])).length > 0;
    },
    async listPending() {
      const rows = await database.query<{ conversationId: string }>(LIST_PENDING);
      return rows.map((row) => row.conversationId);
    },
    async deleteBefore(deliveredBefore) {
      await database.query(DELETE_BEFORE, [toInstant(deliveredBefore)]);
    },
  };
}

function parametersOf(notification: NewNotification): unknown[] {
  const { key, conversationId, threadId, content, updatesKey, repliesToKey, isProgress } = notification;
  const place = [toKey(key), toKey(conversationId), toText(threadId), toJson(content)];
  return [...place, toKey(updatesKey), toKey(repliesToKey), isProgress ?? false];
}

function attemptOf(notification: Notification): unknown[] {
  const { key, state, attempts, isInDoubt, shrinkStep, nextAttemptAt, firstAttemptAt } = notification;
  const times = [toInstant(nextAttemptAt), toInstant(firstAttemptAt)];
  return [toKey(key), state, attempts, isInDoubt, shrinkStep, ...times];
}
