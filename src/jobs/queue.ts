// Durable jobs over the same database as everything else, so that a change and the job it causes commit
// together. Knows nothing of what the jobs do; nothing outside jobs/ knows of pg-boss.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { JobWithMetadata, PgBoss } from 'pg-boss';
import type { Clock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { createDueTimer, type DueTimer } from './due-timer.ts';
import { createEngine, DEAD_LETTER_QUEUE, ensureQueues, FIRST_RETRY_S } from './engine.ts';
import {
  type DeadJob,
  hastenWaitingJobs,
  hasWaitingRetry,
  listDeadJobs,
  listOpenNames,
  lockWaitingJob,
  putBackActiveJobs,
} from './job-tables.ts';
import { Slots } from './slots.ts';

const DEFAULT_CONCURRENCY = 4;
const DEFAULT_GRACE_MS = 8_000;

export interface EnqueueOptions {
  /**
   * At most one job per key runs at a time, and at most one waits besides one that waits for its retry.
   * Asked again while one waits: it keeps the earlier of the two times and takes the newer payload.
   */
  readonly key?: string;
  /** Milliseconds since the epoch on the queue's clock; at once if it is absent or past. */
  readonly runAt?: number;
}

export type JobHandler<Payload> = (payload: Payload, context: { readonly attempt: number }) => Promise<void>;

export interface JobQueue<Payloads> {
  /** Inside `database.transaction` the job commits or rolls back with it. Only after `start`. */
  enqueue<Name extends keyof Payloads & string>(
    name: Name,
    payload: Payloads[Name],
    options?: EnqueueOptions,
  ): Promise<void>;
  /** Each as soon as it can be, as `enqueue` would do it, with few statements where jobs with these keys wait already. */
  enqueueAll<Name extends keyof Payloads & string>(
    name: Name,
    jobs: readonly { readonly payload: Payloads[Name]; readonly key: string }[],
  ): Promise<void>;
  /**
   * Registers the handler of a kind of job, before `start`. A handler that throws is run again later, and so
   * is one whose process died: `attempt` counts from 1, and above that the earlier one may have had effects.
   */
  work<Name extends keyof Payloads & string>(
    name: Name,
    handler: JobHandler<Payloads[Name]>,
    options?: { readonly concurrency?: number },
  ): void;
  start(): Promise<void>;
  /** Takes no new jobs, waits up to `graceMs` (real time) for those that run, and puts the rest back. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  /** Resolves when no handler runs and no job is due on the clock; for tests and the demo. */
  idle(): Promise<void>;
  /** The jobs whose retries are used up, the newest first, at most 100. */
  deadLetters(): Promise<DeadJob[]>;
}

export interface QueueOptions<Payloads> {
  readonly database: Database;
  readonly clock: Clock;
  /** All kinds of jobs, so that one can be enqueued here and worked elsewhere. */
  readonly names: readonly (keyof Payloads & string)[];
  /** Hears of every failed attempt and of what the engine itself cannot do. */
  readonly onError: (error: unknown) => void;
}

/** Makes the queue; nothing happens before `start`. The caller keeps the database open until `stop` is done. */
export function createQueue<Payloads>(options: QueueOptions<Payloads>): JobQueue<Payloads> {
  return new PgBossQueue<Payloads>(options);
}

interface Worker {
  readonly handler: JobHandler<unknown>;
  readonly concurrency: number;
}

class PgBossQueue<Payloads> implements JobQueue<Payloads> {
  readonly #options: QueueOptions<Payloads>;
  readonly #boss: PgBoss;
  readonly #slots: Slots;
  readonly #dueTimer: DueTimer;
  readonly #workers = new Map<string, Worker>();

  constructor(options: QueueOptions<Payloads>) {
    const wake = (name: string) => this.#slots.wake(name);
    this.#options = options;
    this.#boss = createEngine({ ...options, onWake: wake });
    this.#slots = new Slots(this.#boss);
    const names = () => [...this.#workers.keys()];
    this.#dueTimer = createDueTimer({ ...options, boss: this.#boss, names, wake });
  }

  async enqueue<Name extends keyof Payloads & string>(
    name: Name,
    payload: Payloads[Name],
    { key = randomUUID(), runAt }: EnqueueOptions = {},
  ): Promise<void> {
    const { clock, database } = this.#options;
    const dueAt = runAt !== undefined && runAt > clock.now() ? new Date(runAt) : undefined;
    const request = { name, data: payload as object, key, dueAt };
    const options = { singletonKey: key, group: { id: key }, ...(dueAt && { startAfter: dueAt }) };
    // Refused means: one is waiting. Should a worker take that one just now, there is room for ours again.
    while ((await this.#boss.send(name, request.data, options)) === null)
      if (await database.transaction(() => this.#amendWaiting(request))) break;
    if (dueAt !== undefined) database.afterCommit(() => this.#dueTimer.expect(dueAt.getTime()));
  }

  async enqueueAll<Name extends keyof Payloads & string>(
    name: Name,
    jobs: readonly { readonly payload: Payloads[Name]; readonly key: string }[],
  ): Promise<void> {
    const { database } = this.#options;
    if (jobs.length === 0) return;
    await database.transaction(async () => {
      const waiting = jobs.map(({ key, payload }) => ({ key, data: JSON.stringify(payload) }));
      const hastened = new Set(await hastenWaitingJobs(this.#boss.getDb(), name, waiting));
      for (const { payload, key } of jobs) if (!hastened.has(key)) await this.enqueue(name, payload, { key });
    });
    database.afterCommit(() => this.#slots.wake(name));
  }

  work<Name extends keyof Payloads & string>(
    name: Name,
    handler: JobHandler<Payloads[Name]>,
    { concurrency = DEFAULT_CONCURRENCY }: { readonly concurrency?: number } = {},
  ): void {
    this.#workers.set(name, { handler: handler as JobHandler<unknown>, concurrency });
  }

  async start(): Promise<void> {
    const { database, names } = this.#options;
    await this.#boss.start();
    await ensureQueues(this.#boss, names);
    // The embedded database has one process at a time: what is still active belongs to one that died.
    if (database.kind === 'embedded') await putBackActiveJobs(this.#boss.getDb(), names);
    for (const [name, { handler, concurrency }] of this.#workers)
      await this.#slots.open(name, (job) => this.#run(job, handler), concurrency);
    this.#dueTimer.start();
  }

  async stop({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#dueTimer.stop();
    const done = Promise.all([...this.#workers.keys()].map((name) => this.#boss.offWork(name)));
    await settledWithin(done, graceMs);
    await this.#boss.stop({ graceful: false, close: false });
  }

  async idle(): Promise<void> {
    const names = [...this.#workers.keys()];
    const { running } = this.#slots;
    for (;;) {
      const open = await listOpenNames(this.#boss.getDb(), names);
      if (open.length === 0 && running.size === 0) return;
      for (const name of open) this.#slots.wake(name);
      await (running.size > 0 ? Promise.race(running) : nextTurn());
    }
  }

  deadLetters(): Promise<DeadJob[]> {
    return listDeadJobs(this.#boss.getDb(), DEAD_LETTER_QUEUE);
  }

  async #run(job: JobWithMetadata<unknown>, handler: JobHandler<unknown>): Promise<void> {
    const { clock, onError } = this.#options;
    try {
      await handler(job.data, { attempt: job.retryCount + 1 });
    } catch (error) {
      onError(error);
      // Only one job per key can wait for its retry; the engine would bury the second. That one covers this.
      if (await hasWaitingRetry(this.#boss.getDb(), job.name, job.singletonKey)) return;
      this.#dueTimer.expect(clock.now() + FIRST_RETRY_S * 1_000);
      throw error;
    }
  }

  /** True when a job with the key was waiting; it then has the newer payload and the earlier time. */
  async #amendWaiting({ name, key, data, dueAt }: Request): Promise<boolean> {
    const waiting = await lockWaitingJob(this.#boss.getDb(), name, key);
    if (waiting === undefined) return false;
    const isEarlier = dueAt === undefined ? !waiting.isDue : dueAt < waiting.dueAt;
    const startAfter = isEarlier ? { startAfter: dueAt ?? '0 seconds' } : {};
    await this.#boss.update(name, data, { id: waiting.id, ...startAfter });
    return true;
  }
}

interface Request {
  readonly name: string;
  readonly data: object;
  readonly key: string;
  readonly dueAt: Date | undefined;
}

async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  const limit = new AbortController();
  await Promise.race([work, delay(limitMs, undefined, { signal: limit.signal }).catch(ignore)]);
  limit.abort();
}

function ignore(): void {}
