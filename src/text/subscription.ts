// Subscriptions, mutes and quiet hours in words: what a conversation hears, and what it does not. It must not
// decide what matches; domain/subscription.ts does.
import type { Mute } from '../domain/mute.ts';
import type { QuietHours } from '../domain/quiet-hours.ts';
import {
  ALL_SERVICES,
  type DeliveryStyle,
  type ReasonFilter,
  type SubscribedEvents,
  type Subscription,
} from '../domain/subscription.ts';
import { branchText, capital, listText, plainText, sentence } from './plain.ts';
import { durationText } from './time.ts';

/** What it is about: a name, or `all services`. */
export function subscribedName(service: unknown): string {
  return service === ALL_SERVICES ? 'all services' : plainText(service);
}

/** The same at the start of a sentence. A name keeps its letters. */
export function subscribedSubject(service: unknown): string {
  const name = subscribedName(service);
  return service === ALL_SERVICES ? capital(name) : name;
}

/** `payments: failures and recoveries on release/*, of ci runs, in stage deploy*; style update.` */
export function subscriptionText(subscription: Subscription): string {
  return `${subscribedName(subscription.service)}: ${subscriptionDetail(subscription)}`;
}

/** The same without the name. */
export function subscriptionDetail(subscription: Subscription): string {
  const { events, style } = subscription;
  const filters = [
    branchesOf(subscription, ' on '),
    reasonsOf(subscription, ', of ', ' runs'),
    stageOf(subscription, ', in stage '),
  ].join('');
  return `${EVENTS[events]}${filters}; style ${style}.`;
}

const EVENTS = {
  failures: 'failures and recoveries',
  all: 'every run',
  recoveries: 'recoveries only',
} as const satisfies Record<SubscribedEvents, string>;

function branchesOf({ branch }: Subscription, before: string): string {
  return plainText(branch) === '' ? '' : `${before}${plainText(branch)}`;
}

function reasonsOf({ reasons }: Subscription, before: string, after: string): string {
  return reasons.length === 0 ? '' : `${before}${listText(reasons, 'and')}${after}`;
}

function stageOf({ stage }: Subscription, before: string): string {
  return plainText(stage) === '' ? '' : `${before}${plainText(stage)}`;
}

/** What a subscription is about, in one sentence for the one who has just made it. */
export function explainSubscription({ service, events }: Subscription): string {
  return `This conversation hears ${HEARD[events](service === ALL_SERVICES ? undefined : plainText(service))}`;
}

const HEARD = {
  failures: (name) => `when ${builtText(name)} starts to fail, and when it has recovered.`,
  all: (name) =>
    `of every run of ${name === undefined ? 'every service and base' : `${name} and of what it builds on`}.`,
  recoveries: (name) => `when ${builtText(name)} has recovered.`,
} as const satisfies Record<SubscribedEvents, (name: string | undefined) => string>;

function builtText(name: string | undefined): string {
  return name === undefined ? 'any service or base' : `${name}, or what it builds on,`;
}

/** What brings a message. */
export function toldText({ events }: Subscription): string {
  return TOLD[events];
}

const TOLD = {
  failures: 'The first failure, the recovery, and once when it is flapping',
  all: 'Every run that ends; the first failure with its details',
  recoveries: 'The first success after failures',
} as const satisfies Record<SubscribedEvents, string>;

/** What brings none. */
export function untoldText(subscription: Subscription): string {
  const { events, branch, reasons, stage } = subscription;
  const untold = [
    ...UNTOLD[events],
    ...(plainText(branch) === '' ? [] : ['other branches']),
    ...(reasons.length === 0 ? [] : ['runs started otherwise']),
    ...(plainText(stage) === '' ? [] : ['failures of other stages']),
  ];
  return capital(listText(untold));
}

const UNTOLD = {
  failures: ['canceled runs', 'runs that succeed while all is well'],
  all: ['runs that have not ended'],
  recoveries: ['failures', 'canceled runs', 'runs that succeed while all is well'],
} as const satisfies Record<SubscribedEvents, readonly string[]>;

/** Where further failures and the recovery go. */
export function styleText({ style }: Subscription, actsAsFlat: boolean): string {
  if (actsAsFlat && style === 'thread') return `flat, since there are no threads here: ${STYLES.flat}`;
  return `${style}: ${STYLES[style]}`;
}

const STYLES = {
  update: 'further failures count up on the card, the recovery is a new message',
  thread: 'further failures and the recovery are replies to the card',
  flat: 'further failures and the recovery are new messages',
} as const satisfies Record<DeliveryStyle, string>;

/** On which branches. */
export function branchesText({ branch }: Subscription): string {
  return plainText(branch) || 'Those in the services file';
}

/** Which runs, by what started them; empty when every one. */
export function reasonsText({ reasons }: Subscription): string {
  return listText(
    reasons.map((reason) => REASONS[reason]),
    'and',
  );
}

const REASONS = {
  ci: 'pushes (ci)',
  pr: 'pull requests (pr)',
  schedule: 'schedules',
  manual: 'people (manual)',
} as const satisfies Record<ReasonFilter, string>;

export interface FailingAlready {
  readonly name: string;
  readonly branch: string;
  readonly failedBuilds: number;
}

/** What fails already when a subscription begins; empty when nothing does. */
export function failingText(failing: readonly FailingAlready[], { events }: Subscription): string {
  if (failing.length === 0) return '';
  const listed = listText(failing.map(failingItem), 'and', 5);
  const next =
    events === 'recoveries' ? 'The recovery is told.' : 'What comes next is told: a failure or the recovery.';
  return `Failing already: ${listed}. ${next}`;
}

function failingItem({ name, branch, failedBuilds }: FailingAlready): string {
  const where = `${plainText(name)} on ${branchText(branch)}`;
  return failedBuilds > 1 ? `${where} (${failedBuilds} runs in a row)` : where;
}

/** `payments is muted for another 1 h 20 min, by Ana Ferreira.` `now` in ms since the epoch. */
export function explainMute(mute: Mute, now: number): string {
  const verb = mute.service === ALL_SERVICES ? 'are' : 'is';
  return `${subscribedSubject(mute.service)} ${verb} muted ${muteDetail(mute, now)}`;
}

/** `for another 1 h 20 min, by Ana Ferreira.` */
export function muteDetail({ until, by }: Mute, now: number): string {
  const who = plainText(by.name) === '' ? '' : `, by ${plainText(by.name)}`;
  return sentence(`for another ${durationText(until - now)}${who}`);
}

/** `22:00 to 07:00 (Europe/Berlin)`. */
export function quietText({ fromMinute, toMinute, timeZone }: QuietHours): string {
  return `${clock(fromMinute)} to ${clock(toMinute)} (${plainText(timeZone)})`;
}

function clock(minuteOfDay: number): string {
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
  return `${two(minuteOfDay / 60)}:${two(minuteOfDay % 60)}`;
}
