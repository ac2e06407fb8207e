// Why messages about a service came or did not come: what is recorded about it in one conversation, as a value.
// It only reads, and asks nobody outside.
import type { Clock } from '../clock.ts';
import type { Alert } from '../domain/alert.ts';
import type { Explanation } from '../domain/content.ts';
import { mutedUntil } from '../domain/mute.ts';
import { placedDefinitionKey } from '../domain/place.ts';
import { quietUntil } from '../domain/quiet-hours.ts';
import { type DefinitionName, findNamed, type ServiceCatalog } from '../domain/service.ts';
import {
  type DefinitionBehind,
  definitionsBehind,
  subscribedDefinitions,
} from '../domain/subscribed-definitions.ts';
import { ALL_SERVICES, type SubscribedDefinition, type Subscription } from '../domain/subscription.ts';
import { nameOfDefinition } from './alert-entries.ts';
import type {
  Alerts,
  BuildRecords,
  ConversationSettings,
  Conversations,
  HookEvents,
  Mutes,
  Notifications,
  Subscriptions,
} from './ports.ts';

export interface ExplainPorts {
  readonly catalog: ServiceCatalog;
  readonly conversations: Pick<Conversations, 'find'>;
  readonly subscriptions: Pick<Subscriptions, 'listByConversation'>;
  readonly alerts: Pick<Alerts, 'listByConversation'>;
  readonly mutes: Pick<Mutes, 'list'>;
  readonly settings: Pick<ConversationSettings, 'find'>;
  readonly records: Pick<BuildRecords, 'listReadTimes'>;
  readonly notifications: Pick<Notifications, 'lastOf'>;
  readonly hookEvents: Pick<HookEvents, 'lastReceivedAt'>;
  readonly clock: Clock;
}

/** A subscription to everything may have heard of this many definitions since it last heard of the one asked for. */
const MAX_ALERTS_READ = 500;
/** More are read by nobody. */
const MAX_ALERTS_SHOWN = 5;
const MAX_OBSERVATIONS = 50;

/**
 * @param asked `service`: a service, an alias, a base or `ALL_SERVICES`; or one that is gone, as a subscription of
 * the conversation still names it. Undefined when it is none of these.
 */
export async function explainSilence(
  ports: ExplainPorts,
  asked: { readonly conversationId: string; readonly service: string },
): Promise<Explanation | undefined> {
  const { conversationId } = asked;
  const all = await ports.subscriptions.listByConversation(conversationId);
  const subject = subjectOf(ports.catalog, asked.service, all);
  if (subject === undefined) return undefined;
  const now = ports.clock.now();
  const behind = definitionsBehind(ports.catalog, subject);
  const covering = all.filter((subscription) => covers(ports.catalog, subscription, subject));
  const keys = new Set(behind.map(({ definition }) => definitionKey(definition)));
  const isOfSubject = (definition: DefinitionName) => keys.has(definitionKey(definition));
  const alerts = await ports.alerts.listByConversation(conversationId, MAX_ALERTS_READ);
  // Of a service that is gone, what was heard last is all there is to tell.
  const concerned = alerts.filter(({ definition }) => behind.length === 0 || isOfSubject(definition));
  // Where the subscriptions look, else where a new one would.
  const subscribed = covering
    .flatMap((subscription) => subscribedDefinitions(ports.catalog, subscription))
    .filter(isOfSubject);
  const observed = subscribed.length > 0 ? subscribed : behind.map(({ definition }) => definition);
  const conversation = await ports.conversations.find(conversationId);
  const names = [subject, ...behind.map(({ name }) => name), ...covering.map(({ service }) => service)];
  const mutes = await ports.mutes.list(conversationId, now);
  const { quiet } = await ports.settings.find(conversationId);
  const isQuietUntil = quietUntil(quiet, now);
  const lastHookAt = await lastHookOf(ports, behind);
  return {
    ...{ subject, conversationId, isSuspended: conversation?.isSuspended ?? false },
    subscriptions: covering.map((subscription) => ({
      subscription,
      alerts: alertsOf(ports.catalog, concerned, subscription),
    })),
    mutes: mutes.filter((mute) => mutedUntil([mute], names, now) !== undefined),
    ...(quiet ? { quiet: { ...quiet, ...(isQuietUntil === undefined ? {} : { isQuietUntil }) } } : {}),
    observations: await observationsOf(ports, observed),
    ...(await lastDeliveryOf(ports, conversationId)),
    ...(lastHookAt === undefined ? {} : { lastHookAt }),
    answeredAt: now,
  };
}

