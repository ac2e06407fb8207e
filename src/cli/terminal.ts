// What a command of the program gets to work with, so that tests can run it without a process.
import type { Clock } from '../clock.ts';

/** 0: all is well; 1: there is something to do; 2: it was called wrongly, or got no answer. */
export type ExitCode = 0 | 1 | 2;

export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws when the file is not there. */
  readonly readFile: (path: string) => string;
  readonly clock: Clock;
  /** Results, on standard output. */
  readonly print: (line: string) => void;
  /** What is wrong, and what is still under way, on standard error. */
  readonly note: (line: string) => void;
}

export type Command = (words: readonly string[], context: CommandContext) => Promise<ExitCode>;

/** A command that takes longer than this says what it is doing. */
const SILENCE_MS = 2_000;

export interface Progress {
  /** What is being done now. */
  step(text: string): void;
  stop(): void;
}

/** Says nothing when all is done soon; after a while the step that takes so long, and each later one. */
export function showProgress({ clock, note }: Pick<CommandContext, 'clock' | 'note'>): Progress {
  let current: string | undefined;
  let isLong = false;
  const timer = clock.setTimeout(() => {
    isLong = true;
    if (current !== undefined) note(current);
  }, SILENCE_MS);
  return {
    step(text) {
      current = text;
      if (isLong) note(text);
    },
    stop: () => clock.clearTimeout(timer),
  };
}
