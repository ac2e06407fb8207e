// Wakes the workers when a delayed job or a retry comes due, and has the jobs of dead workers put back. The job
// engine itself would poll for both; this asks once for all kinds of jobs and sleeps until the next is due.
import type { PgBoss } from 'pg-boss';
import type { Clock } from '../clock.ts';
import { type DueJobs, listDueJobs, putBackSilentJobs } from './job-tables.ts';

/**
 * How late it is noticed that a worker is dead, or that a delayed job is due whose own process is gone: nothing
 * tells of those. Together with the engine's heartbeat (engine.ts) it says how soon a dead one's work goes on.
 */
const CHECK_INTERVAL_MS = 2_000;

export interface DueTimer {
  start(): void;
  /** Looks at `dueAtMs` (epoch, on the clock) or earlier. */
  expect(dueAtMs: number): void;
  stop(): void;
}

export interface DueTimerOptions {
  readonly clock: Clock;
  readonly boss: PgBoss;
  /** The kinds of jobs that this process works on. */
  names(): readonly string[];
  wake(name: string): void;
  onError(error: unknown): void;
}

/** Makes a timer that does nothing before `start`. */
export function createDueTimer(options: DueTimerOptions): DueTimer {
  return new QueryingDueTimer(options);
}

class QueryingDueTimer implements DueTimer {
  readonly #options: DueTimerOptions;
  #timer: unknown;
  #firesAt = Number.POSITIVE_INFINITY;
  #running = false;

  constructor(options: DueTimerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.expect(this.#options.clock.now());
  }

  expect(dueAtMs: number): void {
    const { clock } = this.#options;
    const dueAt = Math.min(dueAtMs, clock.now() + CHECK_INTERVAL_MS);
    if (!this.#running || dueAt >= this.#firesAt) return;
    clock.clearTimeout(this.#timer);
    this.#firesAt = dueAt;
    this.#timer = clock.setTimeout(() => void this.#check(), Math.max(0, dueAt - clock.now()));
  }

  stop(): void {
    this.#running = false;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    this.#firesAt = Number.POSITIVE_INFINITY;
    try {
      const { boss, names } = this.#options;
      const jobs = await listDueJobs(boss.getDb(), names());
      for (const kind of jobs) await this.#handle(kind);
    } catch (error) {
      if (this.#running) this.#options.onError(error);
    }
    this.expect(Number.POSITIVE_INFINITY);
  }

  async #handle({ name, isDue, hasDeadWorker, isGivenUp, nextInMs }: DueJobs): Promise<void> {
    const { boss, clock, wake } = this.#options;
    // Rounded up: a look that comes a fraction too early would have to be repeated.
    if (nextInMs !== null) this.expect(clock.now() + Math.ceil(nextInMs));
    if (!this.#running) return;
    // At once: the engine's own way would wait longer and longer, as for a job that fails by itself.
    if (hasDeadWorker) await putBackSilentJobs(boss.getDb(), name);
    if (isDue || hasDeadWorker) wake(name);
    if (isGivenUp) await boss.supervise(name);
  }
}
