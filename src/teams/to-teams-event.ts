// What an activity means to PipeBot, in its own words. Pure; kinds that mean nothing give no event, so that
// what Teams adds one day does no harm.
import type { ConversationEvent } from '../usecases/receive-message.ts';
import type { ReceivedActivity } from './received-activity.ts';
import { toConversation } from './to-conversation.ts';
import { toIncomingMessage } from './to-incoming-message.ts';

/** Under its name in this folder. */
export type TeamsEvent = ConversationEvent;

/**
 * The event in an activity; undefined when there is none.
 * @param receivedAt ms since the epoch, PipeBot's clock
 */
export function toTeamsEvent(activity: ReceivedActivity, receivedAt: number): TeamsEvent | undefined {
  const conversation = toConversation(activity);
  if (!conversation) return undefined;
  // Edits (messageUpdate), deletions (messageDelete) and reactions (messageReaction) are other types.
  if (activity.type === 'message' || activity.type === 'invoke') {
    const message = toIncomingMessage(activity, receivedAt);
    return message && { kind: 'message', conversation, message };
  }
  const isInstallation = activity.type === 'installationUpdate';
  const kind = isInstallation ? installationKind(activity.action) : updateKind(activity);
  if (kind === undefined || kind === 'conversation-seen') return kind && { kind, conversation };
  // Teams tells of the app's coming to a team and of the team's own end once, in one of its channels; it is about
  // all of them. Only the deletion and the return of a channel are about that channel alone.
  const isOneChannel = !isInstallation && activity.channelData.eventType?.startsWith('channel') === true;
  return { kind, conversation, isWholeTeam: conversation.kind === 'channel' && !isOneChannel };
}

/** The actions of an installationUpdate; an upgrade removes and adds the app, but the bot never leaves. */
function installationKind(action: string | undefined) {
  switch (action) {
    case 'add':
      return 'installed';
    case 'remove':
      return 'uninstalled';
    case 'add-upgrade':
      return 'conversation-seen';
    default:
      return undefined;
  }
}

/** The event types of a conversationUpdate (Microsoft Learn, "Conversation events in your Teams bot"). */
function updateKind({ type, channelData, membersAddedIds, recipient }: ReceivedActivity) {
  if (type !== 'conversationUpdate') return undefined;
  switch (channelData.eventType) {
    case 'channelRenamed':
    case 'teamRenamed':
      return 'conversation-seen';
    case 'channelDeleted':
    case 'teamDeleted':
    case 'teamHardDeleted':
    case 'teamArchived':
      return 'uninstalled';
    case 'channelRestored':
    case 'teamRestored':
    case 'teamUnarchived':
      return 'installed';
    default:
      return recipient.id !== undefined && membersAddedIds.includes(recipient.id) ? 'installed' : undefined;
  }
}
