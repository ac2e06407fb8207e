// What a command of the program gets to work with, so that tests can run it without a process.
import type { Clock } from '../clock.ts';

/** 0: all is well; 1: there is something to do; 2: it was called wrongly, or got no answer; 130: Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws when the file is not there. */
  readonly readFile: (path: string) => string;
  readonly clock: Clock;
  /** Results, on standard output. */
  readonly print: (line: string) => void;
  /** What is wrong, and what is still under way, on standard error. */
  readonly note: (line: string) => void;
  /** Rewrites the last line of standard output in place; '' clears it. Absent where that is no terminal. */
  readonly rewriteOutput?: (line: string) => void;
  /** The same for standard error. */
  readonly rewriteError?: (line: string) => void;
  /** From the first call on, Ctrl-C aborts this signal instead of killing the process; a second one still does. */
  readonly interruption?: () => AbortSignal;
}

export type Command = (words: readonly string[], context: CommandContext) => Promise<ExitCode>;

/** Undefined unless the stream is a terminal that can rewrite a line (ECMA-48: carriage return, erase in line). */
export function lineRewriter(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
  environment: CommandContext['environment'],
): ((line: string) => void) | undefined {
  if (!stream.isTTY || environment['TERM'] === 'dumb') return undefined;
  return (line) => void stream.write(`\r\u001b[2K${cutToWidth(line, (stream.columns || 80) - 1)}`);
}

// East Asian scripts and emoji take two places.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** A line that is longer than the terminal could not be rewritten. */
function cutToWidth(line: string, columns: number): string {
  let used = 0;
  const characters = Array.from(line);
  const end = characters.findIndex((character) => {
    used += WIDE.test(character) ? 2 : 1;
    return used > columns;
  });
  return end < 0 ? line : `${characters.slice(0, Math.max(0, end - 1)).join('')}…`;
}

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
