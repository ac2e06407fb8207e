// Every error as people read it: what is the matter and what to do.
import { describe, expect, it } from 'vitest';
import { type ErrorCode, type ErrorDetails, RETRYABLE } from '../../src/errors.ts';
import { errorSentence, isErrorCode } from '../../src/text/error.ts';

const CODES = Object.keys(RETRYABLE) as ErrorCode[];

describe('every error code', () => {
  it.each(CODES)('%s is explained without details, and with all of them', (code) => {
    const details: ErrorDetails = {
      subject: 'payments',
      detail: 'it said no',
      example: 'status payments',
      suggestions: ['payroll'],
      retryAfterMs: 30_000,
      cause: new Error('a stack that nobody should see'),
    };
    for (const text of [errorSentence({ code, details: {} }), errorSentence({ code, details })]) {
      expect(text).toMatch(/^[A-Z“].{10,}[.?\w]$/);
      expect(text).not.toMatch(/undefined|null|\.\.|!| {2}|\.:|stack/);
    }
    expect(errorSentence({ code, details })).toContain('Example: status payments');
    expect(errorSentence({ code, details })).toContain('Did you mean payroll?');
  });

  it.each<[ErrorCode, ErrorDetails, string]>([
    [
      'service-unknown',
      { subject: 'paymnts', suggestions: ['payments', 'pay'] },
      'There is no service called “paymnts” here. Did you mean payments or pay?',
    ],
    [
      'gate-request-invalid',
      { subject: 'wait', detail: 'it has to be a duration', example: 'wait=30m' },
      "The gate's question cannot be understood (wait): it has to be a duration. Example: wait=30m",
    ],
    [
      'azure-throttled',
      { retryAfterMs: 90_000 },
      'Azure DevOps asks PipeBot to slow down. Try again in 2 min.',
    ],
    ['azure-unavailable', {}, 'Azure DevOps does not answer. Try again in a minute.'],
    [
      'azure-unauthorized',
      { subject: 'contoso' },
      'Azure DevOps does not accept the credentials of PipeBot (contoso). An administrator has to renew the token or its rights: Build (read).',
    ],
    ['branch-invalid', { subject: 'a..b' }, '“a..b” is not a branch name that git accepts.'],
    [
      'internal',
      { detail: 'connect ECONNREFUSED 10.0.0.7' },
      'Something went wrong inside PipeBot. It has been logged. Try again in a minute.',
    ],
  ])('%s with %j', (code, details, text) => {
    expect(errorSentence({ code, details })).toBe(text);
  });

  it('is told from other words that objects know', () => {
    expect(isErrorCode('azure-refused')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});
