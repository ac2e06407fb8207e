// Waits at a gate without a PipeBot: asks Azure DevOps for one caller, again and again, with the same assessment and
// the same decision as the server, until it is decided or the time is up. It must not take a doubt for an answer.
import { type Clock, sleep } from '../clock.ts';
import { decideGate, type GateDecision } from '../domain/gate.ts';
import type { Base, Service } from '../domain/service.ts';
import { type ErrorCode, PipeBotError, toPipeBotError } from '../errors.ts';
import { assessBases } from './assess-bases.ts';
import { createDirectReadings, type DirectReadings } from './direct-readings.ts';
import type { Log, Pipelines } from './ports.ts';

export interface PolledGate {
  readonly organization: string;
  readonly project: string;
  /** Its id, or its exact name. */
  readonly definition: number | string;
  /** Full refs, asked in this order. */
  readonly branches: readonly [string, ...string[]];
  readonly repositoryId?: string;
  readonly commit?: string;
  /** Deadline, pace and settle time are in it. */
  readonly policy: Service['policy'];
}

export interface PolledAnswer {
  readonly service: Service;
  /** Full ref that was asked for. */
  readonly branch: string;
  readonly decision: GateDecision;
  /** Ms since the epoch, our clock. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly retryAfterMs: number;
}

export interface PollGatePorts {
  readonly pipelines: Pick<Pipelines, 'listBuilds' | 'getTimelineFacts' | 'getDefinition'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Called with each answer that is `wait`, and with each error before Azure DevOps has answered at all. */
  readonly onWait: (waiting: PolledAnswer | PipeBotError) => void;
}

/** Nobody corrects these while a pipeline waits. */
const LASTING: readonly ErrorCode[] = ['azure-unauthorized', 'azure-not-found', 'azure-refused'];

/**
 * The final answer, the error that kept Azure DevOps from ever answering until the deadline, or undefined when the
 * signal was aborted. An error that does not pass by itself (wrong credentials, no such definition) ends the wait
 * as long as Azure DevOps has never answered; afterwards it is a doubt like the others, and is waited out.
 */
export async function pollGate(
  ports: PollGatePorts,
  gate: PolledGate,
): Promise<PolledAnswer | PipeBotError | undefined> {
  const { clock, signal } = ports;
  const askedAt = clock.now();
  const deadlineAt = askedAt + gate.policy.timeoutMs;
  const readings = createDirectReadings(ports);
  let service: Service | undefined;
  for (;;) {
    const isOver = clock.now() >= deadlineAt;
    const waiting = await attempt(async () => {
      service ??= await describeService(ports, gate);
      return decide({ readings, gate, service, clock, askedAt, deadlineAt });
    });
    if (signal.aborted) return undefined;
    const isLasting = waiting instanceof PipeBotError && LASTING.includes(waiting.code);
    const isFinal = !(waiting instanceof PipeBotError) && waiting.decision.verdict !== 'wait';
    if (isLasting || isFinal || isOver) return waiting;
    ports.onWait(waiting);
    const retryAfterMs =
      waiting instanceof PipeBotError ? waiting.details.retryAfterMs : waiting.retryAfterMs;
    const pauseMs = Math.max(gate.policy.pollIntervalMs, retryAfterMs ?? 0);
    await sleep(clock, Math.min(pauseMs, Math.max(0, deadlineAt - clock.now())), signal);
    if (signal.aborted) return undefined;
  }
}

async function attempt(work: () => Promise<PolledAnswer>): Promise<PolledAnswer | PipeBotError> {
  try {
    return await work();
  } catch (thrown) {
    const error = toPipeBotError(thrown);
    if (!error.code.startsWith('azure-')) throw thrown;
    return error;
  }
}

/** A service of one base, called as the pipeline is. */
async function describeService({ pipelines }: PollGatePorts, gate: PolledGate): Promise<Service> {
  const { organization, project, definition, branches, repositoryId, policy } = gate;
  const found = await pipelines.getDefinition({ organization, project, definition });
  const base: Base = {
    name: found.name,
    definition: {
      organization,
      project: found.project,
      definitionId: found.definitionId,
      branch: branches.at(-1) ?? branches[0],
      ...(repositoryId === undefined ? {} : { repositoryId }),
    },
  };
  return { name: found.name, aliases: [], bases: [base], fallbackBranches: branches.slice(1), policy };
}

async function decide(asked: {
  readonly readings: DirectReadings;
  readonly gate: PolledGate;
  readonly service: Service;
  readonly clock: Clock;
  readonly askedAt: number;
  readonly deadlineAt: number;
}): Promise<PolledAnswer> {
  const { readings, gate, service, clock, askedAt, deadlineAt } = asked;
  const { policy, commit } = gate;
  const commits = commit === undefined ? {} : { commit };
  const { assessments, branch, retryAfterMs } = await assessBases(readings, {
    ...{ named: { kind: 'service', service } as const, branch: gate.branches[0], maxAgeMs: 0 },
    ...commits,
  });
  const code = LASTING.find((lasting) => lasting === assessments[0].failure?.code);
  if (code && !readings.hasRead)
    throw new PipeBotError(code, { subject: `${gate.organization}/${gate.project}` });
  const now = clock.now();
  const question = { askedAt, deadlineAt, settleMs: policy.settleMs, ...commits };
  const decision = decideGate(assessments, question, { policy, now });
  return { service, branch, decision, askedAt, answeredAt: now, retryAfterMs: retryAfterMs ?? 0 };
}
