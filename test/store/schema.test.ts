import { expect, test } from 'vitest';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { createCheckRecords } from '../../src/store/checks.ts';
import { createConversationSettings } from '../../src/store/conversation-settings.ts';
import type { Database } from '../../src/store/database.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import { createHealthRecords } from '../../src/store/health.ts';
import { createHolds } from '../../src/store/holds.ts';
import { createHookEvents } from '../../src/store/hook-events.ts';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import { createMutes } from '../../src/store/mutes.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { createSeal } from '../../src/store/seal.ts';
import { createSubscriptions } from '../../src/store/subscriptions.ts';
import { createTransitionRecords } from '../../src/store/transitions.ts';
import { createWatches } from '../../src/store/watches.ts';
import { eachDatabase } from '../support/databases.ts';
import { describeSchema } from './describe-schema.ts';
import { NOW, openMigrated, SUBSCRIBED, TARGET } from './examples.ts';
import { type Ask, plansOf } from './plans-of.ts';

const WHOSE = { conversationId: 'a:1ada', personId: '29:ada', tenantId: 'tenant-1' };

const TASK = { organization: 'contoso', planId: 'plan-1', jobId: 'job-1', taskInstanceId: 'task-1' };
const checksOn = (database: Pick<Database, 'query'>) => createCheckRecords(database, createSeal([]));

