// One decision for each situation that a status can be in.
import type { GateDecision, Hold } from '../../src/domain/gate.ts';
import type { Readiness } from '../../src/domain/readiness.ts';
import { activeBuild, assessment, build, DAY, decision, MINUTE, NOW } from './sample-values.ts';

const RUNNING: Readiness = {
  status: 'running',
  reason: 'base-running',
  build: activeBuild({ startedAt: NOW - 6 * MINUTE }),
  expectedEndAt: NOW + 8 * MINUTE,
};
export const READY: Readiness = { status: 'ready', reason: 'base-succeeded', build: build() };
const LAST_KNOWN: Readiness = {
  status: 'ready',
  reason: 'base-succeeded',
  build: build({ startedAt: NOW - 54 * MINUTE, finishedAt: NOW - 40 * MINUTE }),
};
const FAILED: Readiness = {
  status: 'failed',
  reason: 'base-failed',
  build: build({
    result: 'failed',
    number: '20261122.4',
    startedAt: NOW - 17 * MINUTE,
    finishedAt: NOW - 3 * MINUTE,
  }),
};

const HOLD: Hold = {
  kind: 'held',
  verdict: 'wait',
  by: 'Ana Ferreira',
  because: 'the image lacks libpq',
  at: NOW - 12 * MINUTE,
  until: NOW + 108 * MINUTE,
};

/** The decision for each situation that a status can be in. */
export const DECISIONS = {
  ready: decision('continue', assessment(READY)),
  'ready-with-warning': decision(
    'continue',
    assessment({
      status: 'ready',
      reason: 'base-partially-succeeded',
      build: build({ result: 'partiallySucceeded' }),
      canceledSkipped: 1,
    }),
  ),
  'ready-previous': decision(
    'continue',
    assessment({ ...READY, reason: 'previous-succeeded', runningBuild: activeBuild() }),
  ),
  'ready-fallback-branch': decision(
    'continue',
    assessment(READY, { skippedBranches: ['refs/heads/feature/x'] }),
  ),
  'ready-commit-unseen': decision('continue', assessment(READY, { commitBuilds: [] }), {
    isCommitUnseen: true,
  }),
  running: decision('wait', assessment(RUNNING)),
  'running-overdue': decision('wait', assessment({ ...RUNNING, expectedEndAt: NOW - 2 * MINUTE })),
  queued: decision(
    'wait',
    assessment({ status: 'running', reason: 'base-running', build: activeBuild({ status: 'notStarted' }) }),
  ),
  cancelling: decision(
    'wait',
    assessment({ ...RUNNING, build: activeBuild({ status: 'cancelling', startedAt: NOW - 6 * MINUTE }) }),
  ),
  postponed: decision(
    'wait',
    assessment({ status: 'running', reason: 'base-running', build: activeBuild({ status: 'postponed' }) }),
  ),
  failed: decision('stop', assessment(FAILED)),
  canceled: decision(
    'stop',
    assessment({ status: 'failed', reason: 'base-canceled', build: build({ result: 'canceled' }) }),
  ),
  'never-built': decision(
    'stop',
    assessment(
      { status: 'never-built', reason: 'never-built' },
      { skippedBranches: ['refs/heads/feature/x'] },
    ),
  ),
  stale: decision(
    'stop',
    assessment({
      status: 'stale',
      reason: 'stale',
      build: build({
        number: '20260819.1',
        queuedAt: NOW - 95 * DAY - 16 * MINUTE,
        startedAt: NOW - 95 * DAY - 15 * MINUTE,
        finishedAt: NOW - 95 * DAY,
      }),
    }),
  ),
  unknown: decision(
    'wait',
    assessment(
      { status: 'unknown', reason: 'unknown' },
      { observedAt: NOW - 25 * MINUTE, failure: { code: 'azure-unavailable', lastKnown: LAST_KNOWN } },
    ),
  ),
  settling: decision('wait', assessment(READY), { reason: 'settling' }),
  held: decision('wait', assessment(READY), {
    reason: 'held',
    hold: HOLD,
  }),
  'held-stop': decision('stop', assessment(READY), {
    reason: 'held',
    hold: { ...HOLD, verdict: 'stop' },
  }),
  'failed-and-held': decision('stop', assessment(FAILED), { hold: HOLD }),
  released: decision('continue', assessment(FAILED), {
    reason: 'released',
    hold: {
      kind: 'released',
      verdict: 'continue',
      by: 'Ana Ferreira',
      because: 'the failed step only uploads docs',
      at: NOW,
      until: NOW + 18 * MINUTE,
    },
  }),
  'timed-out': decision('stop', assessment(RUNNING), { reason: 'timed-out', waitedFor: 'base-running' }),
  'gate-cycle': decision('stop', assessment(RUNNING), { reason: 'gate-cycle' }),
} as const satisfies Record<string, GateDecision>;
