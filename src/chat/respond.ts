// From a message to the reply: parses the text and runs the command. Knows no transport.
import { visibleCatalog } from '../domain/permission.ts';
import { findNamed, type ServiceCatalog } from '../domain/service.ts';
import type { Reply } from '../usecases/answer-message.ts';
import { type AskerPorts, findAsker } from '../usecases/find-asker.ts';
import type { FindSubject } from '../usecases/find-subject.ts';
import type { IncomingMessage } from '../usecases/ports.ts';
import { type CommandPorts, createCommands, DESCRIPTIONS } from './commands/index.ts';
import { MAX_TEXT_LENGTH, parseCommand, type Vocabulary } from './parse-command.ts';
import { remark } from './remark-reply.ts';

export type RespondPorts = Omit<CommandPorts, 'asker' | 'findSubject'> &
  AskerPorts & { readonly findSubjectIn: (catalog: ServiceCatalog) => FindSubject };

const COMMAND_WORDS: ReadonlyMap<string, string> = new Map(
  DESCRIPTIONS.flatMap(({ name, aliases }) => [name, ...aliases].map((word) => [word, name] as const)),
);
const MARKER_READERS: ReadonlySet<string> = new Set(
  DESCRIPTIONS.filter(({ readsMarkers }) => readsMarkers === true).map(({ name }) => name),
);

/**
 * Makes the function that answers a message. It throws only PipeBotError and bugs.
 *
 * Here, and nowhere else, commands are kept from what the asker may not see: they are handed a catalog in which it is
 * not there.
 */
export function createRespond(ports: RespondPorts): (message: IncomingMessage) => Promise<Reply> {
  async function commandsFor({ conversationId, fromEntraId }: IncomingMessage) {
    const asker = await findAsker(ports, conversationId, fromEntraId);
    const catalog = visibleCatalog(ports.catalog, asker);
    const findSubject = ports.findSubjectIn(catalog);
    const commands = createCommands({ ...ports, catalog, findSubject, asker });
    const byName = new Map(commands.map((command) => [command.description.name, command]));
    const vocabulary: Vocabulary = {
      commands: COMMAND_WORDS,
      isSubject: (word) => findNamed(catalog, word) !== undefined,
      readsMarkers: (name) => MARKER_READERS.has(name),
    };
    return { byName, vocabulary };
  }

  return async (message) => {
    const { byName, vocabulary } = await commandsFor(message);
    const parsed = parseCommand(message.text, vocabulary);
    switch (parsed.kind) {
      case 'too-long':
        return remark({ code: 'message-too-long', maxLength: MAX_TEXT_LENGTH });
      case 'unknown':
        return remark({ code: 'command-unknown', typed: parsed.typed, suggestions: parsed.suggestions });
      case 'several-branches': {
        const { subject, branches } = parsed;
        return remark({ code: 'several-branches', branches, example: `status ${subject} ${branches[0]}` });
      }
      case 'empty':
      case 'command': {
        const command = byName.get(parsed.kind === 'empty' ? 'help' : parsed.name);
        if (!command) throw new TypeError('the vocabulary names a command that does not exist');
        const words = parsed.kind === 'empty' ? [] : parsed.words;
        const { maxArguments, usage, examples } = command.description;
        const surplus = words[maxArguments];
        if (surplus !== undefined) {
          return remark({
            code: 'argument-surplus',
            surplus: surplus.slice(0, 60),
            usage,
            example: examples[0] ?? usage,
          });
        }
        return command.run({ words, message });
      }
    }
  };
}
