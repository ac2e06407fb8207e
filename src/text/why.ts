// Why messages came or did not come, in plain sentences made from the record; the answer first, then what it
// rests on. The card, the terminal and the operator's JSON say the same. It must not look anything up.
import type { AlertOutcome, HoldReason } from '../domain/alert.ts';
import type { Explanation } from '../domain/content.ts';
import type { FilterName, Subscription } from '../domain/subscription.ts';
import { deliveryText, explainEvidence, explainObservation, quietSentence } from './evidence.ts';
import { branchText, plainText } from './plain.ts';
import { explainMute, subscribedName, subscriptionText } from './subscription.ts';
import { agoText, durationText } from './time.ts';

type Filters = Pick<Subscription, 'branch' | 'reasons' | 'stage'>;
export type ExplainedAlert = Explanation['subscriptions'][number]['alerts'][number];

/** Builds are read every minute; when that has not worked for so long, newer ones may exist. */
const STALE_AFTER_MS = 10 * 60_000;

/**
 * What became of a run, as a sentence about "it".
 * @param now ms since the epoch
 * @param filters of the subscription, so that the filter that stopped it can be shown
 */
export function explainOutcome(outcome: AlertOutcome, now: number, filters?: Filters): string {
  switch (outcome.code) {
    case 'told':
      return 'It was told here.';
    case 'counted':
      return 'It failed again, and was counted on the card of the first failure.';
    case 'held':
      return heldText(outcome, now);
    case 'filtered':
      return filteredText(outcome.by, filters);
    case 'dropped':
      return `It came ${outcome.by === 'muted' ? 'while it was muted' : 'in the quiet hours'}, and nothing of it was left to tell afterwards.`;
    case 'recovered-untold':
      return 'It recovered before the failure was told, so there was nothing left to tell.';
    case 'flapping':
      return 'It is flapping, which is told only once.';
    case 'no-news':
      return 'It was neither a first failure nor a recovery, so there was no news.';
  }
}

function heldText({ by, until, base }: Extract<AlertOutcome, { code: 'held' }>, now: number): string {
  const rest = until > now ? durationText(until - now) : '';
  return HELD[by](rest, plainText(base) || 'a base');
}

const HELD = {
  grouping: (rest) =>
    rest === ''
      ? 'It is about to be told.'
      : `It is told in ${rest}, together with what else happens until then.`,
  muted: (rest) => `It is muted${rest === '' ? ', which is just ending' : ` for another ${rest}`}.`,
  'quiet-hours': (rest) =>
    rest === ''
      ? 'It waits for the end of the quiet hours, which is now.'
      : `It waits for the end of the quiet hours, in ${rest}.`,
  inhibited: (_, base) => `It is held back because ${base} fails, which it builds on.`,
} as const satisfies Record<HoldReason, (rest: string, base: string) => string>;

function filteredText(by: FilterName | 'events', filters: Filters | undefined): string {
  if (by === 'events') return 'It failed, and this subscription is for recoveries only.';
  const value = by === 'reason' ? filters?.reasons.map((word) => plainText(word)).join(',') : filters?.[by];
  return `The filter ${by}${plainText(value) === '' ? '' : `:${plainText(value)}`} kept it back.`;
}

/** The run that a row is about: `payments 20261122.4 on develop, 12 min ago`. */
export function explainedRun({ name, build, branch, at }: ExplainedAlert, now: number): string {
  return `${plainText(name)} ${plainText(build.number)} on ${branchText(branch)}, ${agoText(at, now)}`;
}

interface Answer {
  readonly title: string;
  readonly sentence: string;
}

/** The answer in a headline and a sentence: the first thing that explains the silence, the surest first. */
export function silenceAnswer(explanation: Explanation): Answer {
  return (
    absentAnswer(explanation) ??
    staleAnswer(explanation) ??
    newestAnswer(explanation) ??
    undeliveredAnswer(explanation) ??
    mutedAnswer(explanation) ?? {
      title: 'Nothing has happened',
      sentence: 'No run has ended since this conversation subscribed.',
    }
  );
}

