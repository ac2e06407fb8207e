// Which activities mean something, and what: messages, installations, renames.
import { describe, expect, test } from 'vitest';
import { readActivity } from '../../src/teams/received-activity.ts';
import { toTeamsEvent } from '../../src/teams/to-teams-event.ts';

const CHANNEL = '19:abc@thread.tacv2';
const NOW = Date.UTC(2026, 10, 22, 6);
const mention = { type: 'mention', mentioned: { id: '28:bot', name: 'PipeBot' }, text: '<at>PipeBot</at>' };

const inChannel = {
  type: 'message',
  id: '1700000000001',
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/amer/',
  text: '<at>PipeBot</at> status payments',
  entities: [mention],
  from: { id: '29:ada', name: 'Ada Miller', aadObjectId: 'x' },
  recipient: { id: '28:bot', name: 'PipeBot' },
  conversation: {
    id: `${CHANNEL};messageid=1700000000000`,
    conversationType: 'channel',
    isGroup: true,
    tenantId: 'tenant',
  },
  channelData: {
    tenant: { id: 'tenant' },
    team: { id: '19:team@thread.tacv2', name: 'Shop' },
    channel: { id: CHANNEL, name: 'payments' },
  },
};
const personal = {
  ...inChannel,
  text: 'status payments',
  entities: [],
  conversation: { id: 'a:1', conversationType: 'personal', tenantId: 'tenant' },
  channelData: { tenant: { id: 'tenant' } },
};
const group = {
  ...inChannel,
  conversation: { id: '19:g@thread.v2', conversationType: 'groupChat', isGroup: true, name: 'Release' },
  channelData: { tenant: { id: 'tenant' } },
};

function eventOf(body: unknown) {
  const activity = readActivity(body);
  return activity && toTeamsEvent(activity, NOW);
}

describe('A message', () => {
  test('in a channel comes with its thread, and the conversation without it', () => {
    expect(eventOf(inChannel)).toEqual({
      kind: 'message',
      message: {
        conversationId: CHANNEL,
        activityId: '1700000000001',
        threadId: '1700000000000',
        text: 'status payments',
        from: { id: '29:ada', name: 'Ada Miller' },
        receivedAt: NOW,
      },
      conversation: {
        id: CHANNEL,
        kind: 'channel',
        tenantId: 'tenant',
        serviceUrl: 'https://smba.trafficmanager.net/amer/',
        botId: '28:bot',
        name: 'payments',
        teamId: '19:team@thread.tacv2',
      },
    });
  });

  test('in a personal chat needs no mention, has no thread, and the chat is called after the person', () => {
    const event = eventOf(personal);
    expect(event).toMatchObject({
      kind: 'message',
      message: { conversationId: 'a:1', text: 'status payments' },
      conversation: { id: 'a:1', kind: 'personal', name: 'Ada Miller' },
    });
    expect(event?.kind === 'message' && event.message).not.toHaveProperty('threadId');
  });

  test('in a group chat never has a thread', () => {
    const conversation = { ...group.conversation, id: '19:g@thread.v2;messageid=5' };
    const event = eventOf({ ...group, conversation });
    expect(event).toMatchObject({ conversation: { id: '19:g@thread.v2', kind: 'group', name: 'Release' } });
    expect(event?.kind === 'message' && event.message).not.toHaveProperty('threadId');
  });

  test('that is too long is delivered cut, one longer than a command may be', () => {
    const event = eventOf({ ...personal, text: 'x'.repeat(2_500) });
    expect(event).toMatchObject({ kind: 'message' });
    expect(event?.kind === 'message' && event.message.text).toHaveLength(2_001);
  });

  const kinds: readonly (readonly [string, object, string])[] = [
    ['channel', { conversationType: 'channel' }, 'channel'],
    ['group chat', { conversationType: 'groupChat' }, 'group'],
    ['personal chat', { conversationType: 'personal' }, 'personal'],
    ['group of an unknown type', { conversationType: 'planet', isGroup: true }, 'group'],
    ['chat of an unknown type', {}, 'personal'],
  ];
  test.each(kinds)('from a %s says where it came from', (_what, conversation, kind) => {
    const body = { ...group, conversation: { id: 'c', ...conversation } };
    expect(eventOf(body)).toMatchObject({ conversation: { id: 'c', kind } });
  });

  test('without a type but with channel data is a channel’s', () => {
    expect(eventOf({ ...inChannel, conversation: { id: CHANNEL } })).toMatchObject({
      conversation: { kind: 'channel' },
    });
  });

  const ignored: readonly (readonly [string, object])[] = [
    ['a bot', { from: { id: '28:other', name: 'Other bot' } }],
    ['a bot by its role', { from: { id: 'bot-1', role: 'bot' } }],
    ['the bot itself', { from: { id: '28:bot' } }],
    ['nobody', { from: {} }],
    ['a person in a channel who did not mention the bot', { text: 'lunch?', entities: [] }],
    ['a click on a card', { text: '<at>PipeBot</at>', value: { verb: 'x' } }],
    ['a message without an id', { id: undefined }],
    ['a message without a conversation', { conversation: {} }],
    ['a message whose conversation is only a thread', { conversation: { id: ';messageid=1' } }],
    ['an overlong id', { id: 'x'.repeat(2_000) }],
  ];
  test.each(ignored)('from %s is ignored', (_what, change) => {
    expect(eventOf({ ...inChannel, ...change })).toBeUndefined();
  });
});

