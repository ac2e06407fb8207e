import { expect, test } from 'vitest';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import {
  ALL_SERVICES,
  DELIVERY_STYLES,
  REASON_FILTERS,
  SUBSCRIBED_EVENTS,
  type SubscribedDefinition,
  type Subscription,
} from '../../src/domain/subscription.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { createSubscriptions } from '../../src/store/subscriptions.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { ALERT, longKey, NOW, ODD_STRINGS, race, SUBSCRIBED, SUBSCRIPTION } from './examples.ts';

const MAIN = 'refs/heads/main';

const COMPLETE: Subscription = {
  ...SUBSCRIPTION,
  service: ALL_SERVICES,
  events: 'all',
  branch: 'release/*',
  reasons: REASON_FILTERS,
  stage: 'Deploy*',
  style: 'thread',
};

const { branch: BRANCH, ...DEFINITION } = SUBSCRIBED;
const PLACE = { organization: 'contoso', project: 'Shop', branch: BRANCH };

function ids(subscriptions: readonly Subscription[]): string[] {
  return subscriptions.map(({ id }) => id);
}

eachMigratedDatabase('subscriptions', (open) => {
  async function openSubscriptions() {
    const database = await open();
    const subscriptions = createSubscriptions(database);
    const add = (id: string, ...definitions: readonly Partial<SubscribedDefinition>[]) =>
      subscriptions.save(
        { ...SUBSCRIPTION, id },
        definitions.map((difference) => ({ ...SUBSCRIBED, ...difference })),
      );
    return { database, subscriptions, add };
  }

  test.each([
    ['nothing that may be absent', SUBSCRIPTION],
    ['everything', COMPLETE],
  ])('a subscription with %s comes back as it was saved', async (_, subscription) => {
    const { subscriptions } = await openSubscriptions();
    await subscriptions.save(subscription, [SUBSCRIBED]);
    expect(await subscriptions.listByConversation(subscription.conversationId)).toStrictEqual([subscription]);
    expect(await subscriptions.listAll()).toStrictEqual([subscription]);
    expect(await subscriptions.listByDefinition(DEFINITION, BRANCH)).toStrictEqual([subscription]);
  });

  test('whatever can be subscribed to, in every style, can be stored', async () => {
    const { subscriptions } = await openSubscriptions();
    const all = SUBSCRIBED_EVENTS.flatMap((events) =>
      DELIVERY_STYLES.map((style) => ({ ...SUBSCRIPTION, id: `${events} ${style}`, events, style })),
    );
    for (const subscription of all) await subscriptions.save(subscription, []);
    expect(await subscriptions.listAll()).toHaveLength(all.length);
  });

  test('subscriptions with odd texts are stored', async () => {
    const { subscriptions } = await openSubscriptions();
    const odd = (column: 'given' | 'stored') =>
      ODD_STRINGS.map(({ name, [column]: text }, index) => ({
        ...SUBSCRIPTION,
        id: name,
        createdAt: NOW + index,
        service: text,
        branch: text,
        stage: text,
        createdBy: { id: '29:ada', name: text },
      }));
    for (const subscription of odd('given')) await subscriptions.save(subscription, [SUBSCRIBED]);
    expect(await subscriptions.listByDefinition(DEFINITION, BRANCH)).toEqual(odd('stored'));
  });

  test('names too long for an index are stored and found', async () => {
    const { subscriptions } = await openSubscriptions();
    const long = {
      ...SUBSCRIPTION,
      id: longKey('subscription'),
      conversationId: longKey('general'),
      tenantId: longKey('tenant'),
      service: longKey('service'),
      createdBy: { id: longKey('ada'), name: longKey('Ada') },
    };
    const definition = {
      organization: longKey('organization'),
      project: longKey('project'),
      definitionId: 183,
      branch: longKey('branch'),
    };
    await subscriptions.save(long, [definition]);
    expect(await subscriptions.listByDefinition(definition, definition.branch)).toHaveLength(1);
    expect(await subscriptions.listDefinitions(definition)).toEqual([{ definitionId: 183 }]);
    const whose = { conversationId: long.conversationId, personId: longKey('ada'), tenantId: long.tenantId };
    expect(await subscriptions.count(whose)).toEqual({ conversation: 1, person: 1, tenant: 1 });
    expect(await subscriptions.remove(long.id)).toBe(true);
  });

  test('one that is saved again is replaced, with its definitions', async () => {
    const { subscriptions } = await openSubscriptions();
    await subscriptions.save(SUBSCRIPTION, [SUBSCRIBED, { ...SUBSCRIBED, definitionId: 184 }]);
    await subscriptions.save(COMPLETE, [{ ...SUBSCRIBED, branch: ANY_BRANCH }]);
    expect(await subscriptions.listAll()).toStrictEqual([COMPLETE]);
    expect(await subscriptions.listDefinitions(PLACE)).toEqual([]);
    expect(await subscriptions.listDefinitions({ ...PLACE, branch: ANY_BRANCH })).toEqual([
      { definitionId: 183 },
    ]);
    await subscriptions.save(SUBSCRIPTION, []);
    expect(await subscriptions.listAll()).toStrictEqual([SUBSCRIPTION]);
    expect(await subscriptions.listPlaces()).toEqual([]);
  });

  test('its definitions alone are replaced, and one that is gone does not come back', async () => {
    const { database, subscriptions, add } = await openSubscriptions();
    await add('one', {});
    await subscriptions.saveDefinitions('one', [{ ...SUBSCRIBED, branch: MAIN }]);
    expect(await subscriptions.listByDefinition(DEFINITION, BRANCH)).toEqual([]);
    expect(ids(await subscriptions.listByDefinition(DEFINITION, MAIN))).toEqual(['one']);
    await race(database, {
      first: () => subscriptions.remove('one'),
      meanwhile: () => Promise.resolve(),
      second: () => subscriptions.saveDefinitions('one', [SUBSCRIBED]),
    });
    expect(await subscriptions.listAll()).toEqual([]);
    expect(await subscriptions.listPlaces()).toEqual([]);
  });

  test('one that is removed is gone with its definitions and with what it has heard, and no other is', async () => {
    const { database, subscriptions, add } = await openSubscriptions();
    const alerts = createAlerts(database);
    await add('a', {});
    await add('b', {});
    await alerts.save({ ...ALERT, subscriptionId: 'a' }, NOW);
    await alerts.save({ ...ALERT, subscriptionId: 'b' }, NOW);
    expect(await subscriptions.remove('a')).toBe(true);
    expect(await subscriptions.remove('a')).toBe(false);
    expect(ids(await subscriptions.listByDefinition(DEFINITION, BRANCH))).toEqual(['b']);
    expect(await alerts.find('a', DEFINITION, BRANCH)).toBeUndefined();
    expect(await alerts.find('b', DEFINITION, BRANCH)).toBeDefined();
    const left = await database.query('select subscription_id from pipebot.subscription_definitions');
    expect(left).toEqual([{ subscription_id: 'b' }]);
  });

  test('subscriptions are listed in the order in which they were made', async () => {
    const { subscriptions } = await openSubscriptions();
    for (const [id, createdAt] of [
      ['c', NOW],
      ['a', NOW + 1],
      ['B', NOW],
    ] as const)
      await subscriptions.save({ ...SUBSCRIPTION, id, createdAt }, [SUBSCRIBED]);
    await subscriptions.save({ ...SUBSCRIPTION, id: 'd', conversationId: '19:other' }, [SUBSCRIBED]);
    expect(ids(await subscriptions.listByConversation(SUBSCRIPTION.conversationId))).toEqual(['B', 'c', 'a']);
    expect(ids(await subscriptions.listAll())).toEqual(['B', 'c', 'd', 'a']);
    expect(ids(await subscriptions.listByDefinition(DEFINITION, BRANCH))).toEqual(['B', 'c', 'd', 'a']);
  });

  test('a definition is heard of on its branch and through any, by each subscription once', async () => {
    const { subscriptions, add } = await openSubscriptions();
    await add('a', {});
    await add('b', { branch: ANY_BRANCH });
    await add('c', {}, { branch: ANY_BRANCH });
    await add('d', { branch: MAIN });
    await add('e', { definitionId: 184 });
    await add('f', { organization: 'fabrikam' });
    await add('g', { project: 'Warehouse' });
    await add('h');
    const spelled = { ...DEFINITION, project: 'sHOP' };
    expect(ids(await subscriptions.listByDefinition(spelled, BRANCH))).toEqual(['a', 'b', 'c']);
    expect(ids(await subscriptions.listByDefinition(DEFINITION, MAIN))).toEqual(['b', 'c', 'd']);
    const unknown = { ...DEFINITION, definitionId: 1e30 };
    expect(await subscriptions.listByDefinition(unknown, BRANCH)).toEqual([]);
  });

  test('what is to be read of a place is each definition once, and so are the places', async () => {
    const { subscriptions, add } = await openSubscriptions();
    await add('a', { definitionId: 184 }, {});
    await add('b', { project: 'shop' }, { branch: MAIN });
    await add('c', { repositoryId: 'contoso/search' }, { organization: 'fabrikam' });
    await add('d', { branch: ANY_BRANCH });
    expect(await subscriptions.listPlaces()).toStrictEqual([
      { ...PLACE, branch: ANY_BRANCH },
      PLACE,
      { ...PLACE, branch: MAIN },
      { ...PLACE, organization: 'fabrikam' },
    ]);
    expect(await subscriptions.listDefinitions({ ...PLACE, project: 'SHOP' })).toStrictEqual([
      { definitionId: 183, repositoryId: 'contoso/search' },
      { definitionId: 183 },
      { definitionId: 184 },
    ]);
  });

  test('a definition that is wanted twice is stored once, with all of its repositories', async () => {
    const { subscriptions, add } = await openSubscriptions();
    await add('a', { repositoryId: 'contoso/search' }, { project: 'SHOP' }, { repositoryId: 'contoso/pay' });
    expect(await subscriptions.listDefinitions(PLACE)).toStrictEqual([{ definitionId: 183 }]);
  });

  test('subscriptions are counted for a conversation, for a person and for a tenant', async () => {
    const { subscriptions } = await openSubscriptions();
    const add = (id: string, difference: Partial<Subscription>) =>
      subscriptions.save({ ...SUBSCRIPTION, id, ...difference }, []);
    await add('a', {});
    await add('b', { createdBy: { id: '29:bob', name: 'Ada' } });
    await add('c', { conversationId: '19:other' });
    await add('d', { conversationId: '19:foreign', tenantId: 'tenant-2' });
    const whose = { conversationId: SUBSCRIPTION.conversationId, personId: '29:ada', tenantId: 'tenant-1' };
    expect(await subscriptions.count(whose)).toStrictEqual({ conversation: 2, person: 3, tenant: 3 });
    const nobody = { conversationId: '', personId: '', tenantId: '' };
    expect(await subscriptions.count(nobody)).toStrictEqual({ conversation: 0, person: 0, tenant: 0 });
  });

  test('two who save the same one at once leave the definitions of the second', async () => {
    const { database, subscriptions, add } = await openSubscriptions();
    await race(database, {
      first: () => add('a', {}, { definitionId: 184 }),
      meanwhile: () => Promise.resolve(),
      second: () => add('a', { definitionId: 185 }),
    });
    expect(await subscriptions.listDefinitions(PLACE)).toEqual([{ definitionId: 185 }]);
  });

  test('of two who remove the same one at once, one has removed it', async () => {
    const { database, subscriptions, add } = await openSubscriptions();
    await add('a', {});
    const bySecond = await race(database, {
      first: () => subscriptions.remove('a'),
      meanwhile: () => Promise.resolve(),
      second: () => subscriptions.remove('a'),
    });
    expect(bySecond).toBe(false);
  });
});
