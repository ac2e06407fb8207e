// The pages for people of a build and of a task's log. They must never lead to another host than the configured
// organisation's: parts of the links come from answers, and people click on them.
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
  return resultsPage(page);
}

/** The log of one task, by the ids of its timeline record and of the job's above it. */
export function logWebUrl(
  page: BuildPage,
  task: { readonly jobId?: string; readonly taskId: string },
): string {
  const job = task.jobId === undefined ? '' : `&j=${encodeURIComponent(task.jobId)}`;
  return `${resultsPage(page)}&view=logs${job}&t=${encodeURIComponent(task.taskId)}`;
}

function resultsPage({ organizationUrl, project, buildId }: BuildPage): string {
  return `${organizationUrl}/${encodeURIComponent(project)}/_build/results?buildId=${buildId}`;
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
