import { expect, test } from 'vitest';
import type { Alert, HoldReason } from '../../src/domain/alert.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import type { Database } from '../../src/store/database.ts';
import { createSubscriptions } from '../../src/store/subscriptions.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { ALERT, BUILD, longKey, NOW, ODD_STRINGS, race, SUBSCRIPTION } from './examples.ts';

const { conversationId: CONVERSATION, definition: DEFINITION, branch: BRANCH } = ALERT;
const MAIN = 'refs/heads/main';

const COMPLETE: Alert = {
  ...ALERT,
  isOpen: true,
  isFlappingTold: true,
  pending: { news: 'recovered', since: NOW, dueAt: NOW + 1_000, heldBy: 'inhibited', base: 'python-base' },
  facts: {
    build: { ...BUILD, status: 'completed', result: 'failed', finishedAt: NOW },
    first: { id: 1, number: '1', url: '', queuedAt: NOW, finishedAt: NOW, colour: 'red' },
    failedBuilds: 3,
    failure: { stages: ['Deploy'], task: 'npm test', errors: ['boom'], logTail: ['1', '2'] },
    usualMs: 60_000,
    colour: 'red',
  },
  cardKey: 'alert:1',
  last: {
    build: { id: 4242, number: '3', url: '' },
    at: NOW,
    outcome: { code: 'held', by: 'muted', until: NOW + 1_000, base: 'python-base' },
  },
};

function owed(dueAt: number, heldBy: HoldReason = 'grouping'): Pick<Alert, 'pending'> {
  return { pending: { news: 'failing', since: NOW, dueAt, heldBy } };
}

/** One alert by its definition and subscription. */
function names(alerts: readonly Alert[]): string[] {
  return alerts.map(({ subscriptionId, definition }) => `${definition.definitionId} of ${subscriptionId}`);
}

