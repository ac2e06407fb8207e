// What a run does, and how it ended.
import { describe, expect, it } from 'vitest';
import { explainResult, progressText, resultTitle, tookText } from '../../src/text/run.ts';
import { failedBuild } from '../cards/sample-alerts.ts';
import { activeBuild, build, MINUTE, NOW } from '../cards/sample-values.ts';

describe('a run that goes on', () => {
  it.each([
    [{ stage: 'Deploy', since: NOW - 5 * MINUTE }, 'waits for an approval of stage Deploy, for 5 min'],
    [{}, 'waits for an approval'],
  ])('that nobody has approved yet says so: %j', (pendingApproval, text) => {
    const running = activeBuild({ startedAt: NOW - 6 * MINUTE, pendingApproval });
    expect(progressText(running, undefined, NOW)).toBe(text);
  });
});

describe('a run that has ended', () => {
  it.each([
    [
      build(),
      '✓ Succeeded',
      'python-base 20261122.3 on develop succeeded after 14 min, started for Ana Ferreira.',
    ],
    [
      build({ result: 'partiallySucceeded', requestedFor: '' }),
      '! Partially succeeded',
      'python-base 20261122.3 on develop partially succeeded after 14 min.',
    ],
    [
      failedBuild({ result: 'canceled', requestedFor: '' }),
      '○ Canceled',
      'python-base 20261122.9 on develop was canceled after 4 min.',
    ],
    [
      failedBuild({ status: 'abandoned', requestedFor: '' }),
      '✕ Abandoned',
      'python-base 20261122.9 on develop was abandoned after 4 min.',
    ],
  ])('%#', (ended, title, text) => {
    expect(resultTitle(ended)).toBe(title);
    expect(explainResult('python-base', ended)).toBe(text);
  });

  it('took so long, beside what is usual', () => {
    const { startedAt: _, ...neverStarted } = build();
    expect(tookText(failedBuild(), 12 * MINUTE)).toBe('4 min (usually 12 min)');
    expect(tookText(failedBuild(), undefined)).toBe('4 min');
    expect(tookText(neverStarted, 12 * MINUTE)).toBe('');
  });
});
