// Reads the parameters of a gate's question that come as a JSON body. People type that body by hand, with variables that
// Azure Pipelines replaces in the text: what breaks it then is said in a sentence. Which parameters there are, and what
// they may hold, only gate-request.ts knows.
import type { IncomingMessage } from 'node:http';
import { PipeBotError } from '../errors.ts';
import { isShallow, readBodyText } from './read-body.ts';

/** Azure Pipelines itself sends at most 2,000 characters (InvokeRestApiV1, task.json). */
const MAX_BODY_BYTES = 16 * 1_024;
const EXAMPLE = '{"branch":"$(Build.SourceBranch)","timeout":"45m"}';
/** Every text of a JSON document, and whether it is the name of a member. */
const TEXTS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * None from an empty body. Texts and numbers only, each name once; throws `gate-request-invalid`, `request-too-large`
 * or `request-invalid`.
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
  return new URLSearchParams(members);
}

function parsed(text: string): unknown {
  try {
    if (isShallow(text)) return JSON.parse(text);
  } catch (cause) {
    throw new PipeBotError('gate-request-invalid', {
      subject: 'body',
      detail:
        'it is not valid JSON. A quotation mark or backslash in a branch name breaks it; the URL takes the same parameters',
      example: `${EXAMPLE}, or urlSuffix: /api/gate/payments?branch=$(Build.SourceBranch)`,
      cause,
    });
  }
  throw invalid('it is nested too deeply or has too many members');
}

function invalid(detail: string): PipeBotError {
  return new PipeBotError('gate-request-invalid', { subject: 'body', detail, example: EXAMPLE });
}
