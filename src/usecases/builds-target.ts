// What is read together: definitions that are looked for at one place become one target. It must not read anything.
import { type Place, type PlacedDefinition, placeKey } from '../domain/place.ts';
import type { DefinitionRef } from '../domain/service.ts';
import type { BuildsTarget } from './ports.ts';

/** What a definition's builds on a branch are read by; the repository goes along, so that it is not hidden. */
export function buildsTargetOf(definition: DefinitionRef, branch: string): BuildsTarget {
  return buildsTargetAt({ ...definition, branch }, [definition]);
}

/** The definitions by the places at which they are read, so that each place is asked once for all of them. */
export function buildsTargetsOf(definitions: readonly (Place & PlacedDefinition)[]): BuildsTarget[] {
  const byPlace = Map.groupBy(definitions, placeKey);
  return [...byPlace.values()].flatMap((together) => {
    const [first] = together;
    return first ? [buildsTargetAt(first, together)] : [];
  });
}

/** Everything that somebody wants to hear of at one place; the same definition may come several times. */
export function buildsTargetAt(
  { organization, project, branch }: Place,
  definitions: readonly PlacedDefinition[],
): BuildsTarget {
  const repositories = new Map<number, string | undefined>();
  for (const { definitionId, repositoryId } of definitions) {
    const known = repositories.has(definitionId) ? repositories.get(definitionId) : repositoryId;
    // Who wants all builds is not served by those of one repository; the others look through them themselves.
    repositories.set(definitionId, known === repositoryId ? repositoryId : undefined);
  }
  const repositoryIds = Object.fromEntries(
    [...repositories].flatMap(([id, repositoryId]) =>
      repositoryId === undefined ? [] : [[id, repositoryId]],
    ),
  );
  const definitionIds = [...repositories.keys()].sort((a, b) => a - b);
  const isNarrowed = Object.keys(repositoryIds).length > 0;
  return { organization, project, branch, definitionIds, ...(isNarrowed ? { repositoryIds } : {}) };
}
