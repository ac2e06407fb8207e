// Why it is quiet: the answer first, and what it rests on.
import { describe, expect, it } from 'vitest';
import type { AlertOutcome } from '../../src/domain/alert.ts';
import { explainOutcome, explainSilence, silenceAnswer } from '../../src/text/why.ts';
import {
  EXPLANATIONS,
  explainedAlert,
  explanation,
  mute,
  NARROW,
  NIGHT,
  subscription,
} from '../cards/sample-subscriptions.ts';
import { DEVELOP, MINUTE, NOW } from '../cards/sample-values.ts';

const LAST_RUN = 'The last run was payments 20261122.9 on develop, 12 min ago.';
const EXPECTED = {
  'why-told': ['The last run was told', `${LAST_RUN} It was told here.`],
  'why-filtered': [
    'Filtered out',
    'The last run was search 20261122.9 on develop, 12 min ago. The filter branch:release/* kept it back.',
  ],
  'why-muted': ['Muted', `${LAST_RUN} It is muted for another 1 h 20 min.`],
  'why-quiet': ['Quiet hours', `${LAST_RUN} It waits for the end of the quiet hours, in 48 min.`],
  'why-inhibited': [
    'Held back by its base',
    `${LAST_RUN} It is held back because python-base fails, which it builds on.`,
  ],
  'why-not-subscribed': [
    'Not subscribed',
    'This conversation has no subscription to payments. To begin one, type: subscribe payments',
  ],
  'why-suspended': [
    'PipeBot was removed here',
    'What this conversation is owed is kept, and comes when PipeBot has been added again.',
  ],
  'why-unread': [
    'Not read lately',
    'payments on develop was last read 25 min ago. Newer runs are not known yet.',
  ],
  'why-not-delivered': [
    'Not delivered',
    'The last message (10 min ago) could not be delivered after 5 attempts, and was given up: HTTP 400 BadSyntax.',
  ],
  'why-nothing': ['Nothing has happened', 'No run has ended since this conversation subscribed.'],
} as const satisfies Record<keyof typeof EXPLANATIONS, readonly [string, string]>;

describe('the answer', () => {
  it.each(Object.entries(EXPECTED))('%s', (name, [title, sentence]) => {
    expect(silenceAnswer(EXPLANATIONS[name as keyof typeof EXPLANATIONS])).toEqual({ title, sentence });
  });

  it('is the newest run of all subscriptions', () => {
    const old = explainedAlert({ code: 'told', notificationKey: 'k' }, { at: NOW - 60 * MINUTE });
    const recent = explainedAlert({ code: 'flapping' }, { at: NOW - MINUTE });
    const answer = silenceAnswer(
      explanation({
        subscriptions: [
          { subscription: subscription(), alerts: [old] },
          { subscription: NARROW, alerts: [recent] },
        ],
      }),
    );
    expect(answer.title).toBe('Flapping');
  });

  it('is the mute or the quiet hours when nothing has happened yet', () => {
    expect(silenceAnswer(explanation({ mutes: [mute()] })).title).toBe('Muted');
    const quiet = { ...NIGHT, isQuietUntil: NOW + 48 * MINUTE };
    expect(silenceAnswer(explanation({ quiet })).title).toBe('Quiet hours');
    expect(silenceAnswer(explanation({ quiet: NIGHT })).title).toBe('Nothing has happened');
  });

  it('tells a definition that was never read from one that was not read lately', () => {
    const observations = [
      { name: 'payments', branch: DEVELOP, readAt: NOW - 25 * MINUTE },
      { name: 'python-base', branch: '*' },
    ];
    expect(silenceAnswer(explanation({ observations }))).toEqual({
      title: 'Not read yet',
      sentence: 'python-base on every branch has never been read from Azure DevOps. Runs are not known yet.',
    });
  });

  it('is a message on its way only when the last run was told by it', () => {
    const lastDelivery = { state: 'queued', isInDoubt: false, attempts: 0, at: NOW } as const;
    const told = explainedAlert({ code: 'told', notificationKey: 'k' });
    const filtered = explainedAlert({ code: 'filtered', by: 'events' });
    const answerTo = (alert: typeof told) =>
      silenceAnswer(
        explanation({ subscriptions: [{ subscription: subscription(), alerts: [alert] }], lastDelivery }),
      );
    expect(answerTo(told)).toEqual({
      title: 'On its way',
      sentence: 'The last message (just now) is still to be sent.',
    });
    expect(answerTo(filtered).title).toBe('Filtered out');
  });
});

