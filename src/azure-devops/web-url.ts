// The page for people of a build. It must never lead to another host than the configured organisation's:
// the link comes from an answer, and people click on it.
import { isJsonObject } from './json-object.ts';

export interface BuildPage {
  readonly organizationUrl: string;
  readonly project: string;
  readonly buildId: number;
}

/**
 * `_links.web.href` when it lies within the organisation, else the address that Azure DevOps has for a
 * build's results. Never made from the REST `url`, which has the project's id and other spellings in it.
 */
export function buildWebUrl(links: unknown, page: BuildPage): string {
  const web = isJsonObject(links) ? links['web'] : undefined;
  const href = isJsonObject(web) ? web['href'] : undefined;
  const given = typeof href === 'string' ? URL.parse(href) : null;
  if (given && isWithin(given, page.organizationUrl)) return given.href;
  return `${page.organizationUrl}/${encodeURIComponent(page.project)}/_build/results?buildId=${page.buildId}`;
}

function isWithin(url: URL, organizationUrl: string): boolean {
  const organization = new URL(organizationUrl);
  const folder = `${organization.pathname.replace(/\/$/, '')}/`.toLowerCase();
  return (
    url.origin === organization.origin &&
    url.username === '' &&
    url.password === '' &&
    url.pathname.toLowerCase().startsWith(folder)
  );
}
