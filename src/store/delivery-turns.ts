// Whose turn it is to deliver to a conversation, what was sent there lately, and when a tenant may be sent to next.
// Every statement stands for itself, so that a process that stops between two of them keeps no other waiting. It
// must not decide how fast is too fast.
import { randomUUID } from 'node:crypto';
import { NO_SENDS, type Pace } from '../domain/pace.ts';
import type { DeliveryTurn, DeliveryTurns } from '../usecases/delivery-ports.ts';
import type { Database } from './database.ts';
import { toInstant, toJson, toKey } from './to-column.ts';

/** What lies further ahead was stamped by a clock that went wrong, and binds nobody. */
const FAR_AHEAD = "interval '5 minutes'";

const TAKE = `
  insert into pipebot.delivery_turns as turn (conversation_id, token, leased_until, pace)
  values ($1, $2, $3, $4)
  on conflict (conversation_id) do update set token = excluded.token, leased_until = excluded.leased_until
  where turn.token is null or turn.leased_until <= $5 or turn.leased_until > $5::timestamptz + ${FAR_AHEAD}
  returning pace`;

const HELD_UNTIL = `
  select leased_until as "leasedUntil" from pipebot.delivery_turns
  where conversation_id = $1 and token is not null`;

// A lease that has run out is still good as long as nobody else has taken the turn: the token tells.
const PROLONG = `
  update pipebot.delivery_turns set leased_until = $3, pace = $4
  where conversation_id = $1 and token = $2
  returning token`;

const IS_HELD = `
  select 1 from pipebot.delivery_turns where conversation_id = $1 and token = $2 for update`;

// The lease stays as it is: it tells when the turn was last used.
const GIVE_BACK = `
  update pipebot.delivery_turns set token = null where conversation_id = $1 and token = $2`;

// Gives the end of what is reserved.
const RESERVE = `
  insert into pipebot.tenant_paces as pace (tenant_id, next_send_at)
  values ($1, $2::timestamptz + $3::float8 * interval '1 ms')
  on conflict (tenant_id) do update
  set next_send_at = $3::float8 * interval '1 ms' + case
    when pace.next_send_at between $2::timestamptz and $4::timestamptz then pace.next_send_at
    else $2::timestamptz end
  where pace.next_send_at <= $4 or pace.next_send_at > $4::timestamptz + ${FAR_AHEAD}
  returning next_send_at as "reservedUntil"`;

export function createDeliveryTurns(database: Pick<Database, 'query'>): DeliveryTurns {
  async function giveBack({ conversationId, token }: Pick<DeliveryTurn, 'conversationId' | 'token'>) {
    await database.query(GIVE_BACK, [toKey(conversationId), token]);
  }
  return {
    async take(conversationId, { now, leaseMs }) {
      const token = randomUUID();
      const leasedUntil = now + leaseMs;
      const key = toKey(conversationId);
      const wish = [key, token, toInstant(leasedUntil), toJson(NO_SENDS), toInstant(now)];
      try {
        const [taken] = await database.query<{ pace: Pace }>(TAKE, wish);
        if (taken) return { conversationId, token, leasedUntil, pace: taken.pace };
      } catch (error) {
        // It may have been taken although nobody heard of it, and nobody else would know the token.
        await giveBack({ conversationId, token }).catch(() => undefined);
        throw error;
      }
      const [held] = await database.query<{ leasedUntil: Date }>(HELD_UNTIL, [key]);
      return { heldUntil: held?.leasedUntil.getTime() ?? now };
    },
    async prolong({ conversationId, token, leasedUntil, pace }) {
      const parameters = [toKey(conversationId), token, toInstant(leasedUntil), toJson(pace)];
      return (await database.query(PROLONG, parameters)).length > 0;
    },
    async isHeld({ conversationId, token }) {
      return (await database.query(IS_HELD, [toKey(conversationId), token])).length > 0;
    },
    giveBack,
    async reserveSend(tenantId, { now, intervalMs, maxWaitMs }) {
      const wish = [toKey(tenantId), toInstant(now), intervalMs, toInstant(now + maxWaitMs)];
      const [reserved] = await database.query<{ reservedUntil: Date }>(RESERVE, wish);
      return reserved && reserved.reservedUntil.getTime() - intervalMs;
    },
    async deleteBefore(leasedBefore) {
      const sql = 'delete from pipebot.delivery_turns where leased_until < $1';
      await database.query(sql, [toInstant(leasedBefore)]);
    },
  };
}
