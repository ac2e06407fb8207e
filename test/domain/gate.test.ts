import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Build } from '../../src/domain/build.ts';
import {
  type BaseAssessment,
  decideGate,
  type GateQuestion,
  type Hold,
  stopForEndedCaller,
  verdictFor,
} from '../../src/domain/gate.ts';
import { assessReadiness, type Readiness } from '../../src/domain/readiness.ts';
import { type Base, DEFAULT_GATE_POLICY, type GatePolicy } from '../../src/domain/service.ts';
import { buildOf, DAWN } from '../support/build-of.ts';
import { randomHistory, randomPolicy, seededRandom } from '../support/generated-history.ts';
import { mayContinue } from '../support/verdict-oracle.ts';

const NOW = DAWN + 3_600_000;
const QUESTION: GateQuestion = { askedAt: NOW, deadlineAt: NOW + 1_800_000, settleMs: 0 };

function base(name: string): Base {
  return {
    name,
    definition: { organization: 'contoso', project: 'Shop', definitionId: 183, branch: 'refs/heads/develop' },
  };
}

function assessment(name: string, readiness: Readiness, commitBuilds?: readonly Build[]): BaseAssessment {
  const common = {
    base: base(name),
    branch: 'refs/heads/develop',
    skippedBranches: [],
    readiness,
    observedAt: NOW,
  };
  return { ...common, ...(commitBuilds ? { commitBuilds } : {}) };
}

const ready: Readiness = {
  status: 'ready',
  reason: 'base-succeeded',
  build: buildOf({ id: 1, result: 'succeeded' }),
};
const running: Readiness = {
  status: 'running',
  reason: 'base-running',
  build: buildOf({ id: 2, status: 'inProgress' }),
};
const failed: Readiness = {
  status: 'failed',
  reason: 'base-failed',
  build: buildOf({ id: 3, result: 'failed' }),
};
const unknown: Readiness = { status: 'unknown', reason: 'unknown' };

function decide(
  assessments: [BaseAssessment, ...BaseAssessment[]],
  changes: Partial<GateQuestion> = {},
  now = NOW,
) {
  const decision = decideGate(assessments, { ...QUESTION, ...changes }, { policy: DEFAULT_GATE_POLICY, now });
  return `${decision.verdict} ${decision.reason} ${decision.assessment.base.name}`;
}

describe('several bases', () => {
  it.each<[string, [Readiness, Readiness], string]>([
    ['continue when all are ready', [ready, ready], 'continue base-succeeded first'],
    ['wait for the one that runs', [ready, running], 'wait base-running second'],
    ['stop for the one that failed, even while another runs', [running, failed], 'stop base-failed second'],
    ['wait for the one that cannot be asked', [unknown, ready], 'wait unknown first'],
  ])('%s', (_name, [left, right], expected) => {
    expect(decide([assessment('first', left), assessment('second', right)])).toBe(expected);
  });
});

describe('the deadline', () => {
  it.each<[string, Readiness, number, string]>([
    ['a running base waits until just before', running, NOW + 1_799_999, 'wait base-running one'],
    ['a running base stops at the deadline', running, NOW + 1_800_000, 'stop timed-out one'],
    ['an unknown base stops at the deadline', unknown, NOW + 1_800_000, 'stop timed-out one'],
    ['a failed base keeps its own reason', failed, NOW + 1_800_000, 'stop base-failed one'],
    ['a ready base still continues', ready, NOW + 1_800_000, 'continue base-succeeded one'],
  ])('%s', (_name, readiness, now, expected) => {
    expect(decide([assessment('one', readiness)], {}, now)).toBe(expected);
  });

  it('says what it was waiting for', () => {
    const context = { policy: DEFAULT_GATE_POLICY, now: QUESTION.deadlineAt };
    expect(decideGate([assessment('one', running)], QUESTION, context).waitedFor).toBe('base-running');
  });
});

describe('settling', () => {
  it('holds a continue back until no newer build has appeared for that long', () => {
    expect(decide([assessment('one', ready)], { settleMs: 30_000 }, NOW + 29_999)).toBe('wait settling one');
    expect(decide([assessment('one', ready)], { settleMs: 30_000 }, NOW + 30_000)).toBe(
      'continue base-succeeded one',
    );
  });

  it('does not hold a stop back', () => {
    expect(decide([assessment('one', failed)], { settleMs: 30_000 })).toBe('stop base-failed one');
  });
});

it('stops for a caller whose own run has ended, and keeps what it waited for', () => {
  const context = { policy: DEFAULT_GATE_POLICY, now: NOW };
  const waiting = decideGate([assessment('one', running)], QUESTION, context);
  expect(stopForEndedCaller(waiting)).toEqual({
    ...waiting,
    verdict: 'stop',
    reason: 'timed-out',
    waitedFor: 'base-running',
    isCallerOver: true,
  });
});

