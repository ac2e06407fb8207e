// Subscriptions: making or changing one, and ending some. Who hears what is decided elsewhere, when builds end.
import type { Clock } from '../clock.ts';
import type { Content } from '../domain/content.ts';
import { type ReachedLimit, reachedLimit, SUBSCRIPTION_LIMITS } from '../domain/limit.ts';
import type { SubscriptionFilters } from '../domain/parse-subscription.ts';
import { subscribedDefinitions } from '../domain/subscribed-definitions.ts';
import type { Subscription } from '../domain/subscription.ts';
import type { Person } from '../domain/watch.ts';
import { buildsTargetsOf } from './builds-target.ts';
import type { EnsurePolled } from './poll-builds.ts';
import type { Conversations, Subscriptions } from './ports.ts';
import { type BaselinePorts, readFailing } from './read-baseline.ts';

export interface SubscribePorts extends BaselinePorts {
  readonly subscriptions: Pick<Subscriptions, 'save' | 'listByConversation' | 'count'>;
  readonly conversations: Pick<Conversations, 'find'>;
  readonly ensurePolled: EnsurePolled;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface SubscriptionRequest {
  readonly conversationId: string;
  /** Name of a service or base, or `ALL_SERVICES`. */
  readonly service: string;
  readonly filters: SubscriptionFilters;
  readonly by: Person;
}

/** What the answer to a `subscribe` says. */
export type Subscribed = Omit<Extract<Content, { kind: 'subscribed' }>, 'kind'>;
export type Full = { readonly full: ReachedLimit };

/** The subscription as it would be now. Reads its builds, so that what has happened already is no news. */
export async function planSubscription(
  ports: SubscribePorts,
  request: SubscriptionRequest,
): Promise<Subscribed | Full> {
  const { conversationId, service, filters, by } = request;
  const conversation = await ports.conversations.find(conversationId);
  const planned = await place(ports, {
    ...filters,
    id: ports.newId(),
    conversationId,
    tenantId: conversation?.tenantId ?? '',
    service,
    createdBy: by,
    createdAt: ports.clock.now(),
  });
  if ('full' in planned) return planned;
  const actsAsFlat = filters.style === 'thread' && conversation?.kind !== 'channel';
  return { ...planned, actsAsFlat, failing: await readFailing(ports, planned.subscription) };
}

/** Stores it, and sees to it that its builds are read. Call it in the transaction that stores the answer. */
export async function recordSubscription(
  ports: SubscribePorts,
  planned: Subscribed,
): Promise<Subscribed | Full> {
  // Meanwhile somebody else may have made the same one, or the last that there was room for.
  const placed = await place(ports, planned.subscription);
  if ('full' in placed) return placed;
  const definitions = subscribedDefinitions(ports.catalog, placed.subscription);
  await ports.subscriptions.save(placed.subscription, definitions);
  for (const { organization, project, branch } of buildsTargetsOf(definitions)) {
    await ports.ensurePolled({ organization, project, branch }, 'subscription');
  }
  return { ...planned, ...placed };
}

/** Ends those that are still there, and gives them back. Call it in the transaction that stores the answer. */
export async function unsubscribe(
  { subscriptions }: { readonly subscriptions: Pick<Subscriptions, 'remove'> },
  chosen: readonly Subscription[],
): Promise<Subscription[]> {
  const ended: Subscription[] = [];
  for (const subscription of chosen) {
    if (await subscriptions.remove(subscription.id)) ended.push(subscription);
  }
  return ended;
}

/** In the place of one with the same service and branch, or as a new one if there is room. */
async function place(
  ports: SubscribePorts,
  wanted: Subscription,
): Promise<Pick<Subscribed, 'subscription' | 'isChanged'> | Full> {
  const { conversationId, tenantId, service, branch } = wanted;
  const known = await ports.subscriptions.listByConversation(conversationId);
  const same = known.find((each) => each.service === service && each.branch === branch);
  if (same) {
    const { id, createdAt, createdBy } = same;
    return { subscription: { ...wanted, id, createdAt, createdBy }, isChanged: true };
  }
  const counts = await ports.subscriptions.count({ conversationId, tenantId, personId: wanted.createdBy.id });
  const full = reachedLimit(counts, SUBSCRIPTION_LIMITS);
  return full ? { full } : { subscription: wanted, isChanged: false };
}
