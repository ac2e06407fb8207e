// Which services a key may see. What it may not see does not exist for it, in any answer.
import type { Service, ServiceCatalog } from '../domain/service.ts';
import type { GateKey } from '../usecases/ports.ts';

/** In the catalog's order. */
export function visibleServices(catalog: ServiceCatalog, { services }: GateKey): readonly Service[] {
  return catalog.services.filter(({ name }) => services === undefined || services.includes(name));
}
