// Takes in what comes from Teams: stores it, and answers later. Nothing here may call an outside system, since
// Teams repeats what is not answered within 15 seconds.
import type { Clock } from '../clock.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type {
  Conversation,
  Conversations,
  IncomingMessage,
  IncomingMessages,
  Jobs,
  Notifications,
  Transactions,
} from './ports.ts';

export interface ReceivePorts {
  readonly conversations: Conversations;
  readonly messages: IncomingMessages;
  readonly notifications: Pick<Notifications, 'resume'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
}

/** What Teams tells of a conversation. */
export type ConversationEvent =
  | { readonly kind: 'message'; readonly conversation: Conversation; readonly message: IncomingMessage }
  /** The app was added, or a deleted channel or team came back: messages can be sent there (again). */
  | ({ readonly kind: 'installed' } & Membership)
  /** The app, the channel or the team was removed, or the team archived: nothing can be sent there. */
  | ({ readonly kind: 'uninstalled' } & Membership)
  /** Something about the conversation became known or changed, for example its name. */
  | { readonly kind: 'conversation-seen'; readonly conversation: Conversation };

/** Stores what an event means. */
export async function receiveEvent(ports: ReceivePorts, event: ConversationEvent): Promise<void> {
  switch (event.kind) {
    case 'message':
      return receiveMessage(ports, event.conversation, event.message);
    case 'installed':
      return joinConversation(ports, event);
    case 'uninstalled':
      return leaveConversation(ports, event);
    case 'conversation-seen':
      return refreshConversation(ports, event.conversation);
  }
}

/**
 * Stores a message and the job that answers it; a message that came before is ignored. A message also proves
 * that the bot is in the conversation, whatever a refusal said: what could not be sent there is sent now.
 */
export async function receiveMessage(
  ports: ReceivePorts,
  conversation: Conversation,
  message: IncomingMessage,
): Promise<void> {
  await ports.transactions.transaction(async () => {
    await ports.conversations.save(conversation, ports.clock.now());
    if (!(await ports.messages.add(message))) return;
    const { conversationId } = message;
    await ports.conversations.setSuspended(conversationId, false);
    if (await ports.notifications.resume(conversationId, ports.clock.now())) {
      await enqueueDelivery(ports, conversationId);
    }
    await ports.jobs.enqueue('answer-message', { conversationId }, { key: conversationId });
  }, 'receive-message');
}

/** Where the bot was added or removed. Teams tells of a team once, in one of its channels. */
export interface Membership {
  readonly conversation: Conversation;
  readonly isWholeTeam: boolean;
}

/** The bot is (again) in a conversation or team: what could not be sent there is sent now. */
export async function joinConversation(ports: ReceivePorts, membership: Membership): Promise<void> {
  const now = ports.clock.now();
  await ports.transactions.transaction(async () => {
    await ports.conversations.save(membership.conversation, now);
    for (const conversationId of await concernedBy(ports, membership)) {
      await ports.conversations.setSuspended(conversationId, false);
      await ports.notifications.resume(conversationId, now);
      await enqueueDelivery(ports, conversationId);
    }
  }, 'join-conversation');
}

/** In a fixed order, so that two transactions about one team do not wait for each other. */
async function concernedBy(
  ports: ReceivePorts,
  { conversation, isWholeTeam }: Membership,
): Promise<string[]> {
  const { id, teamId } = conversation;
  const others = isWholeTeam && teamId !== undefined ? await ports.conversations.listOfTeam(teamId) : [];
  return [...new Set([...others, id])].sort();
}

/** Renames and the like: what is stored about a conversation is refreshed. */
export async function refreshConversation(ports: ReceivePorts, conversation: Conversation): Promise<void> {
  await ports.conversations.save(conversation, ports.clock.now());
}

/** The bot was taken out; nothing more is sent there, and nothing is forgotten. */
export async function leaveConversation(ports: ReceivePorts, membership: Membership): Promise<void> {
  await ports.transactions.transaction(async () => {
    await ports.conversations.save(membership.conversation, ports.clock.now());
    for (const id of await concernedBy(ports, membership)) await ports.conversations.setSuspended(id, true);
  }, 'leave-conversation');
}
