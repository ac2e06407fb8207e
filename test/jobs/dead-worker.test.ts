// What becomes of jobs whose process died or was stopped: another one goes on soon, once, and not for ever.
import { expect, it } from 'vitest';
import { putBackSilentJobs } from '../../src/jobs/job-tables.ts';
import { createQueue, type JobQueue } from '../../src/jobs/queue.ts';
import type { Database } from '../../src/store/database.ts';
import { race } from '../store/examples.ts';
import { eachDatabase } from '../support/databases.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

interface Payloads {
  deliver: { readonly to: string };
}

const HEARTBEAT_MS = 10_000;
const CHECK_MS = 2_000;

interface Bench {
  readonly database: Database;
  readonly clock: ScriptedClock;
  readonly queue: JobQueue<Payloads>;
  /** The attempts that were made here. */
  readonly attempts: number[];
}

async function withQueue(open: () => Promise<Database>, test: (bench: Bench) => Promise<void>) {
  const database = await open();
  const clock = createScriptedClock();
  const queue = createQueue<Payloads>({ database, clock, names: ['deliver'], onError: () => undefined });
  const attempts: number[] = [];
  queue.work('deliver', (_payload, { attempt }) => Promise.resolve(void attempts.push(attempt)));
  await queue.start();
  try {
    await test({ database, clock, queue, attempts });
  } finally {
    await queue.stop({ graceMs: 1_000 });
  }
}

/** What another process leaves behind that is killed in the middle of a job, which was tried before. */
async function leaveBehind({ database, clock, queue }: Bench, retries: number): Promise<void> {
  await queue.enqueue('deliver', { to: 'anna' }, { key: 'k', runAt: clock.now() + 3_600_000 });
  await database.query(
    `update pgboss.job set state = 'active', started_on = pgboss.job_now(), heartbeat_on = pgboss.job_now(),
       retry_count = $1 where state = 'created' and name = 'deliver'`,
    [retries],
  );
}

const engine = (database: Database) => ({
  executeSql: async (sql: string, values: unknown[] = []) => ({ rows: await database.query(sql, values) }),
});

eachDatabase('the job of a dead worker', (open) => {
  it.each([0, 7, 18])('goes on as soon as the silence is noticed, also after %i retries', async (retries) => {
    await withQueue(open, async (bench) => {
      await leaveBehind(bench, retries);
      await bench.clock.advance(HEARTBEAT_MS);
      expect(bench.attempts).toEqual([]);
      await bench.clock.advance(CHECK_MS);
      await bench.queue.idle();
      expect(bench.attempts).toEqual([retries + 2]);
    });
  });

  it('is a dead letter when it had no attempt left, so that one which kills every worker ends', async () => {
    await withQueue(open, async (bench) => {
      await leaveBehind(bench, 20);
      await bench.clock.advance(HEARTBEAT_MS + 2 * CHECK_MS);
      await bench.queue.idle();
      expect(bench.attempts).toEqual([]);
      expect(await bench.queue.deadLetters()).toMatchObject([{ name: 'deliver', attempts: 21 }]);
    });
  });

  it('is done by the retry of its key that waits already, at once', async () => {
    await withQueue(open, async (bench) => {
      await leaveBehind(bench, 0);
      await bench.database.query(
        `insert into pgboss.job (name, data, state, retry_count, start_after, started_on, singleton_key, policy,
           retry_limit, group_id, expire_seconds, deletion_seconds, keep_until)
         select name, data, 'retry', 5, pgboss.job_now() + interval '5 min', started_on, singleton_key, policy,
           retry_limit, group_id, expire_seconds, deletion_seconds, keep_until
         from pgboss.job where state = 'active'`,
      );
      await bench.clock.advance(HEARTBEAT_MS + CHECK_MS);
      await bench.queue.idle();
      expect(bench.attempts).toEqual([7]);
      expect(await bench.queue.deadLetters()).toEqual([]);
    });
  });

  it('that somebody else has put back and taken meanwhile stays theirs', async () => {
    await withQueue(open, async (bench) => {
      const { database, clock } = bench;
      await leaveBehind(bench, 0);
      // Past the heartbeat, before the next look.
      await clock.advance(HEARTBEAT_MS);
      await database.query(`update pgboss.job set heartbeat_on = heartbeat_on - interval '1s'`);
      await race(database, {
        first: () => putBackSilentJobs(engine(database), 'deliver'),
        meanwhile: () =>
          database.query(
            `update pgboss.job set state = 'active', heartbeat_on = pgboss.job_now(), retry_count = 1`,
          ),
        second: () => putBackSilentJobs(engine(database), 'deliver'),
      });
      const states = await database.query('select state::text, retry_count as attempts from pgboss.job');
      expect(states).toEqual([{ state: 'active', attempts: 1 }]);
    });
  });
});
