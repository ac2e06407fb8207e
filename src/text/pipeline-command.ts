// What the agent of Azure Pipelines understands in a log: its logging commands, and text that cannot be one. It must
// not decide what is worth saying.
import { plainText } from './plain.ts';

/** A sentence with a link fits; a page of somebody else's text does not. */
const MAX_LENGTH = 1_000;

/**
 * Text from outside as one line without logging commands. The agent looks for `##vso[` anywhere in a line, and shows
 * `##[…]` as a command of its own; two `#` side by side are therefore taken apart, after everything invisible has
 * gone, since what stood between them could have hidden them.
 */
export function inertText(text: unknown): string {
  return plainText(text, MAX_LENGTH).replace(/#(?=#)/g, '# ');
}

/** An issue on the summary page of the run. */
export function issueCommand(type: 'error' | 'warning', text: string): string {
  return `##vso[task.logissue type=${type}]${escapeMessage(inertText(text))}`;
}

/** @param percent 0 to 100 */
export function progressCommand(percent: number, text: string): string {
  return `##vso[task.setprogress value=${Math.round(percent)};]${escapeMessage(inertText(text))}`;
}

/**
 * A value as one line of JSON in which nothing can act: neither as a logging command nor on a terminal. It still means
 * the same.
 */
export function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('##', '#\\u0023')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/gu, escapeUnits);
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** As Microsoft's task library does (azure-pipelines-task-lib, taskcommand.ts): the agent undoes it. */
function escapeMessage(text: string): string {
  return text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
