// What people and administrators do in Teams, each told to the bot as Teams would tell it.
// Must not know HTTP routes.

import type { Clock } from '../../../src/clock.ts';
import type { BotDelivery, DeliveryResult, TokenChoice } from './bot-delivery.ts';
import { clickValue } from './card-action.ts';
import {
  conversationUpdateActivity,
  type InboundFrame,
  type InstallKind,
  installationActivity,
  invokeActivity,
  type MentionForm,
  messageActivity,
} from './inbound-activity.ts';
import type { MessageStore, StandInMessage } from './message-store.ts';
import type { StandInConversation, StandInTeam, StandInUser, TeamsWorld } from './teams-world.ts';
import type { WireActivity } from './wire-activity.ts';

export interface SayOptions {
  /** Id of the channel message whose thread this goes to. */
  readonly inThread?: string;
  /** An id given before means: the same message delivered again. */
  readonly activityId?: string;
  /** A mention unless the chat is personal. */
  readonly mention?: MentionForm;
  readonly tenantId?: string;
  readonly token?: TokenChoice;
  readonly serviceUrl?: string;
}

export interface Click {
  readonly conversation: StandInConversation;
  /** Its newest version is what is clicked. */
  readonly message: Pick<StandInMessage, 'id'>;
  /** The title, or how many buttons come before it. */
  readonly button: string | number;
  /** What the person has entered, by field id. */
  readonly inputs?: Readonly<Record<string, string>>;
}

export interface TeamsSideOptions {
  readonly clock: Clock;
  readonly world: TeamsWorld;
  readonly messages: MessageStore;
  readonly delivery: BotDelivery;
  readonly serviceUrl: string;
  readonly bot: { readonly id: string; readonly name: string };
}

export class TeamsSide {
  readonly #options: TeamsSideOptions;
  #events = 0;

  constructor(options: TeamsSideOptions) {
    this.#options = options;
  }

  async say(
    user: StandInUser,
    conversation: StandInConversation,
    text: string,
    options: SayOptions = {},
  ): Promise<DeliveryResult & { activityId: string }> {
    const posted = this.post(user, conversation, text, options);
    const result = await this.#options.delivery.post(posted.activity, options.token);
    return { ...result, activityId: posted.id };
  }

  /** Puts the message into the conversation and builds its activity, without delivering it. */
  post(user: StandInUser, conversation: StandInConversation, text: string, options: SayOptions = {}) {
    const { messages } = this.#options;
    const id = options.activityId ?? messages.newId();
    const isChannel = conversation.kind === 'channel';
    const frame: InboundFrame = {
      ...this.#frame(conversation, id),
      user,
      ...(options.tenantId === undefined ? {} : { tenantId: options.tenantId }),
      ...(options.serviceUrl === undefined ? {} : { serviceUrl: options.serviceUrl }),
      threadRoot: isChannel ? (options.inThread ?? id) : undefined,
    };
    const activity = messageActivity(frame, text, options.mention ?? conversation.kind !== 'personal');
    if (!messages.everHad(conversation.id, id)) {
      const replyToRoot = isChannel ? options.inThread : undefined;
      messages.add(conversation.id, { id, from: 'user', activity, replyToRoot });
    }
    return { id, activity };
  }

  /** Clicks a button of a card and gives the bot's answer, which only the person who clicked would see. */
  async click(
    user: StandInUser,
    { conversation, message, button, inputs = {} }: Click,
  ): Promise<DeliveryResult & { answer: unknown }> {
    const shown = this.#options.messages.find(conversation.id, message.id);
    if (!shown) throw new Error(`No message ${message.id} in ${conversation.name}.`);
    const isChannel = conversation.kind === 'channel';
    const frame: InboundFrame = {
      ...this.#eventFrame(conversation),
      user,
      threadRoot: isChannel ? (shown.replyToRoot ?? shown.id) : undefined,
    };
    const value = clickValue(shown.activity, button, inputs);
    const invoke = { name: 'adaptiveCard/action', value, replyToId: shown.id };
    const result = await this.deliver(invokeActivity(frame, invoke));
    return { ...result, answer: parse(result.body) };
  }

  installBot(conversation: StandInConversation, kind: InstallKind = 'add'): Promise<DeliveryResult> {
    // An upgrade replaces the app; the bot never leaves the conversation.
    if (kind === 'add' || kind === 'remove') this.#options.world.setBot(conversation, kind === 'add');
    return this.deliver(installationActivity(this.#eventFrame(conversation), kind));
  }

  addBotAsMember(conversation: StandInConversation): Promise<DeliveryResult> {
    this.#options.world.setBot(conversation, true);
    const membersAdded = [{ id: this.#options.bot.id }];
    const eventType = conversation.kind === 'channel' ? { eventType: 'teamMemberAdded' } : {};
    const frame = this.#eventFrame(conversation);
    return this.deliver(conversationUpdateActivity(frame, { membersAdded, ...eventType }));
  }

  renameChannel(conversation: StandInConversation, name: string): Promise<DeliveryResult> {
    this.#options.world.rename(conversation.id, name);
    return this.#announce(conversation, 'channelRenamed', { channel: { id: conversation.id, name } });
  }

  deleteChannel(conversation: StandInConversation): Promise<DeliveryResult> {
    this.#options.world.delete(conversation);
    return this.#announce(conversation, 'channelDeleted');
  }

  renameTeam(team: StandInTeam, name: string): Promise<DeliveryResult> {
    this.#options.world.renameTeam(team, name);
    const { id, aadGroupId, general } = team;
    return this.#announce(general, 'teamRenamed', { team: { id, name, aadGroupId } });
  }

  #announce(conversation: StandInConversation, eventType: string, channelData = {}): Promise<DeliveryResult> {
    return this.deliver(
      conversationUpdateActivity(this.#eventFrame(conversation), { eventType, channelData }),
    );
  }

  deliver(activity: WireActivity): Promise<DeliveryResult> {
    return this.#options.delivery.post(activity);
  }

  #eventFrame(conversation: StandInConversation): InboundFrame {
    this.#events += 1;
    return this.#frame(conversation, `f:event-${this.#events}`);
  }

  #frame(conversation: StandInConversation, id: string): InboundFrame {
    const { clock, serviceUrl, world, bot } = this.#options;
    const [user] = world.membersOf(conversation);
    return { id, at: clock.now(), serviceUrl, tenantId: world.tenantId, bot, user, conversation };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
