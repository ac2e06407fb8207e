// The same commands over the real stores: what one of them stores, the others find.
import { expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import type { Content } from '../../src/domain/content.ts';
import type { Database } from '../../src/store/database.ts';
import { createStores } from '../../src/store/stores.ts';
import { resyncSubscriptions } from '../../src/usecases/resync-subscriptions.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { CATALOG, createChatBench, DEVELOP, ELSEWHERE, HERE, NOON } from './chat-bench.ts';

const HOUR = 3_600_000;
const where = { organization: 'contoso', project: 'Shop' };

eachMigratedDatabase('commands', (open) => {
  async function chat() {
    const database: Database = await open();
    const stores = createStores(database);
    for (const id of [HERE, ELSEWHERE]) {
      const kind = 'personal' as const;
      const conversation = { id, kind, tenantId: 'tenant', serviceUrl: 'https://smba/', botId: '28:bot' };
      await stores.conversations.save(conversation, NOON);
    }
    const bench = createChatBench({ ...stores, transactions: database });
    async function say(text: string, conversationId = HERE): Promise<Content> {
      const reply = await bench.reply(text, { conversationId });
      return database.transaction(async () => (await reply.record?.('reply:1')) ?? reply.content);
    }
    return { stores, bench, say, database };
  }

  test('that subscribe, change and end are seen by those that list', async () => {
    const { say, stores } = await chat();
    await say('subscribe payments branch:release/* reason:ci stage:"Deploy to prod" style:thread');
    expect(await say('subscribe payments branch:release/* all')).toMatchObject({ isChanged: true });
    await say('subscribe *', ELSEWHERE);
    const listed = await say('subscriptions');
    expect(listed).toMatchObject({
      subscriptions: [{ service: 'payments', events: 'all', tenantId: 'tenant' }],
    });
    const places = await stores.subscriptions.listPlaces();
    expect(places.map(({ branch }) => branch).sort()).toEqual(['*', DEVELOP, 'refs/heads/main']);
    if (listed.kind !== 'subscriptions') return;
    const [subscription] = listed.subscriptions;
    await say(`unsubscribe ${subscription?.id}`, ELSEWHERE);
    expect(await stores.subscriptions.listAll()).toHaveLength(2);
    expect(await say(`unsubscribe ${subscription?.id}`)).toMatchObject({ remark: { code: 'unsubscribed' } });
    expect(await stores.subscriptions.listAll()).toMatchObject([{ conversationId: ELSEWHERE }]);
  });

  test('that mute and unmute hold what is pending back and let it go', async () => {
    const { say, stores, bench, database } = await chat();
    await say('subscribe payments');
    await say('mute payments 2h');
    const [subscription] = await stores.subscriptions.listByConversation(HERE);
    const alert: Alert = {
      ...{ subscriptionId: subscription?.id ?? '', conversationId: HERE, branch: DEVELOP },
      ...{ definition: { ...where, definitionId: 184 }, isOpen: false, isFlappingTold: false },
      pending: { news: 'failing', since: NOON, dueAt: NOON + 2 * HOUR, heldBy: 'muted' },
      last: {
        ...{ build: { id: 7, number: '7', url: 'https://x/7' }, at: NOON },
        outcome: { code: 'held', by: 'muted', until: NOON + 2 * HOUR },
      },
    };
    await stores.alerts.save(alert, NOON);
    expect(await say('why payments')).toMatchObject({
      explanation: { mutes: [{ service: 'payments' }], subscriptions: [{ alerts: [{ build: { id: 7 } }] }] },
    });
    await say('unmute payments');
    const due = await database.transaction(() => stores.alerts.listDue(HERE, NOON));
    expect(due).toMatchObject([{ pending: { heldBy: 'muted', dueAt: NOON } }]);
    expect(bench.state.jobs).toEqual([{ name: 'release-alerts', runAt: NOON }]);
  });

  test('that set quiet hours find them again', async () => {
    const { say } = await chat();
    await say('quiet 22:00-07:00 europe/berlin');
    expect(await say('quiet')).toMatchObject({ remark: { quiet: { timeZone: 'Europe/Berlin' } } });
    await say('quiet off');
    expect(await say('quiet')).toEqual({ kind: 'remark', remark: { code: 'quiet-hours' } });
  });

  test('that explain find nothing where nothing is', async () => {
    const { say } = await chat();
    const answer = await say('why search');
    expect(answer).toEqual({
      kind: 'why',
      explanation: {
        ...{ subject: 'search', conversationId: HERE, isSuspended: false, subscriptions: [], mutes: [] },
        observations: [
          { name: 'search', branch: 'refs/heads/main' },
          { name: 'python-base', branch: DEVELOP },
          { name: 'ml-base', branch: 'refs/heads/main' },
        ],
        answeredAt: NOON,
      },
    });
  });

  test('are followed by a services file that has changed', async () => {
    const { say, stores, bench } = await chat();
    await say('subscribe search');
    const catalog = { ...CATALOG, services: CATALOG.services.filter(({ name }) => name !== 'search') };
    await resyncSubscriptions({ ...bench.ports, catalog });
    expect(await stores.subscriptions.listPlaces()).toEqual([]);
    expect(await stores.subscriptions.listAll()).toMatchObject([{ service: 'search' }]);
    await resyncSubscriptions({ ...bench.ports, catalog: CATALOG });
    expect(await stores.subscriptions.listPlaces()).toHaveLength(2);
  });
});
