import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Build } from '../../src/domain/build.ts';
import type { Place } from '../../src/domain/place.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createObserver, type Observer } from '../../src/usecases/observe-builds.ts';
import type { BuildsTarget, Reading } from '../../src/usecases/ports.ts';
import { buildOf, DAWN } from '../support/build-of.ts';

const TARGET: BuildsTarget = {
  organization: 'contoso',
  project: 'Shop',
  branch: 'refs/heads/develop',
  definitionIds: [183],
};

let now: number;
let saved: { builds: readonly Build[]; readAt: number }[];
let newestAt: number;
/** What another instance has stored. */
let shared: (Reading & { readonly readAt: number }) | undefined;
let lookUp: () => Promise<typeof shared>;
let calls: PromiseWithResolvers<Reading>[];
let targets: BuildsTarget[];
let observer: Observer;
/** Places that could be read again. */
let readable: Place[];
/** Of a build that is read by itself. */
let status: 'inProgress' | 'completed';

const isAsked = (index: number) => expect.poll(() => calls.length).toBeGreaterThan(index);
const answer = async (index: number, id: number) => {
  await isAsked(index);
  calls[index]?.resolve({ builds: [buildOf({ id })], observedAt: now });
};
const idsOf = async (reading: Promise<Reading>) => (await reading).builds.map(({ id }) => id);

