// Takes a check back, because its run says that it no longer waits. It must not tell the run anything: it asked for that.
import type { Clock } from '../clock.ts';
import type { CheckTarget } from '../domain/check.ts';
import { PipeBotError } from '../errors.ts';
import type { CheckRecords, GateRecords, Log, Transactions } from './ports.ts';

export interface CancelCheckPorts {
  readonly checks: Pick<CheckRecords, 'findByTarget' | 'end'>;
  readonly gates: Pick<GateRecords, 'find'>;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CanceledCheck {
  readonly target: CheckTarget;
  readonly service: string;
  readonly keyId: string;
}

export type CancelCheck = (check: CanceledCheck) => Promise<void>;

/** Does nothing more when it has ended already. @throws PipeBotError gate-unknown, also for what another key asked */
export function createCancelCheck(ports: CancelCheckPorts): CancelCheck {
  return async ({ target, service, keyId }) => {
    const check = await ports.checks.findByTarget(target);
    const gate = check && (await ports.gates.find(check.id));
    if (!check || gate?.service !== service || gate.keyId !== keyId) {
      const detail = `no task ${target.taskInstanceId} has asked for it`;
      throw new PipeBotError('gate-unknown', { subject: target.taskInstanceId, detail });
    }
    const now = ports.clock.now();
    const end = () => ports.checks.end(check.id, 'canceled', now);
    const isCanceled = await ports.transactions.transaction(end, 'cancel-check');
    if (isCanceled) ports.log.info({ gateId: check.id, service }, 'check canceled by its run');
  };
}
