// Answers "is the base ready for payments?" for people. The same verdict that a gate would get now.
import type { Clock } from '../clock.ts';
import type { StatusAnswer } from '../domain/content.ts';
import { decideGate } from '../domain/gate.ts';
import type { Named } from '../domain/service.ts';
import { type AssessPorts, assessBases, policyOf } from './assess-bases.ts';

/** A verdict may rest on a reading that is at most this old. */
export const FRESH_MS = 3_000;

export type GetStatus = (question: {
  readonly named: Named;
  readonly branch?: string;
}) => Promise<StatusAnswer>;

export function createGetStatus(ports: AssessPorts & { readonly clock: Clock }): GetStatus {
  return async ({ named, branch }) => {
    const question = { named, ...(branch === undefined ? {} : { branch }), maxAgeMs: FRESH_MS };
    const assessed = await assessBases(ports, question);
    const now = ports.clock.now();
    // A person who asks is not kept waiting, so there is no deadline to run into.
    const asked = { askedAt: now, deadlineAt: Number.MAX_SAFE_INTEGER, settleMs: 0 };
    const decision = decideGate(assessed.assessments, asked, { policy: policyOf(named), now });
    return { named, branch: assessed.branch, decision, assessments: assessed.assessments, answeredAt: now };
  };
}
