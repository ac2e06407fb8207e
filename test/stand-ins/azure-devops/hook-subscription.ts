// One service hook subscription: made of what a client sends, shown as Azure shows it, matched with events.
// Must not send anything.
import { badRequest } from './azure-error.ts';
import { PLACEHOLDER_TIMESTAMP, toAzureTimestamp } from './azure-timestamp.ts';
import { toPersonJson } from './build-json.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import { BOT } from './organization-routes.ts';
import type { OrganizationState } from './organization-state.ts';
import { readObject } from './route.ts';
import {
  type EventEnvelope,
  HOOK_EVENTS,
  type HookEvent,
  type ServiceHookState,
} from './service-hook-state.ts';

const MASK = '********';
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  tfs: ['1.0', '1.0-preview.1', '2.0', 'latest'],
  pipelines: ['5.1-preview.1', 'latest'],
};

type Wish = Pick<
  ServiceHookState,
  'publisherId' | 'eventType' | 'resourceVersion' | 'publisherInputs' | 'consumerInputs'
>;

export function addSubscription(state: OrganizationState, body: unknown): ServiceHookState {
  const now = state.clock.now();
  state.hookSequence += 1;
  const hook: ServiceHookState = {
    id: deterministicGuid(`hook/${state.name}/${state.hookSequence}`),
    createdAt: now,
    changedAt: now,
    ...readWish(state, readObject(body)),
    status: 'enabled',
    notifications: 0,
    probation: undefined,
  };
  state.serviceHooks.push(hook);
  return hook;
}

/** A masked password stays what it was. */
export function replaceSubscription(state: OrganizationState, hook: ServiceHookState, body: unknown): void {
  const wanted = readObject(body);
  const wish = readWish(state, wanted);
  const kept =
    wish.consumerInputs['basicAuthPassword'] === MASK ? hook.consumerInputs['basicAuthPassword'] : undefined;
  const consumerInputs =
    kept === undefined ? wish.consumerInputs : { ...wish.consumerInputs, basicAuthPassword: kept };
  const status = typeof wanted['status'] === 'string' ? wanted['status'] : hook.status;
  Object.assign(hook, wish, { consumerInputs, status, changedAt: state.clock.now(), probation: undefined });
}

function readWish(state: OrganizationState, body: Readonly<Record<string, unknown>>): Wish {
  const { publisherId, eventType, resourceVersion = null } = body;
  if (typeof publisherId !== 'string' || !HOOK_EVENTS[publisherId]) throw refuse('publisherId', publisherId);
  const filters = typeof eventType === 'string' ? HOOK_EVENTS[publisherId]?.[eventType] : undefined;
  if (typeof eventType !== 'string' || !filters) throw refuse('eventType', eventType);
  if (resourceVersion !== null && !VERSIONS[publisherId]?.includes(String(resourceVersion))) {
    throw refuse('resourceVersion', resourceVersion);
  }
  if (body['consumerId'] !== 'webHooks') throw refuse('consumerId', body['consumerId']);
  if (body['consumerActionId'] !== 'httpRequest') throw refuse('consumerActionId', body['consumerActionId']);
  const publisherInputs = readInputs(body['publisherInputs'] ?? {});
  const odd = Object.keys(publisherInputs).find((name) => !['projectId', ...filters].includes(name));
  if (odd !== undefined) throw refuse(`publisher input ${odd}`, publisherInputs[odd]);
  const { projectId = '' } = publisherInputs;
  if (projectId !== '' && !state.projects.some(({ id }) => id === projectId.toLowerCase())) {
    throw refuse('projectId', projectId);
  }
  const consumerInputs = readInputs(body['consumerInputs'] ?? {});
  const url = URL.parse(consumerInputs['url'] ?? '');
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse('url', consumerInputs['url']);
  const version = resourceVersion === null ? null : String(resourceVersion);
  return { publisherId, eventType, resourceVersion: version, publisherInputs, consumerInputs };
}

function readInputs(value: unknown): Record<string, string> {
  const entries = Object.entries(readObject(value));
  for (const [name, input] of entries) if (typeof input !== 'string') throw refuse(name, input);
  return Object.fromEntries(entries.map(([name, input]) => [name, String(input)]));
}

function refuse(name: string, value: unknown): Error {
  return badRequest(`The value '${String(value)}' is not valid for ${name}.`, 'SubscriptionInputException');
}

export function toSubscriptionJson(state: OrganizationState, hook: ServiceHookState) {
  const url = `${state.url}/_apis/hooks/subscriptions/${hook.id}`;
  const person = toPersonJson(state, BOT);
  const password = hook.consumerInputs['basicAuthPassword'];
  return {
    id: hook.id,
    url,
    status: hook.status,
    publisherId: hook.publisherId,
    eventType: hook.eventType,
    subscriber: null,
    resourceVersion: hook.resourceVersion,
    eventDescription: 'Any',
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    actionDescription: `To host ${new URL(hook.consumerInputs['url'] ?? '').host}`,
    probationRetries: hook.probation?.retries ?? 0,
    createdBy: person,
    createdDate: toAzureTimestamp(hook.createdAt),
    modifiedBy: person,
    modifiedDate: toAzureTimestamp(hook.changedAt),
    lastProbationRetryDate: PLACEHOLDER_TIMESTAMP,
    publisherInputs: { ...hook.publisherInputs, tfsSubscriptionId: hook.id },
    consumerInputs: { ...hook.consumerInputs, ...(password ? { basicAuthPassword: MASK } : {}) },
    _links: { self: { href: url } },
  };
}

/** Whether an event is what was subscribed to; the state of the subscription is another matter. */
export function wantsEvent(hook: ServiceHookState, event: HookEvent): boolean {
  if (hook.eventType !== event.eventType) return false;
  return Object.entries(hook.publisherInputs).every(([name, wanted]) => {
    if (wanted === '') return true;
    const actual = name === 'projectId' ? event.projectId : event.filters[name];
    return actual?.toLowerCase() === wanted.toLowerCase();
  });
}

export function toEnvelope(
  state: OrganizationState,
  hook: ServiceHookState,
  event: HookEvent,
): EventEnvelope {
  hook.notifications += 1;
  const { messagesToSend, detailedMessagesToSend } = hook.consumerInputs;
  const container = (name: string) => ({
    id: deterministicGuid(`${name}/${state.name}`),
    baseUrl: `${state.url}/`,
  });
  return {
    subscriptionId: hook.id,
    notificationId: hook.notifications,
    id: event.id,
    eventType: event.eventType,
    publisherId: hook.publisherId,
    message: messagesToSend === 'none' ? null : { text: event.text },
    detailedMessage: detailedMessagesToSend === 'none' ? null : { text: event.text },
    resource: toResource(hook, event),
    resourceVersion: hook.resourceVersion,
    resourceContainers: {
      collection: container('collection'),
      account: container('account'),
      // Approvals do not name it.
      ...(event.eventType.includes('approval')
        ? {}
        : { project: { ...container('project'), id: event.projectId } }),
    },
    createdDate: event.createdDate,
  };
}

function toResource(hook: ServiceHookState, event: HookEvent): unknown {
  const { resourceDetailsToSend } = hook.consumerInputs;
  if (resourceDetailsToSend === 'none') return null;
  const resource = event.resource(hook.resourceVersion);
  return resourceDetailsToSend === 'minimal' ? { id: event.buildId, url: resource['url'] } : resource;
}
