// Where an activity came from, as a conversation that messages can be sent to later. It must not store it.
import type { Conversation, ConversationKind } from '../usecases/ports.ts';
import type { ReceivedActivity } from './received-activity.ts';

/**
 * The conversation of an activity, without the thread; undefined when it has no id or no service URL.
 * The name is a channel's name, a chat's topic or, in a personal chat, the person's name. An event of a team comes
 * from one of its channels and says nothing about that channel's name.
 */
export function toConversation(activity: ReceivedActivity): Conversation | undefined {
  const { conversation, channelData, serviceUrl, recipient, from } = activity;
  const kind = conversationKindOf(activity);
  const eventType = activity.type === 'conversationUpdate' ? (channelData.eventType ?? '') : '';
  // Events of a channel may arrive in the team's General channel; what they are about is in channelData.
  const source = (eventType.startsWith('channel') ? channelData.channelId : undefined) ?? conversation.id;
  const id = source === undefined ? '' : splitThread(source).id;
  if (id === '' || serviceUrl === undefined) return undefined;
  const names = { channel: channelData.channelName, group: conversation.name, personal: from.name };
  const name = eventType.startsWith('team') ? undefined : names[kind];
  return {
    id,
    kind,
    tenantId: conversation.tenantId ?? channelData.tenantId ?? '',
    serviceUrl,
    botId: recipient.id ?? '',
    ...(name === undefined ? {} : { name }),
    ...(channelData.teamId === undefined ? {} : { teamId: channelData.teamId }),
    ...(channelData.teamGroupId === undefined ? {} : { teamGroupId: channelData.teamGroupId }),
    ...personOf(activity, kind),
  };
}

/** In a personal chat there is one person, who may be spoken of by the bot's own installation too. */
function personOf(
  { from, recipient }: ReceivedActivity,
  kind: ConversationKind,
): { readonly personEntraId?: string } {
  const isPerson = from.id !== recipient.id && from.aadObjectId !== undefined;
  return kind === 'personal' && isPerson ? { personEntraId: from.aadObjectId } : {};
}

/** Channel, group chat or personal chat; what doesn't say so is recognised by its other fields. */
export function conversationKindOf({ conversation, channelData }: ReceivedActivity): ConversationKind {
  switch (conversation.conversationType) {
    case 'channel':
      return 'channel';
    case 'groupChat':
      return 'group';
    case 'personal':
      return 'personal';
    default:
      if (channelData.channelId !== undefined || channelData.teamId !== undefined) return 'channel';
      return conversation.isGroup ? 'group' : 'personal';
  }
}

/** `19:…@thread.tacv2;messageid=17` → the conversation and the root message of the thread. */
export function splitThread(conversationId: string): { readonly id: string; readonly threadId?: string } {
  const [id = '', ...parameters] = conversationId.split(';');
  const threadId = parameters.find((part) => part.startsWith('messageid='))?.slice('messageid='.length);
  return threadId ? { id, threadId } : { id };
}

/** The id that addresses a thread: the opposite of splitThread. */
export function joinThread(conversationId: string, threadId: string): string {
  return `${conversationId};messageid=${threadId}`;
}
