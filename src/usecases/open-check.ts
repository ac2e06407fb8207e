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
  readonly checks: Pick<CheckRecords, 'add' | 'countOpen'>;
  readonly gates: Pick<GateRecords, 'save' | 'find'>;
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
 * @throws PipeBotError store-*; check-unavailable; gate-full; check-request-invalid when that one is another service's or key's, and
 * then nothing of it is changed
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
  if (standing.id === gate.id) {
    await gates.save(gate);
    await checkRoom(checks, check.keyId);
  } else await checkCaller(ports, standing, check);
  if (!standing.end) await enqueueRun({ jobs }, standing.id, clock.now());
  return standing;
}

/** Those who wait hold no connection, only a row and a job; but each is looked at once a minute. */
const MOST_OPEN = 10_000;
const MOST_OPEN_OF_KEY = 2_000;
const RETRY_WHEN_FULL_MS = 60_000;

/** With the new one counted. Two at the same time may both find room for one. */
async function checkRoom(checks: OpenCheckPorts['checks'], keyId: string): Promise<void> {
  const open = await checks.countOpen();
  if (open <= MOST_OPEN_OF_KEY) return;
  if (open > MOST_OPEN || (await checks.countOpen(keyId)) > MOST_OPEN_OF_KEY)
    throw new PipeBotError('gate-full', { retryAfterMs: RETRY_WHEN_FULL_MS });
}

/** The ids of a task prove nothing, and the token that comes with them takes the place of the one that is kept. */
async function checkCaller(
  { gates }: Pick<OpenCheckPorts, 'gates'>,
  { id }: CheckRecord,
  { service, keyId }: NewCheck,
): Promise<void> {
  const gate = await gates.find(id);
  if (gate && gate.service === service.name && gate.keyId === keyId) return;
  throw new PipeBotError('check-request-invalid', {
    subject: 'header TaskInstanceId',
    detail: 'this task has asked before, about another service or with another key',
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
