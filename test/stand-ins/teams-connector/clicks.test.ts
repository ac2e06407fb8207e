// Proves what a click on a card looks like to a bot.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type ConnectorCaller, createConnectorCaller } from './connector-caller.ts';
import { type RecordingBot, startRecordingBot } from './recording-bot.ts';
import {
  type StandInMessage,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from './teams-connector-stand-in.ts';
import type { StandInConversation, StandInUser } from './teams-world.ts';

let teams: TeamsConnectorStandIn;
let bot: RecordingBot;
let call: ConnectorCaller;
let ada: StandInUser;
let grace: StandInUser;
let channel: StandInConversation;

const CARD = {
  type: 'AdaptiveCard',
  version: '1.5',
  body: [
    { type: 'Input.ChoiceSet', id: 'service', value: 'payments', choices: [] },
    { type: 'Container', items: [{ type: 'Input.Text', id: 'branch' }] },
    { type: 'Input.Toggle', id: 'quiet', title: 'Quietly' },
  ],
  actions: [
    { type: 'Action.OpenUrl', title: 'Open run', url: 'https://dev.azure.com/contoso' },
    { type: 'Action.Execute', id: 's', title: 'Subscribe', verb: 'command', data: { text: 'subscribe' } },
    { type: 'Action.Execute', title: 'Mute', verb: 'command', associatedInputs: 'none' },
  ],
};

beforeEach(async () => {
  teams = await startTeamsConnectorStandIn({ clock: systemClock });
  bot = await startRecordingBot();
  teams.setBotEndpoint(bot.endpoint);
  call = await createConnectorCaller(teams);
  ada = teams.addUser({ name: 'Ada Miller' });
  grace = teams.addUser({ name: 'Grace Hall' });
  channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
});

afterEach(async () => {
  await bot.close();
  await teams.close();
});

async function show(conversation: StandInConversation, card: object, threadId?: string) {
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }];
  const place = threadId === undefined ? conversation.id : `${conversation.id};messageid=${threadId}`;
  await call('POST', `conversations/${place}/activities`, { type: 'message', attachments });
  return teams.messages(conversation).at(-1) as StandInMessage;
}

describe('a click', () => {
  test('comes as the invoke of whoever clicked, about the message in its thread, with the fields of the card', async () => {
    const message = await show(channel, CARD);
    const clicked = await teams.click(grace, {
      conversation: channel,
      message,
      button: 'Subscribe',
      inputs: { branch: 'release/*' },
    });
    expect(clicked).toEqual({ status: 200, body: 'noted', answer: 'noted' });
    expect(bot.received).toMatchObject([
      {
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: message.id,
        channelId: 'msteams',
        from: { id: grace.id, aadObjectId: grace.aadObjectId },
        conversation: { id: `${channel.id};messageid=${message.id}`, tenantId: teams.tenantId },
        value: {
          action: {
            type: 'Action.Execute',
            id: 's',
            verb: 'command',
            data: { text: 'subscribe', service: 'payments', branch: 'release/*', quiet: 'false' },
          },
          trigger: 'manual',
        },
      },
    ]);
  });

  test('on a reply names the thread that the reply is in', async () => {
    const root = await show(channel, CARD);
    const message = await show(channel, CARD, root.id);
    await teams.click(ada, { conversation: channel, message, button: 2 });
    expect(bot.received[0]).toMatchObject({
      replyToId: message.id,
      conversation: { id: `${channel.id};messageid=${root.id}` },
      value: { action: { verb: 'command', data: {} } },
    });
  });

  test('in a chat names no thread', async () => {
    const chat = teams.addPersonalChat(ada);
    const message = await show(chat, CARD);
    await teams.click(ada, { conversation: chat, message, button: 'Mute' });
    expect(bot.received[0]).toMatchObject({ conversation: { id: chat.id } });
  });

  test('is on what the message shows now', async () => {
    const message = await show(channel, CARD);
    const attachments = [{ content: { ...CARD, actions: CARD.actions.slice(0, 2) } }];
    const update = { type: 'message', attachments };
    await call('PUT', `conversations/${channel.id}/activities/${message.id}`, update);
    await expect(teams.click(ada, { conversation: channel, message, button: 'Mute' })).rejects.toThrow(
      'no button "Mute". It has: Open run, Subscribe.',
    );
  });

  test('on what tells the bot nothing, on a field that is not there or on a deleted message is a mistake', async () => {
    const message = await show(channel, CARD);
    const click = (button: string, inputs = {}) =>
      teams.click(ada, { conversation: channel, message, button, inputs });
    await expect(click('Open run')).rejects.toThrow('Action.OpenUrl');
    await expect(click('Subscribe', { nothing: 'x' })).rejects.toThrow('no field "nothing"');
    teams.deleteMessage(channel, message.id);
    await expect(click('Mute')).rejects.toThrow('No message');
    expect(bot.received).toEqual([]);
  });
});
