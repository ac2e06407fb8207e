// Decides a gate from what is known now: the bases as they were read, people's orders, circles. It must not store the
// decision, nor wait for another one.
import { decideGate, type GateDecision } from '../domain/gate.ts';
import { findGateCycle } from '../domain/gate-cycle.ts';
import type { Service } from '../domain/service.ts';
import type { GatePorts, GateRequest } from './answer-gate.ts';
import { type AssessPorts, assessBases } from './assess-bases.ts';
import { FRESH_MS } from './get-status.ts';
import type { GateRecord } from './ports.ts';

/**
 * A poll comes up to a tenth of its interval late, and takes a moment: only after that does a waiting gate read for
 * itself, since a poll that fails to come must not keep it waiting.
 */
const LATEST_POLL = 1.1;
const POLL_GRACE_MS = 2_500;

export interface Decided {
  readonly decision: GateDecision;
  readonly branch: string;
  readonly readAt?: number;
  readonly retryAfterMs?: number;
}

export type DecidePorts = AssessPorts & Pick<GatePorts, 'catalog' | 'holds' | 'clock'>;

export interface GateAsked {
  readonly request: Pick<GateRequest, 'service'>;
  readonly gate: GateRecord;
  /** How old a reading may be that others have made. */
  readonly maxAgeMs: number;
}

/** A reading is at most this old while a gate of the service is polled for. */
export function latestPollMs({ policy }: Service): number {
  return policy.pollIntervalMs * LATEST_POLL + POLL_GRACE_MS;
}

/** When a hold ends by itself, which tells nobody. */
export function orderEndsAt({ hold }: GateDecision, now: number): number {
  return hold?.until !== undefined && hold.until > now ? hold.until : Number.POSITIVE_INFINITY;
}

/** A `continue` is never given on a shared reading that has become old: that one is looked at once more. */
export async function decideNow(ports: DecidePorts, asked: GateAsked): Promise<Decided> {
  const decided = await decideOnce(ports, asked);
  const { readAt } = decided;
  const now = ports.clock.now();
  const isFresh = readAt !== undefined && readAt <= now && readAt >= now - FRESH_MS;
  if (asked.maxAgeMs <= FRESH_MS || isFresh || decided.decision.verdict !== 'continue') return decided;
  return decideOnce(ports, { ...asked, maxAgeMs: FRESH_MS });
}

async function decideOnce(ports: DecidePorts, { request, gate, maxAgeMs }: GateAsked): Promise<Decided> {
  const { service } = request;
  const { assessments, ...rest } = await assessBases(ports, {
    named: { kind: 'service', service },
    ...(gate.branch === '' ? {} : { branch: gate.branch }),
    ...(gate.commit === undefined ? {} : { commit: gate.commit }),
    maxAgeMs,
  });
  const now = ports.clock.now();
  const hold = await ports.holds.findFor({ service: service.name, gateId: gate.id }, now);
  const { buildId } = gate;
  const caller = { assessments, ...(buildId === undefined ? {} : { buildId }) };
  const cycle = findGateCycle(ports.catalog, service, caller);
  const orders = { ...(hold ? { hold } : {}), ...(cycle ? { cycle } : {}) };
  const decision = decideGate(assessments, gate, { policy: service.policy, now, ...orders });
  return { decision, ...rest };
}
