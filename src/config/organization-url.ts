// What an address of an organisation or collection must look like, and which name it gives. Knows nothing of
// where the address stands.

/** Https with a path and nothing else; plain http only on loopback and in local mode. Undefined when unusable. */
export function normalizeOrganizationUrl(text: string, isLocal: boolean): string | undefined {
  const url = toWebUrl(text);
  if (!url || organizationName(url.href) === undefined) return undefined;
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(isLocal && isLoopback)) return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  const path = pathOf(url);
  const needsPath = !url.hostname.endsWith('.visualstudio.com');
  return path === '' && needsPath ? undefined : `${url.origin}${path}`;
}

/**
 * What can be shown of an address that was refused, and compared with links: host and path, never its user info,
 * query or fragment, which may hold a token.
 */
export function withoutSecrets(text: string): string | undefined {
  const url = toWebUrl(text);
  if (!url || organizationName(url.href) === undefined) return undefined;
  return `${url.origin}${pathOf(url)}`;
}

/**
 * `https://dev.azure.com/contoso` → `contoso`; `https://contoso.visualstudio.com` → `contoso`; undefined when
 * the path's escapes are broken.
 */
export function organizationName(url: string): string | undefined {
  const { pathname, hostname } = new URL(url);
  const segments = pathname.split('/').filter((segment) => segment !== '');
  try {
    return segments.map((segment) => decodeURIComponent(segment)).at(-1) ?? hostname.split('.')[0];
  } catch {
    return undefined;
  }
}

function toWebUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

function pathOf(url: URL): string {
  return url.pathname.replace(/\/+$/, '');
}
