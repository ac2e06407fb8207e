// What is kept of a run that broke a promise, for whoever looks for the reason: what people saw, PipeBot's records
// and its log. It lies in the run's folder, which then stays.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../src/store/database.ts';
import type { Comparison } from './book.ts';
import type { Screen } from './screen.ts';

const TABLES = [
  'notifications',
  'alerts',
  'watches',
  'subscriptions',
  'delivery_turns',
  'incoming_messages',
  'builds',
  'transitions',
  'gates',
];

export async function keepEvidence(
  folder: string,
  seen: { readonly database: Database; readonly screen: Screen; readonly comparison: Comparison },
): Promise<void> {
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value, undefined, 1));
  write('comparison.json', seen.comparison);
  write('messages.json', seen.screen);
  for (const table of TABLES)
    write(`${table}.json`, await seen.database.query(`select * from pipebot.${table}`));
  const checks = `select id, plan_id, hub_name, received_at, progress, ended_as, ended_at from pipebot.checks`;
  write('checks.json', await seen.database.query(checks));
  const unfinished = `select * from pgboss.job where state <> 'completed' or name = 'dead-letter'`;
  write('jobs.json', await seen.database.query(unfinished));
}
