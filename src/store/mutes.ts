// What conversations do not want to hear of for a while. It must not decide what a mute covers.
import type { Mute } from '../domain/mute.ts';
import type { Mutes } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toKey } from './to-column.ts';

interface MuteRow {
  readonly conversationId: string;
  readonly service: string;
  readonly until: Date;
  readonly by: Mute['by'];
}

const SAVE = `
  insert into pipebot.mutes (conversation_id, service, until, muted_by) values ($1, $2, $3, $4)
  on conflict (conversation_id, service) do update set until = excluded.until, muted_by = excluded.muted_by`;

const REMOVE = `
  delete from pipebot.mutes where conversation_id = $1 and service = $2
  returning until > $3::timestamptz as "stillCounted"`;

const LIST = `
  select conversation_id as "conversationId", service, until, muted_by as by from pipebot.mutes
  where conversation_id = $1 and until > $2
  order by service collate "C"`;

/** A mute counts until its time has come. */
export function createMutes(database: Pick<Database, 'query'>): Mutes {
  return {
    async save({ conversationId, service, until, by }) {
      await database.query(SAVE, [toKey(conversationId), toKey(service), toInstant(until), toJson(by)]);
    },
    async remove(conversationId, service, now) {
      const parameters = [toKey(conversationId), toKey(service), toInstant(now)];
      const [removed] = await database.query<{ stillCounted: boolean }>(REMOVE, parameters);
      return removed?.stillCounted ?? false;
    },
    async list(conversationId, now) {
      return (await database.query<MuteRow>(LIST, [toKey(conversationId), toInstant(now)])).map(fromRow);
    },
    async deleteBefore(untilBefore) {
      await database.query('delete from pipebot.mutes where until < $1', [toInstant(untilBefore)]);
    },
  };
}
