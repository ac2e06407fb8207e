// Small rules of the domain: branches, durations, names, transitions, watches, deliveries.
import { describe, expect, it } from 'vitest';
import { branchName, toBranchRef } from '../../src/domain/branch.ts';
import { parseDuration, usualDurationMs } from '../../src/domain/duration.ts';
import {
  afterSend,
  type DeliveryStep,
  type Notification,
  type SendOutcome,
} from '../../src/domain/notification.ts';
import { findNamed, nearestNames, type ServiceCatalog } from '../../src/domain/service.ts';
import { transitionsBetween } from '../../src/domain/transition.ts';
import { advanceWatch, buildToFollow, type Watch } from '../../src/domain/watch.ts';
import { buildOf, DAWN } from '../support/build-of.ts';

describe('branches', () => {
  it.each<[string, string | undefined]>([
    ['develop', 'refs/heads/develop'],
    [' feature/tax-2 ', 'refs/heads/feature/tax-2'],
    ['refs/pull/7/merge', 'refs/pull/7/merge'],
    ['refs/tags/v1', 'refs/tags/v1'],
    ['', undefined],
    ['two words', undefined],
    ['a..b', undefined],
    ['what?', undefined],
    ['-rf', undefined],
    ['/x', undefined],
    ['a\u0000b', undefined],
    ['x'.repeat(300), undefined],
  ])('%j becomes %s', (typed, ref) => expect(toBranchRef(typed)).toBe(ref));

  it('are shown by their short names', () => {
    expect(['refs/heads/feature/x', 'refs/pull/7/merge', 'refs/tags/v1'].map(branchName)).toEqual([
      'feature/x',
      'PR 7',
      'refs/tags/v1',
    ]);
  });
});

describe('durations', () => {
  it.each<[string, number | undefined]>([
    ['30m', 1_800_000],
    ['45', 45_000],
    ['1.5h', 5_400_000],
    ['2 d', 172_800_000],
    ['250ms', 250],
    ['-5m', undefined],
    ['30 minutes', undefined],
    ['', undefined],
    ['1e9s', undefined],
    ['999999999999d', undefined],
  ])('%j is %s ms', (text, durationMs) => expect(parseDuration(text)).toBe(durationMs));

  it('that are usual come from successes with both times only', () => {
    const lasting = (id: number, durationMs: number, result: 'succeeded' | 'failed') =>
      buildOf({ id, result, startedAt: DAWN, finishedAt: DAWN + durationMs });
    expect(
      usualDurationMs([lasting(1, 10, 'succeeded'), lasting(2, 30, 'succeeded'), lasting(3, 1, 'failed')]),
    ).toBe(10);
    expect(usualDurationMs([lasting(1, -5, 'succeeded')])).toBeUndefined();
    expect(usualDurationMs([])).toBeUndefined();
  });
});

describe('names', () => {
  const names = ['payments', 'pay', 'search', 'catalog', 'python-base'];
  it.each<[string, string[]]>([
    ['paymnets', ['payments']],
    ['serach', ['search']],
    ['paym', ['payments', 'pay']],
    ['python-bsae', ['python-base']],
    ['zzz', []],
    ['__proto__', []],
  ])('near %s are %j', (typed, expected) => expect(nearestNames(names, typed)).toEqual(expected));

  it('are found without regard to case, and never on the prototype', () => {
    const catalog: ServiceCatalog = {
      services: [],
      bases: [
        {
          name: 'Python-Base',
          definition: { organization: 'c', project: 'p', definitionId: 1, branch: 'refs/heads/main' },
        },
      ],
    };
    expect(findNamed(catalog, 'PYTHON-base')?.kind).toBe('base');
    expect(findNamed(catalog, 'constructor')).toBeUndefined();
  });
});

