// pg-boss set up for us: over our Database and our clock, with one kind of queue for all jobs. Decides how
// often and how late a job is retried, and when a worker counts as dead; runs nothing itself.
import { type Db, PgBoss, type Queue, type QueueResult } from 'pg-boss';
import type { Clock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { setPolicy } from './job-tables.ts';

/** Where a job ends whose retries are used up. */
export const DEAD_LETTER_QUEUE = 'dead-letter';

/** The soonest that a failed job runs again; the next pauses double, up to 5 min, 20 times in about 70 min. */
export const FIRST_RETRY_S = 1;

const HOUR_S = 3_600;

type QueueSettings = Omit<Queue, 'name' | 'policy'>;

const JOB_OPTIONS: QueueSettings = {
  retryLimit: 20,
  retryDelay: FIRST_RETRY_S,
  retryBackoff: true,
  retryDelayMax: 300,
  deadLetter: DEAD_LETTER_QUEUE,
  notify: true,
  heartbeatSeconds: 10, // the least that pg-boss takes; workers report twice as often
  expireInSeconds: 300,
  deleteAfterSeconds: HOUR_S,
};

/** Dead letters stay for as long as somebody may come to look at them. */
const DEAD_LETTER_OPTIONS: QueueSettings = { retentionSeconds: 30 * 24 * HOUR_S };

/**
 * Of one key at most one job waits for its first attempt; that at most one runs is seen to by groups (slots.ts).
 * Not `stately`, which promises both: pg-boss 12.35 remembers for up to a minute which of its keys were running when
 * it last counted, and hands out none of them until it counts again.
 */
const POLICY = 'short';

export interface EngineOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** A job of this kind has become due, here or in another process. */
  onWake(name: string): void;
  onError(error: unknown): void;
}

/** Makes the engine, not started. Its statements join the transaction that travels with the call. */
export function createEngine({ database, clock, onWake, onError }: EngineOptions): PgBoss {
  const boss = new PgBoss({
    db: engineDatabase(database, onWake),
    clock,
    backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
    useListenNotify: true,
    schedule: false,
    monitorIntervalSeconds: 1, // so that a look for dead workers is not put off; see due-timer.ts
    maintenanceIntervalSeconds: HOUR_S,
    flowIntervalSeconds: HOUR_S,
  });
  boss.on('error', onError);
  boss.on('warning', ({ message }) => onError(new Error(message)));
  return boss;
}

/**
 * Makes the queues that are missing and brings those of an earlier version up to date. Where all are as they should be,
 * as at most starts, nothing is written.
 */
export async function ensureQueues(boss: PgBoss, names: readonly string[]): Promise<void> {
  const known = new Map(
    (await boss.getQueues([DEAD_LETTER_QUEUE, ...names])).map((queue) => [queue.name, queue]),
  );
  await ensureQueue(boss, { name: DEAD_LETTER_QUEUE, settings: DEAD_LETTER_OPTIONS, known });
  for (const name of names) await ensureQueue(boss, { name, settings: JOB_OPTIONS, policy: POLICY, known });
  const isOther = names.some((name) => (known.get(name)?.policy ?? POLICY) !== POLICY);
  if (isOther) await setPolicy(boss.getDb(), names, POLICY);
}

interface WantedQueue {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly policy?: typeof POLICY;
  readonly known: ReadonlyMap<string, QueueResult>;
}

async function ensureQueue(boss: PgBoss, { name, settings, policy, known }: WantedQueue): Promise<void> {
  const standing = known.get(name);
  if (!standing) return boss.createQueue(name, { ...settings, ...(policy ? { policy } : {}) });
  const fields = Object.keys(settings) as (keyof QueueSettings)[];
  if (fields.some((field) => standing[field] !== settings[field])) await boss.updateQueue(name, settings);
}

function engineDatabase(database: Database, onWake: (name: string) => void): Db {
  return {
    executeSql: async (sql, values = []) => ({
      rows: await (values.length > 0 ? database.query(sql, values) : database.execute(sql)),
    }),
    // The engine itself would wake every worker of the queue for a single job.
    listen: (channel, _wakeAll, onReconnect) => database.listen(channel, onWake, onReconnect),
    setSessionStatements: (statements) => database.setSessionStatements(statements),
  };
}
