import { expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { inBatches } from '../../src/usecases/in-batches.ts';

/** Stores numbers; `whenStoring` decides what becomes of a batch. */
function bench(whenStoring: (items: readonly number[]) => Promise<void>, largest = 4) {
  const batches: (readonly number[])[] = [];
  const store = inBatches<number>((items) => {
    batches.push(items);
    return whenStoring(items);
  }, largest);
  return { batches, store };
}

const outcomes = async (stored: readonly Promise<void>[]) =>
  (await Promise.allSettled(stored)).map(({ status }) => status);

it('stores at once what comes alone, and together what comes meanwhile, so many at a time', async () => {
  const first = Promise.withResolvers<void>();
  const { batches, store } = bench(([item]) => (item === 1 ? first.promise : Promise.resolve()));
  const stored = [1, 2, 3, 4, 5, 6].map(store);
  expect(batches).toEqual([[1]]);
  first.resolve();
  await Promise.all(stored);
  await store(7);
  expect(batches).toEqual([[1], [2, 3, 4, 5], [6], [7]]);
});

it('one that cannot be stored keeps out no other', async () => {
  const { batches, store } = bench(async (items) => {
    if (items.includes(3)) throw new TypeError('3 cannot be stored');
  });
  const stored = [1, 2, 3, 4].map(store);
  expect(await outcomes(stored)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(batches).toEqual([[1], [2, 3, 4], [2], [3], [4]]);
});

it('nothing is tried one by one while the store is down; what comes later is', async () => {
  let isDown = true;
  const { batches, store } = bench(async () => {
    if (isDown) throw new PipeBotError('store-unavailable');
  });
  expect(await outcomes([1, 2, 3].map(store))).toEqual(['rejected', 'rejected', 'rejected']);
  isDown = false;
  await store(4);
  expect(batches).toEqual([[1], [2, 3], [4]]);
});
