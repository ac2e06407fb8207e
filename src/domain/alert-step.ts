// What the end of a build does to an alert: what becomes news, what is only counted, what is over before anybody
// heard of it. Pure; whether and when news is told is decided in alert-release.ts.
import {
  type Alert,
  type AlertFacts,
  type AlertNews,
  type AlertOutcome,
  currentNews,
  type EndedBuild,
  type PendingNews,
} from './alert.ts';
import { type HealthChange, isRed } from './health.ts';
import type { FilterName, SubscribedEvents } from './subscription.ts';

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

/** How something stands, in truth or as far as people know; what lies between the two is news. */
type Standing = 'fine' | 'failing' | 'flapping';

type Step = Pick<AlertStep, 'alert'> &
  Partial<Pick<AlertStep, 'isRepeat' | 'isResult'>> & { readonly outcome: AlertOutcome };

/** What an ended build does to an alert. */
export function alertAfter(before: Alert, ended: EndedBuild, context: AlertContext): AlertStep {
  const { alert, outcome, isRepeat = false, isResult = false } = filteredStepOf(before, ended, context);
  const { id, number, url } = ended.build;
  return {
    alert: { ...alert, last: { build: { id, number, url }, at: context.now, outcome } },
    updatesCard: before.isOpen && before.cardKey !== undefined && isShownOtherwise(before, alert),
    isRepeat,
    isResult,
  };
}

function isShownOtherwise(before: Alert, after: Alert): boolean {
  return before.facts !== after.facts || currentNews(before) !== currentNews(after);
}

/**
 * Filters keep builds from becoming news. What is open or owed follows its definition all the same, whoever started
 * the build: nobody is told of a failure that is over, and whoever heard of one hears how it ended.
 */
function filteredStepOf(before: Alert, ended: EndedBuild, context: AlertContext): Step {
  const { stoppedBy } = context;
  // An alert is of one branch, so there this one lets nothing through.
  if (stoppedBy === 'branch') return { alert: before, outcome: { code: 'filtered', by: stoppedBy } };
  // Who subscribes to what fails already is told so in the answer.
  const alert = before.last ? before : { ...before, isOpen: wasRed(ended) };
  if (!stoppedBy) return stepOf(alert, ended, context);
  const filtered = { code: 'filtered', by: stoppedBy } as const;
  if (!alert.isOpen && !alert.pending) return { alert, outcome: filtered };
  const step = stepOf(alert, ended, context);
  const isNews = step.outcome.code === 'held' || step.outcome.code === 'recovered-untold';
  return { alert: step.alert, outcome: isNews ? step.outcome : filtered };
}

function wasRed({ change, health }: EndedBuild): boolean {
  return change === undefined ? health.colour === 'red' : change === 'still-red' || change === 'turned-green';
}

function stepOf(alert: Alert, ended: EndedBuild, context: AlertContext): Step {
  const { change } = ended;
  if (change === undefined) return resultOf(alert, context);
  const standing = standingAfter(ended, change);
  const known = { ...alert, facts: factsAfter(alert, ended, context.stoppedBy) };
  if (standing === 'failing' && context.events === 'recoveries') return keepSilent(known);
  const news = newsOf(known, { standing, change, context });
  return news ? owe(known, news, context) : noNews(known, standing, context);
}

function standingAfter({ health }: EndedBuild, change: HealthChange): Standing {
  if (health.isFlapping) return 'flapping';
  return isRed(change) ? 'failing' : 'fine';
}

function knownStanding({ isOpen, isFlappingTold }: Alert): Standing {
  if (isFlappingTold) return 'flapping';
  return isOpen ? 'failing' : 'fine';
}

interface Now {
  readonly standing: Standing;
  readonly change: HealthChange;
  readonly context: AlertContext;
}

/** The news that leads from what people know to what is so; undefined when they know. */
function newsOf(alert: Alert, { standing, change, context }: Now): AlertNews | undefined {
  const [known, owed] = [knownStanding(alert), alert.pending?.news];
  if (standing === 'flapping') return known === 'flapping' ? undefined : 'flapping';
  const plain = standing === 'failing' ? 'failing' : 'recovered';
  // Flapping settles with several builds alike. After a pause it may also end with a change of colour.
  if (known === 'flapping') return isStill(change) && owed !== plain ? 'settled' : plain;
  if (standing === 'fine') return known === 'failing' ? 'recovered' : undefined;
  // Of what failed before the subscription there is no card yet; its next failure brings one.
  const needsCard = alert.cardKey === undefined && (owed === 'failing' || !context.stoppedBy);
  return known === 'fine' || needsCard ? 'failing' : undefined;
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

/** People know already how it stands, or again: what was still owed is no longer so. */
function noNews({ pending, ...alert }: Alert, standing: Standing, context: AlertContext): Step {
  switch (standing) {
    case 'failing':
      return { alert, isRepeat: true, outcome: { code: 'counted' } };
    case 'flapping':
      return { ...resultOf(alert, context), outcome: { code: 'flapping' } };
    case 'fine':
      return { ...resultOf(alert, context), ...(pending ? { outcome: { code: 'recovered-untold' } } : {}) };
  }
}

function resultOf(alert: Alert, { events }: AlertContext): Step {
  return { alert, isResult: events === 'all', outcome: { code: 'no-news' } };
}

/** Who wants to hear of recoveries only counts as knowing of failures. No card shows those. */
function keepSilent({ pending: _, cardKey, ...alert }: Alert): Step {
  const card = alert.isOpen && cardKey !== undefined ? { cardKey } : {};
  return {
    alert: { ...alert, ...card, isOpen: true, isFlappingTold: false },
    outcome: { code: 'filtered', by: 'events' },
  };
}

function factsAfter({ facts }: Alert, ended: EndedBuild, stoppedBy: FilterName | undefined): AlertFacts {
  const { build, change, red, failure, usualMs } = ended;
  if (change === 'still-green' && facts?.colour === 'green') return facts;
  const first = red?.first ?? facts?.first;
  const streak = {
    ...(first ? { first } : {}),
    failedBuilds: red?.failedBuilds ?? facts?.failedBuilds ?? 0,
  };
  // A failure that is kept back counts, and does not show itself.
  if (stoppedBy && isRed(change) && facts?.colour === 'red')
    return facts.failedBuilds === streak.failedBuilds ? facts : { ...facts, ...streak };
  const shown = isRed(change) ? failure : facts?.failure;
  return {
    build,
    ...streak,
    ...(shown ? { failure: shown } : {}),
    ...(usualMs === undefined ? {} : { usualMs }),
    colour: isRed(change) ? 'red' : 'green',
  };
}

function isStill(change: HealthChange): boolean {
  return change === 'still-red' || change === 'still-green';
}
