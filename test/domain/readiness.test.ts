import { describe, expect, it } from 'vitest';
import {
  BUILD_RESULTS,
  BUILD_STATUSES,
  type Build,
  type BuildResult,
  type BuildStatus,
} from '../../src/domain/build.ts';
import { verdictFor } from '../../src/domain/gate.ts';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../../src/domain/service.ts';
import { buildOf, DAWN } from '../support/build-of.ts';

const NOW = DAWN + 24 * 3_600_000;
const ABSENT = undefined;
const RESULTS: readonly (BuildResult | undefined)[] = [...BUILD_RESULTS, ABSENT];

/** What a single build of each status and result means under the default policy: readiness, reason, verdict. */
const SINGLE: Record<BuildStatus, Partial<Record<BuildResult | 'absent', string>> | string> = {
  none: 'unknown unknown wait',
  unknown: 'unknown unknown wait',
  inProgress: 'running base-running wait',
  cancelling: 'running base-running wait',
  postponed: 'running base-running wait',
  notStarted: 'running base-running wait',
  abandoned: 'failed base-failed stop',
  completed: {
    succeeded: 'ready base-succeeded continue',
    partiallySucceeded: 'ready base-partially-succeeded continue',
    failed: 'failed base-failed stop',
    canceled: 'never-built never-built stop',
    none: 'failed base-failed stop',
    unknown: 'failed base-failed stop',
    absent: 'failed base-failed stop',
  },
};

function verdictOf(builds: readonly Build[], changes: Partial<GatePolicy> = {}): string {
  const policy = { ...DEFAULT_GATE_POLICY, ...changes };
  const readiness = assessReadiness(builds, policy, NOW);
  return `${readiness.status} ${readiness.reason} ${verdictFor(readiness, policy)}`;
}

function single(status: BuildStatus, result: BuildResult | undefined): Build {
  return buildOf({ id: 2, status, ...(result === undefined ? {} : { result }) });
}

function expectedFor(status: BuildStatus, result: BuildResult | undefined): string {
  const row = SINGLE[status];
  return typeof row === 'string' ? row : (row[result ?? 'absent'] ?? 'missing from the table');
}

const CELLS = BUILD_STATUSES.flatMap((status) => RESULTS.map((result) => ({ status, result })));

describe('every status and result', () => {
  it.each(CELLS)('a single build that is $status with result $result', ({ status, result }) => {
    expect(verdictOf([single(status, result)])).toBe(expectedFor(status, result));
  });

  it.each(CELLS)('$status with result $result is never hidden by an older success', ({ status, result }) => {
    const success = buildOf({ id: 1, result: 'succeeded' });
    const isCanceled = status === 'completed' && result === 'canceled';
    const expected = isCanceled ? 'ready base-succeeded continue' : expectedFor(status, result);
    expect(verdictOf([success, single(status, result)])).toBe(expected);
    expect(verdictOf([single(status, result), success])).toBe(expected);
  });
});

const success = buildOf({ id: 1, result: 'succeeded' });
const partial = buildOf({ id: 1, result: 'partiallySucceeded' });
const failure = buildOf({ id: 1, result: 'failed' });
const canceled = buildOf({ id: 2, result: 'canceled' });
const running = buildOf({ id: 3, status: 'inProgress', startedAt: DAWN + 200_000 });

