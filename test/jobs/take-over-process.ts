// An instance that only delivers, for take-over.test.ts to kill and to stop. Prints the key of every notification
// that it begins to send.
import { setTimeout as delay } from 'node:timers/promises';
import { createQueue } from '../../src/jobs/queue.ts';
import { Secret } from '../../src/secret.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { JobPayloads } from '../../src/usecases/ports.ts';
import { createDelivery } from './delivering-instance.ts';

const [databaseUrl = '', conversationId = '', sendMs = ''] = process.argv.slice(2);
const database = await openDatabase({ databaseUrl: new Secret(databaseUrl) });
const delivery = createDelivery(database, async ({ key }) => {
  process.stdout.write(`${key}\n`);
  await delay(Number(sendMs));
});
const queue = createQueue<JobPayloads>(delivery.queueOptions);
delivery.bind(queue);
await queue.start();
await delivery.owe(queue, conversationId, ['first', 'second']);