function subjectOf(
  catalog: ServiceCatalog,
  word: string,
  subscriptions: readonly Subscription[],
): string | undefined {
  if (word === ALL_SERVICES) return word;
  const named = findNamed(catalog, word);
  if (named) return named.kind === 'service' ? named.service.name : named.base.name;
  return subscriptions.find(({ service }) => service.toLowerCase() === word.toLowerCase())?.service;
}

/** Also one to a base of the service, and for a base one to a service that is built on it. */
function covers(catalog: ServiceCatalog, { service }: Subscription, subject: string): boolean {
  if ([service, subject].includes(ALL_SERVICES) || service === subject) return true;
  const isBehind = (name: string, of: string) =>
    definitionsBehind(catalog, of).some((behind) => behind.name === name);
  return isBehind(service, subject) || isBehind(subject, service);
}

type ExplainedAlert = Explanation['subscriptions'][number]['alerts'][number];

function alertsOf(catalog: ServiceCatalog, alerts: readonly Alert[], { id }: Subscription): ExplainedAlert[] {
  return alerts
    .filter(({ subscriptionId, last }) => subscriptionId === id && last)
    .slice(0, MAX_ALERTS_SHOWN)
    .flatMap(({ definition, branch, isOpen, last }): ExplainedAlert[] => {
      const { name } = nameOfDefinition(catalog, definition);
      return last ? [{ name, branch, ...last, isOpen }] : [];
    });
}

/** What was read the longest ago comes first. */
async function observationsOf(
  ports: ExplainPorts,
  definitions: readonly SubscribedDefinition[],
): Promise<Explanation['observations']> {
  const byKey = new Map(definitions.map((definition) => [placedDefinitionKey(definition), definition]));
  const times = await ports.records.listReadTimes([...byKey.values()]);
  const readAts = new Map(times.map((time) => [placedDefinitionKey(time), time.readAt]));
  return [...byKey]
    .map(([key, definition]) => ({ definition, readAt: readAts.get(key) }))
    .sort((left, right) => (left.readAt ?? 0) - (right.readAt ?? 0))
    .slice(0, MAX_OBSERVATIONS)
    .map(({ definition, readAt }) => {
      const { name } = nameOfDefinition(ports.catalog, definition);
      return { name, branch: definition.branch, ...(readAt === undefined ? {} : { readAt }) };
    });
}

/** The same for all its branches. */
function definitionKey(definition: DefinitionName): string {
  return placedDefinitionKey({ ...definition, branch: '' });
}

async function lastDeliveryOf(
  ports: ExplainPorts,
  conversationId: string,
): Promise<Pick<Explanation, 'lastDelivery'>> {
  const last = await ports.notifications.lastOf(conversationId);
  if (!last) return {};
  const { state, ...rest } = last;
  // What was superseded was not sent because something newer was; that is the one to tell of.
  return state === 'superseded' ? {} : { lastDelivery: { state, ...rest } };
}

async function lastHookOf(
  ports: ExplainPorts,
  behind: readonly DefinitionBehind[],
): Promise<number | undefined> {
  const byOrganization = Map.groupBy(behind, ({ definition }) => definition.organization);
  const receivedAts: number[] = [];
  for (const [organization, group] of byOrganization) {
    const ids = group.map(({ definition }) => definition.definitionId);
    const receivedAt = await ports.hookEvents.lastReceivedAt(organization, ids);
    if (receivedAt !== undefined) receivedAts.push(receivedAt);
  }
  return receivedAts.length > 0 ? Math.max(...receivedAts) : undefined;
}
