// What a service hook leads to: a stored event, and at most one read of a build that is configured.
import { expect, test } from 'vitest';
import { readHook } from '../../src/azure-devops/read-hook.ts';
import type { ServiceCatalog } from '../../src/domain/service.ts';
import { PipeBotError } from '../../src/errors.ts';
import { digestHook } from '../../src/http/digest-hook.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { createHookEvents } from '../../src/store/hook-events.ts';
import type { JobPayloads } from '../../src/usecases/ports.ts';
import { createReceiveHook } from '../../src/usecases/receive-hook.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';

const PROJECT_ID = '11111111-2222-4333-8444-555555555555';
const CONTOSO = { name: 'contoso', url: 'https://dev.azure.com/contoso' };
const FABRIKAM = { name: 'fabrikam', url: 'https://tfs.example.com/tfs/Fabrikam' };

const definition = (organization: string, project: string, definitionId: number) => ({
  ...{ organization, project, definitionId },
  branch: 'refs/heads/develop',
});
const base = (name: string, of: ReturnType<typeof definition>) => ({ name, definition: of });

/** One project with two definitions. */
const SHOP: ServiceCatalog = {
  bases: [base('python-base', definition('contoso', 'Shop', 183))],
  services: [
    {
      ...{ name: 'payments', aliases: [], bases: [], fallbackBranches: [] },
      build: definition('contoso', 'Shop', 184),
      policy: {
        ...{ whenRunning: 'wait', onPartiallySucceeded: 'continue', onCanceled: 'previous' },
        ...{ onNeverBuilt: 'stop', timeoutMs: 1, pollIntervalMs: 1, settleMs: 0 },
      },
    },
  ],
};
/** A second project, and a second organisation with a definition of the same number. */
const MORE: ServiceCatalog = {
  services: SHOP.services,
  bases: [
    ...SHOP.bases,
    base('node-base', definition('contoso', 'Tools', 7)),
    base('go-base', definition('fabrikam', PROJECT_ID, 183)),
  ],
};

let events = 0;
interface Happening {
  readonly id?: string | null;
  readonly eventType?: string;
  readonly definitionId?: unknown;
  readonly buildId?: unknown;
  readonly organizationUrl?: string;
  readonly projectId?: string;
}

/** A run's end as Azure DevOps tells it; what is left out is left out. */
function runEnded(happening: Happening): object {
  const { id, definitionId, buildId = 4242, organizationUrl, projectId } = happening;
  return {
    ...(id === null ? {} : { id: id ?? `event-${++events}` }),
    eventType: happening.eventType ?? 'ms.vss-pipelines.run-state-changed-event',
    publisherId: 'pipelines',
    resource: {
      run: { id: buildId, state: 'completed', result: 'succeeded' },
      ...(definitionId === undefined ? {} : { pipeline: { id: definitionId } }),
    },
    resourceContainers: {
      ...(organizationUrl === undefined ? {} : { collection: { id: 'x', baseUrl: organizationUrl } }),
      ...(projectId === undefined ? {} : { project: { id: projectId } }),
    },
  };
}

