// The sentence and the headline of every decision, as the card, the gate and the log show them.
import { describe, expect, it } from 'vitest';
import { explainDecision, verdictTitle } from '../../src/text/decision.ts';
import { DECISIONS } from '../cards/sample-decisions.ts';
import { assessment, base, build, decision, NOW } from '../cards/sample-values.ts';

const MINUTE = 60_000;

const EXPECTED = {
  ready: ['Ready', 'python-base 20261122.3 on develop succeeded 12 min ago.'],
  'ready-with-warning': [
    'Ready with a warning',
    'python-base 20261122.3 on develop partially succeeded 12 min ago. One newer run was canceled and does not count. The policy accepts partial success.',
  ],
  'ready-previous': [
    'Ready',
    'python-base 20261122.3 on develop succeeded 12 min ago and counts while run 20261122.4 goes on.',
  ],
  'ready-fallback-branch': [
    'Ready',
    'python-base 20261122.3 on develop succeeded 12 min ago. No run on feature/x, so develop answered.',
  ],
  'ready-commit-unseen': [
    'Ready',
    'python-base 20261122.3 on develop succeeded 12 min ago. No run of the commit has appeared, so the latest run answered.',
  ],
  running: ['Running', 'python-base 20261122.4 on develop has been running for 6 min, usually takes 14 min.'],
  'running-overdue': [
    'Running',
    'python-base 20261122.4 on develop has been running for 6 min, longer than the usual 4 min.',
  ],
  queued: ['Queued', 'python-base 20261122.4 on develop has been queued for 7 min and has not started.'],
  cancelling: ['Being canceled', 'python-base 20261122.4 on develop is being canceled.'],
  postponed: ['Postponed', 'python-base 20261122.4 on develop has been postponed; it was queued 7 min ago.'],
  failed: ['Failed', 'python-base 20261122.4 on develop failed 3 min ago.'],
  canceled: [
    'Canceled',
    'python-base 20261122.3 on develop was canceled 12 min ago. The policy does not look past canceled runs.',
  ],
  'never-built': ['Never built', 'python-base has no run on feature/x or develop.'],
  stale: [
    'Too old',
    'python-base 20260819.1 on develop succeeded 95 days ago, which is longer than the policy allows.',
  ],
  unknown: [
    'Unknown',
    'Azure DevOps does not answer, so the state of python-base on develop is unknown. Last known, 25 min ago: python-base 20261122.3 on develop succeeded 40 min ago.',
  ],
  settling: [
    'Settling',
    'Waiting a little in case a newer run is queued. So far: python-base 20261122.3 on develop succeeded 12 min ago.',
  ],
  held: [
    'Held',
    'Ana Ferreira has held this gate for 12 min: the image lacks libpq. It waits until it is released, for another 1 h 48 min at most.',
  ],
  'held-stop': [
    'Held',
    'Ana Ferreira has held this gate for 12 min: the image lacks libpq. Callers stop until it is released, for another 1 h 48 min at most.',
  ],
  'failed-and-held': ['Failed', 'python-base 20261122.4 on develop failed 3 min ago.'],
  released: [
    'Released',
    'Ana Ferreira released this gate just now: the failed step only uploads docs. python-base 20261122.4 on develop failed 3 min ago.',
  ],
  'timed-out': [
    'Timed out',
    'The time to wait is over: python-base 20261122.4 on develop has been running for 6 min, usually takes 14 min.',
  ],
  'gate-cycle': [
    'Waits for itself',
    'This gate is part of a circle: python-base waits for the run that asks, so waiting for it would never end.',
  ],
} as const satisfies Record<keyof typeof DECISIONS, readonly [string, string]>;

