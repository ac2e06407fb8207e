// Finds the build that a service hook hints at among what the services file names. Addresses in a hook are compared
// and never fetched; what is not configured is not ours, whatever a hook says.
import { isGuid } from '../domain/guid.ts';
import type { HookHint } from '../domain/hook.ts';
import type { Organization } from '../domain/link.ts';
import {
  configuredDefinitions,
  type DefinitionName,
  isSameDefinition,
  type ServiceCatalog,
} from '../domain/service.ts';
import type { BuildRecords, BuildRef } from './ports.ts';

export interface LocateHookPorts {
  readonly catalog: ServiceCatalog;
  readonly organizations: readonly Organization[];
  readonly records: Pick<BuildRecords, 'findBuilds'>;
}

/** Of an organisation with more projects than this, a build without a definition is left to polling. */
const MAX_PROJECTS = 50;

/**
 * The builds that are worth a read, at most one in each organisation, in a fixed order; none when the hint names no
 * build or nothing that is configured. A hint without a definition finds a build that is known already, or looks
 * in the one project that it can be in.
 */
export async function locateHook(ports: LocateHookPorts, hint: HookHint): Promise<BuildRef[]> {
  const { buildId, definitionId } = hint;
  if (buildId === undefined) return [];
  const candidates = configuredDefinitions(ports.catalog)
    .filter(({ organization }) => isOrganizationOf(hint, ports.organizations, organization))
    .filter(({ project }) => isProjectOf(hint, project));
  const places =
    definitionId === undefined
      ? await guessPlaces(ports, candidates, buildId)
      : candidates.filter((definition) => definition.definitionId === definitionId);
  const byOrganization = new Map(places.map((place) => [place.organization, place]));
  return [...byOrganization.values()]
    .map(({ organization, project }) => ({ organization, project, buildId }))
    .sort((left, right) => (left.organization < right.organization ? -1 : 1));
}

async function guessPlaces(
  { records }: LocateHookPorts,
  candidates: readonly DefinitionName[],
  buildId: number,
): Promise<DefinitionName[]> {
  const byProject = new Map(
    candidates.map((one) => [`${one.organization}/${one.project.toLowerCase()}`, one] as const),
  );
  const projects = [...byProject.values()];
  if (projects.length === 0 || projects.length > MAX_PROJECTS) return [];
  const refs = projects.map(({ organization, project }) => ({ organization, project, buildId }));
  const known = await records.findBuilds(refs);
  if (known.length > 0)
    return candidates.filter((candidate) => known.some((build) => isSameDefinition(build, candidate)));
  return projects.length === 1 ? projects : [];
}

/** Without an address that tells, it may be any of them. */
function isOrganizationOf(
  { organizationUrl }: HookHint,
  organizations: readonly Organization[],
  name: string,
): boolean {
  const own = organizations.find((organization) => organization.name === name);
  if (!own) return false;
  const given = homeOf(organizationUrl);
  const configured = homeOf(own.url);
  return !given || (given.isCloud === configured?.isCloud && given.path === configured.path);
}

/**
 * What makes an organisation the same under two addresses: in the cloud its name, which stands in the path or in
 * the older host, and of a Server, which has a name of its own in every network, its collection's path.
 */
function homeOf(
  address: string | undefined,
): { readonly isCloud: boolean; readonly path: string } | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { hostname, pathname } = new URL(address);
  const segments = pathname
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
  const legacyName = /^([^.]+)\.visualstudio\.com$/.exec(hostname)?.[1];
  const isCloud = legacyName !== undefined || hostname === 'dev.azure.com';
  const path = isCloud ? (legacyName ?? segments[0]) : segments.join('/');
  return path === undefined || path === '' ? undefined : { isCloud, path };
}

/** Projects are configured by name and hinted at by GUID, so only two of a kind can be compared. */
function isProjectOf({ projectId }: HookHint, project: string): boolean {
  if (projectId === undefined || isGuid(projectId) !== isGuid(project)) return true;
  return projectId.toLowerCase() === project.toLowerCase();
}