describe('policies', () => {
  const cases: [string, readonly Build[], Partial<GatePolicy>, string][] = [
    ['waits while a build runs over a success', [success, running], {}, 'running base-running wait'],
    [
      'uses the previous success',
      [success, running],
      { whenRunning: 'use-previous' },
      'ready previous-succeeded continue',
    ],
    [
      'uses no previous failure',
      [failure, running],
      { whenRunning: 'use-previous' },
      'failed base-failed stop',
    ],
    [
      'waits for the first build ever',
      [running],
      { whenRunning: 'use-previous' },
      'running base-running wait',
    ],
    [
      'waits when only canceled builds came before',
      [canceled, running],
      { whenRunning: 'use-previous', onNeverBuilt: 'continue' },
      'running base-running wait',
    ],
    [
      'stops on a partial success',
      [partial],
      { onPartiallySucceeded: 'stop' },
      'ready base-partially-succeeded stop',
    ],
    [
      'stops on a previous partial success',
      [partial, running],
      { whenRunning: 'use-previous', onPartiallySucceeded: 'stop' },
      'ready previous-succeeded stop',
    ],
    ['looks past a canceled build', [success, canceled], {}, 'ready base-succeeded continue'],
    ['finds the failure behind a canceled build', [failure, canceled], {}, 'failed base-failed stop'],
    ['stops on a canceled build', [success, canceled], { onCanceled: 'stop' }, 'failed base-canceled stop'],
    ['calls only canceled builds never built', [canceled], {}, 'never-built never-built stop'],
    ['stops when there is no build', [], {}, 'never-built never-built stop'],
    [
      'continues without a build when told so',
      [],
      { onNeverBuilt: 'continue' },
      'never-built never-built continue',
    ],
    ['stops on a build older than allowed', [success], { maxAgeMs: 3_600_000 }, 'stale stale stop'],
    [
      'takes a build that is young enough',
      [success],
      { maxAgeMs: 48 * 3_600_000 },
      'ready base-succeeded continue',
    ],
    ['does not call a failure stale', [failure], { maxAgeMs: 3_600_000 }, 'failed base-failed stop'],
    [
      'calls a previous success stale',
      [success, running],
      { whenRunning: 'use-previous', maxAgeMs: 60_000 },
      'stale stale stop',
    ],
  ];
  it.each(cases)('%s', (_name, builds, changes, expected) => {
    expect(verdictOf(builds, changes)).toBe(expected);
  });

  it('does not trust the age of a build without a finish time', () => {
    const { finishedAt: _, ...unfinished } = success;
    expect(verdictOf([unfinished], { maxAgeMs: 3_600_000 * 1_000 })).toBe('stale stale stop');
  });

  it('takes a build of exactly the allowed age', () => {
    expect(verdictOf([{ ...success, finishedAt: NOW - 3_600_000 }], { maxAgeMs: 3_600_000 })).toBe(
      'ready base-succeeded continue',
    );
    expect(verdictOf([{ ...success, finishedAt: NOW - 3_600_001 }], { maxAgeMs: 3_600_000 })).toBe(
      'stale stale stop',
    );
  });
});

describe('which build decides', () => {
  it('is the one queued last, not the one that finished last', () => {
    const older = buildOf({ id: 1, result: 'failed', finishedAt: DAWN + 9_000_000 });
    const newer = buildOf({ id: 2, result: 'succeeded', finishedAt: DAWN + 1_000_000 });
    expect(assessReadiness([older, newer], DEFAULT_GATE_POLICY, NOW).build?.id).toBe(2);
  });

  it('is the one with the greater id when both were queued at once', () => {
    const left = buildOf({ id: 7, queuedAt: DAWN, result: 'failed' });
    const right = buildOf({ id: 8, queuedAt: DAWN, result: 'succeeded' });
    expect(assessReadiness([left, right], DEFAULT_GATE_POLICY, NOW).build?.id).toBe(8);
  });

  it('is an old build that was rerun, while it runs', () => {
    const rerun = buildOf({ id: 1, status: 'inProgress', result: 'failed', startedAt: DAWN });
    expect(verdictOf([rerun, buildOf({ id: 2, result: 'succeeded' })])).toBe('running base-running wait');
  });

  it('expects the end after the median duration of the successes', () => {
    const done = [600_000, 900_000, 1_200_000].map((durationMs, index) =>
      buildOf({ id: index + 1, result: 'succeeded', startedAt: DAWN, finishedAt: DAWN + durationMs }),
    );
    expect(assessReadiness([...done, { ...running, id: 9 }], DEFAULT_GATE_POLICY, NOW).expectedEndAt).toBe(
      DAWN + 200_000 + 900_000,
    );
  });

  it('counts the canceled builds that it looked past', () => {
    expect(
      assessReadiness([success, canceled, { ...canceled, id: 5 }], DEFAULT_GATE_POLICY, NOW).canceledSkipped,
    ).toBe(2);
  });
});
