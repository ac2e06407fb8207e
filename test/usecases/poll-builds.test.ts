import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ANY_BRANCH, type Place, placeKey } from '../../src/domain/place.ts';
import { DEFAULT_GATE_POLICY, type ServiceCatalog } from '../../src/domain/service.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createStores } from '../../src/store/stores.ts';
import { type PollPorts, pollBuilds, resumePolls } from '../../src/usecases/poll-builds.ts';
import type { BuildRef, BuildsTarget } from '../../src/usecases/ports.ts';
import { NOW, WATCH } from '../store/examples.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const PLACE: Place = { organization: 'contoso', project: 'Shop', branch: 'refs/heads/develop' };
const BASE = { ...PLACE, definitionId: 183 };
const OTHER = { ...PLACE, branch: 'refs/heads/other' };
const CATALOG: ServiceCatalog = {
  bases: [{ name: 'python-base', definition: BASE }],
  services: [
    {
      name: 'payments',
      aliases: [],
      bases: [{ name: 'python-base', definition: BASE }],
      fallbackBranches: [],
      policy: DEFAULT_GATE_POLICY,
    },
  ],
};

eachMigratedDatabase('a poll', (open) => {
  async function bench(change: Partial<PollPorts['observer']> = {}) {
    const database = await open();
    const stores = createStores(database);
    const jobs: { place: Place; key?: string; inMs: number }[] = [];
    const read: BuildsTarget[] = [];
    const single: BuildRef[] = [];
    const unreadable: BuildsTarget[] = [];
    const ports: PollPorts = {
      ...stores,
      catalog: CATALOG,
      observer: {
        latest: (target) => {
          read.push(target);
          return Promise.resolve({ builds: [buildOf({ id: 3 })], observedAt: NOW, readAt: NOW });
        },
        latestStored: () => Promise.reject(new TypeError('a poll reads for others')),
        readBuild: (ref) => Promise.resolve(void single.push(ref)).then(() => buildOf({ id: ref.buildId })),
        forgetBuild: () => Promise.resolve(),
        nextReading: () => Promise.resolve(),
        ...change,
      },
      listFollowed: () => Promise.resolve([]),
      transactions: database,
      jobs: {
        enqueue: (_name, place, { key, runAt = 0 } = {}) =>
          Promise.resolve(
            void jobs.push({ place: place as Place, ...(key ? { key } : {}), inMs: runAt - NOW }),
          ),
      },
      clock: { ...systemClock, now: () => NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      random: () => 0.5,
      onUnreadable: (target) => Promise.resolve(void unreadable.push(target)),
    };
    const watch = (id: string, more: Partial<typeof WATCH> = {}) =>
      stores.watches.add(
        { ...WATCH, ...more, id, definition: { ...BASE, ...more.definition } },
        `card-${id}`,
      );
    return { ports, stores, jobs, read, single, unreadable, watch };
  }

  test('of a place that interests nobody reads nothing, and no other one follows', async () => {
    const { ports, jobs, read } = await bench();
    await pollBuilds(ports, PLACE);
    expect({ jobs, read }).toEqual({ jobs: [], read: [] });
  });

  test('reads all definitions that are watched there at once, half a minute later again, never earlier', async () => {
    const { ports, jobs, read, watch } = await bench();
    await watch('a');
    await watch('b', { definition: { ...BASE, definitionId: 184 } });
    await watch('elsewhere', { definition: { ...OTHER, definitionId: 185 } });
    await pollBuilds(ports, PLACE);
    expect(read[0]).toEqual({ ...PLACE, definitionIds: [183, 184] });
    expect(jobs).toEqual([{ place: PLACE, key: placeKey(PLACE), inMs: 31_000 }]);
  });

  test('comes every minute for subscriptions, and every ten seconds while a gate waits', async () => {
    const { ports, stores, jobs, read } = await bench();
    const subscription = {
      ...{ id: 's', conversationId: 'c', tenantId: 't', service: 'payments', events: 'failures' as const },
      ...{ reasons: [], style: 'update' as const, createdBy: { id: 'p', name: 'P' }, createdAt: NOW },
    };
    await stores.subscriptions.save(subscription, [BASE, { ...BASE, branch: ANY_BRANCH }]);
    await pollBuilds(ports, PLACE);
    expect(jobs.at(-1)?.inMs).toBe(61_000);
    await pollBuilds(ports, { ...PLACE, branch: ANY_BRANCH });
    expect(read.at(-1)?.branch).toBe(ANY_BRANCH);

    await stores.gates.save({
      ...{ id: 'g', keyId: 'k', service: 'payments', branch: '', settleMs: 0, askedAt: NOW },
      deadlineAt: NOW + 60_000,
      decidedAt: NOW,
      decision: {
        verdict: 'wait',
        reason: 'base-running',
        assessment: {
          base: { name: 'python-base', definition: BASE },
          branch: PLACE.branch,
          skippedBranches: [],
          readiness: { status: 'running', reason: 'base-running' },
        },
      },
    });
    await pollBuilds(ports, PLACE);
    expect(jobs.at(-1)?.inMs).toBe(10_500);
  });

  test('reads by itself what ran when it was last seen and is in no list any more', async () => {
    const { ports, stores, read, single, watch } = await bench();
    await watch('a');
    const running = [3, 4].map((id) => buildOf({ id, status: 'inProgress' }));
    await stores.records.saveBuilds(running, NOW);
    await pollBuilds(ports, PLACE);
    expect(single.map(({ buildId }) => buildId)).toEqual([4]);
    // The list is asked for once: a hook may have made the memory of it worthless meanwhile.
    expect(read).toHaveLength(1);
  });

  test('that is refused leaves the next one behind, and tells those who have waited long enough', async () => {
    const fail = (code: 'azure-unauthorized' | 'store-unavailable') => ({
      latest: () => Promise.reject(new PipeBotError(code)),
    });
    const refused = await bench(fail('azure-unauthorized'));
    await refused.watch('a');
    await pollBuilds(refused.ports, PLACE);
    expect(refused.jobs).toHaveLength(1);
    expect(refused.unreadable).toEqual([{ ...PLACE, definitionIds: [183] }]);

    const down = await bench(fail('store-unavailable'));
    await down.watch('a');
    await expect(pollBuilds(down.ports, PLACE)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  test('that comes too early, after a restart or a question, only puts the next one at its time', async () => {
    const { ports, stores, jobs, read, watch } = await bench();
    await watch('a');
    const target = { ...PLACE, definitionIds: [183] };
    await stores.records.lockTarget(target);
    await stores.records.saveReading(target, { observedAt: NOW, readAt: NOW - 12_000, builds: [] });
    await pollBuilds(ports, PLACE);
    expect(read).toEqual([]);
    expect(jobs.at(-1)?.inMs).toBe(-12_000 + 31_000);
    // One more definition, which was never read there, makes it due.
    await watch('b', { definition: { ...BASE, definitionId: 184 } });
    await pollBuilds(ports, PLACE);
    expect(read[0]?.definitionIds).toEqual([183, 184]);
  });

  test('asks for one repository only where everybody does', async () => {
    const { ports, read, watch } = await bench();
    const repositoryId = 'contoso/payments';
    await watch('a', { definition: { ...BASE, repositoryId } });
    await pollBuilds(ports, PLACE);
    expect(read.at(-1)?.repositoryIds).toEqual({ 183: repositoryId });
    await watch('b');
    await pollBuilds(ports, PLACE);
    expect(read.at(-1)?.repositoryIds).toBeUndefined();
  });

  test('is begun anew after a start for every place that interests somebody', async () => {
    const { ports, jobs, watch } = await bench();
    await watch('a');
    await watch('b', { definition: { ...OTHER, definitionId: 185 } });
    await resumePolls(ports);
    expect(jobs.map(({ place }) => place.branch).sort()).toEqual([PLACE.branch, OTHER.branch]);
  });
});
