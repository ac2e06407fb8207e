// What people said to the bot, until it is answered and for a while after, so that an activity which Teams
// brings twice is answered once. It must not understand the text.
import type { IncomingMessage, IncomingMessages } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toKey, toText } from './to-column.ts';

interface IncomingMessageRow {
  readonly conversationId: string;
  readonly activityId: string;
  readonly threadId: string | null;
  readonly text: string;
  readonly fromId: string;
  readonly fromName: string;
  readonly fromEntraId: string | null;
  readonly receivedAt: Date;
}

const ADD = `
  insert into pipebot.incoming_messages
    (conversation_id, activity_id, thread_id, text, from_id, from_name, received_at, from_entra_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (conversation_id, activity_id) do nothing
  returning activity_id`;

const COLUMNS = `
  conversation_id as "conversationId", activity_id as "activityId", thread_id as "threadId", text,
    from_id as "fromId", from_name as "fromName", from_entra_id as "fromEntraId", received_at as "receivedAt"`;

const NEXT_UNANSWERED = `
  select ${COLUMNS}
  from pipebot.incoming_messages
  where conversation_id = $1 and not is_answered
  order by sequence limit 1`;

// Locked first and looked at then: it may have been answered while the lock was waited for.
const FIND_UNANSWERED = `
  with found as materialized (
    select * from pipebot.incoming_messages where conversation_id = $1 and activity_id = $2 for update)
  select ${COLUMNS}
  from found
  where not is_answered`;

const MARK_ANSWERED = `
  update pipebot.incoming_messages set is_answered = true where conversation_id = $1 and activity_id = $2`;

const LIST_PENDING = `
  select conversation_id as "conversationId" from pipebot.incoming_messages
  where not is_answered
  group by conversation_id order by min(sequence)`;

/** `deleteBefore` takes unanswered messages too: nobody waits for an answer that long. */
export function createIncomingMessages(database: Pick<Database, 'query'>): IncomingMessages {
  return {
    async add(message) {
      return (await database.query(ADD, parametersOf(message))).length > 0;
    },
    async nextUnanswered(conversationId) {
      const [row] = await database.query<IncomingMessageRow>(NEXT_UNANSWERED, [toKey(conversationId)]);
      return row && toMessage(row);
    },
    async findUnanswered(conversationId, activityId) {
      const [row] = await database.query<IncomingMessageRow>(FIND_UNANSWERED, [
        toKey(conversationId),
        toKey(activityId),
      ]);
      return row && toMessage(row);
    },
    async markAnswered(conversationId, activityId) {
      await database.query(MARK_ANSWERED, [toKey(conversationId), toKey(activityId)]);
    },
    async listPending() {
      const rows = await database.query<{ conversationId: string }>(LIST_PENDING);
      return rows.map((row) => row.conversationId);
    },
    async deleteBefore(receivedBefore) {
      const sql = 'delete from pipebot.incoming_messages where received_at < $1';
      await database.query(sql, [toInstant(receivedBefore)]);
    },
  };
}

function parametersOf(message: IncomingMessage): unknown[] {
  return [
    toKey(message.conversationId),
    toKey(message.activityId),
    toText(message.threadId),
    toText(message.text),
    toText(message.from.id),
    toText(message.from.name),
    toInstant(message.receivedAt),
    toText(message.fromEntraId),
  ];
}

function toMessage(row: IncomingMessageRow): IncomingMessage {
  const { fromId, fromName, ...message } = fromRow(row);
  return { ...message, from: { id: fromId, name: fromName } };
}