eachMigratedDatabase('a service hook', (open) => {
  async function openBench(catalog = SHOP) {
    const database = await open();
    const clock = createScriptedClock();
    const reads: { readonly key: string; readonly project: string; readonly inMs: number }[] = [];
    const records = createBuildRecords(database);
    const ports = {
      ...{ catalog, organizations: [CONTOSO, FABRIKAM], records, clock, readHook },
      hookEvents: createHookEvents(database),
      transactions: database,
      digest: digestHook,
      jobs: {
        enqueue: async (
          name: keyof JobPayloads,
          payload: object,
          options?: { readonly key?: string; readonly runAt?: number },
        ) => {
          expect(name).toBe('read-build');
          const { project } = payload as JobPayloads['read-build'];
          const inMs = (options?.runAt ?? Number.NaN) - clock.now();
          reads.push({ key: options?.key ?? '', project, inMs });
        },
      },
    };
    const stored = () =>
      database.query<{ id: string; state: string; organization: string | null }>(
        'select id, state, organization from pipebot.hook_events order by received_at, id',
      );
    const states = async () => (await stored()).map(({ state }) => state);
    return { ports, database, clock, records, reads, stored, states, receive: createReceiveHook(ports) };
  }

  test('for a configured definition is stored, and the build is read at once', async () => {
    const { receive, reads, stored } = await openBench();
    await receive(runEnded({ id: 'a', definitionId: 184 }));
    expect(reads).toEqual([{ key: 'contoso:4242', project: 'Shop', inMs: 0 }]);
    expect(await stored()).toEqual([{ id: 'a', state: 'hint', organization: 'contoso' }]);
  });

  test('that comes a hundred times causes one read', async () => {
    const { receive, reads, stored } = await openBench();
    const hook = runEnded({ definitionId: 183 });
    await Promise.all(Array.from({ length: 100 }, () => receive(hook)));
    expect([reads.length, (await stored()).length]).toEqual([1, 1]);
  });

  test('without an id is known by its body', async () => {
    const { receive, reads, stored } = await openBench();
    for (const buildId of [1, 1, 2]) await receive(runEnded({ id: null, definitionId: 183, buildId }));
    expect(reads.map(({ key }) => key)).toEqual(['contoso:1', 'contoso:2']);
    expect((await stored()).every(({ id }) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
  });

  test('whose job cannot be stored leaves no trace, so that it can come again', async () => {
    const { ports, stored } = await openBench();
    const jobs = { enqueue: () => Promise.reject(new PipeBotError('store-unavailable')) };
    const receive = createReceiveHook({ ...ports, jobs });
    await expect(receive(runEnded({ definitionId: 183 }))).rejects.toThrow('store-unavailable');
    expect(await stored()).toEqual([]);
  });

  test('after hook about one build has it read once a second at most, and once after the last', async () => {
    const { receive, reads, clock } = await openBench();
    for (let hook = 0; hook < 50; hook++) {
      await receive(runEnded({ definitionId: 183 }));
      await clock.advance(100);
    }
    const startedAt = clock.now() - 5_000;
    const times = reads.map(({ inMs }, hook) => startedAt + hook * 100 + inMs);
    expect([...new Set(times)]).toEqual([0, 1, 2, 3, 4, 5].map((second) => startedAt + second * 1_000));
    expect(times.at(-1)).toBeGreaterThan(startedAt + 4_900);
  });

  test.each<[string, object | string | null | number, string]>([
    ['about a definition that is not configured', runEnded({ definitionId: 999 }), 'not-ours'],
    [
      'of a foreign organisation',
      runEnded({ definitionId: 183, organizationUrl: 'https://dev.azure.com/evil' }),
      'not-ours',
    ],
    [
      'of a foreign Server',
      runEnded({ definitionId: 183, organizationUrl: 'https://contoso.example.com/tfs/Evil' }),
      'not-ours',
    ],
    ['of a type that nobody knows', runEnded({ eventType: 'git.push', definitionId: 183 }), 'unknown-event'],
    ['of a damaged type', runEnded({ eventType: '__proto__', definitionId: 183 }), 'unknown-event'],
    ['about nothing', { id: 'b', eventType: 'build.complete', resource: null }, 'unreadable'],
    ['without a build', runEnded({ definitionId: 183, buildId: null }), 'unreadable'],
    ['with a build that is none', runEnded({ definitionId: 183, buildId: '../1' }), 'unreadable'],
    ['that is no event', { id: 'c' }, 'unreadable'],
    ['that is a text', 'hello', 'unreadable'],
    ['that is a number', 7, 'unreadable'],
    ['that is null', null, 'unreadable'],
    ['that is a list', [], 'unreadable'],
  ])('%s is stored as %3$s, and nothing is read', async (_name, body, state) => {
    const { receive, reads, states } = await openBench();
    await receive(body);
    expect([await states(), reads]).toEqual([[state], []]);
  });

  test.each<[string, Happening, string[]]>([
    ['by its address', { organizationUrl: 'https://dev.azure.com/contoso/' }, ['contoso:4242']],
    ['by its older host', { organizationUrl: 'https://Contoso.visualstudio.com/' }, ['contoso:4242']],
    ['in other capitals', { organizationUrl: 'https://dev.azure.com/CONTOSO' }, ['contoso:4242']],
    [
      'by a Server in another network',
      { organizationUrl: 'http://tfs:8080/tfs/fabrikam' },
      ['fabrikam:4242'],
    ],
    ['not at all', {}, ['contoso:4242', 'fabrikam:4242']],
    [
      'by a project that is configured by its GUID',
      { projectId: PROJECT_ID.toUpperCase() },
      ['contoso:4242', 'fabrikam:4242'],
    ],
    ['by another GUID', { projectId: PROJECT_ID.replace('1', '9') }, ['contoso:4242']],
  ])('finds its organisation, named %s', async (_name, happening, keys) => {
    const { receive, reads } = await openBench(MORE);
    await receive(runEnded({ definitionId: 183, ...happening }));
    expect(reads.map(({ key }) => key)).toEqual(keys);
  });

  test('without a definition looks in the one project that there is', async () => {
    const { receive, reads } = await openBench();
    await receive(runEnded({}));
    expect(reads).toEqual([{ key: 'contoso:4242', project: 'Shop', inMs: 0 }]);
  });

  test('without a definition finds a build that is known, among several projects', async () => {
    const { receive, reads, records, clock } = await openBench(MORE);
    const known = buildOf({ id: 4242, project: 'Tools', definitionId: 7 });
    await records.saveBuilds([known], clock.now());
    await receive(runEnded({}));
    expect(reads).toEqual([{ key: 'contoso:4242', project: 'Tools', inMs: 0 }]);
  });

  test('without a definition is left to polling when several projects could have its build', async () => {
    const { receive, reads, states } = await openBench(MORE);
    await receive(runEnded({}));
    expect([await states(), reads]).toEqual([['not-ours'], []]);
  });
});
