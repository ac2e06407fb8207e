// What a message from Teams sets going, on the real stores.
import { expect, test } from 'vitest';
import { createConversations } from '../../src/store/conversations.ts';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import type { Conversation, IncomingMessage } from '../../src/usecases/ports.ts';
import { receiveMessage } from '../../src/usecases/receive-message.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';

const CHANNEL: Conversation = {
  id: '19:general@thread.tacv2',
  kind: 'channel',
  tenantId: 'tenant',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  botId: '28:bot',
};
const MESSAGE: IncomingMessage = {
  conversationId: CHANNEL.id,
  activityId: '1700000000001',
  text: 'status payments',
  from: { id: '29:ada', name: 'Ada' },
  receivedAt: 0,
};

eachMigratedDatabase('receiving', (open) => {
  async function openBench() {
    const database = await open();
    const jobs: string[] = [];
    const ports = {
      conversations: createConversations(database),
      messages: createIncomingMessages(database),
      notifications: createNotifications(database),
      transactions: database,
      jobs: {
        enqueue: async (name: string, _: object, options?: { readonly key?: string }) => {
          jobs.push(`${name} ${options?.key}`);
        },
      },
      clock: createScriptedClock(),
    };
    const isSuspended = async () => (await ports.conversations.find(CHANNEL.id))?.isSuspended;
    return { ports, jobs, isSuspended };
  }

  /** As a 403 leaves it: one notification suspended, and the conversation with it. */
  async function suspend({ ports }: Awaited<ReturnType<typeof openBench>>) {
    const now = ports.clock.now();
    await ports.conversations.save(CHANNEL, now);
    await ports.notifications.add(
      { key: 'owed', conversationId: CHANNEL.id, content: { kind: 'help', entries: [] } },
      now,
    );
    const owed = await ports.notifications.nextFor(CHANNEL.id);
    if (owed) await ports.notifications.save({ ...owed, state: 'suspended' });
    await ports.conversations.setSuspended(CHANNEL.id, true);
  }

  test('one job answers a conversation; a message that Teams brings twice needs no second', async () => {
    const { ports, jobs } = await openBench();
    await receiveMessage(ports, CHANNEL, MESSAGE);
    await receiveMessage(ports, CHANNEL, MESSAGE);
    expect(jobs).toEqual([`answer-message ${CHANNEL.id}`]);
  });

  test('who talks to the bot proves that it is there: what was suspended is sent', async () => {
    const bench = await openBench();
    await suspend(bench);
    await receiveMessage(bench.ports, CHANNEL, MESSAGE);
    expect(await bench.isSuspended()).toBe(false);
    expect(await bench.ports.notifications.nextFor(CHANNEL.id)).toMatchObject({
      key: 'owed',
      state: 'queued',
    });
    expect(bench.jobs.toSorted()).toEqual([`answer-message ${CHANNEL.id}`, `deliver ${CHANNEL.id}`]);
  });

  test('a message that is brought again after the bot was removed proves nothing', async () => {
    const bench = await openBench();
    await receiveMessage(bench.ports, CHANNEL, MESSAGE);
    await suspend(bench);
    await receiveMessage(bench.ports, CHANNEL, MESSAGE);
    expect(await bench.isSuspended()).toBe(true);
  });

  test('a message whose job cannot be stored leaves no trace', async () => {
    const bench = await openBench();
    await suspend(bench);
    const jobs = { enqueue: () => Promise.reject(new Error('full')) };
    await expect(receiveMessage({ ...bench.ports, jobs }, CHANNEL, MESSAGE)).rejects.toThrow('full');
    expect(await bench.isSuspended()).toBe(true);
    expect(await bench.ports.notifications.nextFor(CHANNEL.id)).toBeUndefined();
    expect(await bench.ports.messages.nextUnanswered(CHANNEL.id)).toBeUndefined();
  });
});
