// Tells a conversation what its subscriptions owe it, as far as it is due: everything at once in as few messages as
// possible. What is muted, inhibited or falls into quiet hours is held on. It must not send; it stores
// notifications.
import {
  type Alert,
  type AlertEntry,
  type AlertNews,
  becomesCard,
  type HoldReason,
} from '../domain/alert.ts';
import { alertTold, releaseAlert, type Suppression } from '../domain/alert-release.ts';
import { mutedUntil } from '../domain/mute.ts';
import { quietUntil } from '../domain/quiet-hours.ts';
import { branchesToAsk, findByDefinition } from '../domain/service.ts';
import type { Subscription } from '../domain/subscription.ts';
import { definitionKeyOf, distinct, entryOf, nameOfDefinition } from './alert-entries.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type { IsHidden } from './find-asker.ts';
import type { Transactions } from './ports.ts';
import { type AlertPorts, enqueueRelease, nextNewsAt } from './record-alerts.ts';

export interface ReleasePorts extends AlertPorts {
  readonly transactions: Transactions;
  readonly newId: () => string;
  readonly isHidden: IsHidden;
}

/** Looks at what is due; leaves a job for what is due later. */
export async function releaseAlerts(ports: ReleasePorts, conversationId: string): Promise<void> {
  await ports.transactions.transaction(async () => {
    const now = ports.clock.now();
    const due = await ports.alerts.listDue(conversationId, now);
    const { lastNewsAt, quiet } = await ports.settings.find(conversationId);
    const earliest = nextNewsAt(lastNewsAt, now);
    if (due.length > 0 && now < earliest) return enqueueRelease(ports, conversationId, earliest);
    if (due.length > 0)
      await release(ports, { conversationId, due, now, quietUntil: quietUntil(quiet, now) });
    const nextAt = await ports.alerts.nextDueAt(conversationId);
    if (nextAt !== undefined) await enqueueRelease(ports, conversationId, nextAt);
  }, 'release-alerts');
}

/** After a start and every hour: whatever is pending has its job, even if that was lost. */
export async function resumeReleases(ports: Pick<AlertPorts, 'alerts' | 'jobs'>): Promise<void> {
  for (const { conversationId, dueAt } of await ports.alerts.listPending()) {
    await enqueueRelease(ports, conversationId, dueAt);
  }
}

interface Due {
  readonly conversationId: string;
  readonly due: readonly Alert[];
  readonly now: number;
  readonly quietUntil: number | undefined;
}

interface Released {
  readonly alert: Alert;
  readonly news: AlertNews;
  readonly heldBy: HoldReason;
  readonly subscription: Subscription;
}

async function release(ports: ReleasePorts, due: Due): Promise<void> {
  const { conversationId, now } = due;
  const subscriptions = await ports.subscriptions.listByConversation(conversationId);
  const byId = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));
  const mutes = await ports.mutes.list(conversationId, now);
  const told: Released[] = [];
  for (const alert of due.due) {
    const subscription = byId.get(alert.subscriptionId);
    if (!subscription) continue;
    if (await ports.isHidden(conversationId, alert.definition)) {
      const { pending: _, ...rest } = alert;
      await ports.alerts.save(rest, now);
      continue;
    }
    const { name } = nameOfDefinition(ports.catalog, alert.definition);
    const isMutedUntil = mutedUntil(mutes, [name, subscription.service], now);
    const brokenBase = await brokenBaseOf(ports, alert);
    const suppression: Suppression = {
      now,
      ...(isMutedUntil === undefined ? {} : { mutedUntil: isMutedUntil }),
      ...(due.quietUntil === undefined ? {} : { quietUntil: due.quietUntil }),
      ...(brokenBase === undefined ? {} : { brokenBase }),
    };
    const released = releaseAlert(alert, suppression);
    if (released.kind !== 'tell') {
      await ports.alerts.save(released.alert, now);
      continue;
    }
    const cardKey = await cardOfSibling(ports, alert, released.news);
    if (cardKey === undefined) told.push({ ...released, alert, subscription });
    else await ports.alerts.save(alertTold(alert, cardKey), now);
  }
  await tell(ports, { conversationId, now, told });
}

