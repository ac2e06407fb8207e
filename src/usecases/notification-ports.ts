// What is owed to conversations, as the store keeps it and as it is sent. Every call of the store throws PipeBotError `store-unavailable` when the
// store is down.
import type { Content } from '../domain/content.ts';
import type { Notification, NotificationState } from '../domain/notification.ts';

export type NewNotification = Pick<
  Notification,
  'key' | 'conversationId' | 'content' | 'updatesKey' | 'threadId' | 'repliesToKey'
> & { readonly isProgress?: boolean };

export interface Notifications {
  /**
   * Does nothing when the key exists. What waits to update the same card and only tells of progress is superseded
   * by it.
   */
  add(notification: NewNotification, createdAt: number): Promise<void>;
  /** The oldest one that is neither delivered, suspended nor parked. */
  nextFor(conversationId: string): Promise<Notification | undefined>;
  /**
   * False, and nothing is changed, when somebody else has delivered it or begun an attempt meanwhile: when the
   * stored `attempts` are not `attemptsBefore`, which are the notification's own unless given.
   */
  save(
    notification: Notification,
    change?: { readonly attemptsBefore?: number; readonly detail?: string },
  ): Promise<boolean>;
  /** The activity also becomes that of the notification which it updates, so that both are one card. */
  markDelivered(key: string, deliveredAt: number, activityId: string | undefined): Promise<void>;
  /** The id under which Teams knows a delivered notification. */
  activityIdOf(key: string): Promise<string | undefined>;
  /** Teams knows the message no longer: what updates the notification is posted anew. */
  forgetActivityId(key: string, activityId: string): Promise<void>;
  /** The newest of a conversation, by the time of its last change; for `why`. */
  lastOf(conversationId: string): Promise<
    | {
        readonly state: NotificationState;
        readonly isInDoubt: boolean;
        readonly attempts: number;
        readonly at: number;
        readonly detail?: string;
      }
    | undefined
  >;
  /** Suspended ones of a conversation become queued again, as if never tried; false when there are none. */
  resume(conversationId: string, now: number): Promise<boolean>;
  /** Conversations with something to send. */
  listPending(): Promise<string[]>;
  deleteBefore(deliveredBefore: number): Promise<void>;
}

export interface OutgoingMessage {
  readonly content: Content;
  readonly threadId?: string;
  /** Replace this message instead of posting a new one. */
  readonly activityId?: string;
  /** Say that it may have been sent before. */
  readonly mayRepeat: boolean;
  readonly shrinkStep: number;
}
