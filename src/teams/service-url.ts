// Which service URLs may be stored and called. A token for Teams is sent to whatever stands here, so the list
// is exact: no suffixes, no patterns. Checked when an activity arrives and again before every send, because a
// stored row may be old or altered. It must not open a connection.

export interface ServiceUrlRule {
  /** Exact host names, reached by https on its default port only. */
  readonly hosts: readonly string[];
  /** Loopback by http or https on any port: for local mode, the Playground and tests. */
  readonly isLoopbackAllowed: boolean;
}

/**
 * The connectors of Teams' clouds: public, GCC, GCC High, DoD (Microsoft Learn, "Send proactive messages",
 * read in 2026). Only exact names: anybody can register a name below trafficmanager.net.
 */
export const TEAMS_SERVICE_URLS: ServiceUrlRule = {
  hosts: [
    'smba.trafficmanager.net',
    'smba.infra.gcc.teams.microsoft.com',
    'smba.infra.gov.teams.microsoft.us',
    'smba.infra.dod.teams.microsoft.us',
  ],
  isLoopbackAllowed: false,
};

/** Local mode has no token to lose, and nothing outside this machine to talk to. */
export const LOCAL_SERVICE_URLS: ServiceUrlRule = { hosts: [], isLoopbackAllowed: true };

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
const MAX_URL_LENGTH = 500;

/**
 * Whether a service URL may be used. Only a URL that is already in its normal form passes, so that nothing
 * (user info, tabs, back-slashes, full-width letters, dot segments) can mean one host here and another in
 * the HTTP client. The final slash may be missing, as in some of Teams' own URLs.
 */
export function isServiceUrlAllowed(serviceUrl: string, rule: ServiceUrlRule): boolean {
  if (serviceUrl.length > MAX_URL_LENGTH) return false;
  const url = URL.parse(serviceUrl);
  if (!url || (url.href !== serviceUrl && url.href !== `${serviceUrl}/`)) return false;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  if (url.protocol === 'https:' && url.port === '' && rule.hosts.includes(url.hostname)) return true;
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return rule.isLoopbackAllowed && isHttp && LOOPBACK_HOSTS.includes(url.hostname);
}
