// Lets so many at a time into work that takes much memory; the others wait in the order of coming. It must not
// know the work.

/** Runs `work` as soon as fewer than `places` run; what it throws is thrown on. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurnstile(places: number): Turnstile {
  let taken = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    // The place of whoever leaves is handed on, so `taken` stays as it is then.
    if (taken === places) await new Promise<void>((resolve) => void waiting.push(resolve));
    else taken++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else taken--;
    }
  };
}
