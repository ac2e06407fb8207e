// Keeps the house: forgets what nobody needs any more, and sees to it that what is owed has its job. It must
// never touch what is still owed to somebody.
import type { Clock } from '../clock.ts';
import type { Jobs, Log } from './ports.ts';

/** A store of something that is forgotten when it is old; each knows what of it is still needed. */
export interface Forgetful {
  deleteBefore(before: number): Promise<void>;
}

export interface CleanUpPorts {
  readonly forgetful: readonly Forgetful[];
  /** Of what people ordered; kept for longer, since somebody may ask who did it. */
  readonly audit: readonly Forgetful[];
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  /** Enqueues whatever is owed but may have lost its job. */
  readonly resume: () => Promise<void>;
  /** Jobs that were given up, newest first. */
  readonly deadLetters: () => Promise<readonly { readonly name: string; readonly diedAt: Date }[]>;
}

/** Teams repeats a message within minutes; a month leaves room for looking back. */
const RETENTION_MS = 30 * 24 * 3_600_000;
const AUDIT_RETENTION_MS = 90 * 24 * 3_600_000;
const INTERVAL_MS = 3_600_000;

/** One round. The next one is enqueued first, so that the chain cannot break. */
export async function cleanUp(ports: CleanUpPorts): Promise<void> {
  const now = ports.clock.now();
  await ports.jobs.enqueue('clean-up', {}, { key: 'clean-up', runAt: now + INTERVAL_MS });
  await ports.resume();
  for (const part of ports.forgetful) await part.deleteBefore(now - RETENTION_MS);
  for (const part of ports.audit) await part.deleteBefore(now - AUDIT_RETENTION_MS);
  const dead = await ports.deadLetters();
  const newest = dead[0];
  if (newest) {
    ports.log.error({ count: dead.length, name: newest.name, diedAt: newest.diedAt }, 'jobs were given up');
  }
}
