import { expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import type { GateRecord } from '../../src/usecases/ports.ts';
import { createSaveGate } from '../../src/usecases/save-gates.ts';

const gateOf = (id: string, settleMs = 0): GateRecord => ({
  ...{ id, settleMs, keyId: 'key', service: 'payments', branch: '', askedAt: 0, deadlineAt: 1 },
});

function bench(fail: (batch: number) => Error | undefined = () => undefined) {
  const batches: string[][] = [];
  const save = createSaveGate({
    async saveAll(gates) {
      batches.push(gates.map(({ id, settleMs }) => `${id}:${settleMs}`));
      await Promise.resolve();
      const failure = fail(batches.length);
      if (failure) throw failure;
      return gates.map((gate) => ({ ...gate, service: `stands ${gate.id}` }));
    },
  });
  return { batches, save };
}

it('saves together what comes together, and gives everybody its own record', async () => {
  const { batches, save } = bench();
  const saved = await Promise.all(['a', 'b', 'c'].map((id) => save(gateOf(id))));
  expect(batches).toEqual([['a:0'], ['b:0', 'c:0']]);
  expect(saved.map(({ service }) => service)).toEqual(['stands a', 'stands b', 'stands c']);
});

it('saves the same gate once in a statement, the later one later', async () => {
  const { batches, save } = bench();
  await Promise.all([save(gateOf('x')), save(gateOf('a', 1)), save(gateOf('b')), save(gateOf('a', 2))]);
  expect(batches).toEqual([['x:0'], ['a:1', 'b:0'], ['a:2']]);
});

it('tells everybody who was waiting that the store is down, and tries anew for those who come after', async () => {
  const down = new PipeBotError('store-unavailable');
  const { batches, save } = bench((batch) => (batch === 1 ? down : undefined));
  const waiting = Array.from({ length: 500 }, (_, index) => save(gateOf(`${index}`)));
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(batches).toHaveLength(1);
  expect((await save(gateOf('later'))).service).toBe('stands later');
});