describe('An installation', () => {
  const kinds: readonly (readonly [string | undefined, string | undefined])[] = [
    ['add', 'installed'],
    ['add-upgrade', 'conversation-seen'],
    ['remove', 'uninstalled'],
    ['remove-upgrade', undefined],
    ['something-new', undefined],
    [undefined, undefined],
  ];
  test.each(kinds)('with action %s is %s', (action, kind) => {
    expect(eventOf({ ...inChannel, type: 'installationUpdate', action })?.kind).toBe(kind);
  });

  test.each([
    ['a team is about all of its channels', inChannel, true],
    ['a group chat is about that chat', group, false],
  ])('in %s', (_what, place, isWholeTeam) => {
    for (const action of ['add', 'remove']) {
      expect(eventOf({ ...place, type: 'installationUpdate', action })).toMatchObject({ isWholeTeam });
    }
  });

  test.each([
    ['to a team is about all of its channels', inChannel, true],
    ['to a group chat is about that chat', group, false],
  ])('that adds the bot as a member %s', (_what, place, isWholeTeam) => {
    const body = { ...place, type: 'conversationUpdate', membersAdded: [{ id: '28:bot' }] };
    expect(eventOf(body)).toMatchObject({ kind: 'installed', isWholeTeam });
  });

  test('is not confused with a channel that was deleted, which is about that channel alone', () => {
    const channelData = { ...inChannel.channelData, eventType: 'channelDeleted' };
    const event = eventOf({ ...inChannel, type: 'conversationUpdate', channelData });
    expect(event).toMatchObject({ kind: 'uninstalled', isWholeTeam: false });
  });
});

describe('A conversation update', () => {
  const update = { ...inChannel, type: 'conversationUpdate', text: undefined, entities: [] };
  const kinds: readonly (readonly [string, object, string | undefined])[] = [
    ['channelRenamed', {}, 'conversation-seen'],
    ['teamRenamed', {}, 'conversation-seen'],
    ['channelDeleted', {}, 'uninstalled'],
    ['channelRestored', {}, 'installed'],
    ['teamMemberAdded', { membersAdded: [{ id: '28:bot' }] }, 'installed'],
    ['teamMemberAdded', { membersAdded: [{ id: '29:ada' }] }, undefined],
    ['teamMemberRemoved', { membersRemoved: [{ id: '29:ada' }] }, undefined],
    ['teamDeleted', {}, 'uninstalled'],
    ['teamHardDeleted', {}, 'uninstalled'],
    ['teamArchived', {}, 'uninstalled'],
    ['teamRestored', {}, 'installed'],
    ['teamUnarchived', {}, 'installed'],
    ['channelCreated', {}, undefined],
    ['teamSomethingNew', {}, undefined],
    ['', { membersAdded: [{ id: '29:ada' }, { id: '28:bot' }] }, 'installed'],
    ['', {}, undefined],
  ];
  test.each(kinds)('%j with %j is %s', (eventType, change, kind) => {
    const channelData = { ...update.channelData, eventType };
    expect(eventOf({ ...update, ...change, channelData })?.kind).toBe(kind);
  });

  test.each([
    ['teamDeleted', true],
    ['teamHardDeleted', true],
    ['teamArchived', true],
    ['teamRestored', true],
    ['teamUnarchived', true],
    ['channelDeleted', false],
    ['channelRestored', false],
  ])('with %s is about the whole team: %s', (eventType, isWholeTeam) => {
    const channelData = { ...update.channelData, eventType };
    expect(eventOf({ ...update, channelData })).toMatchObject({ isWholeTeam });
  });

  test('of a team is about a channel even where nothing but the team is named', () => {
    const { tenant, team } = update.channelData;
    const conversation = { id: '19:team@thread.tacv2', isGroup: true };
    const channelData = { tenant, team, eventType: 'teamDeleted' };
    expect(eventOf({ ...update, conversation, channelData })).toMatchObject({
      isWholeTeam: true,
      conversation: { id: '19:team@thread.tacv2', kind: 'channel', teamId: '19:team@thread.tacv2' },
    });
  });

  test('of a renamed team leaves the name of the channel in which it was announced open', () => {
    const channelData = {
      ...update.channelData,
      eventType: 'teamRenamed',
      team: { id: '19:team@thread.tacv2', name: 'Store' },
      channel: { id: CHANNEL, name: 'Store' },
    };
    const event = eventOf({ ...update, channelData });
    expect(event).toMatchObject({ kind: 'conversation-seen', conversation: { id: CHANNEL } });
    expect(event?.conversation).not.toHaveProperty('name');
  });

  test('of a renamed channel is about that channel, wherever it was announced', () => {
    const conversation = { id: '19:team@thread.tacv2', conversationType: 'channel' };
    const channelData = {
      ...update.channelData,
      eventType: 'channelRenamed',
      channel: { id: CHANNEL, name: 'new' },
    };
    expect(eventOf({ ...update, conversation, channelData })).toMatchObject({
      kind: 'conversation-seen',
      conversation: { id: CHANNEL, name: 'new', teamId: '19:team@thread.tacv2' },
    });
  });
});

describe('Everything else', () => {
  test.each([
    'messageUpdate',
    'messageDelete',
    'messageReaction',
    'typing',
    'event',
    'endOfConversation',
    'x',
  ])('of type %s gives no event', (type) => {
    expect(eventOf({ ...inChannel, type })).toBeUndefined();
  });
});
