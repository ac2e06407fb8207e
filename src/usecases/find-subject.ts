// Finds what a person means by a word: a service's or base's name, or a pasted link to a pipeline or build.
// A link is only compared and looked up by its ids at the configured organisations; it is never fetched.
import { toBranchRef } from '../domain/branch.ts';
import type { Build } from '../domain/build.ts';
import type { Remark } from '../domain/content.ts';
import { looksLikeLink, type Organization, type ParsedLink, parseLink } from '../domain/link.ts';
import {
  findByDefinition,
  findNamed,
  type Named,
  nearestNames,
  type ServiceCatalog,
} from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { Pipelines } from './ports.ts';

export interface Subject {
  readonly named: Named;
  /** Full ref, when the link named one. */
  readonly branch?: string;
  /** The build that the link named. */
  readonly build?: Build;
}

export type FoundSubject = { readonly subject: Subject } | { readonly remark: Remark };

export interface FindSubjectPorts {
  readonly catalog: ServiceCatalog;
  readonly organizations: readonly Organization[];
  readonly pipelines: Pick<Pipelines, 'getBuild' | 'getDefinition'>;
}

export type FindSubject = (word: string) => Promise<FoundSubject>;

export function createFindSubject(ports: FindSubjectPorts): FindSubject {
  return async (word) => {
    if (looksLikeLink(word)) return findByLink(ports, word);
    const named = findNamed(ports.catalog, word);
    if (named) return { subject: { named } };
    return {
      remark: {
        code: 'service-unknown',
        typed: word,
        suggestions: nearestNames(namesOf(ports.catalog), word),
      },
    };
  };
}

/** Every name that a person may type: services, their aliases and bases. */
export function namesOf(catalog: ServiceCatalog): string[] {
  return [
    ...catalog.services.flatMap((service) => [service.name, ...service.aliases]),
    ...catalog.bases.map((base) => base.name),
  ];
}

async function findByLink(ports: FindSubjectPorts, link: string): Promise<FoundSubject> {
  const parsed = parseLink(link, ports.organizations);
  switch (parsed.kind) {
    case 'problem':
      return { remark: { code: 'link-unusable', why: parsed.why, link } };
    case 'definition':
      return findDefinition(ports, parsed, link);
    case 'build':
      return findBuild(ports, parsed, link);
  }
}

async function findDefinition(
  ports: FindSubjectPorts,
  parsed: Extract<ParsedLink, { kind: 'definition' }>,
  link: string,
): Promise<FoundSubject> {
  const { organization, project, definition } = parsed;
  const branch = parsed.branch === undefined ? undefined : toBranchRef(parsed.branch);
  const direct =
    typeof definition === 'number' &&
    findByDefinition(ports.catalog, { organization, project, definitionId: definition });
  if (direct) return { subject: { named: direct, ...(branch ? { branch } : {}) } };
  // The link names the project by its GUID or the definition by its name: Azure DevOps knows both.
  const found = await ports.pipelines.getDefinition({ organization, project, definition });
  const named = findByDefinition(ports.catalog, { organization, ...found });
  if (named) return { subject: { named, ...(branch ? { branch } : {}) } };
  return { remark: { code: 'definition-unconfigured', link, definitionId: found.definitionId } };
}

async function findBuild(
  ports: FindSubjectPorts,
  parsed: Extract<ParsedLink, { kind: 'build' }>,
  link: string,
): Promise<FoundSubject> {
  for (const place of placesOf(ports, parsed)) {
    const build = await getBuildIfThere(ports, { ...place, buildId: parsed.buildId });
    if (!build) continue;
    const named = await findNamedByBuild(ports, place, build);
    if (named) return { subject: { named, branch: build.branch, build } };
    return { remark: { code: 'definition-unconfigured', link, definitionId: build.definitionId } };
  }
  throw new PipeBotError('build-unknown', { subject: String(parsed.buildId) });
}

async function findNamedByBuild(
  ports: FindSubjectPorts,
  place: { readonly organization: string; readonly project: string },
  { definitionId }: Build,
): Promise<Named | undefined> {
  const named = findByDefinition(ports.catalog, { ...place, definitionId });
  if (named) return named;
  // The link may name the project by its GUID; its definition knows the name.
  const found = await ports.pipelines.getDefinition({ ...place, definition: definitionId });
  return findByDefinition(ports.catalog, { ...place, ...found });
}

/** Where a build can be: the named place, or every configured project when an old link names none. */
function placesOf(
  ports: FindSubjectPorts,
  { organization, project }: Extract<ParsedLink, { kind: 'build' }>,
): { organization: string; project: string }[] {
  if (organization !== undefined && project !== undefined) return [{ organization, project }];
  const { services, bases } = ports.catalog;
  const definitions = [
    ...bases.map((base) => base.definition),
    ...services.flatMap((service) => service.build ?? []),
  ];
  const places = definitions.filter(
    (definition) => organization === undefined || definition.organization === organization,
  );
  const unique = new Map(places.map((place) => [JSON.stringify([place.organization, place.project]), place]));
  return [...unique.values()];
}

async function getBuildIfThere(
  ports: FindSubjectPorts,
  ref: { organization: string; project: string; buildId: number },
): Promise<Build | undefined> {
  try {
    return (await ports.pipelines.getBuild(ref)).build;
  } catch (thrown) {
    if (thrown instanceof PipeBotError && thrown.code === 'azure-not-found') return undefined;
    throw thrown;
  }
}
