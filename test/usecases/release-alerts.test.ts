import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { DeliveryStyle } from '../../src/domain/subscription.ts';
import { createStores } from '../../src/store/stores.ts';
import { releaseAlerts } from '../../src/usecases/release-alerts.ts';
import { ALERT, NOW, SUBSCRIBED, SUBSCRIPTION } from '../store/examples.ts';
import { buildOf } from '../support/build-of.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const { conversationId } = SUBSCRIPTION;
const RECOVERED: Alert = {
  ...ALERT,
  isOpen: true,
  cardKey: 'card',
  facts: { build: buildOf({ id: 2, result: 'succeeded' }), failedBuilds: 1, colour: 'green' },
  pending: { news: 'recovered', since: NOW, dueAt: NOW, heldBy: 'grouping' },
};

eachMigratedDatabase('released alerts', (open) => {
  test.each<readonly [DeliveryStyle, DeliveryStyle]>([
    ['thread', 'update'],
    ['update', 'thread'],
  ])('of one thing are told once, though one subscription says %s and the other %s', async (...styles) => {
    const database = await open();
    const stores = createStores(database);
    for (const [index, style] of styles.entries()) {
      const id = `subscription-${index}`;
      await stores.subscriptions.save({ ...SUBSCRIPTION, id, style }, [SUBSCRIBED]);
      await stores.alerts.save({ ...RECOVERED, subscriptionId: id }, NOW);
    }
    const ports = {
      ...stores,
      transactions: database,
      catalog: { services: [], bases: [] },
      isHidden: async () => false,
      jobs: { enqueue: () => Promise.resolve() },
      clock: { ...systemClock, now: () => NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    let messages = 0;
    await releaseAlerts({ ...ports, newId: () => `${++messages}` }, conversationId);
    expect(messages).toBe(1);
    expect(await stores.notifications.nextFor(conversationId)).toMatchObject({
      content: { entries: [{ news: 'recovered' }] },
      ...(styles[0] === 'thread' ? { repliesToKey: 'card' } : {}),
    });
    expect(await stores.alerts.nextDueAt(conversationId)).toBeUndefined();
  });

  test('of what the conversation may no longer see are dropped, and are not due again', async () => {
    const database = await open();
    const stores = createStores(database);
    await stores.subscriptions.save(SUBSCRIPTION, [SUBSCRIBED]);
    await stores.alerts.save({ ...RECOVERED, subscriptionId: SUBSCRIPTION.id }, NOW);
    const ports = {
      ...stores,
      transactions: database,
      catalog: { services: [], bases: [] },
      isHidden: async (id: string) => id === conversationId,
      jobs: { enqueue: () => Promise.resolve() },
      clock: { ...systemClock, now: () => NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      newId: () => 'message-1',
    };
    await releaseAlerts(ports, conversationId);
    expect(await stores.notifications.nextFor(conversationId)).toBeUndefined();
    expect(await stores.alerts.nextDueAt(conversationId)).toBeUndefined();
  });
});
