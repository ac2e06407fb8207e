// Which builds the waiting gates want to be read. Pure; the gates come from the store, the rest from the services
// file.
import { isSamePlace, type Place, type PlacedDefinition } from '../domain/place.ts';
import { branchesToAsk, findNamed, type Service, type ServiceCatalog } from '../domain/service.ts';

/** A gate at which somebody waits; `branch` is empty when the caller named none. */
export interface WaitingGate {
  readonly service: string;
  readonly branch: string;
}

interface Wanted extends Place, PlacedDefinition {
  readonly pollIntervalMs: number;
}

/** Every place at which a base of a waiting gate is looked for. */
export function gatePlaces(catalog: ServiceCatalog, gates: readonly WaitingGate[]): Place[] {
  return gates
    .flatMap((gate) => wantedBy(catalog, gate))
    .map(({ organization, project, branch }) => ({ organization, project, branch }));
}

/** Every place at which the bases of a single gate are looked for. */
export function placesOfGate(service: Service, branch: string): Place[] {
  return gatePlaces({ services: [service], bases: [] }, [{ service: service.name, branch }]);
}

/** What the waiting gates want of one place, and how often. */
export function gateDefinitions(
  catalog: ServiceCatalog,
  gates: readonly WaitingGate[],
  place: Place,
): (PlacedDefinition & { readonly pollIntervalMs: number })[] {
  return gates.flatMap((gate) => wantedBy(catalog, gate)).filter((wanted) => isSamePlace(wanted, place));
}

function wantedBy(catalog: ServiceCatalog, { service, branch }: WaitingGate): Wanted[] {
  const named = findNamed(catalog, service);
  if (named?.kind !== 'service') return [];
  const { pollIntervalMs } = named.service.policy;
  return named.service.bases.flatMap((base) =>
    branchesToAsk(named, base, branch === '' ? undefined : branch).map((asked) => ({
      ...base.definition,
      branch: asked,
      pollIntervalMs,
    })),
  );
}
