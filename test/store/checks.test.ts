import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CheckEnd, CheckProgress, CheckTarget } from '../../src/domain/check.ts';
import { Secret } from '../../src/secret.ts';
import { createCheckRecords } from '../../src/store/checks.ts';
import type { Database } from '../../src/store/database.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import { createSeal } from '../../src/store/seal.ts';
import { createStores, forgetfulStores } from '../../src/store/stores.ts';
import type { GateRecord } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { decisionOf, longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const newKey = () => new Secret(randomBytes(32).toString('base64'));
const [KEY, NEXT_KEY] = [newKey(), newKey()];
const [TOKEN, NEWER_TOKEN] = [new Secret('canary-first-token'), new Secret('canary-newer-token')];

const TARGET: CheckTarget = {
  organization: 'contoso',
  projectId: 'e589ca4a-16ff-453b-b101-2a9f21542d76',
  hubName: 'checks',
  planId: '11111111-2222-4333-8444-555555555555',
  jobId: '11111111-2222-4333-8444-666666666666',
  taskInstanceId: '11111111-2222-4333-8444-777777777777',
};
const CHECK = { id: 'check-1', target: TARGET, receivedAt: NOW };
const STANDING = { ...CHECK, progress: {} };
const PROGRESS: CheckProgress = {
  isStarted: true,
  planVersion: 12,
  logId: 7,
  said: 'python-base is running.',
  saidAt: NOW + 1,
  attempts: 2,
};
const GATE: GateRecord = {
  ...{ id: CHECK.id, keyId: 'key-1', service: 'payments', branch: 'refs/heads/develop', settleMs: 0 },
  ...{ askedAt: NOW, deadlineAt: NOW },
};

interface RawRow {
  readonly row: string;
  readonly token: string | null;
}

/** Everything that the table holds, past the code under test. */
async function rawRows(database: Database): Promise<RawRow[]> {
  return await database.query<RawRow>(
    'select checks::text as row, sealed_token as token from pipebot.checks as checks order by id',
  );
}

eachMigratedDatabase('checks', (open) => {
  async function openChecks() {
    const database = await open();
    return { database, checks: createCheckRecords(database, createSeal([KEY])) };
  }

  test.each<[string, CheckTarget]>([
    ['without a timeline', TARGET],
    ['with one', { ...TARGET, timelineId: '11111111-2222-4333-8444-888888888888' }],
  ])('a check %s comes back as it was added, and so does its token', async (_, target) => {
    const { checks } = await openChecks();
    expect(await checks.add({ ...CHECK, target }, TOKEN)).toStrictEqual({ ...STANDING, target });
    expect(await checks.find(CHECK.id)).toStrictEqual({ ...STANDING, target });
    expect(await checks.findByTarget(TARGET)).toStrictEqual({ ...STANDING, target });
    expect((await checks.tokenOf(CHECK.id))?.reveal()).toBe(TOKEN.reveal());
  });

  test('what is unknown is not found, not changed and has no token', async () => {
    const { checks } = await openChecks();
    expect(await checks.find('check-9')).toBeUndefined();
    expect(await checks.findByTarget(TARGET)).toBeUndefined();
    expect(await checks.tokenOf('check-9')).toBeUndefined();
    expect(await checks.saveProgress('check-9', PROGRESS)).toBe(false);
    expect(await checks.end('check-9', 'told', NOW)).toBe(false);
  });

  test('tasks of another organization, plan, job or instance are other checks', async () => {
    const { checks } = await openChecks();
    const others = [
      TARGET,
      ...(['organization', 'planId', 'jobId', 'taskInstanceId'] as const).map((name) => ({
        ...TARGET,
        [name]: 'another',
      })),
    ];
    for (const [index, target] of others.entries())
      await checks.add({ ...CHECK, id: `check-${index}`, target }, new Secret(`token ${index}`));
    for (const [index, target] of others.entries()) {
      expect((await checks.findByTarget(target))?.id).toBe(`check-${index}`);
      expect((await checks.tokenOf(`check-${index}`))?.reveal()).toBe(`token ${index}`);
    }
  });

  test('the same task again is the check that stands, with the newer token', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    await checks.saveProgress(CHECK.id, PROGRESS);
    const again = { id: 'check-2', target: { ...TARGET, hubName: 'build' }, receivedAt: NOW + 1 };
    expect(await checks.add(again, NEWER_TOKEN)).toStrictEqual({ ...STANDING, progress: PROGRESS });
    expect(await checks.find('check-2')).toBeUndefined();
    expect((await checks.tokenOf(CHECK.id))?.reveal()).toBe(NEWER_TOKEN.reveal());
    expect(await rawRows(database)).toHaveLength(1);
  });

  test('an id that a check of another task has is refused, and that check stays as it is', async () => {
    const { checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const other = { ...CHECK, target: { ...TARGET, planId: 'another' } };
    await expect(checks.add(other, NEWER_TOKEN)).rejects.toThrow('taken by a check of another task');
    expect(await checks.find(CHECK.id)).toStrictEqual(STANDING);
    expect((await checks.tokenOf(CHECK.id))?.reveal()).toBe(TOKEN.reveal());
  });

  test.each<CheckEnd>(['told', 'plan-ended', 'token-dead', 'canceled'])(
    'a check that ended as %s stays so, without a token',
    async (end) => {
      const { checks } = await openChecks();
      await checks.add(CHECK, TOKEN);
      await checks.saveProgress(CHECK.id, PROGRESS);
      expect(await checks.end(CHECK.id, end, NOW + 5)).toBe(true);
      const ended = { ...STANDING, progress: PROGRESS, end, endedAt: NOW + 5 };
      expect(await checks.find(CHECK.id)).toStrictEqual(ended);
      expect(await checks.end(CHECK.id, 'told', NOW + 6)).toBe(false);
      expect(await checks.saveProgress(CHECK.id, { attempts: 3 })).toBe(false);
      expect(await checks.add({ ...CHECK, id: 'check-2' }, NEWER_TOKEN)).toStrictEqual(ended);
      expect(await checks.tokenOf(CHECK.id)).toBeUndefined();
      expect(await checks.find(CHECK.id)).toStrictEqual(ended);
    },
  );

  test('nobody can read a token in the table, and after the end there is nothing to read', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const [before] = await rawRows(database);
    expect(before?.token).toMatch(/^v1\.[0-9a-f]{16}\.[\w-]+$/);
    expect(before?.row).toContain(before?.token);
    expect(before?.row).not.toContain('canary');
    await checks.add(CHECK, NEWER_TOKEN);
    const [renewed] = await rawRows(database);
    expect(renewed?.row).not.toContain(before?.token);
    await checks.end(CHECK.id, 'told', NOW);
    const [after] = await rawRows(database);
    expect(after?.token).toBeNull();
    for (const sealed of [before?.token, renewed?.token]) expect(after?.row).not.toContain(sealed);
  });

  test('the table itself refuses a token of a check that has ended', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    await checks.end(CHECK.id, 'told', NOW);
    await expect(database.query(`update pipebot.checks set sealed_token = 'x'`)).rejects.toThrow(
      'checks_token',
    );
  });

  test('a token that was moved to another check, or whose check was turned to another plan, is none', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    await checks.add({ ...CHECK, id: 'check-2', target: { ...TARGET, planId: 'another' } }, NEWER_TOKEN);
    await database.query(`
      update pipebot.checks as one set sealed_token = other.sealed_token
      from pipebot.checks as other where one.id = 'check-2' and other.id = 'check-1'`);
    expect(await checks.tokenOf('check-2')).toBeUndefined();
    await database.query(`update pipebot.checks set plan_id = 'third' where id = 'check-1'`);
    expect(await checks.tokenOf('check-1')).toBeUndefined();
  });

  test('a token opens with an older key for as long as it is there', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const rotating = createCheckRecords(database, createSeal([NEXT_KEY, KEY]));
    expect((await rotating.tokenOf(CHECK.id))?.reveal()).toBe(TOKEN.reveal());
    const rotated = createCheckRecords(database, createSeal([NEXT_KEY]));
    expect(await rotated.tokenOf(CHECK.id)).toBeUndefined();
    expect(await rotated.find(CHECK.id)).toStrictEqual(STANDING);
  });

  test('without a key nothing is added', async () => {
    const database = await open();
    const { checks } = createStores(database);
    await expect(checks.add(CHECK, TOKEN)).rejects.toMatchObject({ code: 'check-unavailable' });
    expect(await rawRows(database)).toEqual([]);
  });

  test('two who add the same task at once get the same check, and its token is the later one', async () => {
    const { database, checks } = await openChecks();
    for (const id of ['check-1', 'check-2']) {
      const target = { ...TARGET, jobId: id };
      const standing = await race(database, {
        first: () => checks.add({ ...CHECK, target }, TOKEN).catch(() => undefined),
        meanwhile: () => Promise.resolve(),
        // With the same id as well, as from a caller that found its gate again.
        second: () => checks.add({ id, target, receivedAt: NOW + 1 }, NEWER_TOKEN),
      });
      expect(standing).toStrictEqual({ ...STANDING, target });
      expect((await checks.tokenOf(CHECK.id))?.reveal()).toBe(NEWER_TOKEN.reveal());
      await database.query('delete from pipebot.checks');
    }
  });

  test('of many who add the same task at once, all get the same check', async () => {
    const { database, checks } = await openChecks();
    const standing = await Promise.all(
      Array.from({ length: 8 }, (_, index) => checks.add({ ...CHECK, id: `check-${index % 4}` }, TOKEN)),
    );
    expect(new Set(standing.map(({ id }) => id)).size).toBe(1);
    expect(await rawRows(database)).toHaveLength(1);
  });

  test('who adds a check that ends meanwhile leaves no token behind', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const standing = await race(database, {
      first: () => checks.end(CHECK.id, 'canceled', NOW),
      meanwhile: () => Promise.resolve(),
      second: () => checks.add({ ...CHECK, id: 'check-2' }, NEWER_TOKEN),
    });
    expect(standing).toMatchObject({ id: CHECK.id, end: 'canceled' });
    expect((await rawRows(database)).map(({ token }) => token)).toEqual([null]);
  });

  test('who ends a check that gets a newer token meanwhile takes that one away', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const ended = await race(database, {
      first: () => checks.add({ ...CHECK, id: 'check-2' }, NEWER_TOKEN),
      meanwhile: () => Promise.resolve(),
      second: () => checks.end(CHECK.id, 'told', NOW),
    });
    expect(ended).toBe(true);
    expect((await rawRows(database)).map(({ token }) => token)).toEqual([null]);
  });

  test('who saves progress of a check that ends meanwhile changes nothing, and hears so', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const saved = await race(database, {
      first: () => checks.end(CHECK.id, 'told', NOW),
      meanwhile: () => Promise.resolve(),
      second: () => checks.saveProgress(CHECK.id, PROGRESS),
    });
    expect(saved).toBe(false);
    expect(await checks.find(CHECK.id)).toStrictEqual({ ...STANDING, end: 'told', endedAt: NOW });
  });

  test('of two who end a check at once one hears that it was him, and his end stays', async () => {
    const { database, checks } = await openChecks();
    await checks.add(CHECK, TOKEN);
    const second = await race(database, {
      first: () => checks.end(CHECK.id, 'plan-ended', NOW),
      meanwhile: () => Promise.resolve(),
      second: () => checks.end(CHECK.id, 'told', NOW + 1),
    });
    expect(second).toBe(false);
    expect(await checks.find(CHECK.id)).toMatchObject({ end: 'plan-ended', endedAt: NOW });
  });

  test('open checks are listed with the services and branches of their gates, the oldest first', async () => {
    const { database, checks } = await openChecks();
    const gates = createGateRecords(database);
    const add = async (id: string, receivedAt: number, service: string) => {
      await gates.save({ ...GATE, id, service });
      await checks.add({ id, receivedAt, target: { ...TARGET, jobId: id } }, TOKEN);
    };
    await add('b', NOW, 'search');
    await add('a', NOW + 1, 'payments');
    await add('c', NOW - 1, 'ended');
    await checks.end('c', 'told', NOW);
    await checks.add({ ...CHECK, id: 'without a gate' }, TOKEN);
    expect(await checks.listOpen()).toStrictEqual([
      { id: 'b', service: 'search', branch: GATE.branch },
      { id: 'a', service: 'payments', branch: GATE.branch },
    ]);
  });

  test('a gate of a check is not found by the run that it names: who polls there has one of its own', async () => {
    const { database, checks } = await openChecks();
    const gates = createGateRecords(database);
    const waiting = { ...GATE, buildId: 4242, decision: decisionOf('wait'), decidedAt: NOW };
    await gates.save({ ...waiting, id: 'polled' });
    await gates.save({ ...waiting, id: CHECK.id, askedAt: NOW + 1 });
    await checks.add(CHECK, TOKEN);
    const { keyId, service, branch, commit } = GATE;
    const caller = { keyId, service, branch, commit, buildId: 4242, answeredSince: NOW };
    expect((await gates.findWaiting(caller))?.id).toBe('polled');
    await checks.end(CHECK.id, 'told', NOW);
    expect((await gates.findWaiting(caller))?.id).toBe('polled');
  });

  test('checks that ended before a time are forgotten, and open ones never', async () => {
    const { checks } = await openChecks();
    const ends = [
      ['old', NOW - 1],
      ['new', NOW],
      ['open', undefined],
    ] as const;
    for (const [id, endedAt] of ends) {
      await checks.add({ id, receivedAt: NOW - 1_000, target: { ...TARGET, jobId: id } }, TOKEN);
      if (endedAt !== undefined) await checks.end(id, 'told', endedAt);
    }
    await checks.deleteBefore(NOW);
    const left = await Promise.all(ends.map(async ([id]) => (await checks.find(id))?.id));
    expect(left).toEqual([undefined, 'new', 'open']);
  });

  test('a gate is forgotten with its check and not before, in one round', async () => {
    const database = await open();
    const stores = createStores(database, createSeal([KEY]));
    const clean = async (before: number) => {
      for (const part of forgetfulStores(stores).forgetful) await part.deleteBefore(before);
      return [await stores.gates.find(GATE.id), await stores.checks.find(CHECK.id)].map((found) => found?.id);
    };
    await stores.gates.save({ ...GATE, deadlineAt: NOW - 1_000 });
    await stores.gates.save({ ...GATE, id: 'without a check', deadlineAt: NOW - 1_000 });
    await stores.checks.add(CHECK, TOKEN);
    expect(await clean(NOW)).toEqual([GATE.id, CHECK.id]);
    expect(await stores.gates.find('without a check')).toBeUndefined();
    await stores.checks.end(CHECK.id, 'told', NOW);
    expect(await clean(NOW)).toEqual([GATE.id, CHECK.id]);
    expect(await clean(NOW + 1)).toEqual([undefined, undefined]);
  });

  test('checks with odd texts are stored, found again, and open their tokens', async () => {
    const { checks } = await openChecks();
    const odd = [...ODD_STRINGS.map(({ given }) => given), longKey('one'), longKey('two')];
    for (const given of odd) {
      const target = { ...TARGET, organization: given, hubName: given, planId: given, projectId: given };
      const added = await checks.add({ id: given, target, receivedAt: NOW }, new Secret(given));
      expect(await checks.findByTarget(target)).toStrictEqual(added);
      expect((await checks.tokenOf(given))?.reveal()).toBe(given.toWellFormed());
      expect(await checks.saveProgress(given, { said: given })).toBe(true);
    }
  });
});
