// Sorts answers into "usable JSON" and the closed list of errors, by status and headers alone. It must never
// let anything but a JSON object of a 2xx answer through, and never take a message's text for a fact.
import { type ErrorCode, PipeBotError } from '../errors.ts';
import { azureMessage } from './azure-message.ts';
import { type HttpAnswer, isJson } from './http-exchange.ts';
import { invalidResponse, type JsonObject, toJsonObject } from './json-object.ts';

export interface AnswerContext {
  /** `organisation/project`. */
  readonly subject: string;
  readonly secrets: readonly string[];
  readonly retryAfterMs: number | undefined;
}

/** The error that a status and its headers mean; undefined for a 2xx that may hold JSON. */
export function classifyAnswer(answer: HttpAnswer, context: AnswerContext): PipeBotError | undefined {
  const code = toCode(answer);
  if (code === undefined) return undefined;
  const { subject, retryAfterMs } = context;
  const detail = azureMessage(answer, context.secrets) ?? describeStatus(answer);
  return new PipeBotError(code, {
    subject,
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** @throws PipeBotError azure-invalid-response for what is not a JSON object in UTF-8 */
export function parseAnswer(answer: HttpAnswer): JsonObject {
  if (!isJson(answer)) throw invalidResponse('the answer is not JSON');
  return toJsonObject(parse(answer.body), 'the answer');
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw invalidResponse('the answer is broken JSON');
  }
}

function toCode(answer: HttpAnswer): ErrorCode | undefined {
  const { status } = answer;
  // 203 and a page is what Azure DevOps says to a token that is not, or no longer, good.
  if (status === 203 || status === 401 || status === 403) return 'azure-unauthorized';
  if (status === 204 || status === 205 || status === 206 || status < 200) return 'azure-invalid-response';
  if (status < 300) return undefined;
  if (status < 400) return isSignIn(answer) ? 'azure-unauthorized' : 'azure-invalid-response';
  if (status === 404) return 'azure-not-found';
  if (status === 429) return 'azure-throttled';
  if (status >= 500 || status === 407 || status === 408) return 'azure-unavailable';
  return 'azure-refused';
}

/** Azure DevOps' own sign-in, Microsoft's login hosts, and a Server's ADFS. */
function isSignIn({ headers }: HttpAnswer): boolean {
  const location = URL.parse(headers.location ?? '', 'https://relative.invalid');
  if (!location) return false;
  const { hostname, pathname } = location;
  return (
    /\/(?:_signin|_signedin|adfs|oauth2?)(?:\/|$)/i.test(pathname) ||
    /^login\./i.test(hostname) ||
    /\.vssps\.visualstudio\.com$/i.test(hostname)
  );
}

function describeStatus(answer: HttpAnswer): string {
  const { status, headers } = answer;
  if (status === 203 || status === 401) return 'the token is wrong or has expired';
  if (status === 403) return 'the token may not read builds here';
  if (status < 300) return `the answer is empty or not whole (HTTP ${status})`;
  if (status >= 400) return `HTTP ${status}`;
  if (isSignIn(answer)) return 'it asks for a sign-in: the token is wrong or has expired';
  const host = URL.parse(headers.location ?? '')?.host ?? 'another address';
  return `HTTP ${status}, a redirect to ${host}`;
}