/** What is asked often, and the index that has to answer however many rows there are. */
const QUESTIONS: readonly (readonly [string, Ask, string])[] = [
  [
    'known builds',
    (database) => createBuildRecords(database).findBuilds([{ ...TARGET, buildId: 4242 }]),
    'builds_pkey',
  ],
  ['the last reading', (database) => createBuildRecords(database).lastReading(TARGET), 'readings_pkey'],
  [
    'when definitions were read',
    (database) => createBuildRecords(database).listReadTimes([{ ...TARGET, definitionId: 183 }]),
    'readings_pkey',
  ],
  ['a target to lock', (database) => createBuildRecords(database).lockTarget(TARGET), 'readings_pkey'],
  [
    'open watches of a target',
    (database) => createWatches(database).listOpenByTarget(TARGET),
    'watches_open_by_target',
  ],
  [
    'open watches of a conversation',
    (database) => createWatches(database).listOpenByConversation('a:1ada'),
    'watches_open_by_conversation',
  ],
  [
    'open watches of any branch',
    (database) => createWatches(database).listOpenByTarget({ ...TARGET, branch: ANY_BRANCH }),
    'watches_open_by_target',
  ],
  [
    'watches that follow a build',
    (database) => createWatches(database).listFollowing({ ...TARGET, buildId: 4242 }),
    'watches_open_by_target',
  ],
  [
    'definitions that are watched',
    (database) => createWatches(database).listDefinitions(TARGET),
    'watches_open_by_target',
  ],
  ['places that are watched', (database) => createWatches(database).listPlaces(), 'watches_open_by_'],
  ['open watches of a person', (database) => createWatches(database).count(WHOSE), 'watches_open_by_'],
  [
    'who hears of a definition',
    (database) => createSubscriptions(database).listByDefinition(SUBSCRIBED, SUBSCRIBED.branch),
    'subscription_definitions_by_',
  ],
  [
    'subscriptions of a conversation',
    (database) => createSubscriptions(database).listByConversation('a:1ada'),
    'subscriptions_by_conversation',
  ],
  [
    'definitions that are subscribed to',
    (database) => createSubscriptions(database).listDefinitions(TARGET),
    'subscription_definitions_by_',
  ],
  [
    'subscriptions of a person',
    (database) => createSubscriptions(database).count(WHOSE),
    'subscriptions_by_person',
  ],
  [
    'subscriptions of a tenant',
    (database) => createSubscriptions(database).count(WHOSE),
    'subscriptions_by_tenant',
  ],
  [
    'what one has heard',
    (database) => createAlerts(database).find('subscription-1', SUBSCRIBED, SUBSCRIBED.branch),
    'alerts_pkey',
  ],
  ['news that is due', (database) => createAlerts(database).listDue('a:1ada', NOW), 'alerts_due'],
  ['when news is due', (database) => createAlerts(database).nextDueAt('a:1ada'), 'alerts_due'],
  ['news that is held', (database) => createAlerts(database).listHeld('a:1ada', 'muted'), 'alerts_due'],
  ['who has pending news', (database) => createAlerts(database).listPending(), 'alerts_due'],
  [
    'news that is inhibited',
    (database) => createAlerts(database).listInhibited(SUBSCRIBED),
    'alerts_inhibited',
  ],
  ['what a card shows', (database) => createAlerts(database).listOfCard('a:1ada', 'card'), 'alerts_of_card'],
  [
    'what a conversation has heard',
    (database) => createAlerts(database).listByConversation('a:1ada', 9),
    'alerts_pkey',
  ],
  ['alerts to forget', (database) => createAlerts(database).deleteBefore(NOW), 'alerts_by_age'],
  [
    'how a definition stands',
    (database) => createHealthRecords(database).find(SUBSCRIBED, SUBSCRIBED.branch),
    'health_pkey',
  ],
  ['health to forget', (database) => createHealthRecords(database).deleteBefore(NOW), 'health_by_age'],
  ['mutes', (database) => createMutes(database).list('a:1ada', NOW), 'mutes_pkey'],
  [
    'settings',
    (database) => createConversationSettings(database).find('a:1ada'),
    'conversation_settings_pkey',
  ],
  [
    'transitions to forget',
    (database) => createTransitionRecords(database).deleteBefore(NOW),
    'transitions_by_age',
  ],
  [
    'the last service hook',
    (database) => createHookEvents(database).lastReceivedAt('contoso', [183]),
    'hook_events_hints',
  ],
  [
    'service hooks to forget',
    (database) => createHookEvents(database).deleteBefore(NOW),
    'hook_events_by_age',
  ],
  [
    'a message to answer',
    (database) => createIncomingMessages(database).findUnanswered('a:1ada', '1'),
    'incoming_messages_pkey',
  ],
  [
    'messages to forget',
    (database) => createIncomingMessages(database).deleteBefore(NOW),
    'incoming_messages_by_age',
  ],
  [
    'the next notification',
    (database) => createNotifications(database).nextFor('a:1ada'),
    'notifications_pending',
  ],
  [
    'conversations to send to',
    (database) => createNotifications(database).listPending(),
    'notifications_pending',
  ],
  [
    'notifications to resume',
    (database) => createNotifications(database).resume('a:1ada', NOW),
    'notifications_suspended',
  ],
  [
    'notifications to forget',
    (database) => createNotifications(database).deleteBefore(NOW),
    'notifications_by_age',
  ],
  ['a gate', (database) => createGateRecords(database).find('gate-1'), 'gates_pkey'],
  [
    'gates at which somebody waits',
    (database) => createGateRecords(database).listWaiting(NOW),
    'gates_waited_at',
  ],
  ['a check', (database) => checksOn(database).find('check-1'), 'checks_pkey'],
  ['the check of a task', (database) => checksOn(database).findByTarget(TASK), 'checks_task'],
  ['open checks', (database) => checksOn(database).listOpen(), 'checks_open'],
  ['checks to forget', (database) => checksOn(database).deleteBefore(NOW), 'checks_by_age'],
  [
    'gates that people look at',
    (database) => createGateRecords(database).listOpen(NOW, NOW),
    'gates_waited_at',
  ],
  ['the hold of a service', (database) => createHolds(database).listActive(NOW), 'holds_in_force'],
  [
    'the order for a gate',
    (database) => createHolds(database).findFor({ service: 'payments', gateId: 'gate-1' }, NOW),
    'holds_in_force',
  ],
  ['gates to forget', (database) => createGateRecords(database).deleteBefore(NOW), 'gates_by_deadline'],
];

/** With few rows reading the whole table is quicker; what matters is that the index could be used. */
const INDEXES_ONLY = 'set local enable_seqscan = off; set local enable_bitmapscan = off';

eachDatabase('the schema', (open) => {
  test('is what schema.sql shows', async () => {
    const database = await openMigrated(open);
    await expect(await describeSchema(database, 'pipebot')).toMatchFileSnapshot('schema.sql');
  });

  test('has an index for every question that is asked often', async () => {
    const database = await openMigrated(open);
    for (const [name, ask, index] of QUESTIONS) {
      expect(await plansOf(database, ask, INDEXES_ONLY), name).toMatch(
        new RegExp(`Index (Only )?Scan using ${index}`),
      );
    }
  });
});
