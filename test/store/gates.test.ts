import { expect, test } from 'vitest';
import type { GateVerdict } from '../../src/domain/gate.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import type { GateRecord } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { decisionOf, longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const ASKED: GateRecord = {
  id: 'gate-1',
  keyId: 'key-1',
  service: 'payments',
  branch: 'refs/heads/develop',
  settleMs: 0,
  askedAt: NOW,
  deadlineAt: NOW + 1_800_000,
};

const COMPLETE: GateRecord = {
  ...ASKED,
  commit: '0f1e2d3c',
  settleMs: 30_000,
  buildId: 4242,
  decision: decisionOf('wait'),
  decidedAt: NOW + 10_000,
};

function decided(verdict: GateVerdict, decidedAt = NOW): GateRecord {
  return { ...ASKED, decision: decisionOf(verdict), decidedAt };
}

eachMigratedDatabase('gates', (open) => {
  async function openGates() {
    const database = await open();
    return { database, gates: createGateRecords(database) };
  }

  test.each([
    ['nothing that may be absent', ASKED],
    ['everything', COMPLETE],
  ])('a gate with %s comes back as it was saved', async (_, gate) => {
    const { gates } = await openGates();
    expect(await gates.save(gate)).toStrictEqual(gate);
    expect(await gates.find(gate.id)).toStrictEqual(gate);
  });

  test('an unknown gate is not found', async () => {
    const { gates } = await openGates();
    expect(await gates.find('gate-9')).toBeUndefined();
  });

  test('gates with odd texts are stored', async () => {
    const { gates } = await openGates();
    for (const { name, given, stored } of ODD_STRINGS) {
      const hold = { kind: 'held', verdict: 'wait', by: given, because: given, at: NOW } as const;
      const decision = { ...decisionOf('wait'), hold };
      await gates.save({ ...ASKED, id: name, service: given, commit: given, decision });
      const found = await gates.find(name);
      const texts = [found?.service, found?.commit, found?.decision?.hold?.because];
      expect(texts, name).toEqual([stored, stored, stored]);
    }
  });

  test('gates with odd ids keep their decisions', async () => {
    const { gates } = await openGates();
    for (const id of [...ODD_STRINGS.map(({ given }) => given), longKey('one'), longKey('two')]) {
      expect(await gates.find(id)).toBeUndefined();
      await gates.save({ ...decided('stop'), id });
      const standing = await gates.save({ ...decided('continue'), id });
      expect(standing.decision?.verdict).toBe('stop');
      expect((await gates.find(id))?.decision?.verdict).toBe('stop');
    }
  });

  test.each([
    ['no decision', ASKED],
    ['a decision to wait', COMPLETE],
  ])('a gate with %s is replaced', async (_, gate) => {
    const { gates } = await openGates();
    await gates.save(gate);
    const next = { ...decided('continue'), branch: 'refs/heads/main', settleMs: 1_000, deadlineAt: NOW + 1 };
    expect(await gates.save(next)).toStrictEqual(next);
    expect(await gates.find(gate.id)).toStrictEqual(next);
  });

  test.each(['continue', 'stop'] as const)('a decision to %s never changes', async (verdict) => {
    const { gates } = await openGates();
    const final = { ...COMPLETE, ...decided(verdict) };
    await gates.save(final);
    for (const later of [ASKED, decided('wait'), decided('continue', NOW + 1), decided('stop', NOW + 1)]) {
      expect(await gates.save({ ...later, service: 'search', buildId: 1 })).toStrictEqual(final);
    }
    expect(await gates.find(final.id)).toStrictEqual(final);
  });

  test.each([
    ['waits', COMPLETE],
    ['has been decided', decided('continue')],
  ])('a gate that %s cannot be taken over with another key', async (_, gate) => {
    const { gates } = await openGates();
    await gates.save(gate);
    expect(await gates.save({ ...decided('stop'), keyId: 'key-2' })).toStrictEqual(gate);
    expect(await gates.find(gate.id)).toStrictEqual(gate);
  });

  test('many are saved at once as each would be alone, and come back in the order of asking', async () => {
    const { gates } = await openGates();
    const final = { ...decided('stop'), id: 'final' };
    const foreign = { ...COMPLETE, id: 'foreign' };
    await gates.saveAll([final, foreign]);
    const fresh = Array.from({ length: 300 }, (_, index) => ({
      ...COMPLETE,
      id: `fresh-${(index * 7) % 300}`,
    }));
    const odd = { ...COMPLETE, id: longKey('odd') };
    const standing = await gates.saveAll([
      { ...decided('continue'), id: 'final' },
      ...fresh,
      { ...decided('continue'), id: 'foreign', keyId: 'key-2' },
      odd,
    ]);
    expect(standing.slice(0, -1)).toStrictEqual([final, ...fresh, foreign]);
    expect(standing.at(-1)).toMatchObject({ decision: odd.decision });
    expect(await gates.find('final')).toStrictEqual(final);
    expect(await gates.find('foreign')).toStrictEqual(foreign);
    expect(await gates.saveAll([])).toEqual([]);
  });

  test.each([
    ['at the first question', undefined],
    ['after waiting', COMPLETE],
  ])('two who decide the same gate at once %s get the same answer', async (_, before) => {
    const { database, gates } = await openGates();
    if (before !== undefined) await gates.save(before);
    const first = decided('stop', NOW + 1);
    const standing = await race(database, {
      first: () => gates.save(first),
      meanwhile: () => Promise.resolve(),
      second: () => gates.save(decided('continue', NOW + 2)),
    });
    expect(standing).toStrictEqual(first);
    expect(await gates.find(ASKED.id)).toStrictEqual(first);
  });

  test('of many who decide at once, all get the same answer', async () => {
    const { gates } = await openGates();
    const verdicts = [
      'continue',
      'stop',
      'continue',
      'stop',
      'continue',
      'stop',
      'continue',
      'stop',
    ] as const;
    const standing = await Promise.all(
      verdicts.map((verdict, index) => gates.save(decided(verdict, NOW + index))),
    );
    expect(new Set(standing.map((gate) => gate.decidedAt)).size).toBe(1);
    expect(await gates.find(ASKED.id)).toStrictEqual(standing[0]);
  });

  test('gates at which somebody has waited since a time are listed by what they ask for, each once', async () => {
    const { gates } = await openGates();
    const add = (id: string, difference: Partial<GateRecord>) =>
      gates.save({ ...COMPLETE, decidedAt: NOW, id, ...difference });
    await add('a', { service: 'search' });
    await add('b', {});
    await add('c', { keyId: 'key-2' });
    await add('d', { branch: '' });
    await add('e', { service: 'old', decidedAt: NOW - 1 });
    await add('f', { service: 'decided', decision: decisionOf('stop') });
    await gates.save({ ...ASKED, id: 'g', service: 'never answered' });
    expect(await gates.listWaiting(NOW)).toStrictEqual([
      { service: 'payments', branch: '' },
      { service: 'payments', branch: ASKED.branch },
      { service: 'search', branch: ASKED.branch },
    ]);
  });

  test('gates whose deadline has passed before a time are forgotten', async () => {
    const { gates } = await openGates();
    await gates.save({ ...ASKED, id: 'old', deadlineAt: NOW - 1 });
    await gates.save({ ...ASKED, id: 'new', deadlineAt: NOW });
    await gates.deleteBefore(NOW);
    expect(await gates.find('old')).toBeUndefined();
    expect(await gates.find('new')).toBeDefined();
  });
});
