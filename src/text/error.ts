// The sentence for every error code: what is the matter and what to do about it. One of the three exhaustive
// tables of errors.ts; it must not show causes, stacks or anything that a Secret would hide.
import type { ErrorCode, ErrorDetails } from '../errors.ts';
import { listText, plainText, quoted, sentence } from './plain.ts';
import { durationText } from './time.ts';

const SENTENCES = {
  'config-invalid': (details) =>
    `The configuration cannot be used${about(details)}${because(details)} Correct it and start PipeBot again.`,
  'service-unknown': (details) => `There is no service${called(details)} here${because(details)}`,
  'branch-invalid': (details) =>
    `${subject(details, 'That')} is not a branch name that git accepts${because(details)}`,
  'gate-unauthorized': (details) =>
    `The gate key is missing or not accepted${because(details)} Send a valid key as X-PipeBot-Key, as a Bearer token or as the password of Basic.`,
  'gate-request-invalid': (details) =>
    `The gate's question cannot be understood${about(details)}${because(details)}`,
  'check-request-invalid': (details) =>
    `The headers of the pipeline's task cannot be used${about(details)}${because(details)}`,
  'gate-unknown': (details) =>
    `There is no gate with this id${because(details)} Ask again without an id to begin a new one.`,
  'gate-full': (details) => `Too many gates are waiting at the moment${because(details)}`,
  'check-unavailable': (details) =>
    `PipeBot has no key to keep the token of a run with, and so cannot call a check back${because(details)} An administrator sets PIPEBOT_SECRET_KEY to what "openssl rand -base64 32" prints.`,
  'azure-unauthorized': (details) =>
    `Azure DevOps does not accept the credentials of PipeBot${about(details)}${because(details)} An administrator has to renew the token or its rights: Build (read).`,
  'azure-not-found': (details) =>
    `Azure DevOps does not show ${plain(details, 'this')} to PipeBot${because(details)} Check that it exists and that PipeBot may read it.`,
  'azure-throttled': (details) =>
    `Azure DevOps asks PipeBot to slow down${about(details)}${because(details)}`,
  'azure-unavailable': (details) => `Azure DevOps does not answer${about(details)}${because(details)}`,
  'azure-invalid-response': (details) =>
    `Azure DevOps gave an answer that PipeBot cannot read${about(details)}${because(details)}`,
  'azure-refused': (details) =>
    `Azure DevOps refused the request${about(details)}${because(details)} An administrator finds more in the log.`,
  'store-unavailable': (details) => `The database of PipeBot does not answer${because(details)}`,
  'store-busy': (details) =>
    `Another PipeBot is using ${plain(details, 'the data folder')}${because(details)} Stop it, or give this one a DATA_DIR of its own.`,
  'store-newer': (details) =>
    `The data in ${plain(details, 'the database')} was written by a newer PipeBot${because(details)} Start that version, or restore an older backup.`,
  'activity-unauthorized': (details) =>
    `The message did not prove that it comes from the Bot Framework${because(details)} Check the bot's registration.`,
  'hook-unauthorized': (details) =>
    `The service hook does not send the secret of PipeBot${because(details)} Set its Basic password to one of PIPEBOT_HOOK_SECRET.`,
  'hook-full': (details) =>
    `More service hooks come in than PipeBot can take at the moment${because(details)}`,
  'operator-refused': (details) =>
    `Only programs on PipeBot's own machine may ask this${because(details)} Ask http://127.0.0.1 directly, without a browser.`,
  'request-invalid': (details) => `The request cannot be understood${about(details)}${because(details)}`,
  'request-too-large': (details) =>
    `The request is too large${about(details)}${because(details)} Send a smaller one.`,
  'shutting-down': (details) => `PipeBot is restarting${because(details)}`,
  internal: () => 'Something went wrong inside PipeBot. It has been logged.',
} as const satisfies Record<ErrorCode, (details: ErrorDetails) => string>;

// Errors that pass without anybody doing anything, so that the advice is to wait.
const PASSING: readonly ErrorCode[] = [
  'gate-full',
  'hook-full',
  'azure-throttled',
  'azure-unavailable',
  'azure-invalid-response',
  'store-unavailable',
  'shutting-down',
  'internal',
];

/** What went wrong and what to do, for a person. Shows the example and the nearest names when there are any. */
export function errorSentence({ code, details }: { code: ErrorCode; details: ErrorDetails }): string {
  const { retryAfterMs, suggestions = [], example } = details;
  const waiting = retryAfterMs === undefined ? 'a minute' : durationText(Math.max(1_000, retryAfterMs));
  return [
    SENTENCES[code](details),
    PASSING.includes(code) ? `Try again in ${waiting}.` : '',
    suggestionText(suggestions),
    example === undefined ? '' : `Example: ${plainText(example, 200)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Whether a stored string is one of today's codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(SENTENCES, text);
}

/** `Did you mean payments or pay?`; empty without suggestions. */
export function suggestionText(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? '' : `Did you mean ${listText(suggestions, 'or', 3)}?`;
}

function subject(details: ErrorDetails, otherwise: string): string {
  return details.subject === undefined ? otherwise : quoted(details.subject);
}

function plain(details: ErrorDetails, otherwise: string): string {
  return details.subject === undefined ? otherwise : plainText(details.subject);
}

function called(details: ErrorDetails): string {
  return details.subject === undefined ? '' : ` called ${quoted(details.subject)}`;
}

function about(details: ErrorDetails): string {
  return details.subject === undefined ? '' : ` (${plainText(details.subject)})`;
}

/** The fact behind it, and the full stop that ends the sentence. */
function because(details: ErrorDetails): string {
  return details.detail === undefined ? '.' : `: ${sentence(plainText(details.detail, 300))}`;
}
