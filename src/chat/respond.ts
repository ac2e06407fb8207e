// From a message to the reply: parses the text and runs the command. Knows no transport.
import { findNamed } from '../domain/service.ts';
import type { Reply } from '../usecases/answer-message.ts';
import type { IncomingMessage } from '../usecases/ports.ts';
import { type CommandPorts, createCommands } from './commands/index.ts';
import { MAX_TEXT_LENGTH, parseCommand, type Vocabulary } from './parse-command.ts';
import { remark } from './remark-reply.ts';

/** Makes the function that answers a message. It throws only PipeBotError and bugs. */
export function createRespond(ports: CommandPorts): (message: IncomingMessage) => Promise<Reply> {
  const commands = createCommands(ports);
  const byName = new Map(commands.map((command) => [command.description.name, command]));
  const vocabulary: Vocabulary = {
    commands: new Map(
      commands.flatMap(({ description: { name, aliases } }) =>
        [name, ...aliases].map((word) => [word, name] as const),
      ),
    ),
    isSubject: (word) => findNamed(ports.catalog, word) !== undefined,
    readsMarkers: (name) => byName.get(name)?.description.readsMarkers === true,
  };

  return async (message) => {
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
