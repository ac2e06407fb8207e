// `help`: every command, from the same descriptions that the manifest and the README are made of.
import type { ChatCommand, CommandDescription } from '../command.ts';

export const HELP: CommandDescription = {
  name: 'help',
  aliases: ['?', 'hello', 'hi'],
  usage: 'help',
  summary: 'What PipeBot can do, with examples.',
  help: 'Shows this list.',
  examples: ['help'],
  // "hello there", "help subscribe": the list is what helps.
  maxArguments: 24,
};

export function createHelpCommand(descriptions: readonly CommandDescription[]): ChatCommand {
  const entries = descriptions.map(({ usage, help, examples }) => ({ usage, help, examples }));
  return { description: HELP, run: () => Promise.resolve({ content: { kind: 'help', entries } }) };
}
