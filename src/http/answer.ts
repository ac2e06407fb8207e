// Writes JSON answers and errors. Every error has the same shape: code, a sentence with what to do, an id.
import type { ServerResponse } from 'node:http';
import type { PipeBotError } from '../errors.ts';
import { errorSentence } from '../text/error.ts';
import { ERROR_STATUS } from './error-status.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly body: object;
  readonly retryAfterSeconds?: number;
}

/** Sends an answer, unless one has been sent already. */
export function sendJson(response: ServerResponse, { status, body, retryAfterSeconds }: JsonAnswer): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.setHeader('cache-control', 'no-store');
  if (retryAfterSeconds !== undefined)
    response.setHeader('retry-after', String(Math.max(1, retryAfterSeconds)));
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="PipeBot"');
  response.end(text);
}

/** Sends an error as its code, its sentence and the id under which the log knows it. */
export function sendError(response: ServerResponse, error: PipeBotError, errorId: string): void {
  const retryAfterSeconds = retryAfterSecondsOf(error);
  sendJson(response, {
    status: ERROR_STATUS[error.code],
    body: { error: error.code, message: errorSentence(error), id: errorId },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** When to try again; undefined for what trying again does not help. */
export function retryAfterSecondsOf(error: PipeBotError): number | undefined {
  if (ERROR_STATUS[error.code] !== 503 || !error.isRetryable) return undefined;
  return Math.ceil((error.details.retryAfterMs ?? 10_000) / 1_000);
}
