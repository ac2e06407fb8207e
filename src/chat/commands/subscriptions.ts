// `subscriptions`: what this conversation hears of, what it watches, and what it does not want to hear.
import type { Clock } from '../../clock.ts';
import type { Content } from '../../domain/content.ts';
import type { ConversationSettings, Mutes, Subscriptions, Watches } from '../../usecases/ports.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';

export const SUBSCRIPTIONS: CommandDescription = {
  name: 'subscriptions',
  aliases: ['subs'],
  usage: 'subscriptions',
  summary: 'What this conversation hears of, watches and has muted.',
  help: 'Lists the subscriptions of this conversation with their filters, what it watches, its mutes and its quiet hours.',
  examples: ['subscriptions'],
  maxArguments: 0,
};

export interface ListPorts {
  readonly subscriptions: Pick<Subscriptions, 'listByConversation'>;
  readonly watches: Pick<Watches, 'listOpenByConversation'>;
  readonly mutes: Pick<Mutes, 'list'>;
  readonly settings: Pick<ConversationSettings, 'find'>;
  readonly clock: Clock;
}

export function createSubscriptionsCommand(ports: ListPorts): ChatCommand {
  return {
    description: SUBSCRIPTIONS,
    run: async ({ message }) => ({ content: await listOf(ports, message.conversationId) }),
  };
}

/** Everything that a conversation has set up. */
export async function listOf(ports: ListPorts, conversationId: string): Promise<Content> {
  const { quiet } = await ports.settings.find(conversationId);
  return {
    kind: 'subscriptions',
    subscriptions: await ports.subscriptions.listByConversation(conversationId),
    watches: await ports.watches.listOpenByConversation(conversationId),
    mutes: await ports.mutes.list(conversationId, ports.clock.now()),
    ...(quiet ? { quiet } : {}),
  };
}
