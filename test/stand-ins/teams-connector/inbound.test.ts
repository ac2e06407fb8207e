// Proves what Teams' people and events look like to a bot, and the terminal's way in.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type ConnectorCaller, card, createConnectorCaller, message } from './connector-caller.ts';
import { type RecordingBot, startRecordingBot } from './recording-bot.ts';
import { startTeamsConnectorStandIn, type TeamsConnectorStandIn } from './teams-connector-stand-in.ts';
import type { StandInConversation, StandInTeam, StandInUser } from './teams-world.ts';
import type { WireActivity } from './wire-activity.ts';

let teams: TeamsConnectorStandIn;
let bot: RecordingBot;
let call: ConnectorCaller;
let user: StandInUser;
let team: StandInTeam;
let channel: StandInConversation;

beforeEach(async () => {
  teams = await startTeamsConnectorStandIn({ clock: systemClock });
  bot = await startRecordingBot();
  teams.setBotEndpoint(bot.endpoint);
  call = await createConnectorCaller(teams);
  user = teams.addUser({ name: 'Ada Miller' });
  team = teams.addTeam('Shop');
  channel = teams.addChannel(team, 'payments');
});

afterEach(async () => {
  await bot.close();
  await teams.close();
});

function mentionsOf(activity: WireActivity | undefined): unknown[] {
  const entities = (activity?.['entities'] ?? []) as { type: string }[];
  return entities.filter(({ type }) => type === 'mention');
}

describe('a message', () => {
  test('in a channel names tenant, team, channel and its thread, and mentions the bot', async () => {
    const said = await teams.say(user, channel, 'status payments');
    expect(said).toEqual({ status: 200, body: 'noted', activityId: teams.messages(channel)[0]?.id });
    const tag = '<at>PipeBot</at>';
    const bot28 = { id: `28:${teams.botId}`, name: 'PipeBot' };
    expect(bot.received[0]).toMatchObject({
      type: 'message',
      id: said.activityId,
      channelId: 'msteams',
      serviceUrl: teams.serviceUrl,
      text: `${tag} status payments`,
      from: { id: user.id, name: 'Ada Miller', aadObjectId: user.aadObjectId },
      recipient: bot28,
      conversation: {
        id: `${channel.id};messageid=${said.activityId}`,
        conversationType: 'channel',
        isGroup: true,
        tenantId: teams.tenantId,
      },
      channelData: {
        tenant: { id: teams.tenantId },
        team: { id: team.id, name: 'Shop' },
        channel: { id: channel.id, name: 'payments' },
      },
    });
    expect(mentionsOf(bot.received[0])).toEqual([{ type: 'mention', mentioned: bot28, text: tag }]);
  });

  test('in a thread keeps the root', async () => {
    const { activityId: root } = await teams.say(user, channel, 'status');
    await teams.say(user, channel, 'and now?', { inThread: root });
    expect(bot.received[1]?.conversation?.id).toBe(`${channel.id};messageid=${root}`);
    expect(teams.messages(channel).map(({ replyToRoot }) => replyToRoot)).toEqual([undefined, root]);
  });

  test('has the mention in each of its forms', async () => {
    await teams.say(user, channel, 'help', { mention: 'twice' });
    await teams.say(user, channel, 'help', { mention: 'without-entity-text' });
    await teams.say(user, channel, 'help', { mention: false });
    await teams.say(user, teams.addPersonalChat(user), 'help');
    const texts = bot.received.map(({ text }) => text);
    expect(texts).toEqual([
      '<at>PipeBot</at> <at>PipeBot</at> help',
      '<at>PipeBot</at> help',
      'help',
      'help',
    ]);
    expect(bot.received.map((activity) => mentionsOf(activity).length)).toEqual([2, 1, 0, 0]);
    expect(mentionsOf(bot.received[1])[0]).not.toHaveProperty('text');
    expect(bot.received[3]?.conversation).toMatchObject({ conversationType: 'personal' });
  });

  test('in a group chat stays in that chat, as does the answer', async () => {
    const chat = teams.addGroupChat('Release', [user]);
    await teams.say(user, chat, 'status');
    const conversation = { id: chat.id, conversationType: 'groupChat', isGroup: true };
    expect(bot.received[0]).toMatchObject({ conversation, text: '<at>PipeBot</at> status' });
    expect(bot.received[0]?.channelData).toEqual({ tenant: { id: teams.tenantId } });
    await call('POST', `conversations/${chat.id}/activities/1`, message('ready'));
    expect(teams.messages(chat).map(({ from, replyToRoot }) => [from, replyToRoot])).toEqual([
      ['user', undefined],
      ['bot', undefined],
    ]);
  });

  test('to a bot that is down tells why', async () => {
    await bot.close();
    await expect(teams.say(user, channel, 'status')).rejects.toThrow(/gave no answer: .*ECONNREFUSED/);
  });

  test('may come from another tenant or service address, or twice', async () => {
    const serviceUrl = 'https://elsewhere.example/teams/';
    await teams.say(user, channel, 'x', { tenantId: 'other', serviceUrl });
    const conversation = { tenantId: 'other' };
    expect(bot.received[0]).toMatchObject({
      serviceUrl,
      conversation,
      channelData: { tenant: { id: 'other' } },
    });
    const { activityId } = await teams.say(user, channel, 'y');
    await teams.say(user, channel, 'y', { activityId });
    expect(bot.received[2]?.id).toBe(activityId);
    expect(teams.messages(channel)).toHaveLength(2);
  });

  test.each(['at-once', 'after-answer'] as const)('is delivered twice by a fault, %s', async (second) => {
    teams.injectFault({
      match: { conversation: channel },
      times: 1,
      effect: { kind: 'duplicate-delivery', second },
    });
    const { activityId } = await teams.say(user, channel, 'status');
    await teams.say(user, channel, 'once');
    expect(bot.received.map(({ id }) => id).slice(0, 2)).toEqual([activityId, activityId]);
    expect(bot.received).toHaveLength(3);
    expect(teams.messages(channel)).toHaveLength(2);
  });
});

