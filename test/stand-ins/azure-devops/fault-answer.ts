// The faults that are answers: what is said in place of the truth. Must not touch a socket.
import { type Answer, htmlAnswer, JSON_TYPE, rawJsonAnswer } from './answer.ts';
import { forbiddenAnswer, notFoundAnswer, throttledAnswer, unauthorizedAnswer } from './azure-error.ts';
import type { FaultEffect } from './fault.ts';
import { errorPage, signInAnswer } from './web-pages.ts';

/** `truth` is the true answer, or an empty one where the request was not carried out. */
export function toFaultAnswer(effect: FaultEffect, truth: Answer, origin: string): Answer {
  switch (effect.kind) {
    case 'answer':
      return toAnyAnswer(effect);
    case 'sign-in-page':
      return signInAnswer();
    case 'redirect':
      return htmlAnswer(effect.status ?? 302, '', { location: effect.location ?? `${origin}/_signin` });
    case 'unauthorized':
      return effect.as === 'json' ? unauthorizedAnswer() : errorPage(401);
    case 'forbidden':
      return forbiddenAnswer();
    case 'not-found':
      return effect.as === 'json' ? notFoundAnswer() : errorPage(404);
    case 'throttled':
      return throttledAnswer(slowDownHeaders(effect.retryAfter));
    case 'delayed':
      return { ...truth, headers: { ...truth.headers, ...slowDownHeaders(effect.retryAfter) } };
    case 'server-error':
      return errorPage(effect.status ?? 500, effect.retryAfter ? { 'retry-after': effect.retryAfter } : {});
    case 'html':
      return signInAnswer(200);
    case 'truncated':
      return { ...truth, body: truth.body.slice(0, Math.floor(truth.body.length / 2)) };
    case 'empty-body':
      return rawJsonAnswer('');
    case 'json':
      return rawJsonAnswer(JSON.stringify(effect.value));
    case 'rewrite':
      return { ...truth, body: rewriteJson(truth.body, effect.rewrite) };
    default:
      return truth;
  }
}

function toAnyAnswer(effect: FaultEffect & { kind: 'answer' }): Answer {
  const contentType = effect.contentType ?? JSON_TYPE;
  const headers = { ...(contentType === '' ? {} : { 'content-type': contentType }), ...effect.headers };
  return { status: effect.status, headers, body: effect.body ?? '' };
}

function slowDownHeaders(retryAfter: string | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  return {
    'retry-after': retryAfter,
    'x-ratelimit-resource': 'Service/AzureDevOps',
    'x-ratelimit-delay': '5.0',
    'x-ratelimit-limit': '200',
    'x-ratelimit-remaining': '0',
  };
}

function rewriteJson(body: string, rewrite: (body: unknown) => unknown): string {
  return JSON.stringify(rewrite(body === '' ? undefined : JSON.parse(body))) ?? '';
}
