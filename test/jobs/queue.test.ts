// What JobQueue promises, on both kinds of database. Time is scripted: nothing here sleeps.
import { expect, it } from 'vitest';
import { createQueue, type JobQueue } from '../../src/jobs/queue.ts';
import type { Database } from '../../src/store/database.ts';
import { eachDatabase } from '../support/databases.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

const HOUR_MS = 3_600_000;

interface Payloads {
  deliver: { readonly to: string };
  poll: { readonly project: string };
}

interface Bench {
  readonly database: Database;
  readonly clock: ScriptedClock;
  readonly queue: JobQueue<Payloads>;
  readonly errors: unknown[];
}

/** A queue on a fresh database whose jobs follow a scripted clock; `register` comes before its start. */
async function withQueue(
  open: () => Promise<Database>,
  register: (queue: JobQueue<Payloads>, clock: ScriptedClock) => void,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const database = await open();
  const clock = createScriptedClock();
  const errors: unknown[] = [];
  const queue = createQueue<Payloads>({
    database,
    clock,
    names: ['deliver', 'poll'],
    onError: (error) => errors.push(error),
  });
  register(queue, clock);
  await queue.start();
  try {
    await test({ database, clock, queue, errors });
  } finally {
    await queue.stop({ graceMs: 1_000 });
  }
}

function recorder(): { readonly seen: string[]; handler(payload: { to: string }): Promise<void> } {
  const seen: string[] = [];
  return {
    seen,
    handler: (payload) => {
      seen.push(payload.to);
      return Promise.resolve();
    },
  };
}

/** What another process leaves behind that is killed in the middle of a job. */
async function pretendThatAWorkerTookIt(database: Database): Promise<void> {
  await database.execute(`
    update pgboss.job set state = 'active', started_on = pgboss.job_now(), heartbeat_on = pgboss.job_now()
    where state = 'created' and name = 'deliver'`);
}

