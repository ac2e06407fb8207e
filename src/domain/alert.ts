// Alerts: what one subscription still has to hear, or has heard, of a definition on a branch. Alertmanager's
// semantics for builds: the first failure is told, further ones are counted, recovery is told once, a flapping
// one is told once, and what is held back is looked at again. Pure; telling and storing happen elsewhere.
import type { Build } from './build.ts';
import type { Failure } from './failure.ts';
import type { ColouredBuild, Health, HealthChange } from './health.ts';
import type { DefinitionName } from './service.ts';
import type { FilterName, SubscribedEvents, Subscription } from './subscription.ts';

/** What is owed to the people of a conversation as a message of its own. */
export type AlertNews = 'failing' | 'recovered' | 'flapping' | 'settled';

export type HoldReason = 'grouping' | 'muted' | 'quiet-hours' | 'inhibited';

export interface PendingNews {
  readonly news: AlertNews;
  /** Since when it is owed, ms since the epoch, PipeBot's clock. */
  readonly since: number;
  /** When it is looked at next. */
  readonly dueAt: number;
  readonly heldBy: HoldReason;
  /** The base that inhibits it. */
  readonly base?: string;
}

/** The streak of failures that the alert is about; kept after recovery, for the card. */
export interface AlertFacts {
  /** The newest build that counted. */
  readonly build: Build;
  /** The first that failed. */
  readonly first?: ColouredBuild;
  readonly failedBuilds: number;
  readonly failure?: Failure;
  /** The usual duration in ms of builds that succeed. */
  readonly usualMs?: number;
  readonly colour: 'green' | 'red';
}

/** What became of the last build, for `why`. */
export type AlertOutcome =
  | { readonly code: 'told'; readonly notificationKey: string }
  | { readonly code: 'counted' }
  | { readonly code: 'held'; readonly by: HoldReason; readonly until: number; readonly base?: string }
  | { readonly code: 'filtered'; readonly by: FilterName | 'events' }
  | { readonly code: 'dropped'; readonly by: 'muted' | 'quiet-hours' }
  | { readonly code: 'recovered-untold' }
  | { readonly code: 'flapping' }
  | { readonly code: 'no-news' };

export interface Alert {
  readonly subscriptionId: string;
  readonly conversationId: string;
  readonly definition: DefinitionName;
  /** Full ref. */
  readonly branch: string;
  /** People were told that it fails, and not yet that it has recovered. */
  readonly isOpen: boolean;
  /** People were told that it flaps, and not yet how that ended. */
  readonly isFlappingTold: boolean;
  readonly pending?: PendingNews;
  readonly facts?: AlertFacts;
  /** Key of the notification whose card shows it; kept after recovery. */
  readonly cardKey?: string;
  readonly last?: {
    readonly build: Pick<Build, 'id' | 'number' | 'url'>;
    /** Ms since the epoch, PipeBot's clock. */
    readonly at: number;
    readonly outcome: AlertOutcome;
  };
}

export function newAlert(
  { id, conversationId }: Pick<Subscription, 'id' | 'conversationId'>,
  { organization, project, definitionId, branch }: Build,
): Alert {
  return {
    subscriptionId: id,
    conversationId,
    definition: { organization, project, definitionId },
    branch,
    isOpen: false,
    isFlappingTold: false,
  };
}

/** A build that has ended, with what it did to its definition's health. */
export interface EndedBuild {
  readonly build: Build;
  /** Undefined when it said nothing about the colour: canceled, or older than one that did. */
  readonly change?: HealthChange;
  readonly health: Health;
  /** Of the streak that this build belongs to or has ended. */
  readonly red?: Health['red'];
  readonly failure?: Failure;
  readonly usualMs?: number;
}

export interface AlertStep {
  readonly alert: Alert;
  /** The card that shows the alert is no longer true. */
  readonly updatesCard: boolean;
  /** One more failure of an open alert; the subscription's style says where that goes. */
  readonly isRepeat: boolean;
  /** The subscription wants to hear of every end, and nothing else tells of this one. */
  readonly isResult: boolean;
}

