// A message owed to one conversation. Its key makes telling twice impossible; its state survives restarts.
// Pure: what to do after a send is decided here, sending and storing happen elsewhere.
import type { Content } from './content.ts';

export type NotificationState =
  | 'queued'
  | 'sending'
  | 'delivered'
  | 'suspended'
  | 'parked'
  /** A progress of a card that a newer state of the same card has overtaken before it was sent. */
  | 'superseded';

export interface Notification {
  readonly key: string;
  readonly conversationId: string;
  readonly content: Content;
  /** Key of the notification whose card this one replaces in place; absent for a new message. */
  readonly updatesKey?: string;
  /** The thread of a channel it belongs to. */
  readonly threadId?: string;
  /** Key of the notification in whose thread it goes, once Teams has named that; in chats it is an ordinary message. */
  readonly repliesToKey?: string;
  /** Says how far something has come; a newer update of the same card makes it needless. Final states never are. */
  readonly isProgress: boolean;
  readonly state: NotificationState;
  readonly attempts: number;
  /** An earlier attempt may have arrived although nobody confirmed it. */
  readonly isInDoubt: boolean;
  /** How often it was made smaller after a refusal for its size. */
  readonly shrinkStep: number;
  readonly createdAt: number;
  /** Since it was queued or resumed; absent before the first attempt. */
  readonly firstAttemptAt?: number;
  readonly nextAttemptAt: number;
}

export type Refusal =
  | 'throttled'
  | 'unreachable'
  | 'removed'
  | 'not-found'
  | 'too-large'
  | 'unauthorized'
  | 'invalid';

/** What is known after a send: it arrived, it certainly did not, or nobody can tell. */
export type SendOutcome =
  | { readonly kind: 'delivered'; readonly activityId?: string }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly retryAfterMs?: number;
      readonly detail: string;
    }
  | { readonly kind: 'in-doubt'; readonly detail: string };

export type DeliveryStep =
  | { readonly kind: 'done'; readonly activityId?: string }
  /** `postAnew`: the card that it should have replaced, or in whose thread it should have gone, is gone. */
  | {
      readonly kind: 'retry';
      readonly at: number;
      readonly isInDoubt: boolean;
      readonly shrinkStep: number;
      readonly detail: string;
      readonly postAnew?: true;
    }
  | { readonly kind: 'suspend'; readonly detail: string }
  | { readonly kind: 'park'; readonly detail: string };

/** After a day of attempts nobody is helped by the message any more; it is parked, visible to the operator. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 5 * 60_000;
const MAX_RETRY_AFTER_MS = 15 * 60_000;
const MAX_SHRINK_STEP = 2;
/**
 * Pauses before a new message that may have arrived is sent once more: long enough for an outage to pass, and
 * so long that a connector which takes messages without ever confirming them shows only a handful of copies.
 */
const DOUBT_PAUSES_MS = [30_000, 2 * 60_000, 8 * 60_000, 30 * 60_000, 60 * 60_000] as const;
const LONGEST_PAUSE_MS = Math.max(...DOUBT_PAUSES_MS, MAX_RETRY_MS, MAX_RETRY_AFTER_MS);
const GIVE_UP_DOUBT_AFTER_MS = 2 * 3_600_000;

/** Whether it may be tried. A time further ahead than any pause is that of a clock that went wrong. */
export function isDue({ nextAttemptAt }: Pick<Notification, 'nextAttemptAt'>, now: number): boolean {
  return nextAttemptAt <= now || nextAttemptAt > now + LONGEST_PAUSE_MS;
}

/**
 * What follows from the outcome of one attempt.
 * @param context `now` in ms since the epoch; `isUpdate` when the attempt replaced a message that exists, `isReply`
 * when it went into the thread of another notification
 */
export function afterSend(
  notification: Notification,
  outcome: SendOutcome,
  context: { readonly now: number; readonly isUpdate: boolean; readonly isReply?: boolean },
): DeliveryStep {
  const { now, isUpdate, isReply = false } = context;
  if (outcome.kind === 'delivered') {
    return { kind: 'done', ...(outcome.activityId === undefined ? {} : { activityId: outcome.activityId }) };
  }
  const triedForMs = now - (notification.firstAttemptAt ?? now);
  const isOverdue = triedForMs > GIVE_UP_AFTER_MS;
  const retry = {
    kind: 'retry',
    at: now + backoffMs(notification.attempts),
    // Repeating an update is harmless; repeating a new message may show it twice, and then it must say so.
    isInDoubt: notification.isInDoubt || (outcome.kind === 'in-doubt' && !isUpdate),
    shrinkStep: notification.shrinkStep,
    detail: outcome.detail,
  } as const;
  const giveUp = { kind: 'park', detail: outcome.detail } as const;
  if (outcome.kind === 'in-doubt') {
    if (isUpdate) return isOverdue ? giveUp : retry;
    const isRepeatedEnough = notification.isInDoubt && triedForMs > GIVE_UP_DOUBT_AFTER_MS;
    return isRepeatedEnough ? giveUp : { ...retry, at: now + doubtPauseMs(notification.attempts) };
  }
  switch (outcome.refusal) {
    case 'throttled':
      if (isOverdue) return giveUp;
      return { ...retry, at: now + clampRetryAfter(outcome.retryAfterMs, notification.attempts) };
    // The operator's to repair, however long that takes; then everything that is owed is still there.
    case 'unreachable':
    case 'unauthorized':
      return retry;
    case 'removed':
      return { kind: 'suspend', detail: outcome.detail };
    case 'not-found':
      return isUpdate || isReply ? { ...retry, at: now, postAnew: true } : giveUp;
    case 'too-large':
      return notification.shrinkStep < MAX_SHRINK_STEP
        ? { ...retry, at: now, shrinkStep: notification.shrinkStep + 1 }
        : giveUp;
    case 'invalid':
      return giveUp;
  }
}

function backoffMs(attempts: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 10));
}

function doubtPauseMs(attempts: number): number {
  return DOUBT_PAUSES_MS[attempts - 1] ?? DOUBT_PAUSES_MS[4];
}

function clampRetryAfter(retryAfterMs: number | undefined, attempts: number): number {
  if (retryAfterMs === undefined) return backoffMs(attempts);
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(1_000, retryAfterMs));
}
