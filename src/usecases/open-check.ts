// Takes a check in: stores it with its gate, its run's token and the job that looks at it, all at once. Only then may the
// caller be told so. It must not call anything outside of the store: Azure Pipelines gives up after seconds.
import type { Clock } from '../clock.ts';
import type { CheckTarget } from '../domain/check.ts';
import type { Service } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { newGate } from './open-gate.ts';
import type { CheckRecord, CheckRecords, GateRecords, Jobs, Log, Transactions } from './ports.ts';

export interface OpenCheckPorts {
  readonly checks: Pick<CheckRecords, 'add'>;
  readonly gates: Pick<GateRecords, 'find' | 'save'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

export interface NewCheck {
  readonly service: Service;
  readonly keyId: string;
  readonly target: CheckTarget;
  readonly token: Secret;
  /** Full ref. */
  readonly branch?: string;
  readonly commit?: string;
  readonly settleMs?: number;
  readonly timeoutMs?: number;
  readonly buildId?: number;
}

export type OpenCheck = (check: NewCheck) => Promise<CheckRecord>;

/**
 * Which check stands: the new one, or the one of the same task that was taken in before.
 * @throws PipeBotError store-*, and check-request-invalid when that one asked about another service
 */
export function createOpenCheck(ports: OpenCheckPorts): OpenCheck {
  return async (check) => {
    const standing = await ports.transactions.transaction(() => store(ports, check), 'open-check');
    const { id, target } = standing;
    const { service, buildId } = check;
    const fields = { gateId: id, service: service.name, callerBuildId: buildId };
    ports.log.info({ ...fields, hubName: target.hubName, planId: target.planId }, 'check taken in');
    return standing;
  };
}

async function store(ports: OpenCheckPorts, check: NewCheck): Promise<CheckRecord> {
  const { checks, gates, jobs, clock } = ports;
  const { target, token } = check;
  const gate = newGate(ports, check);
  const standing = await checks.add({ id: gate.id, target, receivedAt: clock.now() }, token);
  if (standing.id === gate.id) await gates.save(gate);
  else if ((await gates.find(standing.id))?.service !== gate.service) throw otherService();
  if (!standing.end) await enqueueRun({ jobs }, standing.id, clock.now());
  return standing;
}

/** Its verdict would be on what it asked first, and not on what it asks now. */
function otherService(): PipeBotError {
  return new PipeBotError('check-request-invalid', {
    subject: 'TaskInstanceId',
    detail: 'this task has asked about another service before, and a task gets one verdict',
    example: 'a task of its own for each service',
  });
}

/** Sees to it that a check is looked at; asked twice, the earlier time counts. */
export async function enqueueRun(
  { jobs }: { readonly jobs: Jobs },
  id: string,
  runAt: number,
): Promise<void> {
  await jobs.enqueue('run-check', { id }, { key: id, runAt });
}
