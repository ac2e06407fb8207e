// `unsubscribe`: ends subscriptions of this conversation, by service, by the id that a button carries, or all.
import { isGuid } from '../../domain/guid.ts';
import type { Subscription } from '../../domain/subscription.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import type { Subscriptions } from '../../usecases/ports.ts';
import { unsubscribe } from '../../usecases/subscribe.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { type FindServicePorts, findService, sameName } from '../find-service.ts';
import { remark } from '../remark-reply.ts';
import { type ListPorts, listOf } from './subscriptions.ts';

export const UNSUBSCRIBE: CommandDescription = {
  name: 'unsubscribe',
  aliases: [],
  usage: 'unsubscribe [service|all]',
  summary: "Ends this conversation's subscriptions to a service, or all.",
  help: 'Ends the subscriptions of this conversation to a service, or all of them. Without a name it shows what there is to end.',
  examples: ['unsubscribe payments', 'unsubscribe all'],
  maxArguments: 2,
};

export interface UnsubscribeCommandPorts extends FindServicePorts, ListPorts {
  readonly subscriptions: Pick<Subscriptions, 'listByConversation' | 'remove'>;
}

export function createUnsubscribeCommand(ports: UnsubscribeCommandPorts): ChatCommand {
  return {
    description: UNSUBSCRIBE,
    async run({ words, message: { conversationId } }) {
      const [word, surplus] = words[0]?.toLowerCase() === 'from' ? words.slice(1) : words;
      const [usage, example] = [UNSUBSCRIBE.usage, 'unsubscribe payments'];
      if (surplus !== undefined) return remark({ code: 'argument-surplus', surplus, usage, example });
      const known = await ports.subscriptions.listByConversation(conversationId);
      // One that is alone is meant; of several, somebody has to choose.
      if (word === undefined && known.length > 1) return { content: await listOf(ports, conversationId) };
      if (word === undefined || ['all', 'everything'].includes(word.toLowerCase())) return end(ports, known);
      const chosen = known.filter(({ id }) => id === word.toLowerCase());
      // A card's button carries the id; no service is called like one by anybody who means it.
      if (chosen.length === 0 && !isGuid(word)) return endByName(ports, known, word);
      // The button of an old list, clicked twice, or the id of another conversation's: only what is here counts.
      const isStale = chosen.length === 0 && known.length > 0;
      return isStale ? { content: await listOf(ports, conversationId) } : end(ports, chosen);
    },
  };
}

async function endByName(
  ports: UnsubscribeCommandPorts,
  known: readonly Subscription[],
  word: string,
): Promise<Reply> {
  const services = known.map(({ service }) => service);
  const own = sameName(services, word);
  const found = own === undefined ? await findService(ports, word) : { name: own };
  if ('remark' in found) return remark(found.remark);
  return end(
    ports,
    known.filter(({ service }) => service === found.name),
    found.name,
  );
}

function end(ports: UnsubscribeCommandPorts, chosen: readonly Subscription[], subject?: string): Reply {
  return {
    ...remark({ code: 'not-subscribed', ...(subject === undefined ? {} : { subject }) }),
    record: async () => {
      const subscriptions = await unsubscribe(ports, chosen);
      return subscriptions.length === 0 ? undefined : remark({ code: 'unsubscribed', subscriptions }).content;
    },
  };
}
