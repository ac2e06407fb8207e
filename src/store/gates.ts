// Gates that wait or have been decided. A decision that is final never changes, whoever writes at the same
// time. It must not make decisions.
import type { GateDecision } from '../domain/gate.ts';
import type { GateRecord, GateRecords } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { toInstant, toJson, toKey, toText } from './to-column.ts';

interface GateRow {
  readonly id: string;
  readonly keyId: string;
  readonly service: string;
  readonly branch: string;
  readonly commit: string | null;
  readonly settleMs: number;
  readonly askedAt: Date;
  readonly deadlineAt: Date;
  readonly buildId: number | null;
  readonly decision: GateDecision | null;
  readonly decidedAt: Date | null;
}

type Waiting = Awaited<ReturnType<GateRecords['listWaiting']>>[number];

const COLUMNS = [
  'key_id',
  'service',
  'branch',
  '"commit"',
  'settle_ms',
  'asked_at',
  'deadline_at',
  'build_id',
  'decision',
  'decided_at',
];

const SELECTED = `
  id, key_id as "keyId", service, branch, "commit", settle_ms as "settleMs", asked_at as "askedAt",
  deadline_at as "deadlineAt", build_id as "buildId", decision, decided_at as "decidedAt"`;

/** Decided, or somebody else's: a caller who makes up an id that is taken must not get hold of the gate. */
const IS_FIXED = `standing.decision ->> 'verdict' <> 'wait' or standing.key_id <> excluded.key_id`;

// One statement, and an update in any case: only so does it wait for whoever holds the row, see what they
// wrote, and give back the row that really stands.
const saveOf = (count: number) => `
  insert into pipebot.gates as standing (id, ${COLUMNS.join(', ')})
  values ${Array.from({ length: count }, (_, index) => placeholders(index)).join(', ')}
  on conflict (id) do update
  set ${COLUMNS.map((column) => `${column} = case when ${IS_FIXED} then standing.${column} else excluded.${column} end`).join(', ')}
  returning ${SELECTED}`;

function placeholders(row: number): string {
  const width = COLUMNS.length + 1;
  return `(${Array.from({ length: width }, (_, column) => `$${row * width + column + 1}`).join(', ')})`;
}

const SAVE = saveOf(1);

const FIND = `select ${SELECTED} from pipebot.gates where id = $1`;

// The gate of a check is its task's own. A run that polls besides must not end it, nor get its deadline.
const FIND_WAITING = `
  select ${SELECTED} from pipebot.gates as gate
  where key_id = $1 and build_id = $2 and service = $3 and ($4::text is null or branch = $4)
    and "commit" is not distinct from $5 and decision ->> 'verdict' = 'wait' and decided_at >= $6
    and not exists (select from pipebot.checks where checks.id = gate.id)
  order by asked_at desc limit 1`;

// Many callers wait at one gate; each service and branch is needed once.
const LIST_WAITING = `
  select distinct service collate "C" as service, branch collate "C" as branch from pipebot.gates
  where decision ->> 'verdict' = 'wait' and decided_at >= $1
  order by service, branch`;

// What a check says to its pipeline stands in its gate.
const DELETE = `
  delete from pipebot.gates as gate
  where deadline_at < $1 and not exists (select from pipebot.checks where checks.id = gate.id)`;
const LIST_OPEN = `
  select ${SELECTED} from pipebot.gates
  where decision ->> 'verdict' = 'wait' and decided_at >= $2 and deadline_at > $1
  order by asked_at, id limit 200`;

/**
 * `save` gives back the record that stands afterwards. It may be another key's when the id was taken: the
 * caller has to compare `keyId`.
 */
export function createGateRecords(database: Pick<Database, 'query'>): GateRecords {
  return {
    async find(id) {
      const [row] = await database.query<GateRow>(FIND, [toKey(id)]);
      return row && fromRow(row);
    },
    async findWaiting({ keyId, buildId, service, branch, commit, answeredSince }) {
      const caller = [toText(keyId), buildId, toText(service), toText(branch), toText(commit)];
      const [row] = await database.query<GateRow>(FIND_WAITING, [...caller, toInstant(answeredSince)]);
      return row && fromRow(row);
    },
    async save(gate) {
      const [row] = await database.query<GateRow>(SAVE, parametersOf(gate));
      if (row === undefined) throw new Error('An upsert without a condition gave back no row');
      return fromRow(row);
    },
    async saveAll(gates) {
      if (gates.length === 0) return [];
      // In a fixed order, so that two instances that save some of the same gates never lock each other out.
      const ordered = [...gates].sort((left, right) => (left.id < right.id ? -1 : 1));
      const rows = await database.query<GateRow>(saveOf(ordered.length), ordered.flatMap(parametersOf));
      const standing = new Map(rows.map((row) => [row.id, fromRow(row)]));
      return gates.map(({ id }) => {
        const record = standing.get(toKey(id));
        if (record === undefined) throw new Error('An upsert without a condition left a row out');
        return record;
      });
    },
    async listWaiting(answeredSince) {
      return await database.query<Waiting>(LIST_WAITING, [toInstant(answeredSince)]);
    },
    async listOpen(now, answeredSince) {
      const parameters = [toInstant(now), toInstant(answeredSince)];
      return (await database.query<GateRow>(LIST_OPEN, parameters)).map(fromRow);
    },
    async deleteBefore(deadlineBefore) {
      await database.query(DELETE, [toInstant(deadlineBefore)]);
    },
  };
}

function parametersOf(gate: GateRecord): unknown[] {
  return [
    toKey(gate.id),
    toText(gate.keyId),
    toText(gate.service),
    toText(gate.branch),
    toText(gate.commit),
    gate.settleMs,
    toInstant(gate.askedAt),
    toInstant(gate.deadlineAt),
    gate.buildId ?? null,
    toJson(gate.decision),
    toInstant(gate.decidedAt),
  ];
}
