// How soon the work of a dead instance is begun anew, from the records of the job engine.
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../src/store/database.ts';

/** Work that has not been taken over by then never will be. */
const TAKE_OVER_LIMIT_MS = 60_000;

interface ActiveJob {
  readonly id: string;
  readonly startedOn: string;
}

/**
 * From now until every job that runs now is over or has been begun anew. Those of the instance that lives are over
 * within moments; the last are those of the dead one. Undefined when it ran none.
 */
export async function takeOverMs(database: Database): Promise<number | undefined> {
  const begunAt = performance.now();
  const list = () =>
    database.query<ActiveJob>(
      `select id, started_on::text as "startedOn" from pgboss.job where state = 'active'`,
    );
  const keys = new Set((await list()).map(({ id, startedOn }) => `${id} ${startedOn}`));
  if (keys.size === 0) return undefined;
  while (performance.now() - begunAt < TAKE_OVER_LIMIT_MS) {
    await delay(200);
    const left = (await list().catch(() => [])).filter(({ id, startedOn }) => keys.has(`${id} ${startedOn}`));
    if (left.length === 0) break;
  }
  return performance.now() - begunAt;
}
