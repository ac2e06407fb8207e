// Reads the end of one task's log, and of a long log nothing else. It must not be needed: a failure can be told
// without it.
import type { AzureClient } from './azure-client.ts';
import { invalidResponse, isJsonObject, type JsonObject, readList } from './json-object.ts';
import { logLine } from './one-line.ts';

interface LogRef {
  readonly project: string;
  readonly buildId: number;
  readonly logId: number;
}

const MOST_LINES = 8;
const LONGEST_LINE = 500;
/** Some of the last lines are headings or empty. */
const LINES_TO_READ = 24;

// Each line of a log begins with the time at which it was written.
const TIMESTAMP = /^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?/;
// Commands to the page that shows the log (Logging commands, formatting): headings and folds say nothing, the
// others colour the line that follows.
const HEADING = /^##\[(?:section|group|endgroup)\]/;
const COLOUR = /^##\[(?:error|warning|debug|command)\]/;

/** The last lines, without their times, at most eight. @throws PipeBotError `azure-*`, or the signal's reason */
export async function readLogTail(client: AzureClient, ref: LogRef, signal: AbortSignal): Promise<string[]> {
  const { project, logId } = ref;
  const path = `builds/${ref.buildId}/logs`;
  const question = { project, resource: 'others', query: {} } as const;
  const readCount = (body: JsonObject) => readLineCount(body, logId);
  const { value: lineCount } = await client.get({ ...question, path, read: readCount }, signal);
  const startLine = String(Math.max(1, lineCount - LINES_TO_READ + 1));
  const { value: lines } = await client.get(
    { ...question, path: `${path}/${logId}`, query: { startLine }, read: readLines },
    signal,
  );
  return lines
    .map((line) => line.replace(TIMESTAMP, ''))
    .filter((line) => !HEADING.test(line))
    .map((line) => logLine(line.replace(COLOUR, ''), LONGEST_LINE))
    .filter((line) => line !== '')
    .slice(-MOST_LINES);
}

function readLineCount(body: JsonObject, logId: number): number {
  const log = readList(body, 'the list of logs').find((row) => isJsonObject(row) && row['id'] === logId);
  const lineCount = isJsonObject(log) ? log['lineCount'] : undefined;
  if (typeof lineCount !== 'number' || !Number.isSafeInteger(lineCount) || lineCount < 0) {
    throw invalidResponse(`the length of log ${logId} is not told`);
  }
  return lineCount;
}

function readLines(body: JsonObject): string[] {
  return readList(body, 'the log').map((line) => {
    if (typeof line !== 'string') throw invalidResponse('a line of the log is no text');
    return line;
  });
}
