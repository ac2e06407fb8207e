import { expect, test } from 'vitest';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import type { Watch, WatchState } from '../../src/domain/watch.ts';
import { createConversations } from '../../src/store/conversations.ts';
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

const WHOSE = { conversationId: WATCH.conversationId, personId: '29:ada', tenantId: 'tenant-1' };

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
      expect(await watches.listPlaces()).toEqual([]);
      expect(await watches.listDefinitions(TARGET)).toEqual([]);
      expect(await watches.count(WHOSE)).toEqual({ conversation: 0, person: 0, tenant: 0 });
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

  test('a target of any branch finds the watches on every branch', async () => {
    const { watches } = await openWatches();
    await watches.add(WATCH, 'card-1');
    const onMain = { ...WATCH.definition, branch: 'refs/heads/main' };
    await watches.add({ ...WATCH, id: 'watch-2', definition: onMain }, 'card-2');
    await watches.add({ ...WATCH, id: 'watch-3', definition: { ...onMain, definitionId: 184 } }, 'card-3');
    const found = await watches.listOpenByTarget({ ...TARGET, branch: ANY_BRANCH });
    expect(found.map(({ id }) => id)).toEqual(['watch-1', 'watch-2']);
  });

  test('watches that follow a build are found by it, on whatever branch', async () => {
    const { watches } = await openWatches();
    const build = { organization: 'contoso', project: 'SHOP', buildId: 4242 };
    await watches.add(COMPLETE, 'card-1');
    await watches.add({ ...COMPLETE, id: 'watch-2', buildId: 4243 }, 'card-2');
    await watches.add({ ...WATCH, id: 'watch-3' }, 'card-3');
    await watches.add({ ...COMPLETE, id: 'watch-4', state: 'ended' }, 'card-4');
    const elsewhere = { ...WATCH.definition, project: 'Warehouse' };
    await watches.add({ ...COMPLETE, id: 'watch-5', definition: elsewhere }, 'card-5');
    expect(await watches.listFollowing(build)).toStrictEqual([COMPLETE]);
    expect(await watches.listFollowing({ ...build, buildId: 1e30 })).toEqual([]);
  });

  test('what is to be read of a place is each definition once, and so are the places', async () => {
    const { watches } = await openWatches();
    const add = (id: string, difference: Partial<Watch['definition']>) =>
      watches.add({ ...WATCH, id, definition: { ...WATCH.definition, ...difference } }, `card-${id}`);
    await add('a', { definitionId: 184 });
    await add('b', {});
    await add('c', { project: 'shop' });
    await add('d', { branch: 'refs/heads/main' });
    await add('e', { repositoryId: 'contoso/search' });
    const { definitionIds: _, ...place } = TARGET;
    expect(await watches.listPlaces()).toStrictEqual([place, { ...place, branch: 'refs/heads/main' }]);
    expect(await watches.listDefinitions({ ...place, project: 'SHOP' })).toStrictEqual([
      { definitionId: 183, repositoryId: 'contoso/search' },
      { definitionId: 183 },
      { definitionId: 184 },
    ]);
    expect(await watches.listDefinitions({ ...place, branch: ANY_BRANCH })).toEqual([]);
    expect(await watches.listOpenByTarget({ ...TARGET, project: 'SHOP' })).toHaveLength(3);
  });

  test('open watches are counted for a conversation, for a person and for a tenant', async () => {
    const { database, watches } = await openWatches();
    const conversations = createConversations(database);
    const at = (id: string, tenantId: string) =>
      conversations.save({ id, kind: 'group', tenantId, serviceUrl: '', botId: '' }, NOW);
    await at(WATCH.conversationId, 'tenant-1');
    await at('19:other@thread.v2', 'tenant-1');
    await at('19:foreign@thread.v2', 'tenant-2');
    const bob = { id: '29:bob', name: 'Bob' };
    await watches.add(WATCH, 'card-1');
    await watches.add({ ...WATCH, id: 'watch-2', askers: [bob, ...WATCH.askers] }, 'card-2');
    await watches.add({ ...WATCH, id: 'watch-3', askers: [bob], state: 'ended' }, 'card-3');
    await watches.add({ ...WATCH, id: 'watch-4', conversationId: '19:other@thread.v2' }, 'card-4');
    await watches.add(
      { ...WATCH, id: 'watch-5', conversationId: '19:foreign@thread.v2', askers: [bob] },
      'card-5',
    );
    expect(await watches.count(WHOSE)).toStrictEqual({ conversation: 2, person: 3, tenant: 3 });
    expect(await watches.count({ ...WHOSE, personId: bob.id, tenantId: 'tenant-2' })).toStrictEqual({
      conversation: 2,
      person: 2,
      tenant: 1,
    });
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
