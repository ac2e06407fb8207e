// Stores what comes at the same time in one go: while one batch is being stored, the next one gathers. It must not
// know what is stored.
import { toPipeBotError } from '../errors.ts';

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function that hands its item to `store`, together with others of the moment, and settles as that does.
 * A batch that fails is stored again one by one, so that an item that cannot be stored keeps out no other; unless
 * the store cannot be used at all.
 */
export function inBatches<Item>(
  store: (items: readonly Item[]) => Promise<void>,
  largest: number,
): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];
  let isStoring = false;

  async function storeWaiting(): Promise<void> {
    if (isStoring) return;
    isStoring = true;
    while (waiting.length > 0) await storeBatch(store, waiting.splice(0, largest));
    isStoring = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      void storeWaiting();
    });
}

/** Never rejects: whoever waits is told. */
async function storeBatch<Item>(
  store: (items: readonly Item[]) => Promise<void>,
  batch: readonly Waiting<Item>[],
): Promise<void> {
  try {
    await store(batch.map(({ item }) => item));
    for (const { resolve } of batch) resolve();
  } catch (error) {
    if (batch.length === 1 || toPipeBotError(error).code === 'store-unavailable')
      for (const { reject } of batch) reject(error);
    else for (const one of batch) await storeBatch(store, [one]);
  }
}