beforeEach(() => {
  targets = [];
  lookUp = () => Promise.resolve(shared);
  [now, saved, newestAt, calls, shared] = [DAWN, [], 0, [], undefined];
  [status, readable] = ['completed', []];
  observer = createObserver({
    pipelines: {
      listBuilds: (target) => {
        targets.push(target);
        const call = Promise.withResolvers<Reading>();
        calls.push(call);
        return call.promise;
      },
      getBuild: ({ buildId: id }) =>
        Promise.resolve({ build: buildOf({ id, ...TARGET, definitionId: 183, status }), observedAt: now }),
      getTimelineFacts: () => Promise.resolve({}),
    },
    records: {
      lockTarget: () => Promise.resolve(newestAt),
      findBuilds: () => Promise.resolve([]),
      saveBuilds: () => Promise.resolve(),
      deleteBuild: () => Promise.resolve(),
      listActive: () => Promise.resolve([]),
      listReadTimes: () => Promise.resolve([]),
      saveReading: (_target, reading) => Promise.resolve(void saved.push(reading)),
      lastReading: () => lookUp(),
      deleteBefore: () => Promise.resolve(),
    },
    healths: { find: () => Promise.resolve(undefined), save: () => Promise.resolve() },
    transitions: { add: () => Promise.resolve() },
    subscriptions: { listByDefinition: () => Promise.resolve([]) },
    transactions: { transaction: (work) => work() },
    counts: () => true,
    onBuilds: () => Promise.resolve(),
    onChanged: () => Promise.resolve(),
    onEnded: () => Promise.resolve(),
    onDeleted: () => Promise.resolve(),
    clock: { ...systemClock, now: () => now },
    onReadable: (place) => Promise.resolve(void readable.push(place)),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
});

describe('a reading', () => {
  it('tells when a place can be read again that could not be read, and only then', async () => {
    const first = observer.latest(TARGET, 3_000);
    await isAsked(0);
    calls[0]?.reject(new PipeBotError('azure-unavailable'));
    await expect(first).rejects.toThrow();
    now += 10_000;
    const second = observer.latest(TARGET, 3_000);
    expect(readable).toEqual([]);
    await answer(1, 1);
    await second;
    const { organization, project, branch } = TARGET;
    expect(readable).toEqual([{ organization, project, branch }]);
    now += 10_000;
    const third = observer.latest(TARGET, 3_000);
    await answer(2, 2);
    await third;
    expect(readable).toHaveLength(1);
  });

  it('is looked up once by a crowd that a change has woken, and not before they were woken', async () => {
    shared = { builds: [buildOf({ id: 7 })], observedAt: now, readAt: now };
    let lookups = 0;
    const slow = Promise.withResolvers<void>();
    lookUp = async () => {
      lookups += 1;
      const found = shared;
      await slow.promise;
      return found;
    };
    const before = observer.latestStored(TARGET, 3_000);
    shared = { builds: [buildOf({ id: 8 })], observedAt: now, readAt: now };
    const woken = [observer.latestStored(TARGET, 3_000), observer.latestStored(TARGET, 3_000)];
    slow.resolve();
    await before;
    expect(await Promise.all(woken.map(idsOf))).toEqual([[8], [8]]);
    expect(lookups).toBe(2);
  });

  it('is shared by all who ask at the same time, and kept for those who ask soon after', async () => {
    const readings = [observer.latest(TARGET, 3_000), observer.latest(TARGET, 3_000)];
    await answer(0, 1);
    expect(await Promise.all(readings.map(idsOf))).toEqual([[1], [1]]);
    now += 3_000;
    expect(await idsOf(observer.latest(TARGET, 3_000))).toEqual([1]);
    expect(calls).toHaveLength(1);
  });

  it('is as old as its beginning: one that came slowly is old when it comes', async () => {
    const slow = observer.latest(TARGET, 3_000);
    await isAsked(0);
    now += 4_000;
    await answer(0, 1);
    expect(await idsOf(slow)).toEqual([1]);
    const fresh = observer.latest(TARGET, 3_000);
    await answer(1, 2);
    expect(await idsOf(fresh)).toEqual([2]);
  });

  it('that was begun too long ago is not waited for instead of a new one', async () => {
    const slow = observer.latest(TARGET, 3_000);
    await isAsked(0);
    now += 4_000;
    const late = observer.latest(TARGET, 3_000);
    await answer(0, 1);
    await slow;
    await expect.poll(() => calls.length).toBe(2);
    await answer(1, 2);
    expect(await idsOf(late)).toEqual([2]);
  });

  it('that failed is not tried again at once, and then is', async () => {
    const failed = observer.latest(TARGET, 3_000);
    await isAsked(0);
    calls[0]?.reject(new PipeBotError('azure-unavailable'));
    await expect(failed).rejects.toMatchObject({ code: 'azure-unavailable' });
    await expect(observer.latest(TARGET, 3_000)).rejects.toMatchObject({ code: 'azure-unavailable' });
    expect(calls).toHaveLength(1);
    now += 5_000;
    const again = observer.latest(TARGET, 3_000);
    await answer(1, 1);
    expect(await idsOf(again)).toEqual([1]);
  });

  it.each([
    ['older than what another instance has stored is not stored', 1, 0],
    ['stored when the other one’s clock had run away', 6 * 60_000, 1],
  ])('that is %s', async (_name, aheadMs, stored) => {
    newestAt = now + aheadMs;
    const reading = observer.latest(TARGET, 3_000);
    await answer(0, 1);
    await reading;
    expect(saved).toHaveLength(stored);
  });

  it('that another instance has stored meanwhile serves as well, while it is fresh enough', async () => {
    shared = { builds: [buildOf({ id: 7 })], observedAt: now, readAt: now - 2_000 };
    expect(await idsOf(observer.latest(TARGET, 3_000))).toEqual([7]);
    expect(calls).toHaveLength(0);
    now += 2_000;
    const own = observer.latest(TARGET, 3_000);
    await answer(0, 8);
    expect(await idsOf(own)).toEqual([8]);
  });

  it('of several definitions serves those who ask for one of them, and only the missing ones are read', async () => {
    const both = observer.latest({ ...TARGET, definitionIds: [183, 184] }, 3_000);
    await answer(0, 1);
    await both;
    expect(await idsOf(observer.latest(TARGET, 3_000))).toEqual([1]);
    const more = observer.latest({ ...TARGET, definitionIds: [183, 190] }, 3_000);
    await isAsked(1);
    expect(targets[1]?.definitionIds).toEqual([190]);
    calls[1]?.resolve({ builds: [buildOf({ id: 2, definitionId: 190 })], observedAt: now });
    expect(await idsOf(more)).toEqual([1, 2]);
  });

  it('is read anew when the clock was set back behind it', async () => {
    const early = observer.latest(TARGET, 3_000);
    await answer(0, 1);
    await early;
    now -= 3_600_000;
    const fresh = observer.latest(TARGET, 3_000);
    await answer(1, 2);
    expect(await idsOf(fresh)).toEqual([2]);
  });

  it('gives way to what was read of one of its builds meanwhile, as the store knows it', async () => {
    const early = observer.latest(TARGET, 3_000);
    await answer(0, 1);
    await early;
    now += 1_000;
    await observer.readBuild({ organization: 'contoso', project: 'Shop', buildId: 2 });
    shared = { builds: [buildOf({ id: 2 })], observedAt: now, readAt: now - 1_000 };
    expect(await idsOf(observer.latest(TARGET, 3_000))).toEqual([2]);
    expect(calls).toHaveLength(1);
  });

  it('wakes those who wait for it', async () => {
    const waiting = observer.nextReading([TARGET], new AbortController().signal);
    const reading = observer.latest(TARGET, 3_000);
    await answer(0, 1);
    await reading;
    await waiting;
    const hangUp = new AbortController();
    const given = observer.nextReading([TARGET], hangUp.signal);
    hangUp.abort();
    await given;
  });

  it.each(['develop', '*'])(
    'wakes those who wait for %s when a build of it is read by itself and has ended',
    async (name) => {
      const branch = name === '*' ? name : TARGET.branch;
      let woken = 0;
      const hangUp = new AbortController();
      const waiting = observer.nextReading([{ ...TARGET, branch }], hangUp.signal).then(() => woken++);
      const ref = { organization: 'contoso', project: 'Shop', buildId: 2 };
      status = 'inProgress';
      await observer.readBuild(ref);
      expect(woken).toBe(0);
      status = 'completed';
      await observer.readBuild(ref);
      await waiting;
      expect(woken).toBe(1);
    },
  );
});
