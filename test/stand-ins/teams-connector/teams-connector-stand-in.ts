// Plays Teams' side of the Bot Framework protocol on a loopback port, for tests and the demo: the entry
// of this folder, wiring its parts. Must not be imported by anything in src.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';
import { BotDelivery, type DeliveryResult, type TokenChoice } from './bot-delivery.ts';
import { answerConnector } from './connector-routes.ts';
import { type ConnectorLedgerEntry, ConnectorServer } from './connector-server.ts';
import { type Fault, FaultTable } from './fault-table.ts';
import type { InstallKind } from './inbound-activity.ts';
import { LoginRoutes } from './login-routes.ts';
import { MessageStore, type StandInMessage, type WaitOptions } from './message-store.ts';
import { getSigningKeys } from './signing-keys.ts';
import { type Click, type SayOptions, TeamsSide } from './teams-side.ts';
import { type StandInConversation, type StandInTeam, type StandInUser, TeamsWorld } from './teams-world.ts';
import { answerUser } from './user-endpoint.ts';
import { refusal, type WireActivity } from './wire-activity.ts';

// So that tests need to know this one file only.
export type { DeliveryResult, TokenChoice } from './bot-delivery.ts';
export type { TokenForgery, TokenOptions } from './bot-token.ts';
export type { ConnectorLedgerEntry } from './connector-server.ts';
export type { Fault, FaultEffect, FaultMatch } from './fault-table.ts';
export { retryAfterForms } from './fault-table.ts';
export type { StandInMessage } from './message-store.ts';
export type { Click, SayOptions } from './teams-side.ts';
export type { StandInConversation, StandInTeam, StandInUser } from './teams-world.ts';
export type { WireActivity } from './wire-activity.ts';

export interface TeamsConnectorStandInOptions {
  readonly clock: Clock;
  /** The bot's app id. In activities the bot is `28:` and this. */
  readonly botId?: string;
  readonly tenantId?: string;
  readonly botName?: string;
  /** False takes outbound calls without a token, for a bot in local mode. */
  readonly requireToken?: boolean;
}

export interface TeamsConnectorStandIn {
  readonly serviceUrl: string;
  readonly botId: string;
  readonly tenantId: string;
  readonly botName: string;
  readonly openIdMetadataUrl: string;
  /** A key list without our keys, so that emulator and skill tokens can be refused offline. */
  readonly emulatorOpenIdMetadataUrl: string;
  readonly tokenIssuer: string;
  readonly tokenUrl: string;
  /** Where POST `{"text": "…"}` speaks as the first user in the first channel. */
  readonly userSayUrl: string;
  readonly ledger: readonly ConnectorLedgerEntry[];
  clearLedger(): void;

  addUser(user: { name: string; aadObjectId?: string }): StandInUser;
  addTeam(name: string): StandInTeam;
  addChannel(team: StandInTeam, name: string): StandInConversation;
  addGroupChat(name: string, users: readonly StandInUser[]): StandInConversation;
  addPersonalChat(user: StandInUser): StandInConversation;

  setBotEndpoint(url: string): void;
  /** Posts a message as a person would and delivers it to the bot; the bot's HTTP answer comes back. */
  say(
    user: StandInUser,
    conversation: StandInConversation,
    text: string,
    options?: SayOptions,
  ): Promise<DeliveryResult & { activityId: string }>;
  /**
   * Clicks a button of the card that a message shows now, as Teams tells it to the bot (`adaptiveCard/action`).
   * `answer` is what the bot says to that alone, as JSON where it is some.
   */
  click(user: StandInUser, click: Click): Promise<DeliveryResult & { readonly answer: unknown }>;
  postActivity(activity: object, options?: { token?: TokenChoice }): Promise<DeliveryResult>;
  installBot(conversation: StandInConversation, kind?: InstallKind): Promise<DeliveryResult>;
  /** The conversationUpdate with the bot among membersAdded, which Teams sends beside the installation. */
  addBotAsMember(conversation: StandInConversation): Promise<DeliveryResult>;
  renameChannel(conversation: StandInConversation, name: string): Promise<DeliveryResult>;
  /** Afterwards the channel answers ConversationNotFound. */
  deleteChannel(conversation: StandInConversation): Promise<DeliveryResult>;
  renameTeam(team: StandInTeam, name: string): Promise<DeliveryResult>;
  /** A person deletes a message: the bot isn't told, and its next update finds nothing. */
  deleteMessage(conversation: StandInConversation, messageId: string): void;

