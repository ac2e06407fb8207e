// Finds what a person means by a word: a service's or base's name, or a pasted link to a pipeline or build.
// A link is only compared and looked up by its ids in the configured projects; it is never fetched, and the
// answer must not tell what exists in a project that is not configured.
import { toBranchRef } from '../domain/branch.ts';
import type { Build } from '../domain/build.ts';
import type { Remark } from '../domain/content.ts';
import { isGuid } from '../domain/guid.ts';
import { looksLikeLink, type Organization, type ParsedLink, parseLink } from '../domain/link.ts';
import {
  type ConfiguredProject,
  configuredProjects,
  findByDefinition,
  findNamed,
  type Named,
  namesOf,
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

type DefinitionLink = Extract<ParsedLink, { kind: 'definition' }>;
type BuildLink = Extract<ParsedLink, { kind: 'build' }>;

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
  parsed: DefinitionLink,
  link: string,
): Promise<FoundSubject> {
  const branch = parsed.branch === undefined ? undefined : toBranchRef(parsed.branch);
  if (parsed.branch !== undefined && branch === undefined) {
    return { remark: { code: 'branch-invalid', typed: parsed.branch } };
  }
  const named = await nameDefinition(ports, parsed);
  if (named) return { subject: { named, ...(branch ? { branch } : {}) } };
  return {
    remark:
      typeof parsed.definition === 'number'
        ? { code: 'definition-unconfigured', link, definitionId: parsed.definition }
        : { code: 'link-unconfigured', link },
  };
}

async function nameDefinition(
  ports: FindSubjectPorts,
  { organization, project, definition }: DefinitionLink,
): Promise<Named | undefined> {
  const projects = projectsOf(ports.catalog, organization);
  const configured = projects.find((candidate) => isSameText(candidate.project, project));
  if (configured) return (await findWithin(ports, configured, definition))?.named;
  if (!isGuid(project)) return undefined;
  for (const candidate of projects) {
    const likely = await findWithin(ports, candidate, definition);
    if (!likely) continue;
    // Only the definition itself knows whether the project of that GUID is the configured one.
    const { definitionId, named } = likely;
    const found = await ifThere(
      ports.pipelines.getDefinition({ organization, project, definition: definitionId }),
    );
    if (found && isSameText(found.project, candidate.project)) return named;
  }
  return undefined;
}

/** What is configured for a definition of a configured project; a badge names it by its name. */
async function findWithin(
  ports: FindSubjectPorts,
  configured: ConfiguredProject,
  definition: number | string,
): Promise<{ readonly definitionId: number; readonly named: Named } | undefined> {
  const definitionId =
    typeof definition === 'number'
      ? definition
      : (await ifThere(ports.pipelines.getDefinition({ ...configured, definition })))?.definitionId;
  if (definitionId === undefined) return undefined;
  const named = findByDefinition(ports.catalog, { ...configured, definitionId });
  return named && { definitionId, named };
}

async function findBuild(
  ports: FindSubjectPorts,
  { organization, project, buildId }: BuildLink,
  link: string,
): Promise<FoundSubject> {
  // A build's id is unique in its organisation, so a project's GUID adds nothing to it.
  const isNamed = project !== undefined && !isGuid(project);
  const projects = projectsOf(ports.catalog, organization).filter(
    ({ project: name }) => !isNamed || isSameText(name, project),
  );
  for (const configured of projects) {
    const found = await ifThere(ports.pipelines.getBuild({ ...configured, buildId }));
    if (!found) continue;
    const { build } = found;
    const named = findByDefinition(ports.catalog, { ...configured, definitionId: build.definitionId });
    if (named) return { subject: { named, branch: build.branch, build } };
  }
  return { remark: { code: 'link-unconfigured', link } };
}

/** The configured projects, of one organisation when the link names it. No other project is ever asked. */
function projectsOf(catalog: ServiceCatalog, organization: string | undefined): ConfiguredProject[] {
  return configuredProjects(catalog).filter(
    (configured) => organization === undefined || configured.organization === organization,
  );
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof PipeBotError && thrown.code === 'azure-not-found') return undefined;
    throw thrown;
  }
}

function isSameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