eachMigratedDatabase('alerts', (open) => {
  /** With two subscriptions in the conversation and one in another. */
  async function openAlerts() {
    const database = await open();
    await subscribe(database, 'one', CONVERSATION);
    await subscribe(database, 'two', CONVERSATION);
    await subscribe(database, 'foreign', '19:foreign');
    const alerts = createAlerts(database);
    const add = (subscriptionId: string, definitionId: number, difference: Partial<Alert> = {}) =>
      alerts.save(
        { ...ALERT, subscriptionId, definition: { ...DEFINITION, definitionId }, ...difference },
        NOW,
      );
    return { database, alerts, add };
  }

  test.each([
    ['nothing that may be absent', ALERT],
    ['everything', COMPLETE],
  ])('an alert with %s comes back as it was saved', async (_, alert) => {
    const { alerts } = await openAlerts();
    await alerts.save(alert, NOW);
    expect(await alerts.find(alert.subscriptionId, DEFINITION, BRANCH)).toStrictEqual(alert);
  });

  test('an alert that changed is found as it is now, however its project is spelled', async () => {
    const { alerts, add } = await openAlerts();
    await alerts.save({ ...COMPLETE, subscriptionId: 'one' }, NOW);
    const spelled = { ...DEFINITION, project: 'SHOP' };
    await add('one', 183, { definition: spelled });
    expect(await alerts.find('one', { ...DEFINITION, project: 'sHOP' }, BRANCH)).toStrictEqual({
      ...ALERT,
      subscriptionId: 'one',
      definition: spelled,
    });
    expect(await alerts.nextDueAt(CONVERSATION)).toBeUndefined();
    expect(await alerts.listOfCard(CONVERSATION, 'alert:1')).toEqual([]);
  });

  test.each([
    ['another subscription', { subscriptionId: 'two' }],
    ['another organization', { definition: { ...DEFINITION, organization: 'fabrikam' } }],
    ['another project', { definition: { ...DEFINITION, project: 'Warehouse' } }],
    ['another definition', { definition: { ...DEFINITION, definitionId: 184 } }],
    ['another branch', { branch: MAIN }],
  ])('that of %s is another', async (_, difference) => {
    const { alerts, add } = await openAlerts();
    await add('one', 183, difference);
    expect(await alerts.find('one', DEFINITION, BRANCH)).toBeUndefined();
  });

  test('odd texts and names too long for an index are stored', async () => {
    const { alerts } = await openAlerts();
    for (const { name, given, stored } of ODD_STRINGS) {
      const failure = { stages: [given], errors: [given], logTail: [] };
      const facts = { build: { ...BUILD, number: given }, failedBuilds: 1, failure, colour: 'red' } as const;
      const odd = { ...ALERT, subscriptionId: name, branch: longKey(given), cardKey: longKey(given), facts };
      await alerts.save(odd, NOW);
      const found = await alerts.find(name, DEFINITION, longKey(given));
      expect([found?.facts?.build.number, found?.facts?.failure?.errors], name).toEqual([stored, [stored]]);
    }
  });

  test('what is due is listed by conversation, the longest due first', async () => {
    const { alerts, add } = await openAlerts();
    await add('two', 1, owed(NOW));
    await add('one', 2, owed(NOW));
    await add('one', 1, owed(NOW));
    await add('one', 3, owed(NOW - 1));
    await add('one', 4, owed(NOW + 1));
    await add('one', 5);
    await add('foreign', 6, { ...owed(NOW), conversationId: '19:foreign' });
    expect(names(await alerts.listDue(CONVERSATION, NOW))).toEqual([
      '3 of one',
      '1 of one',
      '2 of one',
      '1 of two',
    ]);
  });

  test('when the next news is due is told for one conversation, and for all', async () => {
    const { alerts, add } = await openAlerts();
    expect(await alerts.nextDueAt(CONVERSATION)).toBeUndefined();
    await add('one', 1, owed(NOW + 2));
    await add('two', 2, owed(NOW + 1));
    await add('two', 3);
    await add('foreign', 4, { ...owed(NOW), conversationId: '19:foreign' });
    expect(await alerts.nextDueAt(CONVERSATION)).toBe(NOW + 1);
    expect(await alerts.listPending()).toStrictEqual([
      { conversationId: '19:foreign', dueAt: NOW },
      { conversationId: CONVERSATION, dueAt: NOW + 1 },
    ]);
  });

  test('what is held is listed by its reason', async () => {
    const { alerts, add } = await openAlerts();
    const reasons: HoldReason[] = ['grouping', 'muted', 'quiet-hours', 'inhibited'];
    for (const [index, heldBy] of reasons.entries()) await add('one', index, owed(NOW + 9, heldBy));
    await add('foreign', 1, { ...owed(NOW, 'muted'), conversationId: '19:foreign' });
    await add('foreign', 3, {
      ...owed(NOW, 'inhibited'),
      definition: { ...DEFINITION, project: 'Warehouse' },
    });
    expect(names(await alerts.listHeld(CONVERSATION, 'muted'))).toEqual(['1 of one']);
    expect(names(await alerts.listHeld(CONVERSATION, 'quiet-hours'))).toEqual(['2 of one']);
    expect(names(await alerts.listInhibited({ ...DEFINITION, project: 'SHOP' }))).toEqual(['3 of one']);
    expect(await alerts.listInhibited({ ...DEFINITION, organization: 'fabrikam' })).toEqual([]);
  });

  test('a card shows its alerts in the order of what they are about', async () => {
    const { alerts, add } = await openAlerts();
    await add('two', 1, { cardKey: 'card-1' });
    await add('one', 2, { cardKey: 'card-1' });
    await add('one', 1, { cardKey: 'card-1' });
    await add('one', 3, { cardKey: 'card-2' });
    await add('foreign', 1, { cardKey: 'card-1', conversationId: '19:foreign' });
    const shown = names(await alerts.listOfCard(CONVERSATION, 'card-1'));
    expect(shown).toEqual(['1 of one', '1 of two', '2 of one']);
  });

  test('the newest ones of each subscription are listed, the newest first', async () => {
    const { alerts } = await openAlerts();
    for (const [index, subscriptionId] of ['one', 'one', 'two', 'one', 'foreign'].entries()) {
      const definition = { ...DEFINITION, definitionId: index };
      await alerts.save({ ...ALERT, subscriptionId, definition }, NOW + index);
    }
    const newest = names(await alerts.listByConversation(CONVERSATION, 2));
    expect(newest).toEqual(['3 of one', '2 of two', '1 of one']);
  });

  test('what a subscription that is gone has left behind is owed to nobody', async () => {
    const { database, alerts, add } = await openAlerts();
    await createSubscriptions(database).remove('one');
    const left = { ...owed(NOW, 'muted'), cardKey: 'card-1' };
    await add('one', 1, left);
    await add('one', 2, { ...left, ...owed(NOW, 'inhibited') });
    expect(await alerts.listDue(CONVERSATION, NOW)).toEqual([]);
    expect(await alerts.nextDueAt(CONVERSATION)).toBeUndefined();
    expect(await alerts.listPending()).toEqual([]);
    expect(await alerts.listHeld(CONVERSATION, 'muted')).toEqual([]);
    expect(await alerts.listInhibited(DEFINITION)).toEqual([]);
    expect(await alerts.listOfCard(CONVERSATION, 'card-1')).toEqual([]);
    await alerts.deleteBefore(NOW + 1);
    expect(await database.query('select alert from pipebot.alerts')).toEqual([]);
  });

  test('what is neither open nor pending is forgotten when nobody has touched it since a time', async () => {
    const { alerts, add } = await openAlerts();
    await add('one', 1);
    await add('one', 2, { isOpen: true });
    await add('one', 3, owed(NOW + 1_000));
    await alerts.save({ ...ALERT, subscriptionId: 'one' }, NOW + 1);
    await alerts.deleteBefore(NOW + 1);
    const left = names(await alerts.listByConversation(CONVERSATION, 9));
    expect(left).toEqual(['183 of one', '2 of one', '3 of one']);
  });

  test('of two who tell what is due at once, one tells it', async () => {
    const { database, alerts, add } = await openAlerts();
    await add('one', 1, owed(NOW));
    await add('two', 2, owed(NOW));
    const dueForSecond = await race(database, {
      first: () => alerts.listDue(CONVERSATION, NOW),
      meanwhile: () => add('one', 1),
      second: () => alerts.listDue(CONVERSATION, NOW),
    });
    expect(names(dueForSecond)).toEqual(['2 of two']);
  });

  test.each<[string, (alerts: ReturnType<typeof createAlerts>) => Promise<unknown>, HoldReason]>([
    ['held back', (alerts) => alerts.listHeld(CONVERSATION, 'muted'), 'muted'],
    ['inhibited', (alerts) => alerts.listInhibited(DEFINITION), 'inhibited'],
  ])('what is %s is not taken from whoever tells it', async (_, list, heldBy) => {
    const { database, alerts, add } = await openAlerts();
    await add('one', 1, owed(NOW, heldBy));
    const heldForSecond = await race(database, {
      first: () => alerts.listDue(CONVERSATION, NOW),
      meanwhile: () => add('one', 1),
      second: () => list(alerts),
    });
    expect(heldForSecond).toEqual([]);
  });

  test('of two who count a failure at once, the second counts on', async () => {
    const { database, alerts, add } = await openAlerts();
    await add('one', 183, { ...COMPLETE, subscriptionId: 'one' });
    const find = () => alerts.find('one', DEFINITION, BRANCH);
    const seenBySecond = await race(database, {
      first: find,
      meanwhile: () => add('one', 183, { cardKey: 'counted' }),
      second: find,
    });
    expect(seenBySecond?.cardKey).toBe('counted');
  });

  test('of two who change one card at once, the second sees what the first has changed', async () => {
    const { database, alerts, add } = await openAlerts();
    await add('one', 1, { cardKey: 'card-1' });
    await add('two', 2, { cardKey: 'card-1' });
    const change = async (subscriptionId: string, definitionId: number) => {
      await add(subscriptionId, definitionId, { cardKey: 'card-1', isOpen: true });
      return await alerts.listOfCard(CONVERSATION, 'card-1');
    };
    const seenBySecond = await race(database, {
      first: () => change('one', 1),
      meanwhile: () => Promise.resolve(),
      second: () => change('two', 2),
    });
    expect(seenBySecond.map(({ isOpen }) => isOpen)).toEqual([true, true]);
  });

  test('two who lock the same ones in different orders of time do not wait for each other', async () => {
    const { database, alerts, add } = await openAlerts();
    await add('one', 1, owed(NOW, 'muted'));
    await add('one', 2, owed(NOW - 1, 'muted'));
    const heldForSecond = await race(database, {
      first: () => alerts.find('one', { ...DEFINITION, definitionId: 1 }, BRANCH),
      meanwhile: () => alerts.find('one', { ...DEFINITION, definitionId: 2 }, BRANCH),
      second: () => alerts.listHeld(CONVERSATION, 'muted'),
    });
    expect(names(heldForSecond)).toEqual(['2 of one', '1 of one']);
  });
});

async function subscribe(database: Database, id: string, conversationId: string): Promise<void> {
  await createSubscriptions(database).save({ ...SUBSCRIPTION, id, conversationId }, []);
}
