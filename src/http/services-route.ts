// GET /api/services: which gates the caller's key may ask. It must not tell of any other service.
import type { Service } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import { sendJson } from './answer.ts';
import type { GateRoutePorts } from './gate-routes.ts';
import type { Route } from './rest-server.ts';
import { visibleServices } from './visible-services.ts';

/** One service as it is listed; the fields are an interface that stays. */
export interface ServiceBody {
  readonly name: string;
  /** Other names that the gate takes as well. */
  readonly aliases: readonly string[];
  /** Path of its gate. */
  readonly gate: string;
}

/** Answers 401 without a key that counts; a key that may see nothing gets an empty list. */
export function createServicesRoute(ports: Pick<GateRoutePorts, 'catalog' | 'authenticateCaller'>): Route {
  return {
    method: 'get',
    path: '/api/services',
    handle: async ({ request, response }) => {
      const key = await ports.authenticateCaller(request);
      if (!key) throw new PipeBotError('gate-unauthorized');
      const services = visibleServices(ports.catalog, key).map(toBody);
      sendJson(response, { status: 200, body: { services: services.toSorted(byName) } });
    },
  };
}

function toBody({ name, aliases }: Service): ServiceBody {
  return { name, aliases: aliases.toSorted(), gate: `/api/gate/${encodeURIComponent(name)}` };
}

/** By code unit, as the aliases are, so that the order is the same everywhere. */
function byName(left: ServiceBody, right: ServiceBody): number {
  return left.name < right.name ? -1 : Number(left.name > right.name);
}
