// Makes texts fit for a run's console, log and record. They come from build numbers, branch names and people, and none of
// them may do anything there: no line that the agent or the web page takes for a command. It must not send anything.
import { logLine } from './one-line.ts';

/** The agent's own limits (azure-pipelines-agent): characters of a line, and lines of one call to the console. */
export const LONGEST_LINE = 1_024;
const MOST_CONSOLE_LINES = 100;
/** PipeBot's own; it has never more than a few lines to say. */
const MOST_LOG_LINES = 1_000;

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/** `##vso[task.setvariable …]` is obeyed wherever it stands in a line; `##[error]` only colours it. */
const COMMAND = /##(?=(?:vso)?\[)/gi;

/** One line of at most 1024 characters, without control characters, in which no command is left. */
export function harmlessLine(text: string): string {
  // What is far too long is not looked at to its end.
  const start = text
    .slice(0, 8 * LONGEST_LINE)
    .toWellFormed()
    .replace(LINE_BREAK, ' ');
  const line = logLine(start, Number.POSITIVE_INFINITY);
  // Only now: what stood between the characters of a command is gone.
  return logLine(line.replace(COMMAND, '# #'), LONGEST_LINE);
}

/** At most 100 of them; the last one says how many more there were. */
export function toConsoleLines(lines: readonly string[]): string[] {
  return toLines(lines, MOST_CONSOLE_LINES);
}

/** The text of a log, each line with the time at which it was written, as the agent's own logs have it. */
export function toLogText(lines: readonly string[], writtenAt: number): string {
  const time = new Date(writtenAt).toISOString();
  return toLines(lines, MOST_LOG_LINES)
    .map((line) => `${time} ${line}\n`)
    .join('');
}

function toLines(texts: readonly string[], most: number): string[] {
  const lines = texts.flatMap((text) => text.split(LINE_BREAK));
  if (lines.length <= most) return lines.map(harmlessLine);
  const kept = lines.slice(0, most - 1).map(harmlessLine);
  return [...kept, `… ${lines.length - kept.length} more lines`];
}
