// Sorts what Azure Pipelines answers to a call of a plan, by status, headers and the type of its error, never by the text
// of a message. Two of the outcomes are final, so they need proof: `ended` an error of that very name, `token-dead` a 401
// or Azure DevOps' own sign-in. Whatever a proxy may have said is `failed`, and is tried again.
import type { PlanAnswer } from '../usecases/check-ports.ts';
import { azureMessage } from './azure-message.ts';
import { parseAnswer } from './classify-answer.ts';
import { type HttpAnswer, isJson } from './http-exchange.ts';
import { invalidResponse, isJsonObject, type JsonObject } from './json-object.ts';
import { parseRetryAfter, UNREADABLE_RETRY_AFTER_MS } from './retry-after.ts';

/** What is done with a 2xx. */
export interface PlanReaders<Value> {
  /** Throws azure-invalid-response when the body has another shape. */
  readonly read: (body: JsonObject) => Value;
  /** The value of an answer without a body, where that is an answer. */
  readonly readNothing?: () => Value;
}

export interface PlanContext {
  /** Of the configured organisation: its own sign-in page is there. */
  readonly origin: string;
  /** The forms in which an answer could give the token back; they must not reach a detail. */
  readonly secrets: readonly string[];
  /** Ms since the epoch, by the answer's own clock where it tells. */
  readonly observedAt: number;
}

/** Nobody waits there any more, whatever the status: not each of them has one of its own on every server. */
const ENDED: ReadonlySet<string> = new Set([
  'TaskOrchestrationPlanNotFoundException',
  'TaskOrchestrationPlanTerminatedException',
  'TaskOrchestrationPlanSecurityException',
]);

/** The ids are wrong, not the plan. */
const REFUSED: ReadonlySet<string> = new Set([
  'TaskHubNotFoundException',
  'TaskOrchestrationJobNotFoundException',
  'TaskOrchestrationPlanLogNotFoundException',
  'TimelineNotFoundException',
  'TimelineRecordInvalidException',
  'TimelineRecordNotFoundException',
  'TimelineRecordUpdateException',
]);

/** @throws PipeBotError azure-invalid-response for a 2xx that is not as agreed */
export function toPlanAnswer<Value>(
  answer: HttpAnswer,
  readers: PlanReaders<Value>,
  context: PlanContext,
): PlanAnswer<Value> {
  const { status } = answer;
  if (status >= 400) return toError(answer, context);
  if (status >= 300) return toRedirect(answer, context);
  // 203 and a page is what Azure DevOps says to a token that is not, or no longer, good.
  if (status === 203 && isHtml(answer)) {
    return { kind: 'token-dead', detail: 'HTTP 203, the sign-in page' };
  }
  if (![200, 201, 202, 204].includes(status)) throw invalidResponse(`HTTP ${status} is no answer`);
  return { kind: 'accepted', value: readAccepted(answer, readers) };
}

/** The type of Azure DevOps' own errors, `…NotFoundException`; undefined for any other body. */
export function readTypeKey(answer: HttpAnswer): string | undefined {
  if (!isJson(answer)) return undefined;
  const body = parseLeniently(answer.body);
  if (!body) return undefined;
  const { typeKey, typeName } = body;
  const name = typeof typeKey === 'string' ? typeKey : readClassName(typeName);
  return name !== undefined && /^[A-Za-z]\w{0,99}$/.test(name) ? name : undefined;
}

function readAccepted<Value>(answer: HttpAnswer, { read, readNothing }: PlanReaders<Value>): Value {
  // A page is a proxy's, even when there is nothing on it.
  if (isHtml(answer)) throw invalidResponse('the answer is a page');
  if (answer.body.byteLength === 0) {
    if (!readNothing) throw invalidResponse('the answer is empty');
    return readNothing();
  }
  const typeKey = readTypeKey(answer);
  if (typeKey !== undefined) throw invalidResponse(`HTTP ${answer.status} with an error`);
  return read(parseAnswer(answer));
}

function toError(answer: HttpAnswer, context: PlanContext): PlanAnswer<never> {
  const { status } = answer;
  const typeKey = readTypeKey(answer);
  const detail = describeError(answer, typeKey, context.secrets);
  if (typeKey !== undefined && ENDED.has(typeKey)) return { kind: 'ended', detail };
  if (status === 401) return { kind: 'token-dead', detail };
  if (typeKey !== undefined && (REFUSED.has(typeKey) || status === 400)) return { kind: 'refused', detail };
  const told = parseRetryAfter(answer.headers['retry-after'], context.observedAt);
  const retryAfterMs = told ?? (status === 429 ? UNREADABLE_RETRY_AFTER_MS : undefined);
  return { kind: 'failed', detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Never followed: the token is for the configured address. */
function toRedirect({ status, headers }: HttpAnswer, { origin }: PlanContext): PlanAnswer<never> {
  const location = URL.parse(headers.location ?? '', origin);
  if (location && isSignIn(location, origin)) {
    return { kind: 'token-dead', detail: `HTTP ${status}, it asks for a sign-in` };
  }
  return { kind: 'failed', detail: `HTTP ${status}, a redirect that is not followed` };
}

/** Azure DevOps' own, or Microsoft's; any other page with a login may be a proxy's. */
function isSignIn(location: URL, origin: string): boolean {
  const { hostname, pathname } = location;
  if (location.origin === origin) return /(?:^|\/)_signin(?:\/|$)/i.test(pathname);
  return hostname === 'login.microsoftonline.com' || hostname.endsWith('.vssps.visualstudio.com');
}

function describeError(answer: HttpAnswer, typeKey: string | undefined, secrets: readonly string[]): string {
  const name = typeKey !== undefined && !secrets.includes(typeKey) ? `, ${typeKey}` : '';
  const message = azureMessage(answer, secrets);
  return `HTTP ${answer.status}${name}${message === undefined ? '' : `: ${message}`}`;
}

function isHtml({ headers }: HttpAnswer): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/** `Namespace.Of.ItException, Assembly, Version=…` without all but its name. */
function readClassName(typeName: unknown): string | undefined {
  return typeof typeName === 'string' ? typeName.split(',')[0]?.split('.').at(-1)?.trim() : undefined;
}

function parseLeniently(body: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
