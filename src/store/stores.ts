// Every store on one database, so that whoever wires the house names them once.
import type { Forgetful } from '../usecases/clean-up.ts';
import { createAlerts } from './alerts.ts';
import { createBuildRecords } from './builds.ts';
import { createCheckRecords } from './checks.ts';
import { createConversationSettings } from './conversation-settings.ts';
import { createConversations } from './conversations.ts';
import type { Database } from './database.ts';
import { createDeliveryTurns } from './delivery-turns.ts';
import { createGateKeys } from './gate-keys.ts';
import { createGateSignals } from './gate-signals.ts';
import { createGateRecords } from './gates.ts';
import { createHealthRecords } from './health.ts';
import { createHolds } from './holds.ts';
import { createHookEvents } from './hook-events.ts';
import { createIncomingMessages } from './incoming-messages.ts';
import { createMutes } from './mutes.ts';
import { createNotifications } from './notifications.ts';
import { createSeal, type Seal } from './seal.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createTransitionRecords } from './transitions.ts';
import { createWatches } from './watches.ts';

export type Stores = ReturnType<typeof createStores>;

/** Without a `seal` checks are refused, since there is no key to keep their tokens with. */
export function createStores(database: Database, seal: Seal = createSeal([])) {
  return {
    records: createBuildRecords(database),
    healths: createHealthRecords(database),
    transitions: createTransitionRecords(database),
    watches: createWatches(database),
    subscriptions: createSubscriptions(database),
    alerts: createAlerts(database),
    mutes: createMutes(database),
    settings: createConversationSettings(database),
    conversations: createConversations(database),
    messages: createIncomingMessages(database),
    notifications: createNotifications(database),
    turns: createDeliveryTurns(database),
    hookEvents: createHookEvents(database),
    gates: createGateRecords(database),
    checks: createCheckRecords(database, seal),
    holds: createHolds(database),
    gateSignals: createGateSignals(database),
    gateKeys: createGateKeys(database),
  };
}

/** Those of which what is old and no longer needed can be forgotten; each knows what that is. */
export function forgetfulStores(stores: Stores): Record<'forgetful' | 'audit', Forgetful[]> {
  const { messages, notifications, checks, gates, records, watches, healths, transitions } = stores;
  const { alerts, mutes, turns, hookEvents, holds } = stores;
  const told = [messages, notifications, alerts, mutes, turns];
  return {
    // Checks before the gates that they belong to, which stay for as long as they do.
    forgetful: [...told, checks, gates, records, watches, healths, transitions, hookEvents],
    audit: [holds],
  };
}
