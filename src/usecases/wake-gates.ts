// Wakes everybody who waits at the gates of a service, because a person has ordered something or a decision can be
// another one now. The one function for all who change what a gate would answer.
import type { GateSignals } from './ports.ts';

export interface WakePorts {
  readonly gateSignals: Pick<GateSignals, 'announce'>;
}

/**
 * Call it in the transaction that stores the change: it is heard when that has committed, in every instance.
 *
 * Callers that are held (HTTP) listen by `gateSignals.next` and decide anew. Checks (callbacks) hold no request; here
 * is where they get their job, in the same transaction, so that it is durable: for every open check of the service
 * (`CheckRecords.listOpen`) one `jobs.enqueue`.
 */
export async function wakeGates({ gateSignals }: WakePorts, service: string): Promise<void> {
  await gateSignals.announce(service);
}
