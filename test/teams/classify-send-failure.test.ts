// What each answer and each failure of a call to Teams means: delivered, refused or in doubt.
import { describe, expect, test } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { classifySendAnswer, classifySendFailure } from '../../src/teams/classify-send-failure.ts';
import { parseRetryAfter } from '../../src/teams/retry-after.ts';
import { retryAfterForms } from '../stand-ins/teams-connector/fault-table.ts';

const NOW = Date.UTC(2026, 10, 22, 6);
const CONTEXT = { now: NOW, isNeverSent: false };

describe('A status', () => {
  const refusals: Readonly<Record<number, string>> = {
    401: 'unauthorized',
    403: 'removed',
    404: 'not-found',
    412: 'throttled',
    413: 'too-large',
    429: 'throttled',
  };
  const statuses = Array.from({ length: 500 }, (_, index) => index + 100);

  test('is refused with one meaning if it is a 4xx, and everything else leaves the message in doubt', () => {
    const outcomes = statuses.map((statusCode) => classifySendFailure({ statusCode, code: 'Code' }, CONTEXT));
    const expected = statuses.map((statusCode) => {
      const detail = `${statusCode} Code`;
      const isRefused = statusCode >= 400 && statusCode < 500 && statusCode !== 408;
      const refusal = refusals[statusCode] ?? 'invalid';
      return isRefused ? { kind: 'refused', refusal, detail } : { kind: 'in-doubt', detail };
    });
    expect(outcomes).toEqual(expected);
  });
});

describe('A failure without a status', () => {
  const codes: readonly (readonly [string, 'unreachable' | 'in-doubt'])[] = [
    ['ECONNREFUSED', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['EAI_AGAIN', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unreachable'],
    ['ECONNRESET', 'in-doubt'],
    ['ETIMEDOUT', 'in-doubt'],
    ['EPIPE', 'in-doubt'],
    ['EPROTO', 'in-doubt'],
    ['PARSE_ERROR', 'in-doubt'],
    ['REQUEST_SEND_ERROR', 'in-doubt'],
    ['HPE_INVALID_CONSTANT', 'in-doubt'],
    ['toString', 'in-doubt'],
  ];
  test.each(codes)('with code %s is %s', (code, meaning) => {
    expect(classifySendFailure({ code }, CONTEXT)).toEqual(
      meaning === 'unreachable'
        ? { kind: 'refused', refusal: 'unreachable', detail: code }
        : { kind: 'in-doubt', detail: code },
    );
  });

  test.each([undefined, null, 'text', 7, {}, new Error('ECONNREFUSED'), { code: 7 }, { statusCode: '404' }])(
    'that says nothing known is in doubt: %s',
    (error) => {
      expect(classifySendFailure(error, CONTEXT).kind).toBe('in-doubt');
    },
  );

  test.each(['ECONNRESET', 'ETIMEDOUT', 'EPROTO', 'AbortError', 'unknown'])(
    'with code %s on a connection that was never open is unreachable',
    (code) => {
      expect(classifySendFailure({ code }, { now: NOW, isNeverSent: true })).toEqual({
        kind: 'refused',
        refusal: 'unreachable',
        detail: code,
      });
    },
  );

  test('of the token is unauthorized: nothing was sent', () => {
    const error = new PipeBotError('activity-unauthorized', { detail: 'token-timed-out' });
    expect(classifySendFailure(error, CONTEXT)).toEqual({
      kind: 'refused',
      refusal: 'unauthorized',
      detail: 'token-timed-out',
    });
  });

  test('never repeats what Teams wrote, only plain words', () => {
    const error = { statusCode: 400, code: 'a\r\nb <script>', message: 'secret' };
    expect(JSON.stringify(classifySendFailure(error, CONTEXT))).not.toMatch(/script|secret/);
  });
});

describe('A 2xx answer', () => {
  const bodies: readonly (readonly [string, object])[] = [
    ['{"id":"1700"}', { kind: 'delivered', activityId: '1700' }],
    ['{"id":""}', { kind: 'delivered' }],
    ['{"id":7}', { kind: 'delivered' }],
    ['{}', { kind: 'delivered' }],
    ['', { kind: 'delivered' }],
    [' \n', { kind: 'delivered' }],
    ['<html>Sign in</html>', { kind: 'in-doubt', detail: 'unreadable-answer' }],
    ['{"id":"17', { kind: 'in-doubt', detail: 'unreadable-answer' }],
    ['[]', { kind: 'in-doubt', detail: 'unreadable-answer' }],
    ['"1700"', { kind: 'in-doubt', detail: 'unreadable-answer' }],
    ['null', { kind: 'in-doubt', detail: 'unreadable-answer' }],
  ];
  test.each(bodies)('with body %j is understood', (body, outcome) => {
    expect(classifySendAnswer(body)).toEqual(outcome);
  });
});

describe('Retry-After', () => {
  const forms: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['5', 5_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-1', undefined],
    ['abc', undefined],
    ['1e3', undefined],
    ['5, 7', undefined],
    ['1000000000000', 1e15],
    ['9'.repeat(400), undefined],
    ['Sun, 22 Nov 2026 06:00:05 GMT', 5_000],
    ['Sun, 22 Nov 2026 05:00:00 GMT', 0],
    ['Xxx, 99 Yyy 2026 99:99:99 GMT', undefined],
    ['2026-11-22T06:00:05Z', undefined],
  ];
  test.each(forms)('of %j is %s ms', (header, retryAfterMs) => {
    expect(parseRetryAfter(header, NOW)).toBe(retryAfterMs);
  });

  test('is read in every form that was ever seen', () => {
    const read = retryAfterForms(NOW).map((form) => parseRetryAfter(form, NOW));
    const expected = [undefined, 5_000, 5_000, 0, 0, undefined, 1_500, undefined, undefined, 1e15];
    expect(read).toEqual(expected);
  });

  test('comes with the refusal', () => {
    const error = { statusCode: 429, response: { headers: new Headers({ 'retry-after': '7' }) } };
    expect(classifySendFailure(error, CONTEXT)).toMatchObject({ refusal: 'throttled', retryAfterMs: 7_000 });
  });
});
