// Counts the callers that the gate holds, all and by key, and refuses more than it can hold. It must not know what
// they wait for.
import { PipeBotError } from '../errors.ts';

const MAX_HELD = 5_000;
const MAX_HELD_BY_KEY = 200;
const RETRY_WHEN_FULL_MS = 10_000;

export class HeldCallers {
  readonly #byKey = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Counts a caller until the returned function is called or it hangs up, whichever comes first: its place is free at
   * once, however slow the store or Azure DevOps are just then. Throws `gate-full`.
   */
  admit(keyId: string, hangUp: AbortSignal): () => void {
    if (hangUp.aborted) return () => undefined;
    const ofKey = this.#byKey.get(keyId) ?? 0;
    if (this.#count >= MAX_HELD || ofKey >= MAX_HELD_BY_KEY)
      throw new PipeBotError('gate-full', { retryAfterMs: RETRY_WHEN_FULL_MS });
    this.#count++;
    this.#byKey.set(keyId, ofKey + 1);
    let isHeld = true;
    const leave = () => {
      hangUp.removeEventListener('abort', leave);
      if (isHeld) this.#forget(keyId);
      isHeld = false;
    };
    hangUp.addEventListener('abort', leave, { once: true });
    return leave;
  }

  #forget(keyId: string): void {
    this.#count--;
    const left = (this.#byKey.get(keyId) ?? 1) - 1;
    if (left > 0) this.#byKey.set(keyId, left);
    else this.#byKey.delete(keyId);
  }
}
