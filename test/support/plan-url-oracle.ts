// Says, apart from the code under test, which organisation an address denotes: two readers that know nothing of each
// other (Node's URL, and the expression of RFC 3986) must read the same from it, and nothing in it may be odd. Used by
// the property test and by `npm run fuzz -- plan-url`.

// RFC 3986, appendix B.
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s;
const AUTHORITY = /^(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(.*))?$/s;

/**
 * What tells one organisation from all others: `contoso` in the cloud, host, port and collection of a Server; undefined
 * when the readers disagree or the address is no organisation's.
 */
export function organizationKey(text: string): string | undefined {
  if ([...text].some((character) => character <= ' ' || character >= '\u007f')) return undefined;
  const byNode = readWithNode(text);
  const byRfc = readWithRfc(text);
  if (!byNode || !byRfc || byNode.join('|') !== byRfc.join('|')) return undefined;
  const [protocol, host, port, path] = byNode;
  if (protocol !== 'https' && !['localhost', '127.0.0.1', '[::1]'].includes(host)) return undefined;
  if (protocol === 'https' && port === '443') {
    if (host === 'dev.azure.com') return path.includes('/') ? undefined : `cloud ${path}`;
    const labels = host.split('.');
    if (labels.length === 3 && labels.slice(1).join('.') === 'visualstudio.com') {
      return path === '' || path === 'defaultcollection' ? `cloud ${labels[0]}` : undefined;
    }
  }
  return `${protocol} ${host} ${port} ${path}`;
}

type Reading = readonly [protocol: string, host: string, port: string, path: string];

function readWithNode(text: string): Reading | undefined {
  const url = URL.parse(text);
  if (!url || url.username + url.password + url.search + url.hash !== '') return undefined;
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'https' && protocol !== 'http') return undefined;
  return [protocol, url.hostname, url.port || (protocol === 'https' ? '443' : '80'), url.pathname].map(
    (part, index) => (index === 3 ? readPath(part) : part),
  ) as unknown as Reading;
}

function readWithRfc(text: string): Reading | undefined {
  const [, protocol = '', authority, path = '', query, fragment] = PARTS.exec(text.toLowerCase()) ?? [];
  if (authority === undefined || query !== undefined || fragment !== undefined) return undefined;
  const [, userInfo, host = '', port] = AUTHORITY.exec(authority) ?? [];
  if (userInfo !== undefined || port === '' || port?.startsWith('0')) return undefined;
  return [protocol, host, port ?? (protocol === 'https' ? '443' : '80'), readPath(path)];
}

/** Decoded, without the slash at its end; what is odd becomes what no organisation has. */
function readPath(path: string): string {
  const segments = path.toLowerCase().split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const read = segments.map((segment) => {
    const needless = /%(?:2[d-f]|3\d|[46][1-9a-f]|[57][0-9a]|5f|7e|5c|3f|0|1|7f|25|23)/.test(segment);
    if (segment === '' || segment === '.' || segment === '..' || needless) return '?';
    try {
      return decodeURIComponent(segment);
    } catch {
      return '?';
    }
  });
  return read.includes('?') ? '?' : read.join('/');
}
