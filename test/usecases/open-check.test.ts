// Who may ask for a task, and what becomes of a task that is asked for twice.
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { Database } from '../../src/store/database.ts';
import { createSeal } from '../../src/store/seal.ts';
import { createStores, type Stores } from '../../src/store/stores.ts';
import { createOpenCheck, type NewCheck } from '../../src/usecases/open-check.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';
import { PAYMENTS, TARGET } from './check-bench.ts';

const KEY = new Secret(randomBytes(32).toString('base64'));
const FIRST: NewCheck = {
  ...{ service: PAYMENTS, keyId: 'shop', target: TARGET, token: new Secret('canary-first') },
};
const AGAIN = { ...FIRST, token: new Secret('canary-again') };

eachMigratedDatabase('opening checks', (open) => {
  let database: Database;
  let stores: Stores;
  let enqueued: string[];
  let openCheck: ReturnType<typeof createOpenCheck>;

  beforeEach(async () => {
    database = await open();
    stores = createStores(database, createSeal([KEY]));
    enqueued = [];
    let ids = 0;
    openCheck = createOpenCheck({
      ...stores,
      transactions: database,
      jobs: { enqueue: async (_name, _payload, { key = '' } = {}) => void enqueued.push(key) },
      clock: createScriptedClock(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      newId: () => `gate-${++ids}`,
    });
  });

  const tokenOf = async (id: string) => (await stores.checks.tokenOf(id))?.reveal();

  it('the same task asked for again is the same check, with the newer token', async () => {
    const first = await openCheck(FIRST);
    expect(await openCheck(AGAIN)).toEqual(first);
    expect(await tokenOf(first.id)).toBe('canary-again');
    expect(enqueued).toEqual([first.id, first.id]);
  });

  describe.each([
    ['another key', { ...AGAIN, keyId: 'docs' }],
    ['another service', { ...AGAIN, service: { ...PAYMENTS, name: 'search' } }],
  ])('%s that names a task which waits already', (_, other) => {
    it('is refused, and changes nothing', async () => {
      const { id } = await openCheck(FIRST);
      await expect(openCheck(other)).rejects.toMatchObject({ code: 'check-request-invalid' });
      expect(await tokenOf(id)).toBe('canary-first');
      expect(enqueued).toEqual([id]);
    });

    it('does not hear how it ended', async () => {
      const { id } = await openCheck(FIRST);
      await stores.checks.end(id, 'told', 0);
      await expect(openCheck(other)).rejects.toMatchObject({ code: 'check-request-invalid' });
    });
  });

  /** Checks that wait, made past the code under test. */
  async function fill(count: number, keyId: string): Promise<void> {
    await database.query(
      `insert into pipebot.checks (id, organization, project_id, hub_name, plan_id, job_id, task_instance_id, received_at, progress)
       select $2::text || at, 'contoso', '', 'build', $2::text || at, '', '', now(), '{}' from generate_series(1, $1::int) as at`,
      [count, keyId],
    );
    await database.query(
      `insert into pipebot.gates (id, key_id, service, branch, settle_ms, asked_at, deadline_at)
       select $2::text || at, $2, 'payments', '', 0, now(), now() from generate_series(1, $1::int) as at`,
      [count, keyId],
    );
  }

  it('a key that has 2,000 of them is full, and others are not', async () => {
    await fill(1_999, 'shop');
    const { id } = await openCheck(FIRST);
    const more = { ...FIRST, target: { ...TARGET, planId: 'another' } };
    await expect(openCheck(more)).rejects.toMatchObject({
      code: 'gate-full',
      details: { retryAfterMs: 60_000 },
    });
    expect(await stores.checks.findByTarget(more.target)).toBeUndefined();
    expect((await openCheck({ ...more, keyId: 'docs' })).id).not.toBe(id);
    expect(await openCheck(AGAIN)).toMatchObject({ id });
    await stores.checks.end(id, 'told', 0);
    await openCheck({ ...more, target: { ...TARGET, planId: 'third' } });
  });

  it('10,000 of them are enough for all keys together', async () => {
    for (let at = 1; at <= 5; at++) await fill(2_000, `key-${at}-`);
    await expect(openCheck(FIRST)).rejects.toMatchObject({ code: 'gate-full' });
    expect(enqueued).toEqual([]);
  });
});
