// Tells a request that only came too late to a kept-alive connection from one that Azure DevOps did not answer.
// The other side may close an idle connection while this side is busy or stopped; Node then gives the next request
// that connection and fails it (Node 26, http.ClientRequest.reusedSocket). It must not decide what is repeated.
import { subscribe } from 'node:diagnostics_channel';

// The REST client gives away neither the request nor its socket when it fails, only the error.
const afterReuse = new WeakSet<object>();
const CLOSED_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

subscribe('http.client.request.error', (message) => {
  const { request, error } = message as { request?: { reusedSocket?: boolean }; error?: unknown };
  if (request?.reusedSocket && typeof error === 'object' && error !== null) afterReuse.add(error);
});

/** True when the error cut a request on a connection that had carried another one before. */
export function isLostConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return CLOSED_CODES.has(error.code) && afterReuse.has(error);
}
