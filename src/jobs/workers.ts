// Binds each kind of job to the use case that does it. What a job does when it fails is the queue's business:
// it is tried again, later and later, and finally kept where an operator sees it.
import type { JobPayloads } from '../usecases/ports.ts';
import type { JobQueue } from './queue.ts';

export const JOB_NAMES = [
  'answer-message',
  'deliver',
  'poll',
  'read-build',
  'release-alerts',
  'run-check',
  'wake-checks',
  'clean-up',
] as const satisfies readonly (keyof JobPayloads)[];

export type JobHandlers = {
  readonly [Name in keyof JobPayloads]: (payload: JobPayloads[Name]) => Promise<void>;
};

/** How many jobs of a kind run at the same time; each conversation and each target is a key of its own. */
const CONCURRENCY = {
  'answer-message': 10,
  deliver: 10,
  poll: 10,
  'read-build': 10,
  'release-alerts': 10,
  'run-check': 20,
  'wake-checks': 5,
  'clean-up': 1,
} as const satisfies Record<keyof JobPayloads, number>;

/** Call it before the queue is started. */
export function bindWorkers(queue: JobQueue<JobPayloads>, handlers: JobHandlers): void {
  const bind = <Name extends keyof JobPayloads>(name: Name) =>
    queue.work(name, (payload) => handlers[name](payload), { concurrency: CONCURRENCY[name] });
  for (const name of JOB_NAMES) bind(name);
}
