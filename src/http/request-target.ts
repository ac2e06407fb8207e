// Tells whether a request's address can be handed to the router. restify makes a URL of the Host header and the
// request target before any route, and what it throws there ends the process: so it must not see a bad one.

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])?(?::\d{0,5})?$/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * Whether `target` (a path or an absolute http address, RFC 9112 3.2) means exactly what it says at `host`: dot
 * segments, backslashes and fragments would make a URL of another path than the one that was written.
 */
export function isUsableTarget(target: string, host = ''): boolean {
  if (!HOST.test(host) || /[\\#]/.test(target)) return false;
  const base = `http://${host || 'localhost'}`;
  // A target that begins with // is a path as well, and no address of another host.
  const address = target.startsWith('/') ? `${base}${target}` : target;
  if (!URL.canParse(base) || !URL.canParse(address, base)) return false;
  const { protocol, pathname } = new URL(address, base);
  const path = target.split('?', 1)[0] ?? '';
  return (
    /^https?:$/.test(protocol) &&
    pathname.startsWith('/') &&
    !path.split('/').some((segment) => DOT_SEGMENT.test(segment))
  );
}

/** The address of a connection that ends in a slash gives `//api/…`. What is usable stays so. */
export function withoutDoubledStart(target: string): string {
  return target.replace(/^\/{2,}/, '/');
}

/** The query of a target that is usable; empty when there is none. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : target.slice(start + 1));
}
