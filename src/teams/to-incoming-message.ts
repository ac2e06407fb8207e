// A message or a click on a card as the use cases know it: who said what, where. It must not store or answer it.
import type { IncomingMessage } from '../usecases/ports.ts';
import { clickText } from './click-text.ts';
import { readMessageText } from './message-text.ts';
import type { ReceivedActivity } from './received-activity.ts';
import { conversationKindOf, splitThread } from './to-conversation.ts';

/**
 * What was said to the bot by an activity of type `message`, or by an `invoke` that is a click on one of its cards;
 * undefined when it is not meant for the bot: sent by a bot, a click that says nothing, or said in a group or
 * channel without a mention (with the right to read all messages of a channel, Teams delivers those too), or when
 * an id is missing.
 * @param receivedAt ms since the epoch, PipeBot's clock
 */
export function toIncomingMessage(
  activity: ReceivedActivity,
  receivedAt: number,
): IncomingMessage | undefined {
  const { id, from, conversation } = activity;
  if (id === undefined || from.id === undefined || conversation.id === undefined) return undefined;
  if (isFromBot(activity)) return undefined;
  const text = saidBy(activity);
  if (text === undefined) return undefined;
  const place = splitThread(conversation.id);
  return {
    conversationId: place.id,
    activityId: id,
    // Threads exist only in channels; in chats the suffix would make an address that Teams doesn't know.
    ...(conversationKindOf(activity) === 'channel' && place.threadId !== undefined
      ? { threadId: place.threadId }
      : {}),
    text,
    from: { id: from.id, name: from.name ?? '' },
    ...(from.aadObjectId === undefined ? {} : { fromEntraId: from.aadObjectId }),
    receivedAt,
  };
}

function saidBy(activity: ReceivedActivity): string | undefined {
  const { type, name, hasValue, cardData } = activity;
  if (type === 'invoke') return name === 'adaptiveCard/action' ? clickText(cardData) : undefined;
  const { text, isMentioned } = readMessageText(activity);
  // An old client's click comes as a message without a text.
  if (hasValue && text === '') return clickText(cardData);
  return conversationKindOf(activity) === 'personal' || isMentioned ? text : undefined;
}

/** Teams gives bots ids that begin with `28:`. Two bots that answer each other never stop. */
function isFromBot({ from, recipient }: ReceivedActivity): boolean {
  return from.role === 'bot' || from.id?.startsWith('28:') === true || from.id === recipient.id;
}
