// The cards about subscriptions: what one will tell, and all that a conversation has, with a button to end each.
import type { Content } from '../domain/content.ts';
import type { Mute } from '../domain/mute.ts';
import type { QuietHours } from '../domain/quiet-hours.ts';
import type { Subscription } from '../domain/subscription.ts';
import type { Watch } from '../domain/watch.ts';
import { capital, plainText } from '../text/plain.ts';
import {
  branchesText,
  explainSubscription,
  failingText,
  muteDetail,
  quietText,
  reasonsText,
  styleText,
  subscribedName,
  subscribedSubject,
  subscriptionDetail,
  toldText,
  untoldText,
} from '../text/subscription.ts';
import { watchedText } from '../text/watch.ts';
import { commandButton, idWord, nameWord } from './buttons.ts';
import type { TemplateData } from './expand-template.ts';
import { type Fact, fact } from './status-card.ts';
import { DONE_TONE } from './tone.ts';

type Subscribed = Extract<Content, { kind: 'subscribed' }>;
type Subscriptions = Extract<Content, { kind: 'subscriptions' }>;

const MAX_ROWS = 15;

/** `Subscribed to payments`. */
export function subscribedTitle({ subscription, isChanged }: Subscribed): string {
  const name = subscribedName(subscription.service);
  return isChanged ? `Subscription to ${name} changed` : `Subscribed to ${name}`;
}

/** Data of templates/subscribed.json. `isCompact` leaves out the facts. */
export function subscribedData(content: Subscribed, isCompact: boolean): TemplateData {
  const { subscription, failing, isChanged } = content;
  const alreadyFailing = failingText(failing, subscription);
  return {
    ...DONE_TONE,
    title: subscribedTitle(content),
    // Whoever changes a subscription, it stays that of the one who made it.
    subject: `${isChanged ? 'Made by' : 'By'} ${plainText(subscription.createdBy.name) || 'somebody'}`,
    sentence: explainSubscription(subscription),
    hasFailing: alreadyFailing !== '',
    failing: alreadyFailing,
    hasFacts: !isCompact,
    facts: isCompact ? [] : subscribedFacts(content),
    commands: [
      ...commandButton('Unsubscribe', 'unsubscribe', idWord(subscription.id)),
      ...commandButton('All subscriptions', 'subscriptions'),
    ],
  };
}

function subscribedFacts({ subscription, actsAsFlat }: Subscribed): Fact[] {
  const reasons = reasonsText(subscription);
  const stage = plainText(subscription.stage);
  return [
    fact('Told', toldText(subscription)),
    fact('Not told', untoldText(subscription)),
    fact('Branches', branchesText(subscription)),
    ...(reasons === '' ? [] : [fact('Reason', reasons)]),
    ...(stage === '' ? [] : [fact('Stage', stage)]),
    ...(subscription.events === 'recoveries' ? [] : [fact('Style', styleText(subscription, actsAsFlat))]),
  ];
}

/** `3 subscriptions`. */
export function subscriptionsTitle({ subscriptions }: Subscriptions): string {
  const count = subscriptions.length;
  if (count === 0) return 'No subscriptions here';
  return count === 1 ? '1 subscription' : `${count} subscriptions`;
}

/** Data of templates/subscriptions.json. `isCompact` shows the names alone. */
export function subscriptionsData(content: Subscriptions, now: number, isCompact: boolean): TemplateData {
  const { subscriptions, mutes, watches, quiet } = content;
  const sections = [
    section('', subscriptions, subscriptionRow),
    section('Muted', mutes, (mute) => muteRow(mute, now)),
    section('Watched', watches, watchRow),
    section('Quiet every day', quiet ? [quiet] : [], quietRow),
  ];
  return {
    title: subscriptionsTitle(content),
    isEmpty: subscriptions.length === 0,
    empty: 'Nothing is told here by itself.',
    sections: sections
      .filter(({ rows }) => rows.length > 0)
      .map((each) => (isCompact ? compact(each) : each)),
    commands: commandButton('Subscribe', 'subscribe'),
  };
}

interface Section {
  readonly [name: string]: TemplateData[string];
  readonly rows: readonly TemplateData[];
}

function section<Item>(title: string, items: readonly Item[], toRow: (item: Item) => TemplateData): Section {
  const hidden = items.length - MAX_ROWS;
  return {
    title,
    hasTitle: title !== '',
    rows: items.slice(0, MAX_ROWS).map(toRow),
    hasMore: hidden > 0,
    more: `and ${hidden} more`,
  };
}

function compact(full: Section): Section {
  return { ...full, rows: full.rows.map((row) => ({ ...row, hasText: false, hasCommands: false })) };
}

function row(name: string, text: string, commands: readonly TemplateData[]): TemplateData {
  return { name, hasText: text !== '', text, hasCommands: commands.length > 0, commands };
}

function subscriptionRow(subscription: Subscription): TemplateData {
  const { id, service } = subscription;
  const text = subscriptionDetail(subscription);
  return row(
    subscribedSubject(service),
    capital(text),
    commandButton('Unsubscribe', 'unsubscribe', idWord(id)),
  );
}

function muteRow(mute: Mute, now: number): TemplateData {
  return row(
    subscribedSubject(mute.service),
    capital(muteDetail(mute, now)),
    commandButton('Unmute', 'unmute', nameWord(mute.service)),
  );
}

function quietRow(quiet: QuietHours): TemplateData {
  return row(quietText(quiet), '', commandButton('Switch off', 'quiet', 'off'));
}

function watchRow(watch: Watch): TemplateData {
  const text = watch.state === 'waiting' ? 'Its next run' : 'The run that is going on';
  return row(watchedText(watch), text, commandButton('Stop', 'unwatch', nameWord(watch.subject)));
}
