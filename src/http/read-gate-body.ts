// Reads the parameters of a gate's question that come as a JSON body. People type that body by hand, with variables that
// Azure Pipelines replaces in the text: what breaks it then is said in a sentence. Which parameters there are, and what
// they may hold, only gate-request.ts knows.
import type { IncomingMessage } from 'node:http';
import { PipeBotError } from '../errors.ts';
import { isShallow, readBodyText } from './read-body.ts';

/** Azure Pipelines itself sends at most 2,000 characters (InvokeRestApiV1, task.json). */
const MAX_BODY_BYTES = 16 * 1_024;
const EXAMPLE = '{"branch":"$(Build.SourceBranch)","timeout":"45m"}';
/** What docs/pipelines.md has; in a URL, all of a branch's name after a # would be lost. */
const ESCAPED_EXAMPLE = `{"branch": "\${{ replace(variables['Build.SourceBranch'], '"', '\\"') }}"}`;
/**
 * A task of Azure Pipelines has one body for all its inputs, and those that nobody filled in stand there empty. A branch
 * has a default, so that an empty one is a mistake, which must not pass for the service's own branch.
 */
const MAY_BE_EMPTY = ['timeout', 'settle', 'commit'];

/** Every text of a JSON document, and whether it is the name of a member. */
const TEXTS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * None from an empty body. Texts and numbers only, each name once; an empty time-out, settle time or commit is none.
 * Throws `gate-request-invalid`, `request-too-large` or `request-invalid`.
 */
export async function readGateBody(request: IncomingMessage): Promise<URLSearchParams> {
  return parseGateBody(await readBodyText(request, MAX_BODY_BYTES));
}

/** The same of a body that has been read; throws `gate-request-invalid`. */
export function parseGateBody(text: string): URLSearchParams {
  if (text.trim() === '') return new URLSearchParams();
  const body = parsed(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('it is no JSON object');
  const members = Object.entries(body).map(([name, value]): [string, string] => {
    if (typeof value === 'string') return [name, value];
    if (typeof value === 'number') return [name, String(value)];
    throw invalid(`${name.slice(0, 60)} is neither a text nor a number`);
  });
  // JSON.parse keeps the last of two members of one name, which may be the one that a variable's text brought in.
  const names = [...text.matchAll(TEXTS)].filter(([, colon]) => colon !== undefined);
  if (names.length > members.length) throw invalid('it gives a parameter more than once');
  return new URLSearchParams(members.filter(([name, value]) => value !== '' || !MAY_BE_EMPTY.includes(name)));
}

function parsed(text: string): unknown {
  try {
    if (isShallow(text)) return JSON.parse(text);
  } catch (cause) {
    throw new PipeBotError('gate-request-invalid', {
      subject: 'body',
      detail:
        'it is not valid JSON. A quotation mark in the name of a branch breaks it, unless it is escaped when the run is compiled',
      example: ESCAPED_EXAMPLE,
      cause,
    });
  }
  throw invalid('it is nested too deeply or has too many members');
}

function invalid(detail: string): PipeBotError {
  return new PipeBotError('gate-request-invalid', { subject: 'body', detail, example: EXAMPLE });
}
