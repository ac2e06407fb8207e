import { expect, test } from 'vitest';
import { createConversations } from '../../src/store/conversations.ts';
import type { Conversation } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS } from './examples.ts';

const PERSONAL: Conversation = {
  id: 'a:1ada',
  kind: 'personal',
  tenantId: '72f988bf-0000-0000-0000-2d7cd011db47',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  botId: '28:pipebot',
};

const CHANNEL: Conversation = {
  ...PERSONAL,
  id: '19:general@thread.tacv2',
  kind: 'channel',
  name: 'General',
  teamId: '19:team@thread.tacv2',
};

eachMigratedDatabase('conversations', (open) => {
  async function openConversations() {
    return createConversations(await open());
  }

  test.each([
    ['a chat with one person', PERSONAL],
    ['a group chat', { ...PERSONAL, kind: 'group' } as const],
    ['a channel', CHANNEL],
    ['a channel whose group is known', { ...CHANNEL, teamGroupId: 'group-1' }],
    ['a chat whose person is known', { ...PERSONAL, personEntraId: 'ada-1' }],
  ])('%s comes back as it was saved, and is not suspended', async (_, conversation) => {
    const conversations = await openConversations();
    await conversations.save(conversation, NOW);
    expect(await conversations.find(conversation.id)).toStrictEqual({ ...conversation, isSuspended: false });
  });

  test('the group and the person stay known when an activity does not name them', async () => {
    const conversations = await openConversations();
    const known = { ...CHANNEL, teamGroupId: 'group-1', personEntraId: 'ada-1' };
    await conversations.save(known, NOW);
    await conversations.save(CHANNEL, NOW + 1);
    expect(await conversations.find(CHANNEL.id)).toMatchObject(known);
  });

  test('the channels of a team are listed, those of others and chats are not', async () => {
    const conversations = createConversations(await open());
    const { teamId: _, ...place } = CHANNEL;
    for (const [id, teamId] of [
      ['19:b', 'team-1'],
      ['19:a', 'team-1'],
      ['19:c', 'team-2'],
    ] as const) {
      await conversations.save({ ...place, id, teamId }, NOW);
    }
    await conversations.save({ ...place, id: '19:d' }, NOW);
    expect(await conversations.listOfTeam('team-1')).toEqual(['19:a', '19:b']);
    expect(await conversations.listOfTeam('team-3')).toEqual([]);
  });

  test('a team whose id is too long for an index has its channels all the same', async () => {
    const conversations = await openConversations();
    await conversations.save({ ...CHANNEL, teamId: longKey('team') }, NOW);
    expect(await conversations.listOfTeam(longKey('team'))).toEqual([CHANNEL.id]);
    expect(await conversations.listOfTeam(longKey('other'))).toEqual([]);
  });

  test('a conversation that was never seen is not found', async () => {
    const conversations = await openConversations();
    await conversations.setSuspended('19:other@thread.tacv2', true);
    expect(await conversations.find('19:other@thread.tacv2')).toBeUndefined();
  });

  test('conversations with odd names are stored', async () => {
    const conversations = await openConversations();
    for (const { name, given, stored } of ODD_STRINGS) {
      await conversations.save({ ...CHANNEL, id: name, name: given }, NOW);
      expect((await conversations.find(name))?.name, name).toBe(stored);
    }
  });

  test('ids too long for an index are stored, found and kept apart', async () => {
    const conversations = await openConversations();
    for (const variant of ['one', 'two'])
      await conversations.save({ ...CHANNEL, id: longKey(variant), name: variant }, NOW);
    const found = await conversations.find(longKey('two'));
    expect(found?.name).toBe('two');
    expect(await conversations.find(found?.id ?? '')).toEqual(found);
  });

  test('a newer activity brings its service URL and its name', async () => {
    const conversations = await openConversations();
    const moved: Conversation = {
      ...CHANNEL,
      serviceUrl: 'https://smba.trafficmanager.net/amer/',
      botId: '28:other',
      tenantId: 'other',
      name: 'Builds',
    };
    await conversations.save(CHANNEL, NOW);
    await conversations.save(moved, NOW + 1);
    expect(await conversations.find(CHANNEL.id)).toEqual({ ...moved, isSuspended: false });
  });

  test('a renamed channel has its new name, and stays in its team and suspended', async () => {
    const conversations = await openConversations();
    await conversations.save(CHANNEL, NOW);
    await conversations.setSuspended(CHANNEL.id, true);
    const { teamId: _, ...renamed } = { ...CHANNEL, name: 'Builds' };
    await conversations.save(renamed, NOW + 1);
    expect(await conversations.find(CHANNEL.id)).toEqual({ ...CHANNEL, name: 'Builds', isSuspended: true });
  });

  test('an activity without names leaves the known ones', async () => {
    const conversations = await openConversations();
    await conversations.save(CHANNEL, NOW);
    await conversations.save({ ...PERSONAL, id: CHANNEL.id, kind: 'channel' }, NOW);
    expect(await conversations.find(CHANNEL.id)).toEqual({ ...CHANNEL, isSuspended: false });
  });

  test('an activity that comes late brings back nothing old', async () => {
    const conversations = await openConversations();
    await conversations.save(CHANNEL, NOW);
    await conversations.save({ ...CHANNEL, serviceUrl: 'https://old.example/' }, NOW - 1);
    expect((await conversations.find(CHANNEL.id))?.serviceUrl).toBe(CHANNEL.serviceUrl);
  });

  test('a conversation stays suspended until somebody says otherwise', async () => {
    const conversations = await openConversations();
    await conversations.save(CHANNEL, NOW);
    await conversations.setSuspended(CHANNEL.id, true);
    await conversations.save(CHANNEL, NOW + 1);
    expect((await conversations.find(CHANNEL.id))?.isSuspended).toBe(true);
    await conversations.setSuspended(CHANNEL.id, false);
    expect((await conversations.find(CHANNEL.id))?.isSuspended).toBe(false);
  });
});
