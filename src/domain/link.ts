// Reads the links that people paste: pipelines and builds in all the forms in which Azure DevOps shows them
// (web pages, legacy hosts, API addresses, badges, permalinks, vstfs URIs, SafeLinks). A link is compared with
// the configured organisations and taken apart; it must never be fetched.
import type { LinkProblem } from './content.ts';

export interface Organization {
  readonly name: string;
  /** Normalised, without a trailing slash: `https://dev.azure.com/contoso`. */
  readonly url: string;
}

export type ParsedLink =
  | {
      readonly kind: 'definition';
      readonly organization: string;
      readonly project: string;
      /** Its id, or for a badge its name. */
      readonly definition: number | string;
      readonly branch?: string;
    }
  /** Old permalinks and vstfs URIs name no project, and vstfs URIs no organisation. */
  | {
      readonly kind: 'build';
      readonly organization?: string;
      readonly project?: string;
      readonly buildId: number;
    }
  | { readonly kind: 'problem'; readonly why: LinkProblem };

const MAX_LINK_LENGTH = 2_000;
const SAFE_LINKS_HOST = /(^|\.)safelinks\.protection\.outlook\.com$/;

/** Whether a word looks like a link rather than a name. */
export function looksLikeLink(word: string): boolean {
  return /^[<([]?(https?:\/\/|vstfs:\/\/\/)/i.test(word);
}

/** Takes a pasted link apart. Never throws; what cannot be used is a `problem` that says why. */
export function parseLink(text: string, organizations: readonly Organization[]): ParsedLink {
  const word = withoutMarks(text);
  if (word.length > MAX_LINK_LENGTH) return problem('not-a-link');
  const artifact = /^vstfs:\/\/\/Build\/(Build|Definition)\/(\d{1,10})$/i.exec(word);
  if (artifact)
    return artifact[1]?.toLowerCase() === 'build' ? buildLink(artifact[2], {}) : problem('project-missing');
  const url = unwrapSafeLink(word);
  if (!url) return problem('not-a-link');
  const found = locate(url, organizations);
  return found
    ? readPath(found.organization, found.segments, url.searchParams)
    : problem('organization-unknown');
}

/**
 * The organisation or collection that a pasted link lies under, where none is configured that could tell: what stands
 * before the project. Undefined for what names no project. Nothing says yet that the address may be called.
 */
export function organizationOfLink(text: string): string | undefined {
  const url = unwrapSafeLink(withoutMarks(text).slice(0, MAX_LINK_LENGTH));
  const segments = url?.pathname.split('/').filter((segment) => segment !== '') ?? [];
  const page = segments.findIndex((segment) => segment.startsWith('_'));
  if (!url || page < 1) return undefined;
  const [name = ''] = url.hostname.split('.');
  // An organisation of the cloud answers under its legacy host as well.
  if (url.hostname.endsWith('.visualstudio.com')) return `https://dev.azure.com/${name}`;
  const home = segments.slice(0, page - 1).join('/');
  return home === '' ? undefined : `${url.origin}/${home}`;
}

function withoutMarks(text: string): string {
  return text
    .trim()
    .replace(/^[<([]+/, '')
    .replace(/[>)\].,;]+$/, '');
}

function problem(why: LinkProblem): ParsedLink {
  return { kind: 'problem', why };
}

function toUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

function unwrapSafeLink(text: string): URL | undefined {
  const url = toUrl(text);
  if (!url || !SAFE_LINKS_HOST.test(url.hostname)) return url;
  return toUrl(url.searchParams.get('url') ?? '');
}

/** Finds the configured organisation that the address lies under, and the path below it. */
function locate(
  url: URL,
  organizations: readonly Organization[],
): { organization: string; segments: string[] } | undefined {
  const segments = decodeSegments(url.pathname);
  if (!segments) return undefined;
  for (const organization of organizations) {
    const home = new URL(organization.url);
    const homeSegments = decodeSegments(home.pathname) ?? [];
    if (home.host === url.host && home.protocol === url.protocol && startsWith(segments, homeSegments)) {
      return { organization: organization.name, segments: segments.slice(homeSegments.length) };
    }
    // An organisation of the cloud answers under its legacy host as well.
    const legacyHost =
      home.host === 'dev.azure.com' ? `${homeSegments[0]?.toLowerCase()}.visualstudio.com` : undefined;
    if (legacyHost === url.host) {
      const below = segments[0]?.toLowerCase() === 'defaultcollection' ? segments.slice(1) : segments;
      return { organization: organization.name, segments: below };
    }
  }
  return undefined;
}

function decodeSegments(pathname: string): string[] | undefined {
  try {
    return pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

function startsWith(segments: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((segment, index) => segments[index]?.toLowerCase() === segment.toLowerCase());
}

function readPath(organization: string, segments: readonly string[], query: URLSearchParams): ParsedLink {
  const [first = '', ...rest] = segments;
  if (first === '_permalink')
    return buildLink(parameter(query, 'buildId'), { organization, project: parameter(query, 'projectId') });
  if (first === 'web' && rest[0]?.toLowerCase() === 'build.aspx') {
    const uri = /^vstfs:\/\/\/Build\/Build\/(\d{1,10})$/i.exec(parameter(query, 'builduri') ?? '');
    return buildLink(uri?.[1], { organization });
  }
  if (first === '' || first.startsWith('_')) return problem('project-missing');
  const area = rest[0]?.toLowerCase() ?? '';
  if (area.startsWith('_release')) return problem('release');
  if (area === '_apis') return readApiPath({ organization, project: first }, rest.slice(1), query);
  if (area === '_build' || area === '_apps') return readWebPage({ organization, project: first }, query);
  return problem('not-a-pipeline');
}

interface Place {
  readonly organization: string;
  readonly project: string;
}

function readWebPage(place: Place, query: URLSearchParams): ParsedLink {
  const buildId = parameter(query, 'buildId');
  if (buildId !== undefined) return buildLink(buildId, place);
  const definitionId = parameter(query, 'definitionId') ?? parameter(query, 'pipelineId');
  const branch = parameter(query, 'branchName') ?? parameter(query, 'branchFilter');
  return definitionLink(place, definitionId, branch);
}

function readApiPath(place: Place, path: readonly string[], query: URLSearchParams): ParsedLink {
  const [area = '', kind = '', id, runId] = path;
  if (area.toLowerCase() === 'pipelines') {
    return id?.toLowerCase() === 'runs' ? buildLink(runId, place) : definitionLink(place, kind);
  }
  if (area.toLowerCase() !== 'build') return problem('not-a-pipeline');
  switch (kind.toLowerCase()) {
    case 'builds':
      return buildLink(id, place);
    case 'definitions':
      return definitionLink(place, id);
    case 'status': {
      const definition = toId(id) ?? path.slice(2).join('/');
      const branch = parameter(query, 'branchName');
      if (definition === '') return problem('not-a-pipeline');
      return { kind: 'definition', ...place, definition, ...(branch ? { branch } : {}) };
    }
    default:
      return problem('not-a-pipeline');
  }
}

/** Query names are not case-sensitive in Azure DevOps. */
function parameter(query: URLSearchParams, name: string): string | undefined {
  for (const [key, value] of query) if (key.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}

function toId(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

function buildLink(
  id: string | undefined,
  place: { readonly organization?: string; readonly project?: string | undefined },
): ParsedLink {
  const buildId = toId(id);
  if (buildId === undefined) return problem('not-a-pipeline');
  const { organization, project } = place;
  return {
    kind: 'build',
    ...(organization === undefined ? {} : { organization }),
    ...(project === undefined ? {} : { project }),
    buildId,
  };
}

function definitionLink(place: Place, id: string | undefined, branch?: string): ParsedLink {
  const definition = toId(id);
  if (definition === undefined) return problem('not-a-pipeline');
  // The site's own filter lists several branches, separated by commas; only one can be meant here.
  const single = branch?.includes(',') ? undefined : branch;
  return { kind: 'definition', ...place, definition, ...(single ? { branch: single } : {}) };
}
