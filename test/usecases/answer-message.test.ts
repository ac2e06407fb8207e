// How a conversation's messages are answered, on the real stores; only the commands are scripted.
import { expect, test } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import { createNotifications } from '../../src/store/notifications.ts';
import { answerMessages, type Reply, resumeAnswers } from '../../src/usecases/answer-message.ts';
import type { IncomingMessage } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';
import { createRecordedLog } from '../teams/recorded-log.ts';

const GENERAL = '19:general@thread.tacv2';
const HELP: Reply = { content: { kind: 'help', entries: [] } };

eachMigratedDatabase('answering', (open) => {
  async function openBench(respond: (message: IncomingMessage) => Promise<Reply>) {
    const database = await open();
    const clock = createScriptedClock();
    const jobs: string[] = [];
    const ports = {
      messages: createIncomingMessages(database),
      notifications: createNotifications(database),
      transactions: database,
      jobs: {
        enqueue: async (name: string, payload: object, options?: { readonly key?: string }) => {
          jobs.push([name, options?.key, JSON.stringify(payload)].join(' '));
        },
      },
      clock,
      log: createRecordedLog(),
      respond,
      newErrorId: () => 'error-1',
    };
    const say = (text: string, conversationId = GENERAL) =>
      ports.messages.add({
        ...{ conversationId, activityId: text, text, receivedAt: clock.now() },
        from: { id: '29:ada', name: 'Ada' },
      });
    /** What the conversation is told, by the message that it answers, in the order of telling. */
    const told = async () => {
      const sql = `select key, coalesce(content -> 'remark' ->> 'errorCode', content ->> 'kind') as content
        from pipebot.notifications order by sequence`;
      const rows = await database.query<{ key: string; content: string }>(sql);
      return rows.map(({ key, content }) => `${key.split(':').at(-1)}: ${content}`);
    };
    return { database, ports, jobs, say, told, answer: () => answerMessages(ports, GENERAL) };
  }

  test('each message finds done what the one before it did', async () => {
    const done: string[] = [];
    const found: string[] = [];
    const { say, answer, told } = await openBench(async ({ text }) => {
      found.push(`${text} finds ${done.join(' and ') || 'nothing'}`);
      return { ...HELP, record: async () => void done.push(text) };
    });
    for (const text of ['watch', 'again', 'unwatch']) await say(text);
    await answer();
    expect(found).toEqual(['watch finds nothing', 'again finds watch', 'unwatch finds watch and again']);
    expect(await told()).toEqual(['watch: help', 'again: help', 'unwatch: help']);
  });

  test.each<[string, (ports: { fail: () => never }) => Promise<Reply>]>([
    ['finding its answer', async ({ fail }) => fail()],
    ['storing what it does', async ({ fail }) => ({ ...HELP, record: async () => fail() })],
  ])('a message that meets a bug in %s is told so, and holds nobody up', async (_where, reply) => {
    const fail = () => {
      throw new TypeError('a bug');
    };
    const { ports, say, answer, told } = await openBench(async ({ text }) =>
      text === 'poison' ? reply({ fail }) : HELP,
    );
    for (const text of ['poison', 'status']) await say(text);
    await answer();
    expect(await told()).toEqual(['poison: internal', 'status: help']);
    expect(ports.log.entries).toMatchObject([{ level: 'error', fields: { errorId: 'error-1' } }]);
    expect(await ports.messages.listPending()).toEqual([]);
  });

  test('a statement that the database refuses leaves nothing behind but the error', async () => {
    const { database, ports, say, answer, told } = await openBench(async () => ({
      ...HELP,
      record: async () => {
        await ports.notifications.add({ ...HELP, key: 'half', conversationId: GENERAL }, 0);
        await database.query('select 1 / 0');
      },
    }));
    await say('poison');
    await answer();
    expect(await told()).toEqual(['poison: internal']);
  });

  test.each(['finding', 'storing'])('a store that fails while %s the answer is no answer', async (where) => {
    const fail = () => {
      throw new PipeBotError('store-unavailable');
    };
    let isDown = true;
    const { say, answer, told } = await openBench(async () => {
      if (isDown && where === 'finding') fail();
      return { ...HELP, record: async () => (isDown ? fail() : undefined) };
    });
    await say('status');
    await expect(answer()).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await told()).toEqual([]);
    isDown = false;
    await answer();
    expect(await told()).toEqual(['status: help']);
  });

  test('what somebody else answers meanwhile is not done twice', async () => {
    const done: string[] = [];
    let isHeldUp = true;
    const { say, answer, told } = await openBench(async ({ text }) => {
      const wasHeldUp = isHeldUp;
      isHeldUp = false;
      if (wasHeldUp) await answer();
      return { ...HELP, record: async () => void done.push(text) };
    });
    await say('watch');
    await answer();
    expect(done).toEqual(['watch']);
    expect(await told()).toEqual(['watch: help']);
  });

  test('twenty are answered at a stretch, and the rest by the next job', async () => {
    const { say, answer, told, jobs } = await openBench(async () => HELP);
    for (let count = 0; count < 21; count++) await say(`status ${count}`);
    await answer();
    expect(await told()).toHaveLength(20);
    expect(jobs.at(-1)).toBe(`answer-message ${GENERAL} {"conversationId":"${GENERAL}"}`);
    await answer();
    expect(await told()).toHaveLength(21);
  });

  test('after a start every conversation that waits for an answer gets its job', async () => {
    const { ports, say, jobs } = await openBench(async () => HELP);
    for (const [text, conversationId] of [['1'], ['2', 'a:1ada'], ['3']] as const)
      await say(text, conversationId);
    await resumeAnswers(ports);
    expect(jobs).toEqual([
      `answer-message ${GENERAL} {"conversationId":"${GENERAL}"}`,
      'answer-message a:1ada {"conversationId":"a:1ada"}',
    ]);
  });
});
