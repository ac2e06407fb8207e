// People's orders about gates: holds of services and releases of single gates. Nothing is overwritten, so that it can
// be said later who ordered what. It must not judge who may.
import type { Hold } from '../domain/gate.ts';
import type { GateRelease, HoldRecord, Orderer } from '../domain/hold.ts';
import type { Holds } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toKey, toText } from './to-column.ts';

interface HoldRow {
  readonly id: string;
  readonly service: string;
  readonly verdict: 'wait' | 'stop';
  readonly by: Orderer;
  readonly because: string;
  readonly at: Date;
  readonly until: Date;
  readonly endedAt: Date | null;
  readonly endedBy: Orderer | null;
}

interface ReleaseRow {
  readonly gateId: string;
  readonly service: string;
  readonly by: Orderer;
  readonly because: string;
  readonly at: Date;
  readonly until: Date;
  readonly buildId: number | null;
}

interface OrderRow {
  readonly kind: Hold['kind'];
  readonly verdict: Hold['verdict'];
  readonly by: string;
  readonly because: string;
  readonly at: Date;
  readonly until: Date;
}

// "released" comes after "held" in the alphabet, and so first in this order.
const FIND_FOR = `
  select 'released' as kind, 'continue' as verdict, by ->> 'name' as by, because, at, until
  from pipebot.gate_releases where gate_id = $2 and service = $1 and until > $3
  union all
  select 'held', verdict, by ->> 'name', because, at, until
  from pipebot.holds where service = $1 and ended_at is null and until > $3
  order by kind desc limit 1`;

const SELECTED = `
  id, service, verdict, by, because, at, until, ended_at as "endedAt", ended_by as "endedBy"`;

// Two people at once: the second waits, and ends what the first has placed.
const LOCK = "select pg_advisory_xact_lock(hashtextextended('pipebot.holds ' || $1, 0))";

// What had ended by itself ended then, and not now.
const END = `
  update pipebot.holds set ended_at = least(until, $2::timestamptz), ended_by = $3
  where service = $1 and ended_at is null
  returning until > $2::timestamptz as "isInForce", ${SELECTED}`;

const PLACE = `
  insert into pipebot.holds (id, service, verdict, by, because, at, until)
  values ($1, $2, $3, $4, $5, $6, $7)`;

// Locked, so that a decision which is being stored at this moment is seen here. One that was made before and is stored
// after this still counts: what is final stays, and a release comes too late for it.
const RELEASE = `
  with waiting as materialized (
    select id, decision from pipebot.gates where id = $1 and service = $2 and deadline_at > $5 for update)
  insert into pipebot.gate_releases (gate_id, service, by, because, at, until, build_id)
  select $1, $2, $3, $4, $5, $6, $7 from waiting
  where decision is null or decision ->> 'verdict' = 'wait'
  on conflict (gate_id) do nothing
  returning gate_id`;

const LIST_ACTIVE = `
  select ${SELECTED} from pipebot.holds where ended_at is null and until > $1 order by service collate "C"`;

const LIST_HOLDS = `select ${SELECTED} from pipebot.holds where service = $1 order by at desc, id limit 100`;

const LIST_RELEASES = `
  select gate_id as "gateId", service, by, because, at, until, build_id as "buildId"
  from pipebot.gate_releases where service = $1 order by at desc, gate_id limit 100`;

/** An expired hold stays in force for nobody, and is ended by the next one. */
export function createHolds(database: Pick<Database, 'query' | 'transaction'>): Holds {
  async function end(service: string, by: Orderer, now: number): Promise<HoldRecord | undefined> {
    const parameters = [toKey(service), toInstant(now), toJson(by)];
    const [row] = await database.query<HoldRow & { isInForce: boolean }>(END, parameters);
    if (!row?.isInForce) return undefined;
    const { isInForce: _, ...hold } = row;
    return fromRow(hold);
  }

  return {
    async findFor({ service, gateId }, now) {
      const parameters = [toKey(service), toKey(gateId), toInstant(now)];
      const [row] = await database.query<OrderRow>(FIND_FOR, parameters);
      return row && fromRow(row);
    },
    place(hold) {
      return database.transaction(async () => {
        await database.query(LOCK, [toKey(hold.service)]);
        const before = await end(hold.service, hold.by, hold.at);
        const { id, service, verdict, by, because, at, until } = hold;
        const who = [toKey(id), toKey(service), verdict, toJson(by), toText(because)];
        await database.query(PLACE, [...who, toInstant(at), toInstant(until)]);
        return before;
      });
    },
    end,
    async release({ gateId, service, by, because, at, until, buildId }) {
      const who = [toKey(gateId), toText(service), toJson(by), toText(because)];
      const parameters = [...who, toInstant(at), toInstant(until), buildId ?? null];
      return (await database.query(RELEASE, parameters)).length > 0;
    },
    async listActive(now) {
      return (await database.query<HoldRow>(LIST_ACTIVE, [toInstant(now)])).map(fromRow);
    },
    async listRecord(service) {
      const holds = await database.query<HoldRow>(LIST_HOLDS, [toKey(service)]);
      const releases = await database.query<ReleaseRow>(LIST_RELEASES, [toText(service)]);
      return { holds: holds.map(fromRow), releases: releases.map(fromRow) satisfies GateRelease[] };
    },
    async deleteBefore(endedBefore) {
      const before = [toInstant(endedBefore)];
      await database.query('delete from pipebot.holds where coalesce(ended_at, until) < $1', before);
      await database.query('delete from pipebot.gate_releases where until < $1', before);
    },
  };
}
