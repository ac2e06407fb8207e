// `why`: why messages about a service came to this conversation or did not, from the record.
import { looksLikeLink } from '../../domain/link.ts';
import { findNamed } from '../../domain/service.ts';
import { type ExplainPorts, explainSilence } from '../../usecases/explain-silence.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { type FindServicePorts, findService } from '../find-service.ts';
import { remark } from '../remark-reply.ts';

export const WHY: CommandDescription = {
  name: 'why',
  aliases: [],
  usage: 'why <service>',
  summary: 'Why messages about a service came here, or did not.',
  help: 'Tells from the record why messages about a service came to this conversation or did not: subscriptions and filters, mutes, quiet hours, the last look at its builds, the last delivery.',
  examples: ['why payments'],
  isRare: true,
  maxArguments: 12,
};

export function createWhyCommand(ports: ExplainPorts & FindServicePorts): ChatCommand {
  return {
    description: WHY,
    async run({ words, message: { conversationId } }) {
      const isSubject = (word: string) => looksLikeLink(word) || findNamed(ports.catalog, word) !== undefined;
      // "why did nobody hear of payments": the name in it is what counts.
      const word = words.find(isSubject) ?? words[0];
      if (word === undefined) {
        return remark({ code: 'argument-missing', usage: WHY.usage, example: 'why payments' });
      }
      const found = await findService(ports, word);
      const service = 'remark' in found ? word : found.name;
      const explanation = await explainSilence(ports, { conversationId, service });
      if (explanation) return { content: { kind: 'why', explanation } };
      return remark('remark' in found ? found.remark : { code: 'not-subscribed', subject: service });
    },
  };
}
