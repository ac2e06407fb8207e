import { expect, it } from 'vitest';
import { shareNext } from '../../src/usecases/share-next.ts';

/** Work that ends when it is told to, and counts how often it was begun. */
function scriptedWork() {
  const ends: PromiseWithResolvers<number>[] = [];
  const work = () => {
    const end = Promise.withResolvers<number>();
    ends.push(end);
    return end.promise;
  };
  return { ends, work };
}

it('gives nobody what was begun before they asked, and those who ask meanwhile share one', async () => {
  const { ends, work } = scriptedWork();
  const share = shareNext<number>();
  const first = share('a', work);
  const meanwhile = [share('a', work), share('a', work)];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve(1);
  expect(await first).toBe(1);
  expect(ends).toHaveLength(2);
  const later = share('a', work);
  expect(ends).toHaveLength(2);
  ends[1]?.resolve(2);
  expect(await Promise.all(meanwhile)).toEqual([2, 2]);
  ends[2]?.resolve(3);
  expect(await later).toBe(3);
  expect(ends).toHaveLength(3);
});

it('does not let one key wait for another, nor for what has ended', async () => {
  const { ends, work } = scriptedWork();
  const share = shareNext<number>();
  void share('a', work);
  const other = share('b', work);
  expect(ends).toHaveLength(2);
  ends[1]?.resolve(1);
  await other;
  void share('b', work);
  expect(ends).toHaveLength(3);
});

it('fails for those who shared it, and goes on for the next', async () => {
  const { ends, work } = scriptedWork();
  const share = shareNext<number>();
  const first = share('a', work);
  const second = share('a', work);
  ends[0]?.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  ends[1]?.resolve(2);
  expect(await second).toBe(2);
});
