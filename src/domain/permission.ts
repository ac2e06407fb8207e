// Who may see a service, and who may hold and release its gates: one table, and the catalog as somebody may see it.
// Pure. It must not learn who somebody is from what was typed; the asker comes from the verified activity.
import { type Base, OPEN_ACCESS, type Service, type ServiceCatalog } from './service.ts';

/** Who asks, and where; ids as in ServiceAccess, GUIDs in small letters. */
export interface Asker {
  /** Entra object id of the person who speaks; absent when Teams did not say it, or when nobody speaks. */
  readonly personId?: string;
  /**
   * What the conversation is known by: a channel's team and that team's group, a group chat itself, the person of a
   * personal chat. What may be seen depends on this alone: in a channel everybody reads what one asks.
   */
  readonly placeIds: readonly string[];
  /** The tenant of the conversation. */
  readonly tenantId: string;
  /** PipeBot's own; absent in local mode. */
  readonly homeTenantId?: string;
  /** Local mode: no registration, this machine only, everything is allowed. */
  readonly isLocal: boolean;
}

export type ServiceAction = 'see' | 'hold' | 'release';

export type Permission =
  | { readonly kind: 'allowed' }
  /** Whoever may not see it must not hear that it is there. */
  | { readonly kind: 'refused'; readonly why: 'not-visible' | 'nobody-may' | 'not-operator' };

const ALLOWED: Permission = { kind: 'allowed' };

/** Whether the asker may do it; for everything else than seeing, the service has to be seen first. */
export function permissionFor(
  asker: Asker,
  action: ServiceAction,
  { access: { visibleTo, operators } = OPEN_ACCESS }: Pick<Service, 'access'>,
): Permission {
  if (asker.isLocal) return ALLOWED;
  const isAtHome = asker.homeTenantId !== undefined && asker.tenantId === asker.homeTenantId;
  const isVisible =
    visibleTo.length === 0 || asker.placeIds.some((id) => visibleTo.includes(id) || operators.includes(id));
  if (!isAtHome || !isVisible) return { kind: 'refused', why: 'not-visible' };
  if (action === 'see') return ALLOWED;
  if (operators.length === 0) return { kind: 'refused', why: 'nobody-may' };
  // Nobody is nobody's operator: without a person there is nobody to be recorded.
  const { personId, placeIds } = asker;
  const isOperator = personId !== undefined && [personId, ...placeIds].some((id) => operators.includes(id));
  return isOperator ? ALLOWED : { kind: 'refused', why: 'not-operator' };
}

/** Whether there is anything that not everybody may see. */
export function isRestricted({ services }: Pick<ServiceCatalog, 'services'>): boolean {
  return services.some(({ access }) => (access?.visibleTo ?? []).length > 0);
}

/**
 * The catalog as the asker may see it: everything else is not there, for commands, suggestions and links alike. A base
 * is seen with a service that is built on it, or when no service is.
 */
export function visibleCatalog(catalog: ServiceCatalog, asker: Asker): ServiceCatalog {
  const services = catalog.services.filter(
    (service) => permissionFor(asker, 'see', service).kind === 'allowed',
  );
  if (services.length === catalog.services.length) return catalog;
  const used = namesOfBases(catalog.services);
  const seen = namesOfBases(services);
  const isSeen = ({ name }: Base) => seen.has(name) || (!used.has(name) && services.length > 0);
  return { services, bases: catalog.bases.filter(isSeen) };
}

function namesOfBases(services: readonly Service[]): Set<string> {
  return new Set(services.flatMap(({ bases }) => bases.map(({ name }) => name)));
}