eachDatabase('the job queue', (open) => {
  it('writes no definition at a start that finds all as it should be, and mends what is not', async () => {
    const database = await open();
    const start = async () => {
      const clock = createScriptedClock();
      const names = ['deliver', 'poll'] as const;
      const queue = createQueue<Payloads>({ database, clock, names, onError: () => undefined });
      await queue.start();
      await queue.stop({ graceMs: 1_000 });
      return database.query<{ name: string; policy: string; retry_limit: number; version: string }>(
        'select name, policy, retry_limit, xmin::text as version from pgboss.queue order by name',
      );
    };
    const first = await start();
    expect(first.map(({ name }) => name)).toContain('deliver');
    await database.query(`update pgboss.queue set retry_limit = 3, policy = 'standard' where name = 'poll'`);
    const second = await start();
    const isPoll = ({ name }: { readonly name: string }) => name === 'poll';
    expect(second.filter((queue) => !isPoll(queue))).toEqual(first.filter((queue) => !isPoll(queue)));
    expect(second.find(isPoll)).toMatchObject({ policy: 'short', retry_limit: 20 });
    expect(await start()).toEqual(second);
  });

  it('runs a job that is due in an hour when an hour has passed', async () => {
    const { seen, handler } = recorder();
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ clock, queue, errors }) => {
        await queue.enqueue('deliver', { to: 'later' }, { runAt: clock.now() + HOUR_MS });
        await queue.enqueue('deliver', { to: 'now' });
        await queue.idle();
        expect(seen).toEqual(['now']);
        await clock.advance(HOUR_MS - 1);
        await queue.idle();
        expect(seen).toEqual(['now']);
        await clock.advance(1);
        await queue.idle();
        expect(seen).toEqual(['now', 'later']);
        expect(errors).toEqual([]);
      },
    );
  });

  it('starts a delayed job on time, not at the next look', async () => {
    const { seen, handler } = recorder();
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ clock, queue }) => {
        await clock.advance(100);
        await queue.enqueue('deliver', { to: 'soon' }, { runAt: clock.now() + 1_234 });
        await clock.advance(1_233);
        await queue.idle();
        expect(seen).toEqual([]);
        await clock.advance(1);
        // Without idle(), which would look by itself: the timer has woken a worker.
        for (let turn = 0; turn < 1_000 && seen.length === 0; turn += 1) await new Promise(setImmediate);
        expect(seen).toEqual(['soon']);
      },
    );
  });

  it('wakes by notification, without any time passing', async () => {
    const worked = Promise.withResolvers<string>();
    await withQueue(
      open,
      (queue) => queue.work('deliver', ({ to }) => Promise.resolve(worked.resolve(to))),
      async ({ queue }) => {
        await queue.enqueue('deliver', { to: 'anna' });
        expect(await worked.promise).toBe('anna');
      },
    );
  });

  it('works off a burst without any time passing, `concurrency` at once and never more', async () => {
    let running = 0;
    let most = 0;
    let left = 50;
    const full = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      if (running === 3) full.resolve();
      await full.promise;
      await new Promise(setImmediate);
      running -= 1;
      left -= 1;
      if (left === 0) done.resolve();
    };
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler, { concurrency: 3 }),
      async ({ database, queue }) => {
        await database.transaction(async () => {
          for (let n = 0; n < 50; n += 1) await queue.enqueue('deliver', { to: String(n) });
        });
        await done.promise;
        expect(most).toBe(3);
      },
    );
  });

  it('commits and rolls back with the rows beside it', async () => {
    const { seen, handler } = recorder();
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ database, queue }) => {
        await database.execute('create table told (who text)');
        const tell = (to: string) =>
          database.transaction(async () => {
            await database.query('insert into told values ($1)', [to]);
            await queue.enqueue('deliver', { to }, { key: to });
            if (to === 'undone') throw new Error('undone');
          });
        await tell('done');
        await expect(tell('undone')).rejects.toThrow('undone');
        await queue.idle();
        expect(seen).toEqual(['done']);
        expect(await database.query('select who from told')).toEqual([{ who: 'done' }]);
      },
    );
  });

  it('keeps one waiting job per key, the earlier time and the newer payload', async () => {
    const { seen, handler } = recorder();
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ clock, queue }) => {
        const inMinutes = (minutes: number) => ({ key: 'k', runAt: clock.now() + minutes * 60_000 });
        await queue.enqueue('deliver', { to: 'in 30' }, inMinutes(30));
        await queue.enqueue('deliver', { to: 'in 60' }, inMinutes(60));
        await queue.enqueue('deliver', { to: 'in 10' }, inMinutes(10));
        await queue.enqueue('deliver', { to: 'other key' }, { key: 'other', runAt: clock.now() + HOUR_MS });
        await clock.advance(10 * 60_000);
        await queue.idle();
        expect(seen).toEqual(['in 10']);
        await queue.enqueue('deliver', { to: 'in 30 again' }, inMinutes(30));
        await queue.enqueue('deliver', { to: 'now' }, { key: 'k' });
        await queue.idle();
        expect(seen).toEqual(['in 10', 'now']);
        await clock.advance(HOUR_MS);
        await queue.idle();
        expect(seen).toEqual(['in 10', 'now', 'other key']);
      },
    );
  });

  it('hastens many jobs at once that wait, adds those that do not, and takes the newer payloads', async () => {
    const { seen, handler } = recorder();
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ clock, queue, database }) => {
        const runAt = clock.now() + HOUR_MS;
        await queue.enqueue('deliver', { to: 'a, late' }, { key: 'a', runAt });
        await queue.enqueue('deliver', { to: 'left alone' }, { key: 'c', runAt });
        const jobs = ['a', 'b'].map((key) => ({ key, payload: { to: `${key}, now` } }));
        const failing = database.transaction(async () => {
          await queue.enqueueAll('deliver', jobs);
          throw new Error('rolled back');
        });
        await expect(failing).rejects.toThrow('rolled back');
        await queue.idle();
        expect(seen).toEqual([]);
        await queue.enqueueAll('deliver', jobs);
        await queue.idle();
        expect(seen.toSorted()).toEqual(['a, now', 'b, now']);
        await clock.advance(HOUR_MS);
        await queue.idle();
        expect(seen.toSorted()).toEqual(['a, now', 'b, now', 'left alone']);
      },
    );
  });

  it('runs one job per key at a time, and other keys meanwhile', async () => {
    const first = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const otherDone = Promise.withResolvers<void>();
    const seen: string[] = [];
    const handler = async ({ to }: { to: string }) => {
      seen.push(to);
      if (to === 'slow') {
        started.resolve();
        await first.promise;
      }
      if (to === 'other') otherDone.resolve();
    };
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ queue }) => {
        await queue.enqueue('deliver', { to: 'slow' }, { key: 'k' });
        await started.promise;
        await queue.enqueue('deliver', { to: 'second' }, { key: 'k' });
        await queue.enqueue('deliver', { to: 'third' }, { key: 'k' });
        await queue.enqueue('deliver', { to: 'other' }, { key: 'other' });
        await otherDone.promise;
        expect(seen).toEqual(['slow', 'other']);
        first.resolve();
        await queue.idle();
        expect(seen).toEqual(['slow', 'other', 'third']);
      },
    );
  });

  it('hands out a key again at once that was running when the engine counted', async () => {
    const first = Promise.withResolvers<void>();
    const seen: string[] = [];
    const handler = async ({ to }: { to: string }) => {
      seen.push(to);
      if (to === 'slow') await first.promise;
    };
    await withQueue(
      open,
      (queue) => queue.work('deliver', handler),
      async ({ queue, clock, database }) => {
        await queue.enqueue('deliver', { to: 'slow' }, { key: 'k' });
        await expect.poll(() => seen).toEqual(['slow']);
        // The engine counts every minute, and keeps what it counted for another one.
        for (let second = 0; second < 130; second += 5) {
          await database.execute(
            "update pgboss.job set heartbeat_on = pgboss.job_now() where state = 'active'",
          );
          await clock.advance(5_000);
        }
        first.resolve();
        await queue.enqueue('deliver', { to: 'next' }, { key: 'k' });
        await queue.idle();
        expect(seen).toEqual(['slow', 'next']);
      },
    );
  });

  it('retries with growing pauses, then keeps the job as a dead letter', async () => {
    const attempts: number[] = [];
    const times: number[] = [];
    await withQueue(
      open,
      (queue, clock) =>
        queue.work('deliver', (_payload, { attempt }) => {
          attempts.push(attempt);
          times.push(clock.now());
          return Promise.reject(new Error(`attempt ${attempt}`));
        }),
      async ({ clock, queue, errors }) => {
        await queue.enqueue('deliver', { to: 'nobody' }, { key: 'k' });
        await queue.idle();
        for (let minute = 0; minute < 120 && (await queue.deadLetters()).length === 0; minute += 2) {
          await clock.advance(120_000);
          await queue.idle();
        }
        expect(attempts).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
        const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
        expect(pauses[0]).toBeLessThanOrEqual(2_001);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(420_000);
        expect(errors).toHaveLength(21);
        expect(await queue.deadLetters()).toMatchObject([
          { name: 'deliver', payload: { to: 'nobody' }, attempts: 21, error: 'attempt 21' },
        ]);
      },
    );
  });

  it('does not bury a job whose key already waits for a retry', async () => {
    const seen: string[] = [];
    let failing = true;
    await withQueue(
      open,
      (queue) =>
        queue.work('deliver', ({ to }) => {
          seen.push(to);
          return failing ? Promise.reject(new Error('down')) : Promise.resolve();
        }),
      async ({ clock, queue }) => {
        await queue.enqueue('deliver', { to: 'first' }, { key: 'k' });
        await queue.idle();
        await queue.enqueue('deliver', { to: 'second' }, { key: 'k' });
        await queue.idle();
        expect(seen).toEqual(['first', 'second']);
        expect(await queue.deadLetters()).toEqual([]);
        failing = false;
        await clock.advance(3_000);
        await queue.idle();
        expect(seen).toEqual(['first', 'second', 'first']);
      },
    );
  });

  it('runs a job again whose worker died, as its next attempt', async () => {
    const attempts: number[] = [];
    await withQueue(
      open,
      (queue) =>
        queue.work('deliver', (_payload, { attempt }) => Promise.resolve(void attempts.push(attempt))),
      async ({ database, clock, queue }) => {
        await queue.enqueue('deliver', { to: 'anna' }, { runAt: clock.now() + HOUR_MS });
        await pretendThatAWorkerTookIt(database);
        await clock.advance(8_000);
        expect(attempts).toEqual([]);
        await clock.advance(10_000);
        await queue.idle();
        expect(attempts).toEqual([2]);
      },
    );
  });

  it('on the embedded database runs it at once after the restart', async ({ skip }) => {
    const database = await open();
    if (database.kind !== 'embedded') skip('another instance may be at work on it');
    const attempts: number[] = [];
    const options = { database, clock: createScriptedClock(), names: ['deliver', 'poll'] as const };
    const first = createQueue<Payloads>({ ...options, onError: () => undefined });
    await first.start();
    await first.enqueue('deliver', { to: 'anna' }, { runAt: options.clock.now() + HOUR_MS, key: 'k' });
    await pretendThatAWorkerTookIt(database);
    await first.stop();
    const second = createQueue<Payloads>({ ...options, onError: () => undefined });
    second.work('deliver', (_payload, { attempt }) => Promise.resolve(void attempts.push(attempt)));
    await second.start();
    await second.idle();
    expect(attempts).toEqual([2]);
    await second.stop();
  });

  it('when stopped takes nothing new and waits for what runs', async () => {
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const ended: string[] = [];
    const database = await open();
    const names = ['deliver', 'poll'] as const;
    const queue = createQueue<Payloads>({
      database,
      clock: createScriptedClock(),
      names,
      onError: () => undefined,
    });
    const handler = async ({ project }: { project: string }) => {
      started.resolve();
      await release.promise;
      ended.push(project);
    };
    // One place only: that of another could be looking for a job at the moment of the stop.
    queue.work('poll', handler, { concurrency: 1 });
    await queue.start();
    await queue.enqueue('poll', { project: 'shop' });
    await started.promise;
    let isStopped = false;
    const stopping = queue.stop({ graceMs: 60_000 }).then(() => {
      isStopped = true;
    });
    await queue.enqueue('poll', { project: 'too late' });
    for (let n = 0; n < 50; n += 1) await database.query('select 1');
    expect(isStopped).toBe(false);
    release.resolve();
    await stopping;
    expect(ended).toEqual(['shop']);
    const states = await database.query(
      `select state::text from pgboss.job where name = 'poll' order by job.state desc`,
    );
    expect(states).toEqual([{ state: 'completed' }, { state: 'created' }]);
  });

  it('when stopped puts back what does not end in time', async () => {
    const { seen, handler } = recorder();
    const database = await open();
    const clock = createScriptedClock();
    const options = { database, clock, names: ['deliver', 'poll'] as const, onError: () => undefined };
    const queue = createQueue<Payloads>(options);
    const started = Promise.withResolvers<void>();
    queue.work('deliver', () => {
      started.resolve();
      return new Promise(() => undefined);
    });
    await queue.start();
    await queue.enqueue('deliver', { to: 'stuck' });
    await started.promise;
    await queue.stop({ graceMs: 0 });

    const next = createQueue<Payloads>(options);
    next.work('deliver', handler);
    await next.start();
    await clock.advance(5_000);
    await next.idle();
    expect(seen).toEqual(['stuck']);
    await next.stop();
  });
});
