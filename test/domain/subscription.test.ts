import { describe, expect, it } from 'vitest';
import {
  branchMatches,
  filterThatStops,
  isPlainBranch,
  REASON_FILTERS,
  type Subscription,
} from '../../src/domain/subscription.ts';
import { buildOf } from '../support/build-of.ts';

type Filters = Pick<Subscription, 'branch' | 'reasons' | 'stage'>;

const OPEN: Filters = { reasons: [] };

describe('the filters of a subscription', () => {
  it.each<
    [
      string,
      Partial<Filters>,
      Parameters<typeof buildOf>[0],
      readonly string[] | undefined,
      string | undefined,
    ]
  >([
    ['stop nothing when there are none', {}, { id: 1, reason: 'whatever' }, ['Build'], undefined],
    ['stop another branch', { branch: 'main' }, { id: 1 }, undefined, 'branch'],
    ['let the branch through', { branch: 'develop' }, { id: 1 }, undefined, undefined],
    ['stop another reason', { reasons: ['ci'] }, { id: 1, reason: 'manual' }, undefined, 'reason'],
    [
      'let one of several reasons through',
      { reasons: ['ci', 'manual'] },
      { id: 1, reason: 'manual' },
      undefined,
      undefined,
    ],
    [
      'stop a reason that belongs to no word',
      { reasons: ['ci', 'pr', 'schedule', 'manual'] },
      { id: 1, reason: 'all' },
      undefined,
      'reason',
    ],
    ['stop a failure in another stage', { stage: 'Deploy*' }, { id: 1 }, ['Build', 'Test'], 'stage'],
    [
      'let a failure in the stage through',
      { stage: 'Deploy*' },
      { id: 1 },
      ['Test', 'Deploy to prod'],
      undefined,
    ],
    ['take a stage in any capitals', { stage: 'deploy' }, { id: 1 }, ['DEPLOY'], undefined],
    ['stop a failure without stages', { stage: 'Deploy' }, { id: 1 }, [], 'stage'],
    ['stop nothing of which the stages are not known', { stage: 'Deploy' }, { id: 1 }, undefined, undefined],
    [
      'name the branch first',
      { branch: 'main', reasons: ['ci'], stage: 'x' },
      { id: 1, reason: 'manual' },
      ['y'],
      'branch',
    ],
    [
      'name the reason before the stage',
      { reasons: ['ci'], stage: 'x' },
      { id: 1, reason: 'manual' },
      ['y'],
      'reason',
    ],
  ])('%s', (_title, filters, build, stages, expected) => {
    expect(filterThatStops({ ...OPEN, ...filters }, buildOf(build), stages)).toBe(expected);
  });

  it('know every reason of the Build API that somebody can cause, each by one word', () => {
    const words = (reason: string) =>
      REASON_FILTERS.filter(
        (word) => !filterThatStops({ reasons: [word] }, buildOf({ id: 1, reason }), undefined),
      );
    const reasons = {
      individualCI: ['ci'],
      batchedCI: ['ci'],
      buildCompletion: ['ci'],
      resourceTrigger: ['ci'],
      triggered: ['ci'],
      pullRequest: ['pr'],
      validateShelveset: ['pr'],
      checkInShelveset: ['pr'],
      schedule: ['schedule'],
      scheduleForced: ['schedule'],
      manual: ['manual'],
      userCreated: ['manual'],
      none: [],
      all: [],
    };
    for (const [reason, expected] of Object.entries(reasons)) expect(words(reason), reason).toEqual(expected);
  });
});

describe('a branch filter', () => {
  it.each<[string, string, boolean]>([
    ['develop', 'refs/heads/develop', true],
    ['refs/heads/develop', 'refs/heads/develop', true],
    ['release/*', 'refs/heads/release/1', true],
    ['release/*', 'refs/heads/old/release/1', false],
    ['refs/pull/*', 'refs/pull/7/merge', true],
    ['v*', 'refs/tags/v1', false],
    ['*', 'refs/pull/7/merge', true],
  ])('%j covers %s: %s', (glob, ref, covers) => expect(branchMatches(glob, ref)).toBe(covers));

  it('names one branch only when nothing in it is a sign', () => {
    expect(['develop', 'release/1.2'].every(isPlainBranch)).toBe(true);
    expect(['release/*', 'v?'].some(isPlainBranch)).toBe(false);
  });
});
