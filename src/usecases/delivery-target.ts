// Where a notification goes: a new message, one that is replaced, or a reply in the thread of another one. Only the
// record knows under which ids Teams has them.
import type { Notification } from '../domain/notification.ts';
import type { ConversationKind, Notifications } from './ports.ts';

export interface DeliveryTarget {
  /** Of the message that is replaced; absent for a new one. */
  readonly activityId?: string;
  readonly threadId?: string;
  /** The notification with whose message the thread begins; absent where the thread is somebody's own. */
  readonly rootKey?: string;
}

type Known = Pick<Notifications, 'activityIdOf'>;

export async function targetOf(
  known: Known,
  kind: ConversationKind,
  notification: Notification,
): Promise<DeliveryTarget> {
  const { updatesKey, threadId, repliesToKey } = notification;
  const thread = threadId === undefined ? {} : { threadId };
  const activityId = updatesKey === undefined ? undefined : await known.activityIdOf(updatesKey);
  if (activityId !== undefined) return { activityId, ...thread };
  // Only channels have threads, and what was never delivered has no message to reply to.
  if (repliesToKey === undefined || kind !== 'channel') return thread;
  const root = await known.activityIdOf(repliesToKey);
  return root === undefined ? thread : { threadId: root, rootKey: repliesToKey };
}

/** A crash in the middle of sending a new message has left `sending` behind: it may have arrived. */
export function isCutOff({ state }: Notification, { activityId }: DeliveryTarget): boolean {
  return state === 'sending' && activityId === undefined;
}

/** Teams knows the message no longer that was to be replaced or replied to. */
export async function forgetTarget(
  known: Pick<Notifications, 'forgetActivityId'>,
  { updatesKey }: Notification,
  { activityId, threadId, rootKey }: DeliveryTarget,
): Promise<void> {
  if (activityId !== undefined && updatesKey !== undefined)
    await known.forgetActivityId(updatesKey, activityId);
  if (rootKey !== undefined && threadId !== undefined) await known.forgetActivityId(rootKey, threadId);
}
