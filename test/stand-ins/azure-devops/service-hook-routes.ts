// The routes of service hook subscriptions: list, one, create, replace, delete. Must not send events.
import { type Answer, jsonAnswer, listAnswer, noContentAnswer } from './answer.ts';
import { forbidden, hookNotFound } from './azure-error.ts';
import { addSubscription, replaceSubscription, toSubscriptionJson } from './hook-subscription.ts';
import type { Route, RouteRequest } from './route.ts';
import type { ServiceHookState } from './service-hook-state.ts';

const ALL = '_apis/hooks/subscriptions';
const ONE = `${ALL}/{subscriptionId}`;

export const SERVICE_HOOK_ROUTES: readonly Route[] = [
  { method: 'GET', pattern: ALL, handle: answerSubscriptions },
  { method: 'POST', pattern: ALL, handle: createSubscription },
  { method: 'GET', pattern: ONE, handle: answerSubscription },
  { method: 'PUT', pattern: ONE, handle: acceptSubscription },
  { method: 'DELETE', pattern: ONE, handle: deleteSubscription },
];

/** Job tokens may not see what administrators have set up. */
function checkRights({ caller }: RouteRequest): void {
  if (caller.kind === 'job') throw forbidden();
}

function answerSubscriptions(request: RouteRequest): Answer {
  checkRights(request);
  const { state, query } = request;
  const fits = (name: string, value: string) =>
    (query.get(name) ?? value).toLowerCase() === value.toLowerCase();
  const found = state.serviceHooks.filter(
    ({ publisherId, eventType }) =>
      fits('publisherid', publisherId) &&
      fits('eventtype', eventType) &&
      fits('consumerid', 'webHooks') &&
      fits('consumeractionid', 'httpRequest'),
  );
  return listAnswer(found.map((hook) => toSubscriptionJson(state, hook)));
}

function findHook(request: RouteRequest): ServiceHookState {
  checkRights(request);
  const wanted = (request.params['subscriptionId'] ?? '').toLowerCase();
  const found = request.state.serviceHooks.find(({ id }) => id === wanted);
  if (!found) throw hookNotFound(wanted);
  return found;
}

function answerSubscription(request: RouteRequest): Answer {
  return jsonAnswer(toSubscriptionJson(request.state, findHook(request)));
}

function createSubscription(request: RouteRequest): Answer {
  checkRights(request);
  return jsonAnswer(toSubscriptionJson(request.state, addSubscription(request.state, request.body)));
}

function acceptSubscription(request: RouteRequest): Answer {
  const hook = findHook(request);
  replaceSubscription(request.state, hook, request.body);
  return jsonAnswer(toSubscriptionJson(request.state, hook));
}

function deleteSubscription(request: RouteRequest): Answer {
  const { serviceHooks } = request.state;
  serviceHooks.splice(serviceHooks.indexOf(findHook(request)), 1);
  return noContentAnswer();
}
