// Names the body of a service hook that has no id of its own. It must not understand it.
import { sha256 } from './sha256.ts';

/** Tells two bodies apart; hex. */
export function digestHook(body: unknown): string {
  return sha256(typeof body === 'string' ? body : JSON.stringify(body)).toString('hex');
}
