// A place: one branch of one project, where builds are looked for. What is polled is polled by place, for
// everybody together. No lookup, no network.

/** No git ref can look like this, so it cannot be taken for a branch. */
export const ANY_BRANCH = '*';

export interface Place {
  readonly organization: string;
  readonly project: string;
  /** Full ref, or `ANY_BRANCH`. */
  readonly branch: string;
}

/** A definition that somebody wants to hear about; `repositoryId` when only builds of one repository count. */
export interface PlacedDefinition {
  readonly definitionId: number;
  readonly repositoryId?: string;
}

/** The same text for the same place, whatever the capitals of its project. */
export function placeKey({ organization, project, branch }: Place): string {
  return JSON.stringify([organization, project.toLowerCase(), branch]);
}

/** The same text for the same definition on the same branch; its repository is not compared. */
export function placedDefinitionKey({
  organization,
  project,
  definitionId,
  branch,
}: Place & Pick<PlacedDefinition, 'definitionId'>): string {
  return JSON.stringify([organization, project.toLowerCase(), definitionId, branch]);
}

export function isSamePlace(left: Place, right: Place): boolean {
  return placeKey(left) === placeKey(right);
}

/** Where these are, each place once. */
export function distinctPlaces(located: readonly Place[]): Place[] {
  const places = located.map(({ organization, project, branch }) => ({ organization, project, branch }));
  return [...new Map(places.map((place) => [placeKey(place), place])).values()];
}
