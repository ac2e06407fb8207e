// Wakes everybody who waits at the gates of a service, because a person has ordered something or a decision can be
// another one now. The one function for all who change what a gate would answer.
import type { GateSignals, Jobs } from './ports.ts';

export interface WakePorts {
  readonly gateSignals: Pick<GateSignals, 'announce'>;
  readonly jobs: Jobs;
}

/**
 * Call it in the transaction that stores the change: it is heard when that has committed, in every instance. Callers that
 * are held listen to the signal; for checks, which hold no request, it is a job.
 */
export async function wakeGates({ gateSignals, jobs }: WakePorts, service: string): Promise<void> {
  await gateSignals.announce(service);
  await jobs.enqueue('wake-checks', { service }, { key: `service:${service}` });
}
