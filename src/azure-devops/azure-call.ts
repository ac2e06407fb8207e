// One guarded request to one organisation: a value of the expected shape or a PipeBotError `azure-*`, never null
// and never an empty list instead of an error. It must not know which address is right for a question.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import { classifyAnswer, parseAnswer } from './classify-answer.ts';
import type { Authorization } from './credentials.ts';
import type { HttpAnswer, HttpExchange, HttpMethod } from './http-exchange.ts';
import type { JsonObject } from './json-object.ts';
import { isDeadline, toUnavailable } from './network-failure.ts';
import type { OrganizationHealth, Outcome } from './organization-health.ts';
import { parseRetryAfter, UNREADABLE_RETRY_AFTER_MS } from './retry-after.ts';
import { untilAborted } from './until-aborted.ts';

export interface ApiAnswer<T> {
  readonly value: T;
  /** Ms since the epoch by Azure DevOps' clock. */
  readonly observedAt: number;
  /** Present when the list goes on (header x-ms-continuationtoken). */
  readonly continuationToken?: string;
}

/** What is done with the answer. */
export interface AnswerReaders<T> {
  /** Throws azure-invalid-response when the body has another shape. */
  readonly read: (body: JsonObject) => T;
  /** The value of a 204, where that is an answer; without it a 204 is an invalid one. */
  readonly readNothing?: () => T;
}

interface ApiCall<T> extends AnswerReaders<T> {
  readonly method: HttpMethod;
  readonly url: string;
  /** `organisation/project`, for errors. */
  readonly subject: string;
  /** Undefined for what is asked of the organisation itself. */
  readonly project: string | undefined;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** What is in the body and must not come back in an error. */
  readonly secrets?: readonly string[];
  readonly signal: AbortSignal;
}

export interface CallParts {
  readonly clock: Clock;
  readonly exchange: HttpExchange;
  readonly authorize: () => Promise<Authorization>;
  readonly health: OrganizationHealth;
}

/** @throws PipeBotError `azure-*`, or the signal's reason */
export function callApi<T>(parts: CallParts, call: ApiCall<T>): Promise<ApiAnswer<T>> {
  return parts.health.guard(call, () => makeCall(parts, call));
}

async function makeCall<T>(parts: CallParts, call: ApiCall<T>): Promise<Outcome<ApiAnswer<T>>> {
  const { method, url, body, subject, signal } = call;
  try {
    const { handler, secrets } = await untilAborted(parts.authorize(), signal);
    const request = { method, url, authorization: handler, signal };
    const answer = await parts.exchange.send(body === undefined ? request : { ...request, body });
    const observedAt = readDate(answer) ?? parts.clock.now();
    const retryAfterMs = readRetryAfter(answer, observedAt);
    if (retryAfterMs !== undefined) parts.health.slowDown(retryAfterMs);
    const secretOnes = [...secrets, ...(call.secrets ?? [])];
    const isNothing = answer.status === 204 && call.readNothing !== undefined;
    const error = isNothing
      ? undefined
      : classifyAnswer(answer, { subject, secrets: secretOnes, retryAfterMs });
    if (error) return { kind: 'failed', error, scope: answer.status === 403 ? 'project' : 'organization' };
    const token = answer.headers['x-ms-continuationtoken'];
    const value = isNothing && call.readNothing ? call.readNothing() : call.read(parseAnswer(answer));
    const isLast = typeof token !== 'string' || token === '';
    return {
      kind: 'answered',
      value: { value, observedAt, ...(isLast ? {} : { continuationToken: token }) },
    };
  } catch (thrown) {
    const error = withSubject(toUnavailable(thrown, signal, subject), subject);
    if (signal.aborted && !isDeadline(signal)) return { kind: 'abandoned', error };
    return { kind: 'failed', error, scope: 'organization' };
  }
}

/** Those who read bodies do not know whom they were asked of. */
function withSubject(error: PipeBotError, subject: string): PipeBotError {
  if (error.details.subject !== undefined) return error;
  return new PipeBotError(error.code, { ...error.details, subject });
}

function readDate(answer: HttpAnswer): number | undefined {
  const date = Date.parse(answer.headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/** Azure DevOps sends it with 200 too, once it begins to delay (rate limits, docs of 2025). */
function readRetryAfter(answer: HttpAnswer, observedAt: number): number | undefined {
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], observedAt);
  return answer.status === 429 ? (retryAfterMs ?? UNREADABLE_RETRY_AFTER_MS) : retryAfterMs;
}
