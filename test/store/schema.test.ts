import { expect, test } from 'vitest';
import { createBuildRecords } from '../../src/store/builds.ts';
import type { Database } from '../../src/store/database.ts';
import { createGateRecords } from '../../src/store/gates.ts';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { createWatches } from '../../src/store/watches.ts';
import { eachDatabase } from '../support/databases.ts';
import { describeSchema } from './describe-schema.ts';
import { NOW, openMigrated, TARGET } from './examples.ts';

type Ask = (database: Pick<Database, 'query'>) => Promise<unknown>;

/** What is asked often, and the index that has to answer however many rows there are. */
const QUESTIONS: readonly (readonly [string, Ask, string])[] = [
  [
    'known builds',
    (database) => createBuildRecords(database).findBuilds([{ ...TARGET, buildId: 4242 }]),
    'builds_pkey',
  ],
  [
    'the newest builds',
    async (database) => {
      const records = createBuildRecords(database);
      await records.saveReading(TARGET, { observedAt: NOW, readAt: NOW });
      await records.lastReading(TARGET);
    },
    'builds_newest',
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
  ['targets to poll', (database) => createWatches(database).listTargets(), 'watches_open_by_'],
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
  ['gates to forget', (database) => createGateRecords(database).deleteBefore(NOW), 'gates_by_deadline'],
];

/** Runs `ask` and gives back how the database went about every statement of it. */
async function plansOf(database: Database, ask: Ask): Promise<string> {
  const plans: string[] = [];
  await database.transaction(async () => {
    // With few rows reading the whole table is quicker; what matters is that the index could be used.
    await database.execute('set local enable_seqscan = off; set local enable_bitmapscan = off');
    await ask({
      query: async <Row>(sql: string, parameters?: readonly unknown[]) => {
        const plan = await database.query<Record<string, string>>(`explain ${sql}`, parameters);
        plans.push(...plan.flatMap((row) => Object.values(row)));
        return await database.query<Row>(sql, parameters);
      },
    });
  });
  return plans.join('\n');
}

eachDatabase('the schema', (open) => {
  test('is what schema.sql shows', async () => {
    const database = await openMigrated(open);
    await expect(await describeSchema(database, 'pipebot')).toMatchFileSnapshot('schema.sql');
  });

  test('has an index for every question that is asked often', async () => {
    const database = await openMigrated(open);
    for (const [name, ask, index] of QUESTIONS) {
      expect(await plansOf(database, ask), name).toMatch(new RegExp(`Index (Only )?Scan using ${index}`));
    }
  });
});
