import { expect, test } from 'vitest';
import type { GateRelease, HoldRecord } from '../../src/domain/hold.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import { createHolds } from '../../src/store/holds.ts';
import type { GateRecord } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { decisionOf, longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const ADA = { id: '29:ada', name: 'Ada', entraId: '00000000-0000-4000-8000-000000000001' };
const BOB = { id: '29:bob', name: 'Bob' };
const DAY = 24 * 3_600_000;

const HOLD: HoldRecord = {
  id: 'hold-1',
  service: 'payments',
  verdict: 'wait',
  by: ADA,
  because: 'migration',
  at: NOW,
  until: NOW + 1_000,
};
const GATE: GateRecord = {
  id: 'gate-1',
  keyId: 'key-1',
  service: 'payments',
  branch: 'refs/heads/develop',
  settleMs: 0,
  askedAt: NOW,
  deadlineAt: NOW + 500,
  decision: decisionOf('wait'),
  decidedAt: NOW,
};
const RELEASE: GateRelease = {
  gateId: 'gate-1',
  service: 'payments',
  by: BOB,
  because: 'only docs failed',
  at: NOW + 1,
  until: NOW + 500,
  buildId: 77,
};
const HELD = { kind: 'held', verdict: 'wait', by: 'Ada', because: 'migration', at: NOW, until: NOW + 1_000 };
const RELEASED = {
  ...{ kind: 'released', verdict: 'continue', by: 'Bob', because: 'only docs failed' },
  ...{ at: NOW + 1, until: NOW + 500 },
};

eachMigratedDatabase('holds', (open) => {
  async function openHolds() {
    const database = await open();
    return { database, holds: createHolds(database), gates: createGateRecords(database) };
  }

  test('a hold counts for its service until its time has come', async () => {
    const { holds } = await openHolds();
    expect(await holds.place(HOLD)).toBeUndefined();
    expect(await holds.findFor({ service: 'payments' }, NOW)).toStrictEqual(HELD);
    expect(await holds.findFor({ service: 'payments', gateId: 'gate-9' }, NOW + 999)).toStrictEqual(HELD);
    expect(await holds.findFor({ service: 'payments' }, NOW + 1_000)).toBeUndefined();
    expect(await holds.findFor({ service: 'search' }, NOW)).toBeUndefined();
    expect(await holds.listActive(NOW)).toStrictEqual([HOLD]);
    expect(await holds.listActive(NOW + 1_000)).toEqual([]);
  });

  test('one that is placed over another ends it, and both stay in the record', async () => {
    const { holds } = await openHolds();
    await holds.place(HOLD);
    const second: HoldRecord = { ...HOLD, id: 'hold-2', verdict: 'stop', by: BOB, at: NOW + 5 };
    const ended = { ...HOLD, endedAt: NOW + 5, endedBy: BOB };
    expect(await holds.place(second)).toStrictEqual(ended);
    expect(await holds.findFor({ service: 'payments' }, NOW + 6)).toMatchObject({
      verdict: 'stop',
      by: 'Bob',
    });
    expect((await holds.listRecord('payments')).holds).toStrictEqual([second, ended]);
  });

  test('one that has ended by itself ended then, and is not given back as the one replaced', async () => {
    const { holds } = await openHolds();
    await holds.place(HOLD);
    expect(await holds.place({ ...HOLD, id: 'hold-2', at: NOW + 2_000, until: NOW + 9_000 })).toBeUndefined();
    const [, first] = (await holds.listRecord('payments')).holds;
    expect(first).toMatchObject({ id: 'hold-1', endedAt: NOW + 1_000 });
  });

  test('a hold is ended once, and only while it counts', async () => {
    const { holds } = await openHolds();
    expect(await holds.end('payments', BOB, NOW)).toBeUndefined();
    await holds.place(HOLD);
    expect(await holds.end('search', BOB, NOW + 1)).toBeUndefined();
    expect(await holds.end('payments', BOB, NOW + 1)).toStrictEqual({
      ...HOLD,
      endedAt: NOW + 1,
      endedBy: BOB,
    });
    expect(await holds.end('payments', BOB, NOW + 2)).toBeUndefined();
    expect(await holds.findFor({ service: 'payments' }, NOW + 2)).toBeUndefined();
    await holds.place({ ...HOLD, id: 'hold-2' });
    expect(await holds.end('payments', BOB, NOW + 1_000)).toBeUndefined();
  });

  test('of two people who hold at once, one is in force and the other is on record', async () => {
    const { database, holds } = await openHolds();
    const theirs = { ...HOLD, id: 'hold-2', by: BOB };
    const replaced = await race(database, {
      first: () => holds.place(HOLD),
      meanwhile: async () => undefined,
      second: () => holds.place(theirs),
    });
    expect(replaced?.id).toBe('hold-1');
    expect(await holds.listActive(NOW)).toStrictEqual([theirs]);
    expect((await holds.listRecord('payments')).holds).toHaveLength(2);
  });

  test('of two people who release at once, one ends the hold', async () => {
    const { database, holds } = await openHolds();
    await holds.place(HOLD);
    const second = await race(database, {
      first: () => holds.end('payments', ADA, NOW + 1),
      meanwhile: async () => undefined,
      second: () => holds.end('payments', BOB, NOW + 1),
    });
    expect(second).toBeUndefined();
    expect((await holds.listRecord('payments')).holds[0]?.endedBy).toStrictEqual(ADA);
  });

  test('a release comes before the hold, for its own gate alone, and not longer than that', async () => {
    const { holds, gates } = await openHolds();
    await gates.save(GATE);
    await holds.place(HOLD);
    expect(await holds.release(RELEASE)).toBe(true);
    const find = (gateId: string, now: number, service = 'payments') =>
      holds.findFor({ service, gateId }, now);
    expect(await find('gate-1', NOW + 499)).toStrictEqual(RELEASED);
    expect(await find('gate-1', NOW + 500)).toStrictEqual(HELD);
    expect(await find('gate-2', NOW + 2)).toStrictEqual(HELD);
    expect(await find('gate-1', NOW + 2, 'search')).toBeUndefined();
    expect((await holds.listRecord('payments')).releases).toStrictEqual([RELEASE]);
  });

  test('only a gate that waits is released, and once', async () => {
    const { holds, gates } = await openHolds();
    expect(await holds.release(RELEASE)).toBe(false);
    await gates.save({ ...GATE, id: 'decided', decision: decisionOf('stop') });
    expect(await holds.release({ ...RELEASE, gateId: 'decided' })).toBe(false);
    await gates.save(GATE);
    expect(await holds.release({ ...RELEASE, service: 'search' })).toBe(false);
    expect(await holds.release({ ...RELEASE, at: NOW + 500 })).toBe(false);
    expect(await holds.release(RELEASE)).toBe(true);
    expect(await holds.release({ ...RELEASE, by: ADA })).toBe(false);
    expect((await holds.listRecord('payments')).releases).toStrictEqual([RELEASE]);
  });

  test('of two people who release one gate at once, one did', async () => {
    const { database, holds, gates } = await openHolds();
    await gates.save(GATE);
    const second = await race(database, {
      first: () => holds.release(RELEASE),
      meanwhile: async () => undefined,
      second: () => holds.release({ ...RELEASE, by: ADA }),
    });
    expect(second).toBe(false);
    expect((await holds.listRecord('payments')).releases[0]?.by).toStrictEqual(BOB);
  });

  test('a gate that is decided while somebody releases it is not released', async () => {
    const { database, holds, gates } = await openHolds();
    await gates.save(GATE);
    const released = await race(database, {
      first: () => gates.save({ ...GATE, decision: decisionOf('stop'), decidedAt: NOW + 1 }),
      meanwhile: async () => undefined,
      second: () => holds.release(RELEASE),
    });
    expect(released).toBe(false);
    expect((await holds.listRecord('payments')).releases).toEqual([]);
  });

  test('odd texts are stored', async () => {
    const { holds } = await openHolds();
    for (const { name, given, stored } of ODD_STRINGS) {
      await holds.place({ ...HOLD, id: name, by: { id: given, name: given }, because: given });
      expect(await holds.findFor({ service: 'payments' }, NOW), name).toMatchObject({
        by: stored,
        because: stored,
      });
    }
    await holds.place({ ...HOLD, id: longKey('hold'), service: longKey('service') });
    expect(await holds.findFor({ service: longKey('service') }, NOW)).toBeDefined();
    expect(await holds.findFor({ service: longKey('other') }, NOW)).toBeUndefined();
  });

  test('is forgotten when it has long been over, and never while it counts', async () => {
    const { holds, gates } = await openHolds();
    await gates.save(GATE);
    await holds.place({ ...HOLD, until: NOW + DAY });
    await holds.release(RELEASE);
    await holds.place({ ...HOLD, id: 'ended', service: 'search', until: NOW + DAY });
    await holds.end('search', ADA, NOW + 10);
    await holds.deleteBefore(NOW + 10);
    const count = async () => {
      const [payments, search] = [await holds.listRecord('payments'), await holds.listRecord('search')];
      return [payments.holds.length, payments.releases.length, search.holds.length];
    };
    expect(await count()).toEqual([1, 1, 1]);
    await holds.deleteBefore(NOW + 501);
    expect(await count()).toEqual([1, 0, 0]);
    await holds.deleteBefore(NOW + DAY + 1);
    expect(await count()).toEqual([0, 0, 0]);
  });
});
