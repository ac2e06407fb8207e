// Finds the configured organisation that a caller's PlanUrl names. The caller chooses that text, and whoever is spoken
// to at it gets the run's token: so it is compared with the few spellings that are right, letter by letter, and never
// taken apart, repaired, kept or fetched. What is used is the configured address.
import type { Organization } from './link.ts';

// Nothing but visible ASCII: only there does lower-casing join no two different hosts (K, the Kelvin sign, becomes k).
const VISIBLE_ASCII = /^[!-~]+$/;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The organisation whose address this is: in any case, with its default port or without, with a slash at its end or
 * without. In the cloud, `https://contoso.visualstudio.com/` (also with `DefaultCollection`, its old form) and
 * `https://dev.azure.com/contoso/` are the same. Undefined for everything else, however alike.
 */
export function findOrganization<Found extends Organization>(
  planUrl: string,
  organizations: readonly Found[],
): Found | undefined {
  if (!VISIBLE_ASCII.test(planUrl)) return undefined;
  const given = planUrl.toLowerCase();
  return organizations.find(({ url }) => spellingsOf(url).includes(given));
}

/** Every way to write the address of a configured organisation, in small letters. */
function spellingsOf(configuredUrl: string): string[] {
  if (!URL.canParse(configuredUrl)) return [];
  const { protocol, hostname, port, pathname } = new URL(configuredUrl);
  const scheme =
    protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)) ? protocol : undefined;
  const path = escapedPath(pathname);
  if (scheme === undefined || path === undefined) return [];
  const places = port === '' ? cloudPlaces(hostname, path) : undefined;
  const defaultPort = scheme === 'https:' ? ':443' : ':80';
  const ports = port === '' ? ['', defaultPort] : [`:${port}`];
  return (places ?? [[hostname, path]])
    .flatMap(([host, below]) => ports.map((ending) => `${scheme}//${host}${ending}${below}`))
    .flatMap((address) => [address, `${address}/`]);
}

/** Where an organisation of the cloud answers: hosts with their paths. Undefined when it is a Server's collection. */
function cloudPlaces(hostname: string, path: string): [host: string, path: string][] | undefined {
  const legacyName = /^([^.]+)\.visualstudio\.com$/.exec(hostname)?.[1];
  const isLegacy = legacyName !== undefined && (path === '' || path === '/defaultcollection');
  const name = isLegacy
    ? legacyName
    : hostname === 'dev.azure.com'
      ? /^\/([\w-]+)$/.exec(path)?.[1]
      : undefined;
  if (name === undefined) return undefined;
  const legacyHost = `${name}.visualstudio.com`;
  return [
    ['dev.azure.com', `/${name}`],
    [legacyHost, ''],
    [legacyHost, '/defaultcollection'],
  ];
}

/**
 * Escaped where it must be and nowhere else, in small letters, without slashes at its end: `/tfs/default%20collection`.
 * Undefined when a segment holds what would divide it elsewhere; no such collection can be made.
 */
function escapedPath(pathname: string): string | undefined {
  try {
    const segments = pathname
      .replace(/\/+$/, '')
      .split('/')
      .map((segment) => decodeURIComponent(segment));
    if (segments.some((segment, index) => /[/\\?#%]/.test(segment) || (segment === '' && index > 0)))
      return undefined;
    return encodeURI(segments.join('/')).toLowerCase();
  } catch {
    return undefined;
  }
}
