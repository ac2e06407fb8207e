// Takes the one key that a caller presents out of its headers. A key in a URL is never accepted, since URLs are
// printed in logs. It must not judge the key.
import type { IncomingMessage } from 'node:http';

/** From X-PipeBot-Key, a Bearer token or the password of Basic; undefined when there is not exactly one. */
export function presentedKey(request: IncomingMessage): string | undefined {
  // Node joins or drops repeated headers, so that a second one could hide behind the first.
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const given = names.filter((name) => name === 'authorization' || name === 'x-pipebot-key');
  if (given.length !== 1) return undefined;
  const own = request.headers['x-pipebot-key'];
  if (typeof own === 'string') return own.trim() || undefined;
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return value || undefined;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1) || undefined;
}
