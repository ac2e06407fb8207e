// What becomes of news that has come due: told, held on, or dropped; and the alert once it was told. Pure; who asks
// knows what is muted, quiet or inhibited, and stores the answer.
import {
  type Alert,
  type AlertNews,
  type AlertOutcome,
  becomesCard,
  type HoldReason,
  type PendingNews,
} from './alert.ts';

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
  const { news, heldBy } = pending;
  const isTrouble = leavesTrouble(news, alert);
  if (mutedUntil !== undefined && !isTrouble) return drop(alert);
  if (mutedUntil !== undefined) return hold(alert, pending, { dueAt: mutedUntil, heldBy: 'muted' });
  if (quietUntil !== undefined) return hold(alert, pending, { dueAt: quietUntil, heldBy: 'quiet-hours' });
  if (brokenBase !== undefined && isTrouble)
    return hold(alert, pending, { dueAt: now + INHIBITED_RECHECK_MS, heldBy: 'inhibited', base: brokenBase });
  return { kind: 'tell', news, heldBy };
}

/** Whether people who have heard it know of something that is not over. */
function leavesTrouble(news: AlertNews, { facts }: Alert): boolean {
  return news === 'settled' ? facts?.colour === 'red' : news !== 'recovered';
}

function hold(
  alert: Alert,
  { base: _, ...pending }: PendingNews,
  why: Pick<PendingNews, 'dueAt' | 'heldBy' | 'base'>,
): Release {
  const { heldBy: by, dueAt: until, base } = why;
  const outcome = { code: 'held', by, until, ...(base === undefined ? {} : { base }) } as const;
  return { kind: 'hold', alert: withOutcome({ ...alert, pending: { ...pending, ...why } }, outcome) };
}

/** Who mutes what fails does not want to hear either that it is over. */
function drop(alert: Alert): Release {
  const { pending: _, ...rest } = withOutcome(alert, { code: 'dropped', by: 'muted' });
  return { kind: 'drop', alert: { ...rest, isOpen: false, isFlappingTold: false } };
}

/** The alert once its news stands in a notification; news of a failure becomes the card that is kept up to date. */
export function alertTold(alert: Alert, notificationKey: string): Alert {
  const { pending, ...rest } = withOutcome(alert, { code: 'told', notificationKey });
  if (!pending) return alert;
  return {
    ...rest,
    isOpen: leavesTrouble(pending.news, alert),
    isFlappingTold: pending.news === 'flapping',
    ...(becomesCard(pending.news) ? { cardKey: notificationKey } : {}),
  };
}

/** The outcome belongs to the build that the news is about, which need not be the last that ended. */
function withOutcome(alert: Alert, outcome: AlertOutcome): Alert {
  const { last, facts, pending } = alert;
  if (!last || !facts || last.build.id === facts.build.id)
    return last ? { ...alert, last: { ...last, outcome } } : alert;
  const { id, number, url } = facts.build;
  return { ...alert, last: { build: { id, number, url }, at: pending?.since ?? last.at, outcome } };
}