describe('what became of a run', () => {
  const until = NOW + 20_000;
  it.each<[AlertOutcome, string]>([
    [{ code: 'told', notificationKey: 'k' }, 'It was told here.'],
    [{ code: 'counted' }, 'It failed again, and was counted on the card of the first failure.'],
    [
      { code: 'held', by: 'grouping', until },
      'It is told in 20 s, together with what else happens until then.',
    ],
    [{ code: 'held', by: 'grouping', until: NOW }, 'It is about to be told.'],
    [{ code: 'held', by: 'muted', until: NOW }, 'It is muted, which is just ending.'],
    [
      { code: 'held', by: 'quiet-hours', until: NOW },
      'It waits for the end of the quiet hours, which is now.',
    ],
    [{ code: 'held', by: 'inhibited', until }, 'It is held back because a base fails, which it builds on.'],
    [{ code: 'filtered', by: 'branch' }, 'The filter branch:release/* kept it back.'],
    [{ code: 'filtered', by: 'reason' }, 'The filter reason:ci,schedule kept it back.'],
    [{ code: 'filtered', by: 'stage' }, 'The filter stage:deploy* kept it back.'],
    [{ code: 'filtered', by: 'events' }, 'It failed, and this subscription is for recoveries only.'],
    [
      { code: 'dropped', by: 'muted' },
      'It came while it was muted, and nothing of it was left to tell afterwards.',
    ],
    [
      { code: 'dropped', by: 'quiet-hours' },
      'It came in the quiet hours, and nothing of it was left to tell afterwards.',
    ],
    [
      { code: 'recovered-untold' },
      'It recovered before the failure was told, so there was nothing left to tell.',
    ],
    [{ code: 'flapping' }, 'It is flapping, which is told only once.'],
    [{ code: 'no-news' }, 'It was neither a first failure nor a recovery, so there was no news.'],
  ])('%j', (outcome, text) => {
    expect(explainOutcome(outcome, NOW, NARROW)).toBe(text);
  });

  it('names the filter without its value when the subscription is not at hand', () => {
    expect(explainOutcome({ code: 'filtered', by: 'branch' }, NOW)).toBe('The filter branch kept it back.');
  });
});

describe('the whole explanation', () => {
  it('is the answer, the subscriptions with their runs, and the evidence', () => {
    expect(explainSilence(EXPLANATIONS['why-filtered'])).toEqual([
      'Filtered out. The last run was search 20261122.9 on develop, 12 min ago. The filter branch:release/* kept it back.',
      'Subscribed to search: failures and recoveries on release/*, of ci and schedule runs, in stage deploy*; style thread.',
      'search 20261122.9 on develop, 12 min ago: The filter branch:release/* kept it back.',
      'python-base 20261122.9 on develop, 2 h ago: It was neither a first failure nor a recovery, so there was no news.',
      'search on every branch was last read 40 s ago.',
      'python-base on develop was last read 15 s ago.',
      'The last message was delivered 5 h ago. An attempt was never confirmed, so it may have come twice.',
      'The last service hook came 3 min ago.',
    ]);
  });

  it('tells of mutes, quiet hours and missing hooks', () => {
    const { lastHookAt: _, ...known } = EXPLANATIONS['why-muted'];
    const quiet = { ...NIGHT, isQuietUntil: NOW + 48 * MINUTE };
    expect(explainSilence({ ...known, quiet })).toEqual(
      expect.arrayContaining([
        'payments is muted for another 1 h 20 min, by Bo Lindqvist.',
        'Quiet hours are 22:00 to 07:00 (Europe/Berlin); they hold for another 48 min.',
        'No service hook has come yet, so news may take a minute longer.',
      ]),
    );
  });

  it('says nothing of hooks where nobody is subscribed', () => {
    expect(explainSilence(EXPLANATIONS['why-not-subscribed'])).toHaveLength(1);
  });

  it.each([
    ['sending', 1, 'The last message (just now) is being sent after 1 attempt.'],
    ['queued', 3, 'The last message (just now) is still to be sent after 3 attempts: HTTP 429.'],
    ['suspended', 1, 'The last message (just now) waits until PipeBot is added here again.'],
  ] as const)('says what became of the last message: %s', (state, attempts, text) => {
    const lastDelivery = { state, attempts, isInDoubt: false, at: NOW, detail: 'HTTP 429' };
    expect(explainSilence(explanation({ lastDelivery }))).toContain(text);
  });
});
