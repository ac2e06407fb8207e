// Answers "is the base ready for payments?" for people. The same verdict that a gate would get now.
import type { Clock } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import { type BaseAssessment, decideGate } from '../domain/gate.ts';
import { findGateCycle } from '../domain/gate-cycle.ts';
import type { Named, ServiceCatalog } from '../domain/service.ts';
import { type AssessPorts, assessBases, policyOf } from './assess-bases.ts';
import type { Holds } from './ports.ts';

/** A verdict may rest on a reading that is at most this old. */
export const FRESH_MS = 3_000;

export type GetStatus = (question: {
  readonly named: Named;
  readonly branch?: string;
}) => Promise<StatusAnswer>;

export interface StatusPorts extends AssessPorts {
  readonly holds: Pick<Holds, 'findFor'>;
  /** All services, for circles; what people may see of it is in the question already. */
  readonly catalog: ServiceCatalog;
  readonly clock: Clock;
}

export function createGetStatus(ports: StatusPorts): GetStatus {
  return async ({ named, branch }) => {
    const question = { named, ...(branch === undefined ? {} : { branch }), maxAgeMs: FRESH_MS };
    const assessed = await assessBases(ports, question);
    const now = ports.clock.now();
    // A person who asks is not kept waiting, so there is no deadline to run into.
    const asked = { askedAt: now, deadlineAt: Number.MAX_SAFE_INTEGER, settleMs: 0 };
    const orders = await ordersFor(ports, named, assessed.assessments, now);
    const decision = decideGate(assessed.assessments, asked, { policy: policyOf(named), now, ...orders });
    return { named, branch: assessed.branch, decision, assessments: assessed.assessments, answeredAt: now };
  };
}

/** What a gate of the service would meet besides its bases; a base on its own has no gate. */
async function ordersFor(
  ports: StatusPorts,
  named: Named,
  assessments: readonly BaseAssessment[],
  now: number,
): Promise<Pick<Parameters<typeof decideGate>[2], 'hold' | 'cycle'>> {
  if (named.kind === 'base') return {};
  const { service } = named;
  const hold = await ports.holds.findFor({ service: service.name }, now);
  const cycle = findGateCycle(ports.catalog, service, { assessments });
  return { ...(hold ? { hold } : {}), ...(cycle ? { cycle } : {}) };
}
