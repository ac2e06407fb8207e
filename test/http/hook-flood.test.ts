// A flood of service hooks over real HTTP into a real database and queue: all are answered 200, each is stored
// once, and no build is read more than once a second.
import { expect, test } from 'vitest';
import { readHook } from '../../src/azure-devops/read-hook.ts';
import { systemClock } from '../../src/clock.ts';
import { digestHook } from '../../src/http/digest-hook.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createQueue } from '../../src/jobs/queue.ts';
import { Secret } from '../../src/secret.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import type { Database } from '../../src/store/database.ts';
import { createHookEvents } from '../../src/store/hook-events.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { JobPayloads } from '../../src/usecases/ports.ts';
import { createReceiveHook } from '../../src/usecases/receive-hook.ts';
import { eachDatabase } from '../support/databases.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

const SECRET = 'a-secret-of-hooks-for-the-tests';
const DEFINITION = {
  ...{ organization: 'contoso', project: 'Shop', definitionId: 183 },
  branch: 'refs/heads/develop',
};

interface Bench {
  readonly database: Database;
  readonly clock: ScriptedClock;
  /** Builds that were read, in order. */
  readonly reads: number[];
  /** Gives the status. */
  post(event: object): Promise<number>;
  settle(): Promise<void>;
}

async function withBench(
  open: () => Promise<Database>,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const database = await open();
  await migrate(database);
  const clock = createScriptedClock();
  const reads: number[] = [];
  const problems: unknown[] = [];
  const onError = (error: unknown) => void problems.push(error);
  const queue = createQueue<JobPayloads>({ database, clock, names: ['read-build'], onError });
  queue.work('read-build', async ({ buildId }) => void reads.push(buildId));
  await queue.start();
  const server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, catalog: { services: [], bases: [] } },
    log: { info: onError, warn: onError, error: onError },
    newErrorId: () => 'id-1',
    gate: { answer: () => Promise.reject(new Error('not asked')), close: () => undefined, waiting: 0 },
    clock: systemClock,
    authenticateCaller: async () => undefined,
    receiveActivity: async () => ({ status: 202 }),
    organizations: [],
    openCheck: () => Promise.reject(new TypeError('not asked here')),
    cancelCheck: () => Promise.reject(new TypeError('not asked here')),
    checkReadiness: async () => undefined,
    hooks: {
      secrets: [new Secret(SECRET)],
      receive: createReceiveHook({
        catalog: { services: [], bases: [{ name: 'python-base', definition: DEFINITION }] },
        organizations: [{ name: 'contoso', url: 'https://dev.azure.com/contoso' }],
        records: createBuildRecords(database),
        hookEvents: createHookEvents(database),
        ...{ transactions: database, jobs: queue, clock, readHook, digest: digestHook },
      }),
    },
  });
  await server.start();
  const headers = { authorization: `Basic ${Buffer.from(`pipebot:${SECRET}`).toString('base64')}` };
  const post = async (event: object) => {
    const url = `${server.url}/api/hooks/azure-devops`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(event) })).status;
  };
  try {
    await test({ database, clock, reads, post, settle: () => queue.idle() });
    expect(problems).toEqual([]);
  } finally {
    await server.stop(0);
    await queue.stop({ graceMs: 1_000 });
  }
}

function runEnded(id: string, buildId: number): object {
  const resource = { run: { id: buildId, state: 'completed' }, pipeline: { id: 183 } };
  return { id, eventType: 'ms.vss-pipelines.run-state-changed-event', resource };
}

const storedEvents = async (database: Database) =>
  (await database.query<{ id: string }>('select id from pipebot.hook_events')).length;

eachDatabase('a flood of service hooks', (open) => {
  test('500 about one build at once: all stored, two reads, the second a second later', () =>
    withBench(open, async ({ database, clock, reads, post, settle }) => {
      const events = Array.from({ length: 500 }, (_, index) => runEnded(`event-${index}`, 4242));
      const statuses = await Promise.all(events.map(post));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await storedEvents(database)).toBe(500);
      await settle();
      expect(reads).toEqual([4242]);
      await clock.advance(1_000);
      await settle();
      expect(reads).toEqual([4242, 4242]);
      await clock.advance(60_000);
      await settle();
      expect(reads).toEqual([4242, 4242]);
    }));

  test('one event a hundred times: stored once, read once', () =>
    withBench(open, async ({ database, clock, reads, post, settle }) => {
      const statuses = await Promise.all(Array.from({ length: 100 }, () => post(runEnded('event', 4242))));
      expect(new Set(statuses)).toEqual(new Set([200]));
      await clock.advance(60_000);
      await settle();
      expect([await storedEvents(database), reads]).toEqual([1, [4242]]);
    }));
});