  /** What the conversation shows now, in all its threads, oldest first. */
  messages(conversation: StandInConversation): StandInMessage[];
  /** Resolves with the bot's first message whose newest version satisfies the predicate. */
  waitForMessage(
    conversation: StandInConversation,
    predicate: (message: StandInMessage) => boolean,
    options?: WaitOptions,
  ): Promise<StandInMessage>;
  injectFault(fault: Fault): { remove(): void };
  close(): Promise<void>;
}

const defaults = {
  botId: '00000000-0000-4000-8000-0000000000b0',
  tenantId: '00000000-0000-4000-8000-0000000000c0',
  botName: 'PipeBot',
};

export async function startTeamsConnectorStandIn(
  options: TeamsConnectorStandInOptions,
): Promise<TeamsConnectorStandIn> {
  const { clock, requireToken = true } = options;
  const faults = new FaultTable();
  const server = new ConnectorServer({ clock, faults });
  const origin = `http://127.0.0.1:${await server.listen()}`;
  // Ports come round again, and the connector library caches key lists by address for a day.
  const loginArea = `login-${randomUUID()}`;
  const loginUrl = `${origin}/${loginArea}/`;
  const identity = identityOf(options, origin, loginUrl);
  const { serviceUrl, botId, tenantId, tokenIssuer: issuer } = identity;
  const keys = getSigningKeys();
  const world = new TeamsWorld(tenantId);
  const messages = new MessageStore(clock);
  const login = new LoginRoutes({ baseUrl: loginUrl, issuer, botId, tenantId, keys });
  const delivery = new BotDelivery({ faults, keys, issuer, botId, serviceUrl });
  const bot = { id: `28:${botId}`, name: identity.botName };
  const side = new TeamsSide({ clock, world, messages, delivery, serviceUrl, bot });
  server.setRoutes({
    teams: (request) =>
      !requireToken || login.isGood(request.headers['authorization'])
        ? answerConnector({ world, messages }, request)
        : refusal(401, 'Unauthorized', 'Authorization has been denied for this request.'),
    [loginArea]: (request) => login.answer(request),
    user: (request) => answerUser({ world, messages, side }, request),
  });
  return { ...identity, ...controls({ world, messages, faults, server, delivery, side }) };
}

function identityOf(options: TeamsConnectorStandInOptions, origin: string, loginUrl: string) {
  const tenantId = options.tenantId ?? defaults.tenantId;
  return {
    serviceUrl: `${origin}/teams/`,
    botId: options.botId ?? defaults.botId,
    tenantId,
    botName: options.botName ?? defaults.botName,
    openIdMetadataUrl: `${loginUrl}openid`,
    emulatorOpenIdMetadataUrl: `${loginUrl}emulator/openid`,
    tokenIssuer: `${origin}/issuer`,
    tokenUrl: `${loginUrl}${tenantId}/oauth2/v2.0/token`,
    userSayUrl: `${origin}/user/say`,
  };
}

interface Parts {
  readonly world: TeamsWorld;
  readonly messages: MessageStore;
  readonly faults: FaultTable;
  readonly server: ConnectorServer;
  readonly delivery: BotDelivery;
  readonly side: TeamsSide;
}

function controls({ world, messages, faults, server, delivery, side }: Parts) {
  return {
    ledger: server.ledger,
    clearLedger: () => void server.ledger.splice(0),
    addUser: (user: { name: string; aadObjectId?: string }) => world.addUser(user.name, user.aadObjectId),
    addTeam: world.addTeam.bind(world),
    addChannel: world.addChannel.bind(world),
    addGroupChat: world.addGroupChat.bind(world),
    addPersonalChat: world.addPersonalChat.bind(world),
    setBotEndpoint: (url: string) => {
      delivery.endpoint = url;
    },
    say: side.say.bind(side),
    click: side.click.bind(side),
    postActivity: (activity: object, { token }: { token?: TokenChoice } = {}) =>
      delivery.post(activity as WireActivity, token),
    installBot: side.installBot.bind(side),
    addBotAsMember: side.addBotAsMember.bind(side),
    renameChannel: side.renameChannel.bind(side),
    deleteChannel: side.deleteChannel.bind(side),
    renameTeam: side.renameTeam.bind(side),
    deleteMessage: (conversation: StandInConversation, id: string) => {
      if (!messages.delete(conversation.id, id)) throw new Error(`No message ${id} in ${conversation.name}.`);
    },
    messages: (conversation: StandInConversation) => messages.list(conversation.id),
    waitForMessage: (
      conversation: StandInConversation,
      predicate: (message: StandInMessage) => boolean,
      options?: WaitOptions,
    ) => messages.waitFor(conversation.id, predicate, options),
    injectFault: (fault: Fault) => faults.inject(fault),
    close: () => {
      messages.close();
      return server.close();
    },
  };
}
