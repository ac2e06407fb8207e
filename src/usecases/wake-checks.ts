// Has the checks looked at that wait for what has changed. It must not decide whether the change matters to them.
import { isSamePlace, type Place, placeKey } from '../domain/place.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import { gatePlaces, type WaitingGate } from './gate-interest.ts';
import type { CheckRecords, Jobs, ManyJobs, Transactions } from './ports.ts';

export interface WakeChecksPorts {
  readonly catalog: ServiceCatalog;
  readonly checks: Pick<CheckRecords, 'listOpen'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs & ManyJobs;
}

const BATCH = 200;

/** Inside the transaction that stores the change, so that no check sleeps over it. */
export async function enqueueWake({ jobs }: { readonly jobs: Jobs }, place: Place): Promise<void> {
  await jobs.enqueue('wake-checks', { place }, { key: placeKey(place) });
}

/** The checks that wait for a base at a place, or that ask for a service. */
export async function wakeChecks(
  ports: WakeChecksPorts,
  reason: { readonly place: Place } | { readonly service: string },
): Promise<void> {
  const open = await ports.checks.listOpen();
  const concerned =
    'service' in reason
      ? open.filter(({ service }) => service === reason.service)
      : open.filter((check) => waitsAt(ports.catalog, check, reason.place));
  await wake(ports, concerned);
}

function waitsAt(catalog: ServiceCatalog, check: WaitingGate, place: Place): boolean {
  return gatePlaces(catalog, [check]).some((wanted) => isSamePlace(wanted, place));
}

/** After a start: all that have not ended. */
export async function resumeChecks(ports: WakeChecksPorts): Promise<void> {
  await wake(ports, await ports.checks.listOpen());
}

async function wake(ports: WakeChecksPorts, checks: readonly { readonly id: string }[]): Promise<void> {
  for (let from = 0; from < checks.length; from += BATCH) {
    const jobs = checks.slice(from, from + BATCH).map(({ id }) => ({ payload: { id }, key: id }));
    await ports.transactions.transaction(() => ports.jobs.enqueueAll('run-check', jobs), 'wake-checks');
  }
}
