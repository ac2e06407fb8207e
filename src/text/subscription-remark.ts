// Refusals and short answers about subscriptions, limits, mutes and quiet hours. Each says what was not possible
// and what to type instead.
import type { FilterProblem, Remark } from '../domain/content.ts';
import { MIN_MUTE_MS } from '../domain/mute.ts';
import { ALL_SERVICES } from '../domain/subscription.ts';
import { listText, plainText, quoted } from './plain.ts';
import {
  explainMute,
  quietText,
  subscribedName,
  subscribedSubject,
  subscriptionText,
} from './subscription.ts';
import { durationText } from './time.ts';

type RemarkOf<Code extends Remark['code']> = Extract<Remark, { code: Code }>;
/** Of both kinds of limit. */
type Full = Extract<Remark, { readonly whose: string }>;

const FILTER_PROBLEMS = {
  word: 'is nothing that subscribe understands. After the service it takes failures, all or recoveries, and branch:, reason:, stage: and style:',
  repeated: 'says the same thing a second time. Each filter may stand once',
  branch: 'is no branch or pattern of branches. In a pattern * stands for any characters and ? for one',
  branches: 'names several branches. Each is a subscription of its own, or one pattern covers them all',
  reason: 'is no reason for a run. There are ci, pr, schedule and manual, with commas between several',
  stage: 'is no name or pattern of a stage. In a pattern * stands for any characters and ? for one',
  style: 'is no style. There are update, thread and flat',
  events: 'is not something to hear about. There are failures, all and recoveries',
} as const satisfies Record<FilterProblem, string>;

const FULL_WATCHES = {
  conversation: (limit) =>
    `This conversation watches ${limit} runs already, and that is the limit. Stop one with unwatch first.`,
  person: (limit) =>
    `You watch ${limit} runs already, here and elsewhere together, and that is the limit. Stop one with unwatch first.`,
  tenant: (limit) =>
    `Your organization watches ${limit} runs already, and that is the limit. One of them has to end first.`,
} as const satisfies Record<Full['whose'], (limit: number) => string>;

const FULL_SUBSCRIPTIONS = {
  conversation: (limit) =>
    `This conversation has ${limit} subscriptions already, and that is the limit. End one with unsubscribe first.`,
  person: (limit) =>
    `You have made ${limit} subscriptions already, here and elsewhere together, and that is the limit. End one with unsubscribe first.`,
  tenant: (limit) =>
    `Your organization has ${limit} subscriptions already, and that is the limit. One of them has to be ended first.`,
} as const satisfies Record<Full['whose'], (limit: number) => string>;

/** By code; `now` in ms since the epoch. */
export const SUBSCRIPTION_SENTENCES = {
  'watches-full': ({ limit, whose }: Full) => FULL_WATCHES[whose](limit),
  'subscriptions-full': ({ limit, whose }: Full) => FULL_SUBSCRIPTIONS[whose](limit),
  'filter-invalid': ({ problem, typed, example }: RemarkOf<'filter-invalid'>) =>
    `${quoted(typed)} ${FILTER_PROBLEMS[problem]}. Example: ${plainText(example)}`,
  'not-subscribed': ({ subject }: RemarkOf<'not-subscribed'>) =>
    subject === undefined
      ? 'This conversation has no subscriptions. To begin one, type subscribe.'
      : `This conversation has no subscription to ${subscribedName(subject)}. Type subscriptions to see what it has.`,
  unsubscribed: ({ subscriptions }: RemarkOf<'unsubscribed'>) => {
    const [only] = subscriptions;
    if (only === undefined) return 'This conversation had no subscriptions.';
    return subscriptions.length === 1
      ? `Unsubscribed from ${subscriptionText(only)} No message of it will come.`
      : `Ended ${subscriptions.length} subscriptions, to ${listText([...new Set(subscriptions.map(({ service }) => subscribedName(service)))])}. No message of them will come.`;
  },
  muted: ({ mute }: RemarkOf<'muted'>, now: number) =>
    `${explainMute(mute, now)} Failures that last are told after that. To end it sooner, type: unmute ${plainText(mute.service)}`,
  unmuted: ({ service }: RemarkOf<'unmuted'>) =>
    service === undefined
      ? 'Nothing is muted any more.'
      : service === ALL_SERVICES
        ? 'The mute of all services is over. Mutes of single services go on; type subscriptions to see them.'
        : `${subscribedSubject(service)} is no longer muted.`,
  'not-muted': ({ service }: RemarkOf<'not-muted'>) =>
    service === undefined
      ? 'Nothing is muted here.'
      : service === ALL_SERVICES
        ? 'There is no mute of all services here. Type subscriptions to see what is muted.'
        : `${subscribedSubject(service)} is not muted here.`,
  'duration-invalid': ({ typed, example, maxMs }: RemarkOf<'duration-invalid'>) =>
    `${quoted(typed)} is no duration between ${durationText(MIN_MUTE_MS)} and ${durationText(maxMs)}. Example: ${plainText(example)}`,
  'quiet-hours-invalid': ({ problem, typed, example }: RemarkOf<'quiet-hours-invalid'>) =>
    problem === 'span'
      ? `${quoted(typed)} is no span of the day. Example: ${plainText(example)}`
      : `${quoted(typed)} is no time zone that PipeBot knows; it has to be the name of a place. Example: ${plainText(example)}`,
  'quiet-hours': ({ quiet }: RemarkOf<'quiet-hours'>) =>
    quiet === undefined
      ? 'There are no quiet hours here. To set them, type for example: quiet 22:00-07:00 Europe/Berlin'
      : `Quiet hours here are ${quietText(quiet)}. What happens in them is told when they end.`,
} as const;