export interface AlertContext {
  /** Ms since the epoch, PipeBot's clock. */
  readonly now: number;
  /** When news of this conversation may be told at the earliest, so that several become one message. */
  readonly groupedUntil: number;
  readonly events: SubscribedEvents;
  readonly stoppedBy?: FilterName;
}

/** What an ended build does to an alert. */
export function alertAfter(alert: Alert, ended: EndedBuild, context: AlertContext): AlertStep {
  const step = stepOf(alert, ended, context);
  const { id, number, url } = ended.build;
  const last = { build: { id, number, url }, at: context.now, outcome: step.outcome };
  return { isRepeat: false, isResult: false, updatesCard: false, ...step, alert: { ...step.alert, last } };
}

type Step = Partial<AlertStep> & { readonly alert: Alert; readonly outcome: AlertOutcome };

function stepOf(alert: Alert, ended: EndedBuild, context: AlertContext): Step {
  const { change } = ended;
  const isRed = change === 'turned-red' || change === 'still-red';
  // Recovery closes what was opened, whoever started the build that recovered.
  const isClosing = alert.isOpen && change !== undefined && !isRed;
  if (context.stoppedBy && !isClosing) return { alert, outcome: { code: 'filtered', by: context.stoppedBy } };
  if (change === undefined) return resultOf(alert, context);
  const known = { ...alert, facts: factsAfter(alert, ended) };
  if (context.events === 'recoveries' && isRed)
    return { alert: known, outcome: { code: 'filtered', by: 'events' } };
  if (ended.health.isFlapping) return flap(known, context);
  if (known.isFlappingTold) return owe({ ...known, isFlappingTold: false }, 'settled', context);
  if (isRed) return fail(known, context);
  return change === 'turned-green' || isClosing ? recover(known, context) : resultOf(known, context);
}

function resultOf(alert: Alert, { events }: AlertContext): Step {
  if (events === 'all') return { alert, isResult: true, outcome: { code: 'no-news' } };
  return { alert, outcome: { code: 'no-news' } };
}

function fail(alert: Alert, context: AlertContext): Step {
  if (!alert.isOpen) return owe(alert, 'failing', context);
  // Not yet told that it had recovered: then it never did, as far as people know.
  const { pending, ...counted } = alert;
  const open = pending?.news === 'recovered' || pending === undefined ? counted : alert;
  return { alert: open, updatesCard: true, isRepeat: true, outcome: { code: 'counted' } };
}

function recover(alert: Alert, context: AlertContext): Step {
  if (alert.isOpen) return { ...owe(alert, 'recovered', context), updatesCard: true };
  const { pending, ...untold } = alert;
  if (context.events === 'recoveries') return owe(untold, 'recovered', context);
  if (!pending) return resultOf(alert, context);
  const isResult = context.events === 'all';
  return { alert: untold, isResult, outcome: { code: 'recovered-untold' } };
}

function flap(alert: Alert, context: AlertContext): Step {
  const updatesCard = alert.cardKey !== undefined;
  if (!alert.isFlappingTold)
    return { ...owe({ ...alert, isFlappingTold: true }, 'flapping', context), updatesCard };
  return { alert, updatesCard, outcome: { code: 'flapping' } };
}

/** News that is owed already keeps its time and what it is held by; other news takes its place. */
function owe(alert: Alert, news: AlertNews, { now, groupedUntil }: AlertContext): Step {
  const pending: PendingNews =
    alert.pending?.news === news
      ? alert.pending
      : { news, since: now, dueAt: Math.max(now, groupedUntil), heldBy: 'grouping' };
  const { heldBy: by, dueAt: until, base } = pending;
  const outcome = { code: 'held', by, until, ...(base === undefined ? {} : { base }) } as const;
  return { alert: { ...alert, pending }, outcome };
}

