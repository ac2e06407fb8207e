// Wakes those in this process who wait for something: the next reading of a place, an order about a gate. Holds nothing
// but who waits.

export class ReadingSignals {
  readonly #waiting = new Map<string, Set<() => void>>();

  announce(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    for (const wake of waiting ?? []) wake();
  }

  /** For when it is not known what was missed. */
  announceAll(): void {
    for (const key of [...this.#waiting.keys()]) this.announce(key);
  }

  /** Resolves when one of the keys is announced or the signal is aborted, and leaves nothing behind. */
  next(keys: readonly string[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        for (const key of keys) this.#forget(key, wake);
        resolve();
      };
      if (signal.aborted) {
        resolve();
        return;
      }
      signal.addEventListener('abort', wake, { once: true });
      for (const key of keys) {
        const waiting = this.#waiting.get(key) ?? new Set();
        waiting.add(wake);
        this.#waiting.set(key, waiting);
      }
    });
  }

  #forget(key: string, wake: () => void): void {
    const waiting = this.#waiting.get(key);
    waiting?.delete(wake);
    if (waiting?.size === 0) this.#waiting.delete(key);
  }
}
