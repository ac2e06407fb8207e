import { expect, test } from 'vitest';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import type { IncomingMessage } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const MESSAGE: IncomingMessage = {
  conversationId: '19:general@thread.tacv2',
  activityId: '1700000000001',
  text: 'status payments',
  from: { id: '29:ada', name: 'Ada' },
  receivedAt: NOW,
};

eachMigratedDatabase('incoming messages', (open) => {
  async function openMessages() {
    const database = await open();
    return { database, messages: createIncomingMessages(database) };
  }

  test.each([
    ['outside a thread', MESSAGE],
    ['in a thread', { ...MESSAGE, threadId: '1700000000000' }],
    ['without text', { ...MESSAGE, text: '' }],
    ['of a person whom Entra knows', { ...MESSAGE, fromEntraId: 'ada-1' }],
  ])('a message %s comes back as it was added', async (_, message) => {
    const { messages } = await openMessages();
    expect(await messages.add(message)).toBe(true);
    expect(await messages.findUnanswered(message.conversationId, message.activityId)).toStrictEqual(message);
  });

  test('odd messages are stored', async () => {
    const { messages } = await openMessages();
    for (const { name, given, stored } of ODD_STRINGS) {
      const ids = { conversationId: name, activityId: name };
      const saying = (text: string) => ({ ...MESSAGE, text, from: { id: text, name: text }, threadId: text });
      expect(await messages.add({ ...saying(given), ...ids }), name).toBe(true);
      expect(await messages.findUnanswered(name, name), name).toEqual({ ...saying(stored), ...ids });
    }
  });

  test('messages with odd ids are stored, found and answered', async () => {
    const { messages } = await openMessages();
    for (const { name, given } of ODD_STRINGS) {
      const odd = { ...MESSAGE, conversationId: given, activityId: given };
      expect([await messages.add(odd), await messages.add(odd)], name).toEqual([true, false]);
      expect((await messages.findUnanswered(given, given))?.text, name).toBe(MESSAGE.text);
      await messages.markAnswered(given, given);
      expect(await messages.findUnanswered(given, given), name).toBeUndefined();
    }
  });

  test('ids too long for an index are kept apart', async () => {
    const { messages } = await openMessages();
    for (const variant of ['one', 'two']) {
      const ids = { conversationId: longKey('general'), activityId: longKey(variant) };
      expect(await messages.add({ ...MESSAGE, ...ids, text: variant })).toBe(true);
    }
    expect((await messages.findUnanswered(longKey('general'), longKey('two')))?.text).toBe('two');
  });

  test('a message that Teams brings twice is stored once', async () => {
    const { messages } = await openMessages();
    expect(await messages.add(MESSAGE)).toBe(true);
    expect(await messages.add({ ...MESSAGE, text: 'other' })).toBe(false);
    expect(await messages.add({ ...MESSAGE, conversationId: 'a:1ada' })).toBe(true);
    const found = await messages.findUnanswered(MESSAGE.conversationId, MESSAGE.activityId);
    expect(found?.text).toBe(MESSAGE.text);
  });

  test('a message that Teams brings twice at once is stored once', async () => {
    const { database, messages } = await openMessages();
    const second = race(database, {
      first: () => messages.add(MESSAGE),
      meanwhile: () => Promise.resolve(),
      second: () => messages.add(MESSAGE),
    });
    expect(await second).toBe(false);
  });

  test('an answered message is not answered again, even when Teams brings it once more', async () => {
    const { messages } = await openMessages();
    await messages.add(MESSAGE);
    await messages.markAnswered(MESSAGE.conversationId, MESSAGE.activityId);
    expect(await messages.add(MESSAGE)).toBe(false);
    expect(await messages.findUnanswered(MESSAGE.conversationId, MESSAGE.activityId)).toBeUndefined();
  });

  test('a conversation’s messages are answered in the order in which they came', async () => {
    const { messages } = await openMessages();
    const { conversationId } = MESSAGE;
    const ids = ['c', 'a', 'b'];
    for (const activityId of ids) await messages.add({ ...MESSAGE, activityId });
    await messages.add({ ...MESSAGE, activityId: '0', conversationId: 'a:1ada', receivedAt: NOW - 1 });
    const order: (string | undefined)[] = [];
    for (const _ of ids) {
      const next = await messages.nextUnanswered(conversationId);
      order.push(next?.activityId);
      await messages.markAnswered(conversationId, next?.activityId ?? '');
    }
    expect(order).toEqual(ids);
    expect(await messages.nextUnanswered(conversationId)).toBeUndefined();
  });

  test('the next message to answer comes back as it was added', async () => {
    const { messages } = await openMessages();
    const odd = { ...MESSAGE, conversationId: longKey('general'), threadId: '1700000000000' };
    await messages.add(odd);
    expect(await messages.nextUnanswered(odd.conversationId)).toMatchObject({
      text: odd.text,
      from: odd.from,
    });
    await messages.add(MESSAGE);
    expect(await messages.nextUnanswered(MESSAGE.conversationId)).toStrictEqual(MESSAGE);
  });

  test('who wants to answer a message that somebody is answering waits, and finds it answered', async () => {
    const { database, messages } = await openMessages();
    const { conversationId, activityId } = MESSAGE;
    await messages.add(MESSAGE);
    const second = race(database, {
      first: () => messages.findUnanswered(conversationId, activityId),
      meanwhile: () => messages.markAnswered(conversationId, activityId),
      second: () => messages.findUnanswered(conversationId, activityId),
    });
    expect(await second).toBeUndefined();
  });

  test('conversations with unanswered messages are listed once each, the longest waiting first', async () => {
    const { messages } = await openMessages();
    for (const [conversationId, activityId] of [
      ['answered', '1'],
      ['z', '2'],
      ['y', '3'],
      ['z', '4'],
    ] as const)
      await messages.add({ ...MESSAGE, conversationId, activityId });
    await messages.markAnswered('answered', '1');
    expect(await messages.listPending()).toEqual(['z', 'y']);
  });

  test('a message that nobody sent is not found', async () => {
    const { messages } = await openMessages();
    await messages.markAnswered('a:1ada', '1');
    expect(await messages.findUnanswered('a:1ada', '1')).toBeUndefined();
  });

  test('messages from before a time are forgotten, that of the time itself is not', async () => {
    const { messages } = await openMessages();
    await messages.add({ ...MESSAGE, activityId: 'old', receivedAt: NOW - 1 });
    await messages.add(MESSAGE);
    await messages.deleteBefore(NOW);
    expect(await messages.findUnanswered(MESSAGE.conversationId, 'old')).toBeUndefined();
    expect(await messages.add(MESSAGE)).toBe(false);
  });
});
