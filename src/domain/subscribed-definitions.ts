// Which definitions a subscription hears about, and on which branches, as the services file has them now. Pure;
// the answer is stored with the subscription and made anew when the services file has changed.
import { toBranchRef } from './branch.ts';
import { ANY_BRANCH, placedDefinitionKey } from './place.ts';
import { type DefinitionRef, findNamed, type ServiceCatalog } from './service.ts';
import { ALL_SERVICES, isPlainBranch, type SubscribedDefinition, type Subscription } from './subscription.ts';

/** A definition that stands behind a name. */
export interface DefinitionBehind {
  /** The service's name for its own build, the base's for a base. */
  readonly name: string;
  readonly role: 'base' | 'build';
  readonly definition: DefinitionRef;
}

/**
 * A service's own build and its bases; a base itself; everything for `ALL_SERVICES`. Empty for a name that the
 * services file does not have (any more).
 */
export function definitionsBehind(catalog: ServiceCatalog, name: string): DefinitionBehind[] {
  const named = name === ALL_SERVICES ? undefined : findNamed(catalog, name);
  if (name !== ALL_SERVICES && !named) return [];
  const services = !named ? catalog.services : named.kind === 'service' ? [named.service] : [];
  const bases = !named ? catalog.bases : named.kind === 'service' ? named.service.bases : [named.base];
  return [
    ...services.flatMap(({ name: service, build }): DefinitionBehind[] =>
      build ? [{ name: service, role: 'build', definition: build }] : [],
    ),
    ...bases.map((base): DefinitionBehind => ({ role: 'base', ...base })),
  ];
}

/**
 * Each definition and branch once. A base is also read on its own branch, whatever the filter says, so that it is
 * known when it is broken; the filter then keeps its builds from the subscription.
 */
export function subscribedDefinitions(
  catalog: ServiceCatalog,
  { service, branch }: Pick<Subscription, 'service' | 'branch'>,
): SubscribedDefinition[] {
  const wanted = new Map<string, SubscribedDefinition>();
  for (const { role, definition } of definitionsBehind(catalog, service)) {
    const { definitionId, repositoryId } = definition;
    const filtered = branch === undefined ? definition.branch : filteredBranch(branch);
    for (const at of role === 'base' ? [filtered, definition.branch] : [filtered]) {
      if (at === undefined) continue;
      const place = { organization: definition.organization, project: definition.project, branch: at };
      const key = placedDefinitionKey({ ...place, definitionId });
      const known = wanted.get(key);
      // Where one wants the builds of one repository only and another wants all, all are read.
      const isOfOne = repositoryId !== undefined && (!known || known.repositoryId === repositoryId);
      wanted.set(key, { ...place, definitionId, ...(isOfOne ? { repositoryId } : {}) });
    }
  }
  return [...wanted.values()];
}

function filteredBranch(glob: string): string | undefined {
  return isPlainBranch(glob) ? toBranchRef(glob) : ANY_BRANCH;
}
