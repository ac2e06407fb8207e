// What Teams does with a bot's calls to conversations and activities. Must not know sockets, tokens or
// faults: a request in, an answer out.

import type { MessageStore } from './message-store.ts';
import { answerRoster } from './roster-routes.ts';
import { baseId, type StandInConversation, type TeamsWorld, threadRootOf } from './teams-world.ts';
import {
  asActivity,
  type ConnectorAnswer,
  type ConnectorRequest,
  refusal,
  type WireActivity,
} from './wire-activity.ts';

export interface ConnectorState {
  readonly world: TeamsWorld;
  readonly messages: MessageStore;
}

const sizeLimitBytes = 100 * 1024;

/** Answers a request below `v3/`; undefined when Teams has no such route. */
export function answerConnector(
  state: ConnectorState,
  request: ConnectorRequest,
): ConnectorAnswer | undefined {
  const [version, area, id, part, activityId, ...rest] = request.segments;
  if (version !== 'v3' || rest.length > 0) return undefined;
  if (area === 'conversations' && id === undefined) {
    return request.method === 'POST' ? createConversation(state, request.body) : undefined;
  }
  if (area === 'conversations' && part === 'activities' && id !== undefined) {
    return answerActivities(state, request, id, activityId);
  }
  return request.method === 'GET' ? answerRoster(state.world, request) : undefined;
}

function answerActivities(
  state: ConnectorState,
  request: ConnectorRequest,
  conversationId: string,
  activityId: string | undefined,
): ConnectorAnswer | undefined {
  const conversation = state.world.find(conversationId);
  if (!conversation) return conversationNotFound();
  if (!state.world.hasBot(conversation)) return notInRoster();
  if (request.method === 'DELETE' && activityId !== undefined) {
    return changeOwn(state, conversation, activityId, () =>
      state.messages.delete(conversation.id, activityId) ? { status: 200, body: {} } : activityNotFound(),
    );
  }
  const activity = asActivity(request.body);
  if (!activity?.type) return refusal(400, 'BadArgument', 'The body is not an activity with a type.');
  if (isTooBig(activity)) return tooBig();
  if (request.method === 'PUT' && activityId !== undefined) {
    return changeOwn(state, conversation, activityId, () =>
      state.messages.update(conversation.id, activityId, { ...activity, id: activityId })
        ? { status: 200, body: { id: activityId } }
        : activityNotFound(),
    );
  }
  if (request.method !== 'POST') return undefined;
  return post(state, conversation, rootFor(state, conversationId, activityId), activity);
}

/**
 * The thread a post belongs to: named by the conversation id, or else that of the message replied to.
 * A reply to an unknown message is taken as a new post: Teams doesn't check that part of the path.
 */
function rootFor(state: ConnectorState, conversationId: string, replyTo?: string): string | undefined {
  const named = threadRootOf(conversationId);
  if (named !== undefined || replyTo === undefined) return named;
  const target = state.messages.find(baseId(conversationId), replyTo);
  return target && (target.replyToRoot ?? target.id);
}

function post(
  state: ConnectorState,
  conversation: StandInConversation,
  root: string | undefined,
  activity: WireActivity,
): ConnectorAnswer {
  const { messages } = state;
  if (root !== undefined && !messages.everHad(conversation.id, root)) return conversationNotFound();
  const replyToRoot = conversation.kind === 'channel' ? root : undefined;
  const id = messages.newId();
  if (activity.type !== 'message') return { status: 201, body: { id } };
  if (activity.text && activity.attachments?.length) {
    // Teams shows text and card as two messages and names neither, so the bot can't update them.
    const { attachments, ...textOnly } = activity;
    const { text: _text, ...cardOnly } = { ...activity, attachments };
    messages.add(conversation.id, { id, from: 'bot', activity: { ...textOnly, id }, replyToRoot });
    const second = messages.newId();
    messages.add(conversation.id, {
      id: second,
      from: 'bot',
      activity: { ...cardOnly, id: second },
      replyToRoot,
    });
    return { status: 201, body: {} };
  }
  messages.add(conversation.id, { id, from: 'bot', activity: { ...activity, id }, replyToRoot });
  return { status: 201, body: { id } };
}

function createConversation(state: ConnectorState, body: unknown): ConnectorAnswer {
  const parameters = asActivity(body);
  if (!parameters) return refusal(400, 'BadArgument', 'The body is not an object.');
  const first = asActivity(parameters['activity']);
  if (first && isTooBig(first)) return tooBig();
  const channelId = asActivity(parameters.channelData?.['channel'])?.id;
  if (channelId !== undefined) return createThread(state, channelId, first);
  return openPersonalChat(state, parameters['members'], first);
}

function createThread(state: ConnectorState, channelId: string, first?: WireActivity): ConnectorAnswer {
  const channel = state.world.find(channelId);
  if (channel?.kind !== 'channel') return conversationNotFound();
  if (!state.world.hasBot(channel)) return notInRoster();
  if (!first?.type) return refusal(400, 'BadArgument', 'A channel thread begins with an activity.');
  const answer = post(state, channel, undefined, first);
  const activityId = asActivity(answer.body)?.id;
  if (activityId === undefined) return answer;
  return { status: 201, body: { id: `${channel.id};messageid=${activityId}`, activityId } };
}

function openPersonalChat(state: ConnectorState, members: unknown, first?: WireActivity): ConnectorAnswer {
  const list: unknown[] = Array.isArray(members) ? members : [];
  // Bots can't make group chats in Teams.
  if (list.length !== 1) return refusal(400, 'BadArgument', 'A personal chat has exactly one member.');
  const memberId = asActivity(list[0])?.id;
  const user = typeof memberId === 'string' ? state.world.findUser(memberId) : undefined;
  if (!user) return refusal(400, 'BadArgument', `No user ${memberId} in this tenant.`);
  const chat = state.world.addPersonalChat(user);
  if (!state.world.hasBot(chat)) return notInRoster();
  if (!first) return { status: 201, body: { id: chat.id } };
  const answer = post(state, chat, undefined, first);
  return { status: answer.status, body: { id: chat.id, activityId: asActivity(answer.body)?.id } };
}

function changeOwn(
  state: ConnectorState,
  conversation: StandInConversation,
  activityId: string,
  change: () => ConnectorAnswer,
): ConnectorAnswer {
  if (state.messages.find(conversation.id, activityId)?.from !== 'user') return change();
  return refusal(403, 'NotEnoughPermissions', 'A bot can change its own messages only.');
}

/** Teams counts UTF-16: two bytes for each unit of the serialized activity. */
function isTooBig(activity: WireActivity): boolean {
  return JSON.stringify(activity).length * 2 > sizeLimitBytes;
}

function tooBig(): ConnectorAnswer {
  return refusal(413, 'MessageSizeTooBig', `The message is larger than ${sizeLimitBytes} bytes.`);
}

function conversationNotFound(): ConnectorAnswer {
  return refusal(404, 'ConversationNotFound', 'Conversation not found.');
}

function activityNotFound(): ConnectorAnswer {
  return refusal(404, 'ActivityNotFoundInConversation', 'The activity was not found in this conversation.');
}

function notInRoster(): ConnectorAnswer {
  return refusal(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
}
