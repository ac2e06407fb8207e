// Finds the gate that a question belongs to, or begins a new one. It must not decide.
import { PipeBotError } from '../errors.ts';
import type { GatePorts, GateRequest } from './answer-gate.ts';
import type { GateRecord } from './ports.ts';

/** A caller that waits comes back within seconds; one that stayed away longer asks something new. */
const COMES_BACK_WITHIN_MS = 3 * 60_000;

type OpenGatePorts = Pick<GatePorts, 'gates' | 'clock' | 'newId'>;

/**
 * The gate that the caller's id names, the one at which its build waits, or a new one.
 * Throws `gate-unknown`, or `gate-request-invalid` when the id belongs to another question.
 */
export async function openGate(ports: OpenGatePorts, request: GateRequest): Promise<GateRecord> {
  if (request.id !== undefined) return findById(ports, request, request.id);
  const waiting = await findByBuild(ports, request);
  return waiting ?? newGate(ports, request);
}

/** For callers who cannot send the id back, such as `curl --retry`: their build is who they are. */
async function findByBuild(ports: OpenGatePorts, request: GateRequest): Promise<GateRecord | undefined> {
  const { keyId, service, buildId, branch, commit } = request;
  if (buildId === undefined) return undefined;
  const answeredSince = ports.clock.now() - COMES_BACK_WITHIN_MS;
  return ports.gates.findWaiting({ keyId, buildId, service: service.name, branch, commit, answeredSince });
}

/** Not stored yet. */
export function newGate(
  ports: Pick<OpenGatePorts, 'clock' | 'newId'>,
  request: Omit<GateRequest, 'waitMs' | 'signal'>,
): GateRecord {
  const { service, keyId, commit, buildId } = request;
  const now = ports.clock.now();
  return {
    id: ports.newId(),
    keyId,
    service: service.name,
    branch: request.branch ?? '',
    ...(commit === undefined ? {} : { commit }),
    settleMs: request.settleMs ?? service.policy.settleMs,
    askedAt: now,
    deadlineAt: now + (request.timeoutMs ?? service.policy.timeoutMs),
    ...(buildId === undefined ? {} : { buildId }),
  };
}

async function findById(ports: OpenGatePorts, request: GateRequest, id: string): Promise<GateRecord> {
  const { service, keyId, branch, commit } = request;
  const gate = await ports.gates.find(id);
  const isFinal = gate?.decision !== undefined && gate.decision.verdict !== 'wait';
  const isForgotten = isFinal && ports.clock.now() > gate.deadlineAt;
  // Another key's gate and one that never was get the same answer.
  if (!gate || gate.keyId !== keyId || isForgotten) throw new PipeBotError('gate-unknown', { subject: id });
  const isOther =
    gate.service !== service.name ||
    (branch !== undefined && branch !== gate.branch) ||
    (commit !== undefined && commit !== gate.commit);
  if (!isOther) return gate;
  throw new PipeBotError('gate-request-invalid', {
    subject: 'id',
    detail: 'it belongs to a question about another service, branch or commit',
    example: 'leave the id out to ask something new',
  });
}