describe('a named commit', () => {
  const commit = { commit: 'abc1234' };
  it('waits 30 s for its build to appear, then lets the ordinary verdict answer and says so', () => {
    expect(decide([assessment('one', ready, [])], commit, NOW + 29_999)).toBe('wait settling one');
    const context = { policy: DEFAULT_GATE_POLICY, now: NOW + 30_000 };
    const decision = decideGate([assessment('one', ready, [])], { ...QUESTION, ...commit }, context);
    expect(decision).toMatchObject({ verdict: 'continue', isCommitUnseen: true });
  });

  it('waits for its build even where an older success would do', () => {
    const previous: Readiness = { ...ready, reason: 'previous-succeeded' };
    expect(decide([assessment('one', previous, [buildOf({ id: 9, status: 'inProgress' })])], commit)).toBe(
      'wait base-running one',
    );
  });

  it('continues once its build has ended well', () => {
    expect(decide([assessment('one', ready, [buildOf({ id: 9, result: 'succeeded' })])], commit)).toBe(
      'continue base-succeeded one',
    );
  });
});

describe('holds', () => {
  const order = { by: 'Ada', because: 'migration', at: NOW - 1, until: NOW + 1 };
  const held: Hold = { kind: 'held', verdict: 'wait', ...order };
  const stopped: Hold = { kind: 'held', verdict: 'stop', ...order };
  const released: Hold = { kind: 'released', verdict: 'continue', ...order };
  const decideWith = (readiness: Readiness, hold: Hold, now = NOW) =>
    decideGate([assessment('one', readiness)], QUESTION, { policy: DEFAULT_GATE_POLICY, now, hold });
  it.each<[string, Readiness, Hold, string, string]>([
    ['a hold makes a ready base wait', ready, held, 'wait', 'held'],
    ['a hold makes a running base wait for the hold', running, held, 'wait', 'held'],
    ['a hold makes an unknown base wait for the hold', unknown, held, 'wait', 'held'],
    ['a hold that stops stops a ready base', ready, stopped, 'stop', 'held'],
    ['a hold that stops stops a running base', running, stopped, 'stop', 'held'],
    ['a hold that stops stops an unknown base', unknown, stopped, 'stop', 'held'],
    ['a hold does not hide a failure', failed, held, 'stop', 'base-failed'],
    ['a release lets a running base pass', running, released, 'continue', 'released'],
    ['a release lets an unknown base pass', unknown, released, 'continue', 'released'],
    ['a release lets a base pass that failed meanwhile', failed, released, 'continue', 'released'],
  ])('%s', (_case, readiness, hold, verdict, reason) => {
    expect(decideWith(readiness, hold)).toMatchObject({ verdict, reason, hold });
  });
  it('that say continue do not open anything', () => {
    const forged: Hold = { kind: 'held', verdict: 'continue', ...order };
    expect(decideWith(ready, forged)).toMatchObject({ verdict: 'wait', reason: 'held' });
  });
  it('end at the deadline with a stop that still says who held', () => {
    expect(decideWith(ready, held, QUESTION.deadlineAt)).toMatchObject({
      ...{ verdict: 'stop', reason: 'timed-out', waitedFor: 'held', hold: held },
    });
  });
  it('do not help a gate that waits for itself: it is stopped at once, and its base is named', () => {
    const assessments = [assessment('one', ready), assessment('two', running)] as const;
    const cycle = { base: 'two', services: ['payments'] };
    const context = { policy: DEFAULT_GATE_POLICY, now: NOW, hold: released, cycle };
    const decision = decideGate([...assessments], QUESTION, context);
    expect(decision).toMatchObject({ verdict: 'stop', reason: 'gate-cycle', cycle });
    expect(decision.assessment.base.name).toBe('two');
  });
});

describe('over generated histories', () => {
  const decideHistory = (builds: readonly Build[], policy: GatePolicy) =>
    decideGate([assessment('one', assessReadiness(builds, policy, NOW))], QUESTION, { policy, now: NOW })
      .verdict;

  it('continues exactly when the rules allow it', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const [builds, policy] = [randomHistory(random), randomPolicy(random)];
        expect(decideHistory(builds, policy) === 'continue').toBe(mayContinue(builds, policy, NOW));
      }),
      { numRuns: 20_000 },
    );
  });

  it('does not depend on the order in which builds were read', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const [builds, policy] = [randomHistory(random), randomPolicy(random)];
        expect(decideHistory([...builds].reverse(), policy)).toBe(decideHistory(builds, policy));
      }),
      { numRuns: 5_000 },
    );
  });

  it('never lets a failed, running or unclear base through on its own', () => {
    for (const status of ['running', 'failed', 'stale', 'unknown'] as const) {
      const lenient = { onPartiallySucceeded: 'continue', onNeverBuilt: 'continue' } as const;
      expect(verdictFor({ status, reason: 'unknown' }, lenient)).not.toBe('continue');
    }
  });
});