describe('transitions', () => {
  const queued = buildOf({ id: 1, status: 'notStarted' });
  const running = buildOf({ id: 1, status: 'inProgress', startedAt: DAWN });
  const done = buildOf({ id: 1, result: 'failed' });
  const doneAgain = { ...done, result: 'succeeded', finishedAt: DAWN + 9_999_999 } as const;
  it.each([
    ['a new queued build', undefined, queued, ['appeared']],
    ['a new build that has ended already', undefined, done, ['appeared', 'started', 'finished']],
    ['a start', queued, running, ['started']],
    ['an end', running, done, ['finished']],
    ['no change', running, running, []],
    ['a rerun', done, running, ['ran-again']],
    ['a rerun that ended unseen', done, doneAgain, ['ran-again', 'finished']],
  ] as const)('%s', (_name, previous, current, kinds) => {
    expect(transitionsBetween(previous, current).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('a watch', () => {
  const watch: Watch = {
    id: 'w',
    conversationId: 'c',
    subject: 'payments',
    role: 'base',
    definitionName: 'python-base',
    definition: { organization: 'contoso', project: 'Shop', definitionId: 183, branch: 'refs/heads/develop' },
    askers: [],
    state: 'waiting',
    afterBuildId: 5,
    createdAt: DAWN,
    expiresAt: DAWN + 1_000,
  };
  const following: Watch = { ...watch, state: 'following', buildId: 6 };
  it('follows the newest build that runs', () => {
    const builds = [
      buildOf({ id: 4, status: 'inProgress' }),
      buildOf({ id: 5, status: 'notStarted' }),
      buildOf({ id: 6, result: 'failed' }),
    ];
    expect(buildToFollow(builds)?.id).toBe(5);
  });
  it('takes the next build, the oldest of those that came since', () => {
    const builds = [
      buildOf({ id: 5, result: 'failed' }),
      buildOf({ id: 7, status: 'notStarted' }),
      buildOf({ id: 6, status: 'inProgress' }),
    ];
    expect(advanceWatch(watch, builds, DAWN)?.watch).toMatchObject({ state: 'following', buildId: 6 });
  });
  it('takes an old build that is rerun, running or ended since', () => {
    const waiting = { ...watch, afterFinishedAt: DAWN + 900_000 };
    const rerun = buildOf({ id: 3, status: 'inProgress' });
    expect(advanceWatch(waiting, [rerun], DAWN)?.watch).toMatchObject({ state: 'following', buildId: 3 });
    const ended = buildOf({ id: 3, result: 'failed', finishedAt: DAWN + 900_001 });
    expect(advanceWatch(waiting, [ended], DAWN)?.watch).toMatchObject({ state: 'ended', buildId: 3 });
    expect(advanceWatch(waiting, [{ ...ended, finishedAt: DAWN + 900_000 }], DAWN)).toBeUndefined();
  });
  it('ends at once with a build that came and went unseen', () => {
    expect(advanceWatch(watch, [buildOf({ id: 6, result: 'failed' })], DAWN)?.watch.state).toBe('ended');
  });
  it('ends with its build', () => {
    expect(advanceWatch(following, [buildOf({ id: 6, result: 'canceled' })], DAWN)?.watch.state).toBe(
      'ended',
    );
    expect(advanceWatch(following, [buildOf({ id: 6, status: 'cancelling' })], DAWN)).toBeUndefined();
  });
  it('says nothing when its build is missing from a reading', () => {
    expect(advanceWatch(following, [], DAWN)).toBeUndefined();
  });
  it('expires, but not on the reading in which its build ends', () => {
    expect(advanceWatch(watch, [], DAWN + 1_000)?.watch.state).toBe('expired');
    expect(advanceWatch(following, [], DAWN + 1_000)?.watch.state).toBe('expired');
    expect(advanceWatch(following, [buildOf({ id: 6, result: 'failed' })], DAWN + 1_000)?.watch.state).toBe(
      'ended',
    );
  });
});

describe('after a send', () => {
  const notification: Notification = {
    key: 'k',
    conversationId: 'c',
    content: { kind: 'help', entries: [] },
    state: 'sending',
    attempts: 1,
    isInDoubt: false,
    isProgress: false,
    shrinkStep: 0,
    createdAt: DAWN,
    nextAttemptAt: DAWN,
  };
  const refused = (
    refusal: Extract<SendOutcome, { kind: 'refused' }>['refusal'],
    retryAfterMs?: number,
  ): SendOutcome => ({
    kind: 'refused',
    refusal,
    detail: 'x',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  const inDoubt: SendOutcome = { kind: 'in-doubt', detail: 'x' };
  it.each<[string, SendOutcome, boolean, Partial<DeliveryStep>]>([
    [
      'a new message is done',
      { kind: 'delivered', activityId: 'a' },
      false,
      { kind: 'done', activityId: 'a' },
    ],
    [
      'a doubtful new message is repeated, marked',
      inDoubt,
      false,
      { kind: 'retry', isInDoubt: true, at: DAWN + 30_000 },
    ],
    ['a doubtful update is repeated, unmarked', inDoubt, true, { kind: 'retry', isInDoubt: false }],
    [
      'a throttled one waits as long as told',
      refused('throttled', 7_000),
      false,
      { kind: 'retry', at: DAWN + 7_000, isInDoubt: false },
    ],
    [
      'but never longer than a quarter of an hour',
      refused('throttled', 1e12),
      false,
      { kind: 'retry', at: DAWN + 900_000 },
    ],
    ['nor less than a second', refused('throttled', -5), false, { kind: 'retry', at: DAWN + 1_000 }],
    [
      'an unreachable one is tried again, without doubt',
      refused('unreachable'),
      false,
      { kind: 'retry', isInDoubt: false },
    ],
    ['a removed bot suspends', refused('removed'), false, { kind: 'suspend' }],
    [
      'a vanished card is posted anew',
      refused('not-found'),
      true,
      { kind: 'retry', postAnew: true, at: DAWN },
    ],
    ['a vanished conversation parks', refused('not-found'), false, { kind: 'park' }],
    [
      'one that is too large shrinks',
      refused('too-large'),
      false,
      { kind: 'retry', shrinkStep: 1, at: DAWN },
    ],
    ['a bad one parks', refused('invalid'), true, { kind: 'park' }],
  ])('%s', (_name, outcome, isUpdate, expected) => {
    expect(afterSend(notification, outcome, { now: DAWN, isUpdate })).toMatchObject(expected);
  });

  it('shrinks twice, then parks', () => {
    expect(
      afterSend({ ...notification, shrinkStep: 2 }, refused('too-large'), { now: DAWN, isUpdate: false })
        .kind,
    ).toBe('park');
  });
  it('stays in doubt through a later refusal', () => {
    const step = afterSend({ ...notification, isInDoubt: true }, refused('throttled'), {
      now: DAWN,
      isUpdate: false,
    });
    expect(step).toMatchObject({ kind: 'retry', isInDoubt: true });
  });
  it('repeats what stays in doubt at growing pauses, for two hours; updates as often as it takes', () => {
    const pauses: number[] = [];
    let [now, attempts, isInDoubt] = [DAWN, 0, false];
    for (;;) {
      attempts++;
      const tried = { ...notification, attempts, isInDoubt, firstAttemptAt: DAWN };
      const step = afterSend(tried, inDoubt, { now, isUpdate: false });
      if (step.kind !== 'retry') break;
      isInDoubt = step.isInDoubt;
      pauses.push((step.at - now) / 1_000);
      now = step.at;
    }
    expect(pauses).toEqual([30, 120, 480, 1_800, 3_600, 3_600]);
    expect(now - DAWN).toBeLessThan(3 * 3_600_000);
    const update = { ...notification, isInDoubt: true, firstAttemptAt: DAWN };
    expect(afterSend(update, inDoubt, { now, isUpdate: true }).kind).toBe('retry');
  });
  it('is repeated at least once, even when it was throttled for hours before', () => {
    const tried = { ...notification, attempts: 50, firstAttemptAt: DAWN };
    const step = afterSend(tried, inDoubt, { now: DAWN + 5 * 3_600_000, isUpdate: false });
    expect(step).toMatchObject({ kind: 'retry', isInDoubt: true });
  });

  describe('for more than a day', () => {
    const now = DAWN + 25 * 3_600_000;
    it.each<[string, SendOutcome, boolean, DeliveryStep['kind']]>([
      ['gives up what is only doubted', inDoubt, true, 'park'],
      ['gives up what is only throttled', refused('throttled'), false, 'park'],
      ['goes on while the secret is refused', refused('unauthorized'), false, 'retry'],
      ['goes on while Teams cannot be reached', refused('unreachable'), true, 'retry'],
      ['still waits for the bot to come back', refused('removed'), false, 'suspend'],
      ['still posts a vanished card anew', refused('not-found'), true, 'retry'],
    ])('%s', (_name, outcome, isUpdate, kind) => {
      const tried = { ...notification, firstAttemptAt: DAWN };
      expect(afterSend(tried, outcome, { now, isUpdate }).kind).toBe(kind);
    });
    it('goes on with what only waited, and was tried for the first time just now', () => {
      for (const waited of [notification, { ...notification, firstAttemptAt: now - 1_000 }])
        expect(afterSend(waited, refused('throttled'), { now, isUpdate: false }).kind).toBe('retry');
    });
  });
});
