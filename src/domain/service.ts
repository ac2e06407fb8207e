// Services, their bases and the policy of their gates, as the services file describes them; and finding one
// by the name a person typed. It must not know where the description came from.

/** One definition on one branch of one organisation. `organization` is the configured name, never a URL. */
export interface DefinitionRef {
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  /** Full ref; the definition's own branch. */
  readonly branch: string;
  /** Only builds of this repository count, when given (the API's repository id). */
  readonly repositoryId?: string;
}

/** A project as the services file writes it. */
export type ConfiguredProject = Pick<DefinitionRef, 'organization' | 'project'>;

export type DefinitionName = Pick<DefinitionRef, 'organization' | 'project' | 'definitionId'>;

export interface Base {
  readonly name: string;
  readonly definition: DefinitionRef;
}

export interface Service {
  readonly name: string;
  readonly aliases: readonly string[];
  /** At least one. */
  readonly bases: readonly Base[];
  readonly build?: DefinitionRef;
  /** Full refs, asked in order after the caller's branch. */
  readonly fallbackBranches: readonly string[];
  readonly policy: GatePolicy;
  /** Who may see it, and who may hold and release its gates (see permission.ts). Absent: `OPEN_ACCESS`. */
  readonly access?: ServiceAccess;
}

/** Ids as Teams and Entra write them; GUIDs in small letters. */
export interface ServiceAccess {
  /** Teams (their id or their group's), group chats, and people in their personal chats. Empty: all of the tenant. */
  readonly visibleTo: readonly string[];
  /** People (Entra object ids), or teams whose members say it in a channel of the team. Empty: nobody. */
  readonly operators: readonly string[];
}

export const OPEN_ACCESS: ServiceAccess = { visibleTo: [], operators: [] };

export interface GatePolicy {
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  readonly settleMs: number;
  readonly whenRunning: 'wait' | 'use-previous';
  readonly onPartiallySucceeded: 'continue' | 'stop';
  readonly onCanceled: 'previous' | 'stop';
  readonly onNeverBuilt: 'stop' | 'continue';
  /** Off unless set. */
  readonly maxAgeMs?: number;
}

export const DEFAULT_GATE_POLICY: GatePolicy = {
  timeoutMs: 30 * 60_000,
  pollIntervalMs: 10_000,
  settleMs: 0,
  whenRunning: 'wait',
  onPartiallySucceeded: 'continue',
  onCanceled: 'previous',
  onNeverBuilt: 'stop',
};

export interface ServiceCatalog {
  readonly services: readonly Service[];
  readonly bases: readonly Base[];
}

/** What the services file names, the bases first; one that is named for two things comes twice. */
export function configuredDefinitions({ services, bases }: ServiceCatalog): DefinitionRef[] {
  return [...bases.map(({ definition }) => definition), ...services.flatMap(({ build }) => build ?? [])];
}

/** Every project that the services file names, each once. */
export function configuredProjects(catalog: ServiceCatalog): ConfiguredProject[] {
  const byKey = new Map<string, ConfiguredProject>();
  for (const { organization, project } of configuredDefinitions(catalog)) {
    const key = JSON.stringify([organization, project.toLowerCase()]);
    if (!byKey.has(key)) byKey.set(key, { organization, project });
  }
  return [...byKey.values()];
}

/** What a name stands for: a service, or a base on its own. */
export type Named =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'base'; readonly base: Base };

/** Finds a service by name or alias, then a base by name; case does not matter. */
export function findNamed(catalog: ServiceCatalog, name: string): Named | undefined {
  const wanted = name.toLowerCase();
  const service = catalog.services.find(
    (candidate) =>
      candidate.name.toLowerCase() === wanted ||
      candidate.aliases.some((alias) => alias.toLowerCase() === wanted),
  );
  if (service) return { kind: 'service', service };
  const base = catalog.bases.find((candidate) => candidate.name.toLowerCase() === wanted);
  return base && { kind: 'base', base };
}

/** Every name that a person may type: services, their aliases and bases. */
export function namesOf({ services, bases }: ServiceCatalog): string[] {
  return [...services.flatMap(({ name, aliases }) => [name, ...aliases]), ...bases.map(({ name }) => name)];
}

/** Whether both name the same definition; their branches and repositories are not compared. */
export function isSameDefinition(left: DefinitionName, right: DefinitionName): boolean {
  return (
    left.definitionId === right.definitionId &&
    left.organization === right.organization &&
    left.project.toLowerCase() === right.project.toLowerCase()
  );
}

/** Whether a build is of the repository that counts; every one is when none was named. */
export function isOfRepository(
  build: { readonly repositoryId?: string },
  repositoryId: string | undefined,
): boolean {
  return repositoryId === undefined || build.repositoryId?.toLowerCase() === repositoryId.toLowerCase();
}

/** Whether a build counts for what is configured: its definition may be narrowed to one repository. */
export function isOfConfiguredRepository(
  catalog: ServiceCatalog,
  build: DefinitionName & { readonly repositoryId?: string },
): boolean {
  const own = configuredDefinitions(catalog).filter((definition) => isSameDefinition(definition, build));
  return own.length === 0 || own.some(({ repositoryId }) => isOfRepository(build, repositoryId));
}

/** Where a base is looked for: the caller's branch, the service's fallback branches, its own; each once. */
export function branchesToAsk(named: Named, base: Base, asked: string | undefined): string[] {
  const service = named.kind === 'service' ? named.service : undefined;
  const wanted = asked ?? service?.build?.branch;
  const branches = [...(service?.fallbackBranches ?? []), base.definition.branch];
  return [...new Set(wanted === undefined ? branches : [wanted, ...branches])];
}

/** Finds what is configured for a definition: first a service that it builds, then a base that it makes. */
export function findByDefinition(catalog: ServiceCatalog, wanted: DefinitionName): Named | undefined {
  const matches = (definition: DefinitionRef | undefined) =>
    definition !== undefined && isSameDefinition(definition, wanted);
  const service = catalog.services.find((candidate) => matches(candidate.build));
  if (service) return { kind: 'service', service };
  const base = catalog.bases.find((candidate) => matches(candidate.definition));
  return base && { kind: 'base', base };
}

/** Shorter words are near to everything. */
const SHORTEST_COMPARED = 3;

/** At most three names that a typo may have meant, nearest first; none for one or two letters, and no such. */
export function nearestNames(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase().slice(0, 60);
  if (wanted.length < SHORTEST_COMPARED) return [];
  return names
    .filter((name) => name.length >= SHORTEST_COMPARED)
    .map((name) => ({ name, distance: distanceBetween(name.toLowerCase(), wanted) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((left, right) => left.distance - right.distance || left.name.localeCompare(right.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Edits (insert, delete, replace, swap of neighbours) between two short texts; a prefix counts as nearest. */
function distanceBetween(name: string, typed: string): number {
  if (typed.length >= 3 && name.startsWith(typed)) return 0;
  let beforeLast: number[] = [];
  let last = Array.from({ length: typed.length + 1 }, (_, index) => index);
  for (let row = 1; row <= name.length; row++) {
    const current = [row];
    for (let column = 1; column <= typed.length; column++) {
      const same = name[row - 1] === typed[column - 1];
      const swapped =
        row > 1 && column > 1 && name[row - 1] === typed[column - 2] && name[row - 2] === typed[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[typed.length] ?? 0;
}
