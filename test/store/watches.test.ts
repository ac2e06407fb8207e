import { expect, test } from 'vitest';
import type { Watch, WatchState } from '../../src/domain/watch.ts';
import { createWatches } from '../../src/store/watches.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race, TARGET, WATCH } from './examples.ts';

const COMPLETE: Watch = {
  ...WATCH,
  state: 'following',
  buildId: 4242,
  definition: { ...WATCH.definition, repositoryId: 'e589ca4a-16ff-453b-b101-2a9f21542d76' },
  threadId: '1700000000000',
};

eachMigratedDatabase('watches', (open) => {
  async function openWatches() {
    const database = await open();
    return { database, watches: createWatches(database) };
  }

  test.each([
    ['nothing that may be absent', WATCH],
    ['everything', COMPLETE],
    ['nobody who asked', { ...WATCH, askers: [] }],
  ])('a watch with %s comes back as it was added', async (_, watch) => {
    const { watches } = await openWatches();
    await watches.add(watch, 'card-1');
    expect(await watches.listOpenByConversation(watch.conversationId)).toStrictEqual([watch]);
    expect(await watches.listOpenByTarget(TARGET)).toStrictEqual([watch]);
    expect(await watches.cardKeyOf(watch.id)).toBe('card-1');
  });

  test('watches with odd texts are stored', async () => {
    const { watches } = await openWatches();
    const odd = (column: 'given' | 'stored') =>
      ODD_STRINGS.map(({ name, [column]: text }, index) => ({
        ...WATCH,
        id: name,
        createdAt: NOW + index,
        subject: text,
        askers: [{ id: text, name: text }],
      }));
    for (const watch of odd('given')) await watches.add(watch, 'card-1');
    expect(await watches.listOpenByTarget(TARGET)).toEqual(odd('stored'));
  });

  test('keys too long for an index are stored and found', async () => {
    const { watches } = await openWatches();
    await watches.add(
      { ...WATCH, id: longKey('watch'), conversationId: longKey('general') },
      longKey('card'),
    );
    const [watch] = await watches.listOpenByConversation(longKey('general'));
    expect(watch?.subject).toBe('payments');
    expect(await watches.cardKeyOf(longKey('watch'))).toBe(await watches.cardKeyOf(watch?.id ?? ''));
    expect(await watches.listOpenByConversation(longKey('other'))).toEqual([]);
  });

  test('a watch that is added twice is there once, as it was first', async () => {
    const { watches } = await openWatches();
    await watches.add(WATCH, 'card-1');
    await watches.add({ ...WATCH, subject: 'other' }, 'card-2');
    expect(await watches.listOpenByTarget(TARGET)).toEqual([WATCH]);
    expect(await watches.cardKeyOf(WATCH.id)).toBe('card-1');
  });

  test('an unknown watch has no card', async () => {
    const { watches } = await openWatches();
    expect(await watches.cardKeyOf('watch-9')).toBeUndefined();
  });

  test('a watch that changed is found as it is now', async () => {
    const { watches } = await openWatches();
    await watches.add(WATCH, 'card-1');
    const changed: Watch = {
      ...WATCH,
      state: 'following',
      buildId: 4243,
      afterBuildId: 4242,
      expiresAt: NOW + 2_000,
    };
    await watches.save(changed);
    expect(await watches.listOpenByTarget(TARGET)).toStrictEqual([changed]);
    await watches.save(WATCH);
    expect(await watches.listOpenByTarget(TARGET)).toStrictEqual([WATCH]);
  });

  test('who asks as well is added once, whatever else is saved at the same time', async () => {
    const { watches } = await openWatches();
    await watches.add(WATCH, 'card-1');
    const bob = { id: '29:bob', name: 'Bob' };
    expect(await watches.addAsker(WATCH.id, bob)).toBe(true);
    await watches.save({ ...WATCH, state: 'following', buildId: 4243 });
    expect(await watches.addAsker(WATCH.id, { ...bob, name: 'Robert' })).toBe(true);
    const [watch] = await watches.listOpenByTarget(TARGET);
    expect(watch).toMatchObject({ state: 'following', askers: [...WATCH.askers, bob] });
  });

  test('nobody is added to a watch that is over', async () => {
    const { watches } = await openWatches();
    await watches.add(WATCH, 'card-1');
    await watches.save({ ...WATCH, state: 'ended', buildId: 4243 });
    expect(await watches.addAsker(WATCH.id, { id: '29:bob', name: 'Bob' })).toBe(false);
    expect(await watches.addAsker('watch-9', { id: '29:bob', name: 'Bob' })).toBe(false);
  });

  test.each<WatchState>(['ended', 'stopped', 'expired', 'gone'])(
    'a watch that is %s is no longer open and never opens again',
    async (state) => {
      const { watches } = await openWatches();
      await watches.add(WATCH, 'card-1');
      await watches.save({ ...WATCH, state });
      await watches.save(WATCH);
      expect(await watches.listOpenByConversation(WATCH.conversationId)).toEqual([]);
      expect(await watches.listOpenByTarget(TARGET)).toEqual([]);
      expect(await watches.listTargets()).toEqual([]);
      expect(await watches.cardKeyOf(WATCH.id)).toBe('card-1');
    },
  );

  test('open watches are listed by age', async () => {
    const { watches } = await openWatches();
    for (const [id, createdAt] of [
      ['c', NOW],
      ['a', NOW + 1],
      ['b', NOW],
    ] as const)
      await watches.add({ ...WATCH, id, createdAt }, `card-${id}`);
    await watches.add({ ...WATCH, id: 'd', conversationId: '19:other@thread.tacv2' }, 'card-d');
    const ids = (list: readonly Watch[]) => list.map(({ id }) => id);
    expect(ids(await watches.listOpenByConversation(WATCH.conversationId))).toEqual(['b', 'c', 'a']);
    expect(ids(await watches.listOpenByTarget(TARGET))).toEqual(['b', 'c', 'd', 'a']);
  });

  test.each([
    ['another organization', { organization: 'fabrikam' }],
    ['another project', { project: 'Warehouse' }],
    ['another branch', { branch: 'refs/heads/main' }],
    ['another definition', { definitionId: 190 }],
  ])('a watch on %s is not of the target', async (_, difference) => {
    const { watches } = await openWatches();
    await watches.add({ ...WATCH, definition: { ...WATCH.definition, ...difference } }, 'card-1');
    expect(await watches.listOpenByTarget({ ...TARGET, definitionIds: [183, 184, 1e30] })).toEqual([]);
    expect(await watches.listOpenByTarget({ ...TARGET, definitionIds: [] })).toEqual([]);
  });

  test('watches need one target for each branch, with all their definitions, however the project is spelled', async () => {
    const { watches } = await openWatches();
    const add = (id: string, difference: Partial<Watch['definition']>) =>
      watches.add({ ...WATCH, id, definition: { ...WATCH.definition, ...difference } }, `card-${id}`);
    await add('a', { definitionId: 184 });
    await add('b', {});
    await add('c', { project: 'shop' });
    await add('d', { branch: 'refs/heads/main' });
    expect(await watches.listTargets()).toStrictEqual([
      { ...TARGET, definitionIds: [183, 184] },
      { ...TARGET, branch: 'refs/heads/main', definitionIds: [183] },
    ]);
    expect(await watches.listOpenByTarget({ ...TARGET, project: 'SHOP' })).toHaveLength(2);
  });

  test('two readers of the same end do not both find the watch open', async () => {
    const { database, watches } = await openWatches();
    await watches.add(COMPLETE, 'card-1');
    const openForSecond = await race(database, {
      first: () => watches.listOpenByTarget(TARGET),
      meanwhile: () => watches.save({ ...COMPLETE, state: 'ended' }),
      second: () => watches.listOpenByTarget(TARGET),
    });
    expect(openForSecond).toEqual([]);
  });
});