/** What the conversation has heard of a definition on a branch through its other subscriptions. */
async function listSiblings(
  ports: ReleasePorts,
  of: Pick<Alert, 'conversationId' | 'definition' | 'branch'>,
) {
  const { conversationId, definition, branch } = of;
  const siblings: Alert[] = [];
  for (const subscription of await ports.subscriptions.listByDefinition(definition, branch)) {
    if (subscription.conversationId !== conversationId) continue;
    const alert = await ports.alerts.find(subscription.id, definition, branch);
    if (alert) siblings.push(alert);
  }
  return siblings;
}

/** The card on which the conversation has read the same news already, through another subscription. */
async function cardOfSibling(
  ports: ReleasePorts,
  alert: Alert,
  news: AlertNews,
): Promise<string | undefined> {
  if (!becomesCard(news)) return undefined;
  const siblings = await listSiblings(ports, alert);
  return siblings.find(
    (other) =>
      other.subscriptionId !== alert.subscriptionId &&
      other.isOpen &&
      other.isFlappingTold === (news === 'flapping'),
  )?.cardKey;
}

/**
 * The name of a base that this alert's service is built on and that is red itself. It holds nothing back in a
 * conversation that neither knows of it nor is going to: then nobody would hear of anything.
 */
async function brokenBaseOf(ports: ReleasePorts, alert: Alert): Promise<string | undefined> {
  const { conversationId, definition, branch } = alert;
  const named = findByDefinition(ports.catalog, definition);
  if (named?.kind !== 'service') return undefined;
  for (const base of named.service.bases) {
    for (const at of branchesToAsk(named, base, branch)) {
      const health = await ports.healths.find(base.definition, at);
      if (health?.colour === 'green') break;
      if (health?.colour !== 'red') continue;
      const known = await listSiblings(ports, { conversationId, definition: base.definition, branch: at });
      if (known.some(({ isOpen, pending }) => isOpen || pending)) return base.name;
      break;
    }
  }
  return undefined;
}

interface ToTell {
  readonly conversationId: string;
  readonly now: number;
  readonly told: readonly Released[];
}

/** News that becomes a card, and news of the end of something, each in one message; a thread hears its own. */
async function tell(ports: ReleasePorts, { conversationId, now, told }: ToTell): Promise<void> {
  const groups = groupsOf(told);
  for (const { thread, group } of groups.values()) {
    const key = `alert:${ports.newId()}`;
    const content = { kind: 'alert', entries: entriesOf(ports, group), at: now } as const;
    await ports.notifications.add(
      { key, conversationId, content, ...(thread === '' ? {} : { repliesToKey: thread }) },
      now,
    );
    for (const { alert } of group) await ports.alerts.save(alertTold(alert, key), now);
    ports.log.info({ key, conversationId, alerts: group.length }, 'alerts told');
  }
  if (groups.size === 0) return;
  await ports.settings.saveLastNews(conversationId, now);
  await enqueueDelivery(ports, conversationId);
}

/** By message. Where one subscription has a thing told in a thread and another has not, it is told once all the same. */
function groupsOf(told: readonly Released[]): Map<string, { readonly thread: string; group: Released[] }> {
  const groups = new Map<string, { readonly thread: string; group: Released[] }>();
  const threads = new Map<string, string>();
  for (const each of told) {
    const isCard = becomesCard(each.news);
    const thing = definitionKeyOf(each.alert);
    const thread = isCard ? '' : (threads.get(thing) ?? threadOf(each));
    if (!isCard) threads.set(thing, thread);
    const key = JSON.stringify([isCard, thread]);
    const { group } = groups.get(key) ?? { group: [] };
    groups.set(key, { thread, group: [...group, each] });
  }
  return groups;
}

function threadOf({ subscription, alert }: Released): string {
  return subscription.style === 'thread' ? (alert.cardKey ?? '') : '';
}

function entriesOf(ports: ReleasePorts, group: readonly Released[]): AlertEntry[] {
  const byAlert = new Map(group.map((each) => [each.alert, each]));
  return distinct([...byAlert.keys()]).flatMap((alert) => {
    const each = byAlert.get(alert);
    if (!each) return [];
    const base = alert.pending?.base;
    const held = { by: each.heldBy, ...(base === undefined ? {} : { base }) };
    return entryOf(ports.catalog, alert, each.news, held) ?? [];
  });
}
