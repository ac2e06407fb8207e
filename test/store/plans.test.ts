// What is asked with every poll and every build, with as many rows as a large organisation has: 10,000 watches and
// subscriptions on 500 definitions in 50 projects. Nothing is forced here; the database may choose.
import { expect, test } from 'vitest';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { createBuildRecords } from '../../src/store/builds.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import { createSubscriptions } from '../../src/store/subscriptions.ts';
import { createWatches } from '../../src/store/watches.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { NOW } from './examples.ts';
import { type Ask, plansOf } from './plans-of.ts';

const DEVELOP = 'refs/heads/develop';
const TARGET = { organization: 'contoso', project: 'Project7', branch: DEVELOP, definitionIds: [7, 57, 107] };
const ANYWHERE = { ...TARGET, branch: ANY_BRANCH };
const DEFINITION = { organization: 'contoso', project: 'Project7', definitionId: 7 };
const AT = `timestamptz 'epoch' + ${NOW} * interval '1 millisecond'`;

// Row n is of definition n modulo 500, which is of project n modulo 50. One build in a hundred is active.
const FILL = `
  insert into pipebot.builds (
    organization, project, build_id, number, definition_id, definition_name, branch, status, reason, queued_at, url)
  select 'contoso', 'Project' || n % 50, n, n, n % 500, 'ci', '${DEVELOP}',
    case when n % 100 = 7 then 'inProgress' else 'completed' end, 'manual', ${AT}, ''
  from generate_series(1, 20000) as n;
  insert into pipebot.readings (
    organization, project_key, branch, definition_id, observed_at, read_at, listed_at, build_ids)
  select 'contoso', 'project' || n % 50, '${DEVELOP}', n, ${AT}, ${AT}, ${AT},
    (select jsonb_agg(n + 500 * nth) from generate_series(1, 25) as nth)
  from generate_series(0, 499) as n;
  insert into pipebot.watches (
    id, card_key, conversation_id, subject, role, definition_name, organization, project, definition_id, branch,
    askers, state, build_id, after_build_id, created_at, expires_at)
  select n, 'card', 'c' || n % 1000, 'payments', 'base', 'ci', 'contoso', 'Project' || n % 50, n % 500,
    '${DEVELOP}', '[{"id": "29:ada", "name": "Ada"}]', case when n % 2 = 0 then 'ended' else 'following' end, n, 0,
    ${AT}, ${AT}
  from generate_series(1, 20000) as n;
  insert into pipebot.subscriptions (
    id, conversation_id, tenant_id, service, events, reasons, style, created_by, created_at)
  select 's' || n, 'c' || n % 1000, 'tenant', '*', 'failures', '[]', 'update', '{"id": "29:ada"}', ${AT}
  from generate_series(1, 10000) as n;
  insert into pipebot.subscription_definitions (subscription_id, organization, project, definition_id, branch)
  select 's' || n, 'contoso', 'Project' || n % 50, n % 500,
    case when n % 1000 = 7 then '${ANY_BRANCH}' else '${DEVELOP}' end
  from generate_series(1, 10000) as n;
  insert into pipebot.alerts (
    subscription_id, organization, project_key, definition_id, branch, conversation_id, card_key, alert, due_at,
    held_by, updated_at)
  select 's' || n, 'contoso', 'project' || n % 50, n % 500, '${DEVELOP}', 'c' || n % 1000, 'card' || n,
    '{"isOpen": true}', case when n % 10 = 7 then ${AT} end, case when n % 10 = 7 then 'inhibited' end, ${AT}
  from generate_series(1, 10000) as n;
  insert into pipebot.gates (
    id, key_id, service, branch, settle_ms, asked_at, deadline_at, decision, decided_at)
  select n, 'key', 'payments', '${DEVELOP}', 0, ${AT}, ${AT},
    jsonb_build_object('verdict', case when n % 100 = 7 then 'wait' else 'continue' end), ${AT} - n * interval '1 minute'
  from generate_series(1, 10000) as n;
  analyze`;

/** The question, and the indexes that answer it. */
const QUESTIONS: readonly (readonly [string, Ask, ...string[]])[] = [
  ['active builds', (database) => createBuildRecords(database).listActive(TARGET), 'builds_active'],
  [
    'active builds on any branch',
    (database) => createBuildRecords(database).listActive(ANYWHERE),
    'builds_active',
  ],
  [
    'the last reading',
    (database) => createBuildRecords(database).lastReading(TARGET),
    'readings_pkey',
    // Which index finds them depends on how many there are.
    'Index Scan using builds_',
  ],
  [
    'open watches of a place',
    (database) => createWatches(database).listOpenByTarget(TARGET),
    'watches_open_by_target',
  ],
  [
    'open watches of any branch',
    (database) => createWatches(database).listOpenByTarget(ANYWHERE),
    'watches_open_by_target',
  ],
  [
    'watches that follow a build',
    (database) => createWatches(database).listFollowing({ ...TARGET, buildId: 7 }),
    'watches_open_by_target',
  ],
  [
    'definitions that are watched',
    (database) => createWatches(database).listDefinitions(TARGET),
    'watches_open_by_target',
  ],
  [
    'who hears of a definition',
    (database) => createSubscriptions(database).listByDefinition(DEFINITION, DEVELOP),
    'subscription_definitions_by_definition',
    'subscriptions_pkey',
  ],
  [
    'definitions that are subscribed to',
    (database) => createSubscriptions(database).listDefinitions(TARGET),
    'subscription_definitions_by_',
  ],
  ['what one has heard', (database) => createAlerts(database).find('s7', DEFINITION, DEVELOP), 'alerts_pkey'],
  ['news that is due', (database) => createAlerts(database).listDue('c7', NOW), 'alerts_due'],
  ['when news is due', (database) => createAlerts(database).nextDueAt('c7'), 'alerts_due'],
  ['news that is held', (database) => createAlerts(database).listHeld('c7', 'muted'), 'alerts_due'],
  [
    'news that is inhibited',
    (database) => createAlerts(database).listInhibited(DEFINITION),
    'alerts_inhibited',
  ],
  ['what a card shows', (database) => createAlerts(database).listOfCard('c7', 'card7'), 'alerts_of_card'],
  [
    'what a conversation has heard',
    (database) => createAlerts(database).listByConversation('c7', 9),
    'subscriptions_by_conversation',
    'alerts_pkey',
  ],
  [
    'gates at which somebody waits',
    (database) => createGateRecords(database).listWaiting(NOW - 3_600_000),
    'gates_waited_at',
  ],
];

eachMigratedDatabase('with 10,000 watches and subscriptions', (open) => {
  test('what is asked all the time reads no table from end to end', async () => {
    const database = await open();
    await database.execute(FILL);
    for (const [name, ask, ...indexes] of QUESTIONS) {
      const plans = await plansOf(database, ask);
      expect(plans, name).not.toContain('Seq Scan');
      for (const index of indexes) expect(plans, name).toContain(index);
    }
  });
});
