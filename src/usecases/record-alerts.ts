// What builds that have ended mean for subscriptions: what becomes news, what is counted, what is held back. Runs
// inside the transaction that stores the builds; nobody is told here, release-alerts does that.

import type { Clock } from '../clock.ts';
import { type Alert, type EndedBuild, newAlert } from '../domain/alert.ts';
import { type AlertStep, alertAfter } from '../domain/alert-step.ts';
import { isRed } from '../domain/health.ts';
import { mutedUntil } from '../domain/mute.ts';
import { quietUntil } from '../domain/quiet-hours.ts';
import { isSameDefinition, type ServiceCatalog } from '../domain/service.ts';
import { filterThatStops, type Subscription } from '../domain/subscription.ts';
import { cardContent, entryOf, nameOfDefinition } from './alert-entries.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type {
  Alerts,
  ConversationSettings,
  HealthRecords,
  Jobs,
  Log,
  Mutes,
  NewNotification,
  Notifications,
  Subscriptions,
} from './ports.ts';

export interface AlertPorts {
  readonly catalog: ServiceCatalog;
  readonly subscriptions: Pick<Subscriptions, 'listByDefinition' | 'listByConversation'>;
  readonly alerts: Alerts;
  readonly healths: Pick<HealthRecords, 'find'>;
  readonly mutes: Pick<Mutes, 'list'>;
  readonly settings: ConversationSettings;
  readonly notifications: Pick<Notifications, 'add'>;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
}

/** So long the first news waits for more that becomes one message with it. */
export const GROUP_WAIT_MS = 1_000;
/** After one message of news the next one waits this long, with all that has come meanwhile. */
export const GROUP_INTERVAL_MS = 30_000;

/** Records what the ends of builds, the oldest first, mean for everybody who subscribes to them. */
export async function recordAlerts(ports: AlertPorts, ended: readonly EndedBuild[]): Promise<void> {
  for (const end of ended) {
    const { build, change } = end;
    const recorded: { readonly subscription: Subscription; readonly step: AlertStep }[] = [];
    for (const subscription of await ports.subscriptions.listByDefinition(build, build.branch)) {
      recorded.push({ subscription, step: await recordFor(ports, subscription, end) });
    }
    // Only now: one card shows what several of them have recorded.
    for (const { subscription, step } of recorded) await tellStep(ports, subscription, { step, end });
    if (change === 'turned-green') await releaseInhibited(ports, end);
  }
}

async function recordFor(ports: AlertPorts, subscription: Subscription, end: EndedBuild): Promise<AlertStep> {
  const { build, change, failure } = end;
  const { conversationId, events } = subscription;
  const known = await ports.alerts.find(subscription.id, build, build.branch);
  const { lastNewsAt } = await ports.settings.find(conversationId);
  const now = ports.clock.now();
  const stoppedBy = filterThatStops(subscription, build, isRed(change) ? failure?.stages : undefined);
  const step = alertAfter(known ?? newAlert(subscription, build), end, {
    now,
    groupedUntil: groupedUntil(lastNewsAt, now),
    events,
    ...(stoppedBy ? { stoppedBy } : {}),
  });
  await ports.alerts.save(step.alert, now);
  const dueAt = step.alert.pending?.dueAt;
  if (dueAt !== undefined) await enqueueRelease(ports, conversationId, dueAt);
  const fields = { subscriptionId: subscription.id, buildId: build.id, conversationId };
  ports.log.info({ ...fields, outcome: step.alert.last?.outcome.code }, 'alert recorded');
  return step;
}

/** When news that comes now may be told at the earliest. */
function groupedUntil(lastNewsAt: number | undefined, now: number): number {
  return Math.max(now + GROUP_WAIT_MS, nextNewsAt(lastNewsAt, now));
}

/** When a conversation may hear news again; now at the earliest. */
export function nextNewsAt(lastNewsAt: number | undefined, now: number): number {
  // What seems to lie that far ahead was told by a clock that went wrong, and is forgotten.
  if (lastNewsAt === undefined || lastNewsAt > now + GROUP_INTERVAL_MS) return now;
  return Math.max(now, lastNewsAt + GROUP_INTERVAL_MS);
}

