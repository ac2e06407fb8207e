import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Alert, AlertFacts } from '../../src/domain/alert.ts';
import { createStores } from '../../src/store/stores.ts';
import { nextNewsAt, recordAlerts } from '../../src/usecases/record-alerts.ts';
import { ALERT, NOW, SUBSCRIBED, SUBSCRIPTION } from '../store/examples.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const FAILED = buildOf({ id: 1, result: 'failed' });
const FACTS: AlertFacts = { build: FAILED, failedBuilds: 1, colour: 'red' };
const TOLD: Alert = {
  ...ALERT,
  isOpen: true,
  cardKey: 'card',
  facts: FACTS,
  last: { build: FAILED, at: NOW, outcome: { code: 'told', notificationKey: 'card' } },
};

test('a conversation hears news again after half a minute, even if a clock that went wrong has told the last', () => {
  expect(nextNewsAt(undefined, NOW)).toBe(NOW);
  expect(nextNewsAt(NOW - 1_000, NOW)).toBe(NOW + 29_000);
  expect(nextNewsAt(NOW + 1_000, NOW)).toBe(NOW + 31_000);
  expect(nextNewsAt(NOW - 31_000, NOW)).toBe(NOW);
  expect(nextNewsAt(NOW + 3_600_000, NOW)).toBe(NOW);
});

eachMigratedDatabase('recorded alerts', (open) => {
  test('of several subscriptions that share a card make it true, whichever of them the card shows', async () => {
    const database = await open();
    const stores = createStores(database);
    // The older one comes last on the card, and the card shows the first of what is the same.
    for (const [index, id] of ['z', 'a'].entries()) {
      await stores.subscriptions.save({ ...SUBSCRIPTION, id, createdAt: NOW + index }, [SUBSCRIBED]);
      await stores.alerts.save({ ...TOLD, subscriptionId: id }, NOW);
    }
    const ports = {
      ...stores,
      catalog: { services: [], bases: [] },
      jobs: { enqueue: () => Promise.resolve() },
      clock: { ...systemClock, now: () => NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    const build = buildOf({ id: 2, result: 'succeeded' });
    const health = { colour: 'green', recent: [], isFlapping: false } as const;
    await database.transaction(() => recordAlerts(ports, [{ build, change: 'turned-green', health }]));
    const update = await stores.notifications.nextFor(ALERT.conversationId);
    expect(update).toMatchObject({ updatesKey: 'card', isProgress: false });
    expect(update?.content).toMatchObject({ entries: [{ news: 'recovered', facts: { colour: 'green' } }] });
  });
});
