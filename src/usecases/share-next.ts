// Many who want the same done at the same time share it, as long as it begins after each of them has asked. It must not
// give anybody what was begun before.

interface Entry<Value> {
  readonly running: Promise<Value>;
  /** For all who have asked since that one began. */
  next?: Promise<Value>;
}

/**
 * Makes a function that carries `work` out for its key: at once, or, while it is being carried out for somebody else,
 * once more after that, for all who ask meanwhile. Rejects as `work` does. Not for use inside a transaction, which would
 * not be joined.
 */
export function shareNext<Value>(): (key: string, work: () => Promise<Value>) => Promise<Value> {
  const entries = new Map<string, Entry<Value>>();

  function begin(key: string, work: () => Promise<Value>): Promise<Value> {
    const entry: Entry<Value> = { running: work() };
    entries.set(key, entry);
    const forget = () => {
      if (!entry.next) entries.delete(key);
    };
    entry.running.then(forget, forget);
    return entry.running;
  }

  return (key, work) => {
    const entry = entries.get(key);
    if (!entry) return begin(key, work);
    const again = () => begin(key, work);
    entry.next ??= entry.running.then(again, again);
    return entry.next;
  };
}