function factsAfter({ facts }: Alert, { build, change, red, failure, usualMs }: EndedBuild): AlertFacts {
  const isRed = change === 'turned-red' || change === 'still-red';
  const kept = isRed ? failure : facts?.failure;
  const first = red?.first ?? facts?.first;
  return {
    build,
    ...(first ? { first } : {}),
    failedBuilds: red?.failedBuilds ?? facts?.failedBuilds ?? 0,
    ...(kept ? { failure: kept } : {}),
    ...(usualMs === undefined ? {} : { usualMs }),
    colour: isRed ? 'red' : 'green',
  };
}

/** What may keep pending news from being told now. */
export interface Suppression {
  readonly now: number;
  readonly mutedUntil?: number;
  readonly quietUntil?: number;
  /** The name of a base of this service that is red itself. */
  readonly brokenBase?: string;
}

export type Release =
  | { readonly kind: 'tell'; readonly news: AlertNews; readonly heldBy: HoldReason }
  | { readonly kind: 'hold'; readonly alert: Alert }
  | { readonly kind: 'drop'; readonly alert: Alert };

/** A base that stays red is looked at again this often; its recovery releases at once. */
const INHIBITED_RECHECK_MS = 10 * 60_000;

/** What becomes of pending news that has come due. The alert must have some. */
export function releaseAlert(alert: Alert, suppression: Suppression): Release {
  const { pending } = alert;
  if (!pending) return { kind: 'drop', alert };
  const { now, mutedUntil, quietUntil, brokenBase } = suppression;
  if (mutedUntil !== undefined) {
    const isOver =
      pending.news === 'recovered' || (pending.news === 'settled' && alert.facts?.colour !== 'red');
    return isOver ? drop(alert) : hold(alert, { dueAt: mutedUntil, heldBy: 'muted' });
  }
  if (quietUntil !== undefined) return hold(alert, { dueAt: quietUntil, heldBy: 'quiet-hours' });
  if (brokenBase !== undefined && pending.news === 'failing')
    return hold(alert, { dueAt: now + INHIBITED_RECHECK_MS, heldBy: 'inhibited', base: brokenBase });
  return { kind: 'tell', news: pending.news, heldBy: pending.heldBy };
}

function hold(alert: Alert, why: Pick<PendingNews, 'dueAt' | 'heldBy' | 'base'>): Release {
  if (!alert.pending) return { kind: 'hold', alert };
  const { base: _, ...pending } = alert.pending;
  const { heldBy: by, dueAt: until, base } = why;
  const outcome = { code: 'held', by, until, ...(base === undefined ? {} : { base }) } as const;
  return { kind: 'hold', alert: withOutcome({ ...alert, pending: { ...pending, ...why } }, outcome) };
}

function drop(alert: Alert): Release {
  const { pending: _, ...rest } = alert;
  return { kind: 'drop', alert: withOutcome({ ...rest, isOpen: false }, { code: 'dropped', by: 'muted' }) };
}

/** The alert once its news stands in a notification; news of a failure becomes the card that is kept up to date. */
export function alertTold(alert: Alert, notificationKey: string): Alert {
  const { pending, ...rest } = alert;
  const isOpen = pending?.news !== 'recovered' && alert.facts?.colour === 'red';
  const isCard = pending?.news === 'failing' || pending?.news === 'flapping';
  return withOutcome(
    { ...rest, isOpen, ...(isCard ? { cardKey: notificationKey } : {}) },
    { code: 'told', notificationKey },
  );
}

function withOutcome(alert: Alert, outcome: AlertOutcome): Alert {
  return alert.last ? { ...alert, last: { ...alert.last, outcome } } : alert;
}

/** One row of a message about alerts: a service or base with what happened to it. */
export interface AlertEntry {
  readonly news: AlertNews;
  /** The service's name, or the base's. */
  readonly name: string;
  readonly role: 'base' | 'build';
  readonly facts: AlertFacts;
  /** Services that are built on it, when it is a base. */
  readonly blocks: readonly string[];
  /** Why it comes later than it happened; absent when it does not. */
  readonly heldBy?: Exclude<HoldReason, 'grouping'>;
  /** Of an inhibited one. */
  readonly base?: string;
}