describe('a decision in words', () => {
  it.each(Object.entries(EXPECTED))('%s', (name, [title, text]) => {
    const decided = DECISIONS[name as keyof typeof DECISIONS];
    expect(verdictTitle(decided)).toBe(title);
    expect(explainDecision({ decision: decided, answeredAt: NOW })).toBe(text);
  });

  it('says how long a gate waited before it gave up, when that is known', () => {
    const answer = { decision: DECISIONS['timed-out'], answeredAt: NOW, askedAt: NOW - 30 * MINUTE };
    expect(explainDecision(answer)).toMatch(/^Gave up after 30 min: python-base 20261122\.4 on develop /);
  });

  it('says so when the run that asked has ended', () => {
    const ended = { ...DECISIONS['timed-out'], isCallerOver: true };
    const text = explainDecision({ decision: ended, answeredAt: NOW, askedAt: NOW - 5 * MINUTE });
    expect(text).toMatch(
      /^Gave up after 5 min: .* The run that asked has ended, so nobody waits any more\.$/,
    );
  });

  it('counts no seconds of a hold that has only just begun', () => {
    const { held } = DECISIONS;
    const textAfter = (passedMs: number) =>
      explainDecision({ decision: held, answeredAt: (held.hold?.at ?? 0) + passedMs });
    expect(textAfter(9_000)).toMatch(
      /^Ana Ferreira has just begun to hold this gate: the image lacks libpq\. /,
    );
    expect(textAfter(10_000)).toMatch(/^Ana Ferreira has held this gate for 10 s: the image lacks libpq\. /);
  });

  it('says who held the gate when the time ran out during a hold', () => {
    const decided = { ...DECISIONS.held, verdict: 'stop', reason: 'timed-out', waitedFor: 'held' } as const;
    expect(explainDecision({ decision: decided, answeredAt: NOW })).toContain(
      'Ana Ferreira has held this gate',
    );
  });

  it('waits for a run of the commit when the caller named one', () => {
    const known = assessment(
      { status: 'ready', reason: 'base-succeeded', build: build() },
      { commitBuilds: [] },
    );
    const decided = decision('wait', known, { reason: 'settling' });
    expect(explainDecision({ decision: decided, answeredAt: NOW })).toMatch(
      /^Waiting for a run of the commit to/,
    );
  });
});

function said(change: Parameters<typeof assessment>[1], readiness: Parameters<typeof assessment>[0]): string {
  return explainDecision({ decision: decision('stop', assessment(readiness, change)), answeredAt: NOW });
}

describe('the finer points', () => {
  it('tells a base with only canceled runs from one that never ran', () => {
    const text = said({}, { status: 'never-built', reason: 'never-built', canceledSkipped: 2 });
    expect(text).toBe('python-base has only canceled runs on develop.');
  });

  it('says when the policy lets a base pass that was never built', () => {
    const decided = decision('continue', assessment({ status: 'never-built', reason: 'never-built' }));
    expect(explainDecision({ decision: decided, answeredAt: NOW })).toBe(
      'python-base has no run on develop. The policy lets the gate continue all the same.',
    );
  });

  it('calls partial success a stop where the policy stops there', () => {
    const known = assessment({
      status: 'ready',
      reason: 'base-partially-succeeded',
      build: build({ result: 'partiallySucceeded' }),
    });
    const decided = decision('stop', known);
    expect(verdictTitle(decided)).toBe('Partially succeeded');
    expect(explainDecision({ decision: decided, answeredAt: NOW })).toContain(
      'does not accept partial success',
    );
  });

  it.each([
    [{ status: 'abandoned' as const }, 'was abandoned 12 min ago.'],
    [{ result: 'unknown' as const }, 'ended without a usable result 12 min ago.'],
  ])('names what took the place of a failure: %j', (change, text) => {
    const readiness = { status: 'failed', reason: 'base-failed', build: build(change) } as const;
    expect(said({}, readiness)).toContain(text);
  });

  it('says that it never knew anything, when Azure DevOps never answered', () => {
    const text = said({ failure: { code: 'azure-unauthorized' } }, { status: 'unknown', reason: 'unknown' });
    expect(text).toBe(
      'Azure DevOps does not accept the credentials of PipeBot, so the state of python-base on develop is unknown. Nothing is known from before.',
    );
  });

  it('does not take an unheard-of cause for a word of ours', () => {
    const text = said({ failure: { code: 'constructor' } }, { status: 'unknown', reason: 'unknown' });
    expect(text).toMatch(/^Azure DevOps could not be asked, /);
  });

  it('keeps control characters of a pipeline name out of terminals', () => {
    const text = said({ base: base('ba\u001b[2Jse') }, { status: 'never-built', reason: 'never-built' });
    expect(text).toBe('ba[2Jse has no run on develop.');
  });
});
