// What a command is: its words, its help and examples beside what it does. `help`, the manifest's command list
// and the README's table come from these descriptions.
import type { HelpEntry } from '../domain/content.ts';
import type { Reply } from '../usecases/answer-message.ts';
import type { IncomingMessage } from '../usecases/ports.ts';

export interface CommandDescription extends HelpEntry {
  readonly name: string;
  /** Other words that mean the same. */
  readonly aliases: readonly string[];
  /** The manifest's text, at most 128 characters. */
  readonly summary: string;
  /** Not among the few that Teams shows while somebody types; `help` lists it all the same. */
  readonly isRare?: true;
  /** How many words may follow the name. */
  readonly maxArguments: number;
  /** Words like "on" mean something to it and are handed on; from other commands' words they are taken out. */
  readonly readsMarkers?: true;
}

export interface Invocation {
  readonly words: readonly string[];
  readonly message: IncomingMessage;
}

export interface ChatCommand {
  readonly description: CommandDescription;
  run(invocation: Invocation): Promise<Reply>;
}