/** Sees to it that a conversation's pending news is looked at; asked twice, the earlier time counts. */
export async function enqueueRelease(
  { jobs }: Pick<AlertPorts, 'jobs'>,
  conversationId: string,
  runAt: number,
): Promise<void> {
  await jobs.enqueue('release-alerts', { conversationId }, { key: conversationId, runAt });
}

interface Told {
  readonly step: AlertStep;
  readonly end: EndedBuild;
}

/** Cards are kept true at once, whatever is muted: an update disturbs nobody. */
async function tellStep(ports: AlertPorts, subscription: Subscription, { step, end }: Told): Promise<void> {
  const { conversationId } = subscription;
  const { alert, updatesCard, isRepeat, isResult } = step;
  const { build } = end;
  // Of the conversation and not of the subscription: several that hear of one thing say it once.
  const key = `${build.organization}:${build.id}:${build.finishedAt ?? 0}`;
  if (updatesCard && alert.cardKey !== undefined) await updateCard(ports, alert, `${alert.cardKey}:${key}`);
  if (!isResult && (!isRepeat || subscription.style === 'update')) return;
  const silence = await silenceOf(ports, subscription, build);
  if (silence !== undefined) {
    if (!isResult || !alert.last) return;
    const outcome = { code: 'dropped', by: silence } as const;
    await ports.alerts.save({ ...alert, last: { ...alert.last, outcome } }, ports.clock.now());
    return;
  }
  const { name, role } = nameOfDefinition(ports.catalog, build);
  const entry = isResult ? undefined : entryOf(ports.catalog, alert, 'failing');
  if (!isResult && !entry) return;
  await send(ports, {
    key: `${isResult ? 'result' : 'repeat'}:${conversationId}:${key}`,
    conversationId,
    content: entry ? { kind: 'alert-repeat', entry } : { kind: 'result', name, role, build },
    ...(subscription.style === 'thread' && alert.cardKey !== undefined
      ? { repliesToKey: alert.cardKey }
      : {}),
  });
}

async function updateCard(ports: AlertPorts, alert: Alert, key: string): Promise<void> {
  const { conversationId, cardKey = '' } = alert;
  const shown = await ports.alerts.listOfCard(conversationId, cardKey);
  const content = cardContent(ports.catalog, shown, ports.clock.now());
  if (!content) return;
  const isFinal = content.entries.every(({ facts }) => facts.colour === 'green');
  await send(ports, {
    key: `card:${key}`,
    conversationId,
    content,
    updatesKey: cardKey,
    isProgress: !isFinal,
  });
}

async function send(ports: AlertPorts, notification: NewNotification): Promise<void> {
  const { conversationId } = notification;
  await ports.notifications.add(notification, ports.clock.now());
  await enqueueDelivery(ports, conversationId);
}

/** What keeps a line that is not worth holding from being said now. */
async function silenceOf(
  ports: AlertPorts,
  { conversationId, service }: Subscription,
  build: EndedBuild['build'],
): Promise<'muted' | 'quiet-hours' | undefined> {
  const now = ports.clock.now();
  const mutes = await ports.mutes.list(conversationId, now);
  const names = [service, nameOfDefinition(ports.catalog, build).name];
  if (mutedUntil(mutes, names, now) !== undefined) return 'muted';
  const { quiet } = await ports.settings.find(conversationId);
  return quietUntil(quiet, now) === undefined ? undefined : 'quiet-hours';
}

/** A base that has recovered inhibits nobody any more: what was held because of it comes with that news. */
async function releaseInhibited(ports: AlertPorts, { build }: EndedBuild): Promise<void> {
  const bases = ports.catalog.bases.filter(({ definition }) => isSameDefinition(definition, build));
  const names = new Set(bases.map(({ name }) => name));
  const now = ports.clock.now();
  for (const alert of await ports.alerts.listInhibited(build)) {
    if (!alert.pending?.base || !names.has(alert.pending.base)) continue;
    const { lastNewsAt } = await ports.settings.find(alert.conversationId);
    const dueAt = groupedUntil(lastNewsAt, now);
    await ports.alerts.save({ ...alert, pending: { ...alert.pending, dueAt } }, now);
    await enqueueRelease(ports, alert.conversationId, dueAt);
  }
}
