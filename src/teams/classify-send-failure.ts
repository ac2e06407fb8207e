// The one place that says what is known after a call to Teams: it arrived, it certainly did not, or nobody can
// tell. Closed: whatever is not listed is in doubt, never delivered and never refused. Nothing is recognised
// by the text of a message. It must not retry.
import type { Refusal, SendOutcome } from '../domain/notification.ts';
import { PipeBotError } from '../errors.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * Statuses with which Teams says that it did not take the message (Microsoft Learn, "Send and receive
 * messages", "Rate limiting"). Other statuses from 400 on are our mistake, except 408, which a gateway also
 * sends when it lost patience with a message that Teams has taken.
 */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: 'unauthorized',
  403: 'removed',
  404: 'not-found',
  412: 'throttled',
  413: 'too-large',
  429: 'throttled',
};
const REQUEST_TIMEOUT = 408;

/**
 * Error codes of Node that can only come up before a request is sent on a fresh connection: no route, no
 * name, nobody listening, or a certificate that is no good. They count where the connection itself is a
 * proxy's and can't be watched; ETIMEDOUT, ECONNRESET and EPROTO may come later and are not among them.
 */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export interface SendFailureContext {
  /** Ms since the epoch, for a Retry-After that names a date. */
  readonly now: number;
  /** The connection was never open: whatever went wrong, nothing was sent. */
  readonly isNeverSent: boolean;
}

/**
 * What a thrown value of a call to Teams means: the HTTP client's error (`statusCode`, `code`, `response`) or
 * our own for a token that could not be had.
 */
export function classifySendFailure(error: unknown, { now, isNeverSent }: SendFailureContext): SendOutcome {
  if (error instanceof PipeBotError && error.code === 'activity-unauthorized') {
    return { kind: 'refused', refusal: 'unauthorized', detail: error.details.detail ?? 'token-refused' };
  }
  const statusCode = readProperty(error, 'statusCode');
  const code = readCode(error);
  if (typeof statusCode !== 'number') {
    return isNeverSent || NEVER_SENT.has(code)
      ? { kind: 'refused', refusal: 'unreachable', detail: code }
      : { kind: 'in-doubt', detail: code };
  }
  const detail = `${statusCode} ${code}`;
  if (statusCode < 400 || statusCode >= 500 || statusCode === REQUEST_TIMEOUT) {
    return { kind: 'in-doubt', detail };
  }
  const refusal = REFUSALS[statusCode] ?? 'invalid';
  const retryAfterMs = parseRetryAfter(readHeader(error, 'retry-after'), now);
  return { kind: 'refused', refusal, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/**
 * What the body of a 2xx answer means: an empty one, or an object with or without an id, is a delivery; Teams
 * gives no id for some messages. Anything else (a gateway's page) is not an answer of Teams: in doubt.
 */
export function classifySendAnswer(bodyText: string): SendOutcome {
  if (bodyText.trim() === '') return { kind: 'delivered' };
  const body = parseJson(bodyText);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'in-doubt', detail: 'unreadable-answer' };
  }
  const activityId = readProperty(body, 'id');
  return typeof activityId === 'string' && activityId !== ''
    ? { kind: 'delivered', activityId }
    : { kind: 'delivered' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const CODE = /^[\w.-]{1,64}$/;

/** Teams' or Node's error code, fit for a log; what isn't a plain word is not repeated. */
function readCode(error: unknown): string {
  const candidates = [readProperty(error, 'code'), readProperty(error, 'name')];
  const code = candidates.find((candidate) => typeof candidate === 'string' && CODE.test(candidate));
  return typeof code === 'string' ? code : 'unknown';
}

function readHeader(error: unknown, name: string): string | undefined {
  const headers = readProperty(readProperty(error, 'response'), 'headers');
  const get = readProperty(headers, 'get');
  const value: unknown = typeof get === 'function' ? get.call(headers, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function readProperty(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}
