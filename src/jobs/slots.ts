// The places where handlers run, `concurrency` of them for a kind of job. Sees to it that a waiting job finds
// a free place at once, with as few looks into the database as possible.
import type { JobWithMetadata, PgBoss } from 'pg-boss';

/** The engine polls as well; this is for when neither a notification nor the due timer should have come. */
const POLLING = { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 300 };

export type Run = (job: JobWithMetadata<unknown>) => Promise<void>;

export class Slots {
  readonly #boss: PgBoss;
  readonly #free = new Map<string, Set<string>>();
  readonly #running = new Set<Promise<void>>();

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** One for each handler that runs right now; resolves, never rejects, when it has ended. */
  get running(): ReadonlySet<Promise<void>> {
    return this.#running;
  }

  /** Opens `count` places for jobs of this kind; `run` rejects where the job is to be tried again. */
  async open(name: string, run: Run, count: number): Promise<void> {
    this.#free.set(name, new Set());
    for (let slot = 0; slot < count; slot += 1) await this.#openOne(name, run);
  }

  /**
   * Lets one free place look for a job. When it finds one it wakes the next place in its turn, so that a burst
   * spreads over all of them and a single job costs one look in vain.
   */
  wake(name: string): void {
    const [free] = this.#free.get(name) ?? [];
    if (free !== undefined) this.#boss.notifyWorker(free);
  }

  async #openOne(name: string, run: Run): Promise<void> {
    // groupConcurrency: without it a waiting job whose key is running hides all that stand behind it.
    const options = { ...POLLING, groupConcurrency: 1, includeMetadata: true } as const;
    const id = await this.#boss.work<unknown, void, typeof options>(name, options, async (jobs) => {
      this.#free.get(name)?.delete(id);
      this.wake(name);
      const running = Promise.all(jobs.map(run));
      const ended = running.then(ignore, ignore);
      this.#running.add(ended);
      try {
        await running;
      } finally {
        this.#running.delete(ended);
        this.#free.get(name)?.add(id);
        // Once the engine has settled this one it looks again, instead of leaving the rest to the slow poll.
        this.#boss.notifyWorker(id);
      }
    });
    this.#free.get(name)?.add(id);
  }
}

function ignore(): void {}
