// Waits for a promise, but not past a signal. It must not stop the work behind the promise: others may wait.

/** The promise's outcome, or the signal's reason thrown as soon as it is aborted. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const finish = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(finish);
    if (signal.aborted) abort();
  });
}
