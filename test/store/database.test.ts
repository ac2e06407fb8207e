// What Database promises, on both kinds: transactions, values, errors, notifications, lost connections.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, inject, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { administrate, eachDatabase, freshServerDatabases } from '../support/databases.ts';

async function withNumbers(open: () => Promise<Database>): Promise<Database> {
  const database = await open();
  await database.execute('create table numbers (n integer primary key)');
  return database;
}

const insert = (database: Database, n: number) => database.query('insert into numbers values ($1)', [n]);

async function numbers(database: Database): Promise<number[]> {
  const rows = await database.query<{ n: number }>('select n from numbers order by n');
  return rows.map((row) => row.n);
}

/** Settles when `count` calls have come, for events that another process or the network sends. */
function gate(count = 1): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = count;
  const open = () => {
    missing -= 1;
    if (missing <= 0) resolve();
  };
  return { opened: promise, open };
}

eachDatabase('transaction', (open) => {
  it('travels with the call', async () => {
    const database = await withNumbers(open);
    const save = async (n: number) => {
      await Promise.resolve();
      await insert(database, n);
    };
    await expect(
      database.transaction(async () => {
        await Promise.all([save(1), save(2)]);
        expect(await numbers(database)).toEqual([1, 2]);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await numbers(database)).toEqual([]);
  });

  it('commits what resolved and gives its result', async () => {
    const database = await withNumbers(open);
    const work = () => insert(database, 1).then(() => 'done');
    expect(await database.transaction(work)).toBe('done');
    expect(await numbers(database)).toEqual([1]);
  });

  it('is joined by an inner one', async () => {
    const database = await withNumbers(open);
    const outer = database.transaction(async () => {
      await database.transaction(() => insert(database, 1));
      throw new Error('outer');
    });
    await expect(outer).rejects.toThrow('outer');
    expect(await numbers(database)).toEqual([]);
  });

  it('rolls back when an inner one failed, even if that was caught', async () => {
    const database = await withNumbers(open);
    const outer = database.transaction(async () => {
      const inner = database.transaction(async () => {
        await insert(database, 1);
        throw new Error('inner');
      });
      await inner.catch(() => undefined);
      await insert(database, 2);
    });
    await expect(outer).rejects.toThrow('inner');
    expect(await numbers(database)).toEqual([]);
  });

  it('is not reported as committed when a failed statement was swallowed', async () => {
    const database = await withNumbers(open);
    const outer = database.transaction(async () => {
      await insert(database, 1);
      await database.query('select 1 / 0').catch(() => undefined);
    });
    await expect(outer).rejects.toThrow();
    expect(await numbers(database)).toEqual([]);
  });

  it('lets others wait their turn instead of deadlocking or joining', async () => {
    const database = await withNumbers(open);
    const inside = gate();
    const release = gate();
    const first = database.transaction(async () => {
      await insert(database, 1);
      inside.open();
      await release.opened;
    });
    await inside.opened;
    const others = Promise.all([2, 3].map((n) => database.transaction(() => insert(database, n))));
    const plain = insert(database, 4);
    release.open();
    await Promise.all([first, others, plain]);
    expect(await numbers(database)).toEqual([1, 2, 3, 4]);
  });

  it('runs callbacks after the commit only, and outside of it', async () => {
    const database = await withNumbers(open);
    const seen: string[] = [];
    await database.transaction(async () => {
      database.afterCommit(() => seen.push('after'));
      await insert(database, 1);
      seen.push('work');
    });
    const failed = database.transaction(async () => {
      database.afterCommit(() => seen.push('never'));
      await insert(database, 1);
    });
    await expect(failed).rejects.toMatchObject({ code: '23505' });
    database.afterCommit(() => seen.push('at once'));
    expect(seen).toEqual(['work', 'after', 'at once']);
  });

  it('is left behind by what was started in it and runs on', async () => {
    const database = await withNumbers(open);
    const ended = gate();
    let late: Promise<unknown> = Promise.resolve();
    await database.transaction(async () => {
      late = ended.opened.then(() => insert(database, 7));
      await insert(database, 1);
    });
    ended.open();
    await late;
    expect(await numbers(database)).toEqual([1, 7]);
  });
});

eachDatabase('query', (open) => {
  it('reads the same values', async () => {
    const database = await open();
    const [row] = await database.query(
      `select 9007199254740991::int8 as int8, 1.50::numeric as numeric, $1::bytea as bytea, '1 day 02:00'::interval as interval,
        date '2026-11-22' as date, timestamptz '2026-11-22T06:00:00+01:00' as timestamptz,
        timestamp '2026-11-22 06:00:00' as timestamp, $2::jsonb as json, $3::timestamptz as instant, $4::text as nothing,
        $5::text[] as texts`,
      [Buffer.from([0, 255]), JSON.stringify([{ a: 1 }]), new Date(1_000), undefined, ['x', 'y,"']],
    );
    expect(row).toEqual({
      int8: 9007199254740991,
      numeric: '1.50',
      bytea: Buffer.from([0, 255]),
      interval: '1 day 02:00:00',
      date: '2026-11-22',
      timestamptz: new Date('2026-11-22T05:00:00Z'),
      timestamp: new Date('2026-11-22T06:00:00Z'),
      json: [{ a: 1 }],
      instant: new Date(1_000),
      nothing: null,
      texts: ['x', 'y,"'],
    });
    expect(await database.query('select count(*) as count from (values (1), (2)) as v')).toEqual([
      { count: 2 },
    ]);
  });

  it('is not poisoned by a statement that failed before', async () => {
    const database = await withNumbers(open);
    await expect(database.query('select nonsense')).rejects.toMatchObject({ code: '42703' });
    const half = database.execute('begin; insert into numbers values (1); select 1 / 0; commit');
    const next = insert(database, 2);
    await expect(half).rejects.toMatchObject({ code: '22012' });
    await next;
    expect(await numbers(database)).toEqual([2]);
  });

  it('flattens the rows of several statements', async () => {
    const database = await open();
    expect(await database.execute('select 1 as a; select 2 as a')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await database.execute('select 3 as a')).toEqual([{ a: 3 }]);
  });

  it('keeps the values out of its errors', async () => {
    const database = await open();
    const failed = database.query('insert into nowhere values ($1)', ['a-secret-value']);
    const error = await failed.catch((reason: unknown) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('a-secret-value');
  });

  it('runs the session statements on every session', async () => {
    const database = await open();
    await Promise.all([1, 2, 3].map(() => database.query('select 1')));
    await database.setSessionStatements([`set pipebot.flag = 'on'`]);
    const read = () => database.query(`select current_setting('pipebot.flag', true) as flag`);
    const answers = await Promise.all(Array.from({ length: 12 }, read));
    expect(new Set(answers.flat().map((row) => JSON.stringify(row)))).toEqual(new Set(['{"flag":"on"}']));
  });

  it('is refused once the database is closed', async () => {
    const database = await open();
    const last = database.query('select 1 as one');
    await Promise.all([database.close(), database.close()]);
    expect(await last).toEqual([{ one: 1 }]);
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});

eachDatabase('listen', (open) => {
  it('delivers what is committed, outside the transaction that notified, until closed', async () => {
    const database = await withNumbers(open);
    const payloads: string[] = [];
    let subscriptions = 0;
    const arrived = gate();
    const subscription = await database.listen(
      'news',
      (payload) => {
        payloads.push(payload);
        if (payload === 'last') arrived.open();
      },
      () => {
        subscriptions += 1;
      },
    );
    const undone = database.transaction(async () => {
      await database.query(`select pg_notify('news', 'undone')`);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await database.transaction(() => database.query(`select pg_notify('news', 'last')`));
    await arrived.opened;
    expect({ payloads, subscriptions }).toEqual({ payloads: ['last'], subscriptions: 1 });
    await subscription.close();
    await database.query(`select pg_notify('news', 'unheard')`);
    await expect(database.listen('No "such" thing', gate().open, gate().open)).rejects.toThrow('channel');
    expect(payloads).toEqual(['last']);
  });
});

describe('the embedded database', () => {
  it('leaves the event loop its turns', { timeout: 60_000 }, async () => {
    const database = await openDatabase({ inMemory: true });
    await database.execute('create table numbers (n integer primary key)');
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    for (let n = 0; n < 2_000; n += 1) await insert(database, n);
    counting = false;
    delays.disable();
    await database.close();
    expect(turns).toBeGreaterThanOrEqual(2_000);
    expect(delays.percentile(99) / 1e6).toBeLessThan(100);
  });
});

describe.skipIf(inject('postgresUrl') === '')('a PostgreSQL server', () => {
  const openFresh = freshServerDatabases();
  const others = (name: string) =>
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;

  it('may drop its connections: idle ones are replaced', async () => {
    const { database, url } = await openFresh();
    await Promise.all([1, 2, 3].map(() => database.query('select 1')));
    await administrate(others(new URL(url).pathname.slice(1)));
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => database.query('select 1 as one')),
    );
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'store-unavailable' });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('may drop its connections: the transaction fails, the next one works', async () => {
    const { database, url } = await openFresh();
    await database.execute('create table numbers (n integer primary key)');
    const cut = database.transaction(async () => {
      await insert(database, 1);
      await administrate(others(new URL(url).pathname.slice(1)));
      // Round trips of another connection, so that the loss arrives while this one has nothing to answer.
      for (let trip = 0; trip < 5; trip += 1) await administrate('select 1');
      await Promise.all([insert(database, 2), insert(database, 3)]);
    });
    await expect(cut).rejects.toMatchObject({ code: 'store-unavailable' });
    await database.transaction(() => insert(database, 4));
    expect(await numbers(database)).toEqual([4]);
  });

  it('may drop its connections: the listener comes back and says so', async () => {
    const { database, url } = await openFresh();
    const subscribed = gate(2);
    const arrived = gate();
    await database.listen('news', arrived.open, subscribed.open);
    await administrate(others(new URL(url).pathname.slice(1)));
    await subscribed.opened;
    await database.query(`select pg_notify('news', 'x')`).catch(() => undefined);
    await database.query(`select pg_notify('news', 'y')`);
    await arrived.opened;
  });

  it('may refuse: unreachable is retryable, a wrong database is not', async () => {
    const refused = openDatabase({
      databaseUrl: new Secret('postgresql://postgres:secret-word@127.0.0.1:1/x'),
    });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PipeBotError);
    expect(error).toMatchObject({ code: 'store-unavailable', isRetryable: true });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret-word');
    const url = new URL(inject('postgresUrl'));
    url.pathname = '/not_there';
    await expect(openDatabase({ databaseUrl: new Secret(url.href) })).rejects.toMatchObject({
      code: '3D000',
    });
  });

  it('may cancel or resolve a deadlock: store-unavailable', async () => {
    const { database } = await openFresh();
    const slow = database.transaction(async () => {
      await database.query(`set local statement_timeout = '10ms'`);
      await database.query('select pg_sleep(5)');
    });
    await expect(slow).rejects.toMatchObject({ code: 'store-unavailable', cause: { code: '57014' } });
    expect(await database.query(`select current_setting('statement_timeout') as limit`)).toEqual([
      { limit: '15s' },
    ]);
  });
});
