// Proves that the real CloudAdapter takes the stand-in's good tokens, refuses every forgery, and can
// answer. Must not test PipeBot's own adapter.

import type { TurnContext } from 'botbuilder';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { TokenForgery } from './bot-token.ts';
import { type CloudAdapterBot, startCloudAdapterBot } from './cloud-adapter-bot.ts';
import { startTeamsConnectorStandIn, type TeamsConnectorStandIn } from './teams-connector-stand-in.ts';
import type { StandInConversation, StandInUser } from './teams-world.ts';

let teams: TeamsConnectorStandIn;
let bot: CloudAdapterBot;
let user: StandInUser;
let channel: StandInConversation;
const turns: Partial<TurnContext['activity']>[] = [];

beforeAll(async () => {
  // The SDK prints each refused token; with a dozen forgeries that hides real output.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  teams = await startTeamsConnectorStandIn({ clock: systemClock });
  bot = await startCloudAdapterBot(teams, async (context) => {
    turns.push(context.activity);
    if (context.activity.type === 'message') await context.sendActivity(`heard ${context.activity.text}`);
  });
  teams.setBotEndpoint(bot.endpoint);
  user = teams.addUser({ name: 'Ada Miller' });
  channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
});

afterAll(async () => {
  vi.restoreAllMocks();
  await bot.close();
  await teams.close();
});

describe('a good token', () => {
  test('reaches the bot, whose answer comes into the thread with a token of the stand-in', async () => {
    const said = await teams.say(user, channel, 'status payments');
    expect(said.status).toBe(200);
    const answer = await teams.waitForMessage(channel, ({ replyToRoot }) => replyToRoot === said.activityId);
    expect(answer.activity.text).toBe('heard <at>PipeBot</at> status payments');
    const call = teams.ledger.find(({ path }) => path.includes('/activities/'));
    expect(call?.path).toContain(`${channel.id};messageid=${said.activityId}`);
    expect(call?.headers['authorization']).toMatch(/^Bearer ey/);
    expect(call?.answeredStatus).toBe(201);
  });

  test('reaches the bot for an installation too', async () => {
    turns.length = 0;
    expect((await teams.installBot(channel, 'add-upgrade')).status).toBe(200);
    expect(turns[0]).toMatchObject({ type: 'installationUpdate', action: 'add-upgrade' });
  });

  test('opens a new thread through the adapter', async () => {
    const create = (context: TurnContext) => context.sendActivity('recovered');
    const parameters = {
      isGroup: true,
      channelData: { channel: { id: channel.id } },
      activity: { type: 'message', text: 'payments failed' },
    };
    const args = [teams.botId, 'msteams', teams.serviceUrl, 'https://api.botframework.com'] as const;
    await bot.adapter.createConversationAsync(...args, parameters as never, async (context) => {
      await create(context);
    });
    const root = await teams.waitForMessage(channel, ({ activity }) => activity.text === 'payments failed');
    const reply = await teams.waitForMessage(channel, ({ activity }) => activity.text === 'recovered');
    expect(reply.replyToRoot).toBe(root.id);
  });
});

describe('a forged token', () => {
  const refusals: [TokenForgery, number][] = [
    ['none', 401],
    ['garbage', 401],
    // 500 is the SDK's: errors of its JWT library aren't told apart from its own failures.
    ['alg-none', 500],
    ['hs256-with-public-key', 500],
    ['wrong-audience', 401],
    ['wrong-issuer', 401],
    ['wrong-service-url', 401],
    ['expired', 401],
    ['not-yet-valid', 500],
    ['unknown-kid', 401],
    ['wrong-key', 500],
    ['missing-endorsement', 401],
    ['emulator-issuer', 401],
    ['skill', 401],
  ];

  test.each(refusals)('%s is refused with %i and starts no turn', async (forge, status) => {
    turns.length = 0;
    const said = await teams.say(user, channel, 'status', { token: { forge } });
    expect(said.status).toBe(status);
    expect(turns).toEqual([]);
  });

  test('of another tenant passes the SDK: refusing it is the bot’s own duty', async () => {
    const tenantId = '0dd7e4a7-0000-4000-8000-000000000bad';
    turns.length = 0;
    const said = await teams.say(user, channel, 'status', { token: { forge: 'other-tenant' }, tenantId });
    expect(said.status).toBe(200);
    expect(turns[0]?.channelData).toMatchObject({ tenant: { id: tenantId } });
  });

  test('header is sent as given, and claims can be laid over', async () => {
    expect((await teams.say(user, channel, 'status', { token: 'Bearer' })).status).toBe(401);
    const token = { claims: { aud: 'someone else' } };
    expect((await teams.say(user, channel, 'status', { token })).status).toBe(401);
    const activity = { type: 'message', channelId: 'msteams', serviceUrl: teams.serviceUrl };
    expect((await teams.postActivity(activity, { token: 'none' })).status).toBe(401);
  });
});
