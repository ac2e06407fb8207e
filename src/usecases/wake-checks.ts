// Has the checks looked at that wait for what has changed. It must not decide whether the change matters to them.
import type { Clock } from '../clock.ts';
import { isSamePlace, type Place, placeKey } from '../domain/place.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import { gatePlaces } from './gate-interest.ts';
import { enqueueRun } from './open-check.ts';
import type { CheckRecords, Jobs, Transactions } from './ports.ts';

export interface WakeChecksPorts {
  readonly catalog: ServiceCatalog;
  readonly checks: Pick<CheckRecords, 'listOpen'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
}

const BATCH = 200;

/** Inside the transaction that stores the change, so that no check sleeps over it. */
export async function enqueueWake({ jobs }: Pick<WakeChecksPorts, 'jobs'>, place: Place): Promise<void> {
  const { organization, project, branch } = place;
  const bare = { organization, project, branch };
  await jobs.enqueue('wake-checks', bare, { key: placeKey(bare) });
}

/** The checks that wait for a base at this place. */
export async function wakeChecks(ports: WakeChecksPorts, place: Place): Promise<void> {
  const open = await ports.checks.listOpen();
  const waiting = open.filter((check) =>
    gatePlaces(ports.catalog, [check]).some((wanted) => isSamePlace(wanted, place)),
  );
  await wake(ports, waiting);
}

/** All that have not ended: after a start, and when people have changed what holds a service. */
export async function resumeChecks(ports: WakeChecksPorts, service?: string): Promise<void> {
  const open = await ports.checks.listOpen();
  await wake(
    ports,
    open.filter((check) => service === undefined || check.service === service),
  );
}

async function wake(ports: WakeChecksPorts, checks: readonly { readonly id: string }[]): Promise<void> {
  for (let from = 0; from < checks.length; from += BATCH) {
    await ports.transactions.transaction(async () => {
      for (const { id } of checks.slice(from, from + BATCH)) await enqueueRun(ports, id, ports.clock.now());
    }, 'wake-checks');
  }
}
