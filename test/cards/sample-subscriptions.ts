// Subscriptions, mutes and explanations for the tests and pictures of their cards.
import type { AlertOutcome } from '../../src/domain/alert.ts';
import type { Content, Explanation } from '../../src/domain/content.ts';
import type { Mute } from '../../src/domain/mute.ts';
import type { QuietHours } from '../../src/domain/quiet-hours.ts';
import type { Subscription } from '../../src/domain/subscription.ts';
import { ANA, BO, DEVELOP, HOUR, MINUTE, NOW, watch } from './sample-values.ts';

export function subscription(change: Partial<Subscription> = {}): Subscription {
  return {
    id: 'subscription-1',
    conversationId: '19:general@thread.tacv2',
    tenantId: 'tenant',
    service: 'payments',
    events: 'failures',
    reasons: [],
    style: 'update',
    createdBy: ANA,
    createdAt: NOW - 3 * HOUR,
    ...change,
  };
}

export const NARROW = subscription({
  id: 'subscription-2',
  service: 'search',
  branch: 'release/*',
  reasons: ['ci', 'schedule'],
  stage: 'deploy*',
  style: 'thread',
});

export function mute(change: Partial<Mute> = {}): Mute {
  return {
    conversationId: '19:general@thread.tacv2',
    service: 'payments',
    until: NOW + 80 * MINUTE,
    by: BO,
    ...change,
  };
}

export const NIGHT: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60, timeZone: 'Europe/Berlin' };

type Alert = Explanation['subscriptions'][number]['alerts'][number];

export function explainedAlert(outcome: AlertOutcome, change: Partial<Alert> = {}): Alert {
  return {
    name: 'payments',
    branch: DEVELOP,
    build: {
      id: 4250,
      number: '20261122.9',
      url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4250',
    },
    at: NOW - 12 * MINUTE,
    outcome,
    isOpen: false,
    ...change,
  };
}

export function explanation(change: Partial<Explanation> = {}): Explanation {
  return {
    subject: 'payments',
    conversationId: '19:general@thread.tacv2',
    isSuspended: false,
    subscriptions: [{ subscription: subscription(), alerts: [] }],
    mutes: [],
    observations: [{ name: 'payments', branch: DEVELOP, readAt: NOW - 40_000 }],
    lastHookAt: NOW - 3 * MINUTE,
    answeredAt: NOW,
    ...change,
  };
}

function withAlerts(...alerts: readonly Alert[]): Pick<Explanation, 'subscriptions'> {
  return { subscriptions: [{ subscription: subscription(), alerts }] };
}

/** An explanation for each thing that can be the answer. */
export const EXPLANATIONS = {
  'why-told': explanation({
    ...withAlerts(explainedAlert({ code: 'told', notificationKey: 'k' }, { isOpen: true })),
    lastDelivery: { state: 'delivered', isInDoubt: false, attempts: 1, at: NOW - 12 * MINUTE },
  }),
  'why-filtered': explanation({
    subject: 'search',
    subscriptions: [
      {
        subscription: NARROW,
        alerts: [
          explainedAlert({ code: 'filtered', by: 'branch' }, { name: 'search' }),
          explainedAlert({ code: 'no-news' }, { name: 'python-base', at: NOW - 2 * HOUR }),
        ],
      },
    ],
    observations: [
      { name: 'search', branch: '*', readAt: NOW - 40_000 },
      { name: 'python-base', branch: DEVELOP, readAt: NOW - 15_000 },
    ],
    lastDelivery: { state: 'delivered', isInDoubt: true, attempts: 2, at: NOW - 5 * HOUR },
  }),
  'why-muted': explanation({
    ...withAlerts(explainedAlert({ code: 'held', by: 'muted', until: NOW + 80 * MINUTE })),
    mutes: [mute()],
    quiet: NIGHT,
  }),
  'why-quiet': explanation({
    ...withAlerts(explainedAlert({ code: 'held', by: 'quiet-hours', until: NOW + 48 * MINUTE })),
    quiet: { ...NIGHT, isQuietUntil: NOW + 48 * MINUTE },
  }),
  'why-inhibited': explanation(
    withAlerts(
      explainedAlert({ code: 'held', by: 'inhibited', until: NOW + 9 * MINUTE, base: 'python-base' }),
      explainedAlert({ code: 'told', notificationKey: 'k' }, { name: 'python-base', at: NOW - 20 * MINUTE }),
    ),
  ),
  'why-not-subscribed': explanation({ subscriptions: [], observations: [] }),
  'why-suspended': explanation({ isSuspended: true }),
  'why-unread': explanation({
    observations: [{ name: 'payments', branch: DEVELOP, readAt: NOW - 25 * MINUTE }],
  }),
  'why-not-delivered': explanation({
    ...withAlerts(explainedAlert({ code: 'told', notificationKey: 'k' })),
    lastDelivery: {
      state: 'parked',
      isInDoubt: false,
      attempts: 5,
      at: NOW - 10 * MINUTE,
      detail: 'HTTP 400 BadSyntax',
    },
  }),
  'why-nothing': explanation(),
} as const satisfies Record<string, Explanation>;

/** The cards about subscriptions. */
export const SUBSCRIPTION_CARDS: Readonly<Record<string, Content>> = {
  subscribed: {
    kind: 'subscribed',
    subscription: subscription(),
    isChanged: false,
    actsAsFlat: false,
    failing: [],
  },
  'subscribed-narrow': {
    kind: 'subscribed',
    subscription: NARROW,
    isChanged: true,
    actsAsFlat: true,
    failing: [{ name: 'search', branch: 'refs/heads/release/2.4', failedBuilds: 3 }],
  },
  'subscribed-everything': {
    kind: 'subscribed',
    subscription: subscription({ service: '*', events: 'all', style: 'flat' }),
    isChanged: false,
    actsAsFlat: false,
    failing: [],
  },
  subscriptions: {
    kind: 'subscriptions',
    subscriptions: [
      subscription(),
      NARROW,
      subscription({ id: 'subscription-3', service: '*', events: 'recoveries' }),
    ],
    watches: [watch()],
    mutes: [mute()],
    quiet: NIGHT,
  },
  'subscriptions-empty': { kind: 'subscriptions', subscriptions: [], watches: [], mutes: [] },
  'subscribe-form': {
    kind: 'subscribe-form',
    services: ['payments', 'search', 'recommendations', '*'],
    chosen: 'search',
  },
  'subscribe-form-typed': { kind: 'subscribe-form', services: [] },
  ...Object.fromEntries(
    Object.entries(EXPLANATIONS).map(([name, each]) => [name, { kind: 'why', explanation: each }]),
  ),
};