describe('an event', () => {
  test('installation and removal change what the bot may do; upgrades don’t', async () => {
    const activities = `conversations/${channel.id}/activities`;
    await teams.installBot(channel, 'remove-upgrade');
    expect((await call('POST', activities, message('x'))).status).toBe(201);
    await teams.installBot(channel, 'remove');
    const removed = await call('POST', activities, message('x'));
    expect(removed).toMatchObject({ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } });
    await teams.installBot(channel);
    expect((await call('POST', activities, message('x'))).status).toBe(201);
    expect(bot.received.map((activity) => activity['action'])).toEqual(['remove-upgrade', 'remove', 'add']);
    expect(bot.received[2]?.channelData).toMatchObject({ settings: { selectedChannel: { id: channel.id } } });
  });

  test('conversation updates carry the change', async () => {
    await teams.addBotAsMember(channel);
    await teams.renameChannel(channel, 'checkout');
    await teams.renameTeam(team, 'Store');
    await teams.deleteChannel(channel);
    expect(bot.received).toMatchObject([
      { membersAdded: [{ id: `28:${teams.botId}` }], channelData: { eventType: 'teamMemberAdded' } },
      { channelData: { eventType: 'channelRenamed', channel: { id: channel.id, name: 'checkout' } } },
      { channelData: { eventType: 'teamRenamed', team: { id: team.id, name: 'Store' } } },
      { channelData: { eventType: 'channelDeleted', channel: { id: channel.id } } },
    ]);
    expect((await call('GET', `conversations/${channel.id}/members`)).status).toBe(404);
  });
});

describe('the terminal’s way in', () => {
  function sayAtTerminal(body: string, contentType = 'application/json') {
    return fetch(teams.userSayUrl, { method: 'POST', headers: { 'content-type': contentType }, body });
  }

  test('gives the bot’s answer as it stands after its updates', async () => {
    bot.onActivity = async ({ conversation }) => {
      const activities = `conversations/${encodeURIComponent(conversation?.id ?? '')}/activities`;
      await call('POST', `conversations/${channel.id}/activities`, message('a notification of its own'));
      const { body } = await call('POST', activities, card('looking'));
      await call('PUT', `${activities}/${body['id']}`, card('ready'));
    };
    const answer = await sayAtTerminal('{"text": "status payments"}');
    expect(answer.status).toBe(200);
    const { activities } = (await answer.json()) as { activities: WireActivity[] };
    expect(activities.map(({ summary }) => summary)).toEqual(['ready']);
    expect(bot.received[0]?.text).toBe('<at>PipeBot</at> status payments');
  });

  test('tells of a bot that refuses, and refuses what isn’t JSON text', async () => {
    teams.setBotEndpoint(teams.userSayUrl.replace('/user/say', '/nowhere'));
    const answer = await sayAtTerminal('{"text": "status"}');
    expect([answer.status, await answer.text()]).toEqual([504, expect.stringContaining('HTTP 404')]);
    expect((await sayAtTerminal('{"text": ""}')).status).toBe(400);
    expect((await sayAtTerminal('{"text": "status"}', 'text/plain')).status).toBe(415);
  });
});
