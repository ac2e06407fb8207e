// Refusals and short answers about subscriptions, limits, mutes and quiet hours.
import { describe, expect, it } from 'vitest';
import type { Remark } from '../../src/domain/content.ts';
import { remarkSentence } from '../../src/text/remark.ts';
import { mute, NARROW, NIGHT, subscription } from '../cards/sample-subscriptions.ts';
import { NOW } from '../cards/sample-values.ts';

const example = 'subscribe payments failures branch:release/*';
const REMARKS: readonly (readonly [Remark, string])[] = [
  [
    { code: 'watches-full', limit: 50, whose: 'conversation' },
    'This conversation watches 50 runs already, and that is the limit. Stop one with unwatch first.',
  ],
  [
    { code: 'watches-full', limit: 100, whose: 'person' },
    'You watch 100 runs already, here and elsewhere together, and that is the limit. Stop one with unwatch first.',
  ],
  [
    { code: 'watches-full', limit: 20_000, whose: 'tenant' },
    'Your organization watches 20000 runs already, and that is the limit. One of them has to end first.',
  ],
  [
    { code: 'subscriptions-full', limit: 50, whose: 'conversation' },
    'This conversation has 50 subscriptions already, and that is the limit. End one with unsubscribe first.',
  ],
  [
    { code: 'subscriptions-full', limit: 100, whose: 'person' },
    'You have made 100 subscriptions already, here and elsewhere together, and that is the limit. End one with unsubscribe first.',
  ],
  [
    { code: 'subscriptions-full', limit: 5_000, whose: 'tenant' },
    'Your organization has 5000 subscriptions already, and that is the limit. One of them has to be ended first.',
  ],
  [
    { code: 'filter-invalid', problem: 'word', typed: 'foo', example },
    `“foo” is nothing that subscribe understands. After the service it takes failures, all or recoveries, and branch:, reason:, stage: and style:. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'repeated', typed: 'branch:b', example },
    `“branch:b” says the same thing a second time. Each filter may stand once. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'branch', typed: 'a[b', example },
    `“a[b” is no branch or pattern of branches. In a pattern * stands for any characters and ? for one. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'reason', typed: 'nightly', example },
    `“nightly” is no reason for a run. There are ci, pr, schedule and manual, with commas between several. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'stage', typed: '[', example },
    `“[” is no name or pattern of a stage. In a pattern * stands for any characters and ? for one. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'style', typed: 'loud', example },
    `“loud” is no style. There are update, thread and flat. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'events', typed: 'some', example },
    `“some” is not something to hear about. There are failures, all and recoveries. Example: ${example}`,
  ],
  [
    { code: 'filter-invalid', problem: 'branches', typed: 'a,b', example },
    `“a,b” names several branches. Each is a subscription of its own, or one pattern covers them all. Example: ${example}`,
  ],
  [
    { code: 'not-subscribed', subject: 'payments' },
    'This conversation has no subscription to payments. Type subscriptions to see what it has.',
  ],
  [{ code: 'not-subscribed' }, 'This conversation has no subscriptions. To begin one, type subscribe.'],
  [
    { code: 'unsubscribed', subscriptions: [subscription()] },
    'Unsubscribed from payments: failures and recoveries; style update. No message of it will come.',
  ],
  [
    { code: 'unsubscribed', subscriptions: [subscription(), NARROW] },
    'Ended 2 subscriptions, to payments and search. No message of them will come.',
  ],
  [
    { code: 'unsubscribed', subscriptions: [subscription(), subscription({ branch: 'release/*' })] },
    'Ended 2 subscriptions, to payments. No message of them will come.',
  ],
  [{ code: 'unsubscribed', subscriptions: [] }, 'This conversation had no subscriptions.'],
  [
    { code: 'muted', mute: mute() },
    'payments is muted for another 1 h 20 min, by Bo Lindqvist. Failures that last are told after that. To end it sooner, type: unmute payments',
  ],
  [{ code: 'unmuted', service: 'payments' }, 'payments is no longer muted.'],
  [
    { code: 'unmuted', service: '*' },
    'The mute of all services is over. Mutes of single services go on; type subscriptions to see them.',
  ],
  [{ code: 'unmuted' }, 'Nothing is muted any more.'],
  [{ code: 'not-muted', service: 'payments' }, 'payments is not muted here.'],
  [{ code: 'not-muted' }, 'Nothing is muted here.'],
  [
    { code: 'not-muted', service: '*' },
    'There is no mute of all services here. Type subscriptions to see what is muted.',
  ],
  [
    { code: 'duration-invalid', typed: '2x', example: 'mute payments 2h', maxMs: 30 * 24 * 3_600_000 },
    '“2x” is no duration between 1 min and 30 days. Example: mute payments 2h',
  ],
  [
    {
      code: 'quiet-hours-invalid',
      problem: 'span',
      typed: '25-7',
      example: 'quiet 22:00-07:00 Europe/Berlin',
    },
    '“25-7” is no span of the day. Example: quiet 22:00-07:00 Europe/Berlin',
  ],
  [
    {
      code: 'quiet-hours-invalid',
      problem: 'time-zone',
      typed: 'CET+1',
      example: 'quiet 22-7 Europe/Berlin',
    },
    '“CET+1” is no time zone that PipeBot knows; it has to be the name of a place. Example: quiet 22-7 Europe/Berlin',
  ],
  [
    { code: 'quiet-hours', quiet: NIGHT },
    'Quiet hours here are 22:00 to 07:00 (Europe/Berlin). What happens in them is told when they end.',
  ],
  [
    { code: 'quiet-hours' },
    'There are no quiet hours here. To set them, type for example: quiet 22:00-07:00 Europe/Berlin',
  ],
];

describe('a remark about subscriptions', () => {
  it.each(REMARKS)('%j', (remark, text) => {
    expect(remarkSentence(remark, NOW)).toBe(text);
  });
});
