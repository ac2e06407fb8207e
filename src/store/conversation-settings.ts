// What a conversation has set for itself, and when it last heard news. It must not know what is quiet when.
import type { QuietHours } from '../domain/quiet-hours.ts';
import type { ConversationSettings } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toKey } from './to-column.ts';

interface SettingsRow {
  readonly quiet: QuietHours | null;
  readonly lastNewsAt: Date | null;
}

const FIND = `
  select quiet_hours as quiet, last_news_at as "lastNewsAt" from pipebot.conversation_settings
  where conversation_id = $1`;

const SAVE_QUIET = `
  insert into pipebot.conversation_settings (conversation_id, quiet_hours) values ($1, $2)
  on conflict (conversation_id) do update set quiet_hours = excluded.quiet_hours`;

const SAVE_LAST_NEWS = `
  insert into pipebot.conversation_settings as known (conversation_id, last_news_at) values ($1, $2)
  on conflict (conversation_id) do update
  set last_news_at = greatest(known.last_news_at, excluded.last_news_at)`;

/** Each of the two is written by itself, so that neither undoes the other. */
export function createConversationSettings(database: Pick<Database, 'query'>): ConversationSettings {
  return {
    async find(conversationId) {
      const [row] = await database.query<SettingsRow>(FIND, [toKey(conversationId)]);
      return row === undefined ? {} : fromRow(row);
    },
    async saveQuiet(conversationId, quiet) {
      await database.query(SAVE_QUIET, [toKey(conversationId), toJson(quiet)]);
    },
    async saveLastNews(conversationId, at) {
      await database.query(SAVE_LAST_NEWS, [toKey(conversationId), toInstant(at)]);
    },
  };
}
