// Keys that may ask gates, known by their hashes alone. It must not see a key itself.
import { randomUUID } from 'node:crypto';
import { PipeBotError } from '../errors.ts';
import type { GateKeys } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toText } from './to-column.ts';

interface GateKeyRow {
  readonly id: string;
  readonly name: string;
  readonly services: readonly string[] | null;
  readonly hash: string;
  readonly isConfigured: boolean;
  readonly createdAt: Date | null;
  readonly lastUsedAt: Date | null;
}

const DELETE_OTHERS = `
  delete from pipebot.gate_keys
  where is_configured and hash not in (select hash from jsonb_to_recordset($1::jsonb) as wanted (hash text))`;

// Known by its hash, a key keeps its id under a new name, and so keeps the gates it asked before. Sorted, so
// that two instances that start together do not wait for each other.
const SAVE = `
  insert into pipebot.gate_keys (id, name, hash, services, is_configured)
  select id, name, hash, services, true
  from jsonb_to_recordset($1::jsonb) as wanted (id text, name text, hash text, services jsonb)
  order by hash
  on conflict (hash) do update
  set name = excluded.name, services = excluded.services, is_configured = true`;

const CREATE = `
  insert into pipebot.gate_keys (id, name, hash, services, is_configured, created_at)
  values ($1, $2, $3, $4, false, $5)`;

const REVOKE = 'delete from pipebot.gate_keys where id = $1 and not is_configured returning id';

const LIST = `
  select id, name, services, hash, is_configured as "isConfigured", created_at as "createdAt",
    last_used_at as "lastUsedAt"
  from pipebot.gate_keys
  order by name collate "C", created_at nulls first, id`;

// A key is used with every poll of every gate; nobody needs the time to the second.
const TOUCH = `
  update pipebot.gate_keys set last_used_at = $2
  where id = $1 and (last_used_at is null or last_used_at <= $2::timestamptz - interval '1 minute')`;

/**
 * `touch` writes once a minute at most. `replaceConfigured` throws `config-invalid` when two keys are the same:
 * nobody could tell which of the two entries holds.
 */
export function createGateKeys(database: Database): GateKeys {
  return {
    async replaceConfigured(keys) {
      const repeated = keys.find(({ hash }, index) => keys.slice(0, index).some((key) => key.hash === hash));
      if (repeated !== undefined)
        throw new PipeBotError('config-invalid', {
          subject: repeated.name,
          detail: 'an earlier gate key has the same value',
        });
      const wanted = toJson(
        keys.map(({ name, hash, services }) => ({ id: randomUUID(), name, hash, services })),
      );
      await database.transaction(async () => {
        await database.query(DELETE_OTHERS, [wanted]);
        await database.query(SAVE, [wanted]);
      });
    },
    async create({ name, hash, services }, createdAt) {
      const id = randomUUID();
      await database.query(CREATE, [id, toText(name), toText(hash), toJson(services), toInstant(createdAt)]);
      return id;
    },
    async revoke(id) {
      return (await database.query(REVOKE, [toText(id)])).length > 0;
    },
    async list() {
      return (await database.query<GateKeyRow>(LIST)).map(fromRow);
    },
    async touch(id, usedAt) {
      await database.query(TOUCH, [toText(id), toInstant(usedAt)]);
    },
  };
}
