// What a subscription, a mute and quiet hours say of themselves.
import { describe, expect, it } from 'vitest';
import {
  branchesText,
  explainMute,
  explainSubscription,
  failingText,
  quietText,
  reasonsText,
  styleText,
  subscriptionText,
  toldText,
  untoldText,
} from '../../src/text/subscription.ts';
import { mute, NARROW, NIGHT, subscription } from '../cards/sample-subscriptions.ts';
import { DEVELOP, NOW } from '../cards/sample-values.ts';

describe('a subscription in words', () => {
  it.each([
    [subscription(), 'payments: failures and recoveries; style update.'],
    [
      NARROW,
      'search: failures and recoveries on release/*, of ci and schedule runs, in stage deploy*; style thread.',
    ],
    [subscription({ service: '*', events: 'all', style: 'flat' }), 'all services: every run; style flat.'],
    [subscription({ events: 'recoveries' }), 'payments: recoveries only; style update.'],
  ])('%#: %s', (given, text) => {
    expect(subscriptionText(given)).toBe(text);
  });

  it.each([
    [
      'failures',
      'when payments, or what it builds on, starts to fail, and when it has recovered.',
      'The first failure, the recovery, and once when it is flapping',
      'Canceled runs and runs that succeed while all is well',
    ],
    [
      'all',
      'of every run of payments and of what it builds on.',
      'Every run that ends; the first failure with its details',
      'Runs that have not ended',
    ],
    [
      'recoveries',
      'when payments, or what it builds on, has recovered.',
      'The first success after failures',
      'Failures, canceled runs and runs that succeed while all is well',
    ],
  ] as const)('to %s says what is told and what is not', (events, hears, told, untold) => {
    const given = subscription({ events });
    expect(explainSubscription(given)).toBe(`This conversation hears ${hears}`);
    expect([toldText(given), untoldText(given)]).toEqual([told, untold]);
  });

  it('with filters says what each keeps back', () => {
    expect(untoldText(NARROW)).toBe(
      'Canceled runs, runs that succeed while all is well, other branches, runs started otherwise and failures of other stages',
    );
    expect([branchesText(NARROW), reasonsText(NARROW)]).toEqual(['release/*', 'pushes (ci) and schedules']);
    expect(branchesText(subscription())).toBe('Those in the services file');
  });

  it.each([
    ['update', false, 'update: further failures count up on the card, the recovery is a new message'],
    ['thread', false, 'thread: further failures and the recovery are replies to the card'],
    [
      'thread',
      true,
      'flat, since there are no threads here: further failures and the recovery are new messages',
    ],
    ['flat', false, 'flat: further failures and the recovery are new messages'],
  ] as const)('of style %s (acts as flat: %s) says where the rest goes', (style, actsAsFlat, text) => {
    expect(styleText(subscription({ style }), actsAsFlat)).toBe(text);
  });

  it('says what fails already, and what comes next', () => {
    const failing = [
      { name: 'payments', branch: DEVELOP, failedBuilds: 3 },
      { name: 'python-base', branch: DEVELOP, failedBuilds: 1 },
    ];
    expect(failingText(failing, subscription())).toBe(
      'Failing already: payments on develop (3 runs in a row) and python-base on develop. What comes next is told: a failure or the recovery.',
    );
    expect(failingText(failing, subscription({ events: 'recoveries' }))).toMatch(
      /develop\. The recovery is told\.$/,
    );
    expect(failingText([], subscription())).toBe('');
  });
});

describe('a mute in words', () => {
  it.each([
    [mute(), 'payments is muted for another 1 h 20 min, by Bo Lindqvist.'],
    [mute({ service: '*', by: { id: 'x', name: '' } }), 'All services are muted for another 1 h 20 min.'],
  ])('%#: %s', (given, text) => {
    expect(explainMute(given, NOW)).toBe(text);
  });
});

describe('quiet hours in words', () => {
  it('show minutes as people write them', () => {
    expect(quietText(NIGHT)).toBe('22:00 to 07:00 (Europe/Berlin)');
    expect(quietText({ ...NIGHT, fromMinute: 5, toMinute: 1_439 })).toBe('00:05 to 23:59 (Europe/Berlin)');
  });
});