function absentAnswer({ isSuspended, subscriptions, subject }: Explanation): Answer | undefined {
  if (isSuspended) {
    return {
      title: 'PipeBot was removed here',
      sentence: 'What this conversation is owed is kept, and comes when PipeBot has been added again.',
    };
  }
  if (subscriptions.length > 0) return undefined;
  const name = subject === '*' ? '*' : plainText(subject);
  return {
    title: 'Not subscribed',
    sentence: `This conversation has no subscription to ${subscribedName(subject)}. To begin one, type: subscribe ${name}`,
  };
}

function staleAnswer({ observations, answeredAt }: Explanation): Answer | undefined {
  const stale = observations.filter(
    ({ readAt }) => readAt === undefined || answeredAt - readAt > STALE_AFTER_MS,
  );
  const [oldest] = [...stale].sort((left, right) => (left.readAt ?? 0) - (right.readAt ?? 0));
  if (!oldest) return undefined;
  const isNew = oldest.readAt === undefined;
  return {
    title: isNew ? 'Not read yet' : 'Not read lately',
    sentence: `${explainObservation(oldest, answeredAt)} ${isNew ? 'Runs' : 'Newer runs'} are not known yet.`,
  };
}

function newestAnswer(explanation: Explanation): Answer | undefined {
  const { subscriptions, answeredAt } = explanation;
  const [newest] = subscriptions
    .flatMap(({ subscription, alerts }) => alerts.map((alert) => ({ subscription, alert })))
    .sort((left, right) => right.alert.at - left.alert.at);
  if (!newest) return undefined;
  const { outcome } = newest.alert;
  const isTold = outcome.code === 'told' || outcome.code === 'counted';
  const undelivered = isTold ? undeliveredAnswer(explanation) : undefined;
  return (
    undelivered ?? {
      title: outcome.code === 'held' ? HELD_TITLES[outcome.by] : TITLES[outcome.code],
      sentence: `The last run was ${explainedRun(newest.alert, answeredAt)}. ${explainOutcome(outcome, answeredAt, newest.subscription)}`,
    }
  );
}

const HELD_TITLES = {
  grouping: 'About to be told',
  muted: 'Muted',
  'quiet-hours': 'Quiet hours',
  inhibited: 'Held back by its base',
} as const satisfies Record<HoldReason, string>;

const TITLES = {
  told: 'The last run was told',
  counted: 'Counted on its card',
  filtered: 'Filtered out',
  dropped: 'Over before it was told',
  'recovered-untold': 'Over before it was told',
  flapping: 'Flapping',
  'no-news': 'No news',
} as const satisfies Record<Exclude<AlertOutcome['code'], 'held'>, string>;

function undeliveredAnswer(explanation: Explanation): Answer | undefined {
  const { lastDelivery } = explanation;
  if (!lastDelivery || lastDelivery.state === 'delivered') return undefined;
  const title = lastDelivery.state === 'parked' ? 'Not delivered' : 'On its way';
  return { title, sentence: deliveryText(explanation) };
}

function mutedAnswer({ mutes, quiet, answeredAt }: Explanation): Answer | undefined {
  const [mute] = mutes;
  if (mute) return { title: 'Muted', sentence: explainMute(mute, answeredAt) };
  if (quiet?.isQuietUntil === undefined) return undefined;
  return { title: 'Quiet hours', sentence: quietSentence(quiet, answeredAt) };
}

/** Everything in plain sentences, the answer first. */
export function explainSilence(explanation: Explanation): string[] {
  const { subscriptions, answeredAt: now } = explanation;
  const answer = silenceAnswer(explanation);
  return [
    `${answer.title}. ${answer.sentence}`,
    ...subscriptions.flatMap(({ subscription, alerts }) => [
      `Subscribed to ${subscriptionText(subscription)}`,
      ...alerts.map(
        (alert) => `${explainedRun(alert, now)}: ${explainOutcome(alert.outcome, now, subscription)}`,
      ),
    ]),
    ...explainEvidence(explanation),
  ];
}
