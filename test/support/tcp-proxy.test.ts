// The proxy that loses the answers of commits: what is lost has happened, and everything else passes unchanged.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { administrate } from './databases.ts';
import { type Loss, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

describe.skipIf(inject('postgresUrl') === '')('the proxy in front of PostgreSQL', () => {
  const table = `proxied_${process.pid}`;
  let proxy: TcpProxy;
  let client: pg.Client;
  let loss: Loss | undefined;

  beforeEach(async () => {
    await administrate(`create table ${table} (id int)`);
    loss = undefined;
    const url = new URL(inject('postgresUrl'));
    proxy = await startTcpProxy({ port: Number(url.port), lose: () => loss });
    url.port = String(proxy.port);
    client = new pg.Client({ connectionString: url.href, query_timeout: 500 });
    client.on('error', () => undefined);
    await client.connect();
  });

  afterEach(async () => {
    await client.end().catch(() => undefined);
    await proxy.close();
    await administrate(`drop table ${table}`);
  });

  const stored = async () =>
    (await administrate<{ id: number }>(`select id from ${table} order by id`)).map(({ id }) => id);

  it('passes everything on, large answers and notifications included', async () => {
    const told = new Promise((resolve) => client.once('notification', ({ payload }) => resolve(payload)));
    await client.query('listen news');
    const { rows } = await client.query(`select repeat('x', 300000) as text from generate_series(1, 3)`);
    expect(rows.map(({ text }) => text.length)).toEqual([300_000, 300_000, 300_000]);
    await administrate(`notify news, 'hello'`);
    expect(await told).toBe('hello');
    await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
    expect(proxy.commits).toBe(0);
  });

  it('loses the answer of a commit that has happened', async () => {
    await client.query('begin');
    await client.query(`insert into ${table} values (1)`);
    expect(proxy.commits).toBe(0);
    loss = 'cut';
    await expect(client.query('commit')).rejects.toThrow('Connection terminated');
    expect(await stored()).toEqual([1]);
    expect(proxy).toMatchObject({ commits: 1, lost: 1 });
  });

  it('loses that of a statement which commits by itself, with values or without', async () => {
    await client.query(`insert into ${table} values ($1)`, [1]);
    await client.query(`update ${table} set id = 2 where id = 3`);
    await client.query(`select * from ${table}`);
    expect(proxy).toMatchObject({ commits: 1, lost: 0 });
    loss = 'cut';
    await expect(
      client.query(
        `with gone as (delete from ${table} returning id) insert into ${table} select 7 from gone`,
      ),
    ).rejects.toThrow();
    expect(await stored()).toEqual([7]);
  });

  it('leaves a caller waiting when that is how the answer is lost', async () => {
    loss = 'silence';
    await expect(client.query(`insert into ${table} values (1)`)).rejects.toThrow('timeout');
    expect(await stored()).toEqual([1]);
    expect(proxy).toMatchObject({ commits: 1, lost: 1 });
  });
});
