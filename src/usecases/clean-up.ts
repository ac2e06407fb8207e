// Forgets what nobody needs any more, so that the store does not grow for ever. It must never touch what is
// still owed to somebody.
import type { Clock } from '../clock.ts';
import type { GateRecords, IncomingMessages, Jobs, Notifications } from './ports.ts';

export interface CleanUpPorts {
  readonly messages: Pick<IncomingMessages, 'deleteBefore'>;
  readonly notifications: Pick<Notifications, 'deleteBefore'>;
  readonly gates: Pick<GateRecords, 'deleteBefore'>;
  readonly jobs: Jobs;
  readonly clock: Clock;
}

/** Teams repeats a message within minutes; a month leaves room for looking back. */
const RETENTION_MS = 30 * 24 * 3_600_000;
const INTERVAL_MS = 24 * 3_600_000;

/** Cleans up and leaves the job for the next day. */
export async function cleanUp(ports: CleanUpPorts): Promise<void> {
  const before = ports.clock.now() - RETENTION_MS;
  await ports.messages.deleteBefore(before);
  await ports.notifications.deleteBefore(before);
  await ports.gates.deleteBefore(before);
  await ports.jobs.enqueue('clean-up', {}, { key: 'clean-up', runAt: ports.clock.now() + INTERVAL_MS });
}
