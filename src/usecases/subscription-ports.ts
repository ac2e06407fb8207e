// What subscriptions need from the store: the subscriptions themselves, how definitions stand, what each
// subscription has heard, and what a conversation has muted. Every call throws PipeBotError `store-unavailable`
// when the store is down.
import type { Alert } from '../domain/alert.ts';
import type { Health } from '../domain/health.ts';
import type { OwnedCounts, Owners } from '../domain/limit.ts';
import type { Mute } from '../domain/mute.ts';
import type { Place, PlacedDefinition } from '../domain/place.ts';
import type { QuietHours } from '../domain/quiet-hours.ts';
import type { DefinitionName } from '../domain/service.ts';
import type { SubscribedDefinition, Subscription } from '../domain/subscription.ts';
import type { Transition } from '../domain/transition.ts';

export interface Subscriptions {
  /** Adds it, or replaces the one with its id. Its definitions are those given, and no others. */
  save(subscription: Subscription, definitions: readonly SubscribedDefinition[]): Promise<void>;
  /** Its definitions are those given from now on; nothing happens when it is gone. */
  saveDefinitions(id: string, definitions: readonly SubscribedDefinition[]): Promise<void>;
  /** Also removes its definitions and what it has heard. False when it is gone already. */
  remove(id: string): Promise<boolean>;
  /** In the order in which they were made. */
  listByConversation(conversationId: string): Promise<Subscription[]>;
  listAll(): Promise<Subscription[]>;
  /** What several subscriptions hear about; in no order. */
  listDefinitionsOf(
    ids: readonly string[],
  ): Promise<(SubscribedDefinition & { readonly subscriptionId: string })[]>;
  /** Those that hear about a definition on a branch, be it through `ANY_BRANCH`; each once, in a fixed order. */
  listByDefinition(definition: DefinitionName, branch: string): Promise<Subscription[]>;
  /** What all subscriptions together want to be read of a place. */
  listDefinitions(place: Place): Promise<PlacedDefinition[]>;
  /** Every place that a subscription needs. */
  listPlaces(): Promise<Place[]>;
  count(owners: Owners): Promise<OwnedCounts>;
}

export interface HealthRecords {
  /**
   * Undefined when nothing is known yet. Not locked: who is going to save it holds the target's lock
   * (BuildRecords.lockTarget), and a lock of its own could wait in a circle with those of alerts.
   */
  find(definition: DefinitionName, branch: string): Promise<Health | undefined>;
  save(definition: DefinitionName & { readonly branch: string }, health: Health, now: number): Promise<void>;
  deleteBefore(updatedBefore: number): Promise<void>;
}

export interface Alerts {
  /** What a subscription has heard of a definition on a branch, locked until the transaction ends. */
  find(subscriptionId: string, definition: DefinitionName, branch: string): Promise<Alert | undefined>;
  save(alert: Alert, now: number): Promise<void>;
  /** Those of a conversation whose pending news is due, locked until the transaction ends, oldest first. */
  listDue(conversationId: string, now: number): Promise<Alert[]>;
  /** When the next pending news of a conversation is due; undefined when nothing is pending. */
  nextDueAt(conversationId: string): Promise<number | undefined>;
  /** Conversations with pending news, with the time at which it is due. */
  listPending(): Promise<{ readonly conversationId: string; readonly dueAt: number }[]>;
  /**
   * Everything that one card shows, in a fixed order. Whoever asks for it in another transaction waits until this
   * one ends, so that of two changes to one card the later one shows both.
   */
  listOfCard(conversationId: string, cardKey: string): Promise<Alert[]>;
  /** Held back because of a base in this project. */
  listInhibited(project: Pick<DefinitionName, 'organization' | 'project'>): Promise<Alert[]>;
  /** What of a conversation is pending for one reason, locked; for when that reason goes away. */
  listHeld(conversationId: string, heldBy: 'muted' | 'quiet-hours'): Promise<Alert[]>;
  /** The newest first, at most `limit` for each subscription. */
  listByConversation(conversationId: string, limit: number): Promise<Alert[]>;
  /** Neither open nor pending, and not touched since. */
  deleteBefore(updatedBefore: number): Promise<void>;
}

export interface Mutes {
  /** Replaces an earlier one of the same service. */
  save(mute: Mute): Promise<void>;
  /** False when there was none that still counts. */
  remove(conversationId: string, service: string, now: number): Promise<boolean>;
  /** Those that still count, by service. */
  list(conversationId: string, now: number): Promise<Mute[]>;
  deleteBefore(untilBefore: number): Promise<void>;
}

export interface ConversationSettings {
  find(conversationId: string): Promise<{ readonly quiet?: QuietHours; readonly lastNewsAt?: number }>;
  /** Absent: switched off. */
  saveQuiet(conversationId: string, quiet: QuietHours | undefined): Promise<void>;
  /** Never turns the time back. */
  saveLastNews(conversationId: string, at: number): Promise<void>;
}

export interface TransitionRecords {
  /** Each once: a transition that stands already changes nothing. */
  add(transitions: readonly Transition[], at: number): Promise<void>;
  deleteBefore(before: number): Promise<void>;
}

export type HookEventState = 'hint' | 'not-ours' | 'unknown-event' | 'unreadable';

export interface HookEvent {
  /** The event's own id, or a digest of the body where it has none. */
  readonly id: string;
  readonly receivedAt: number;
  readonly eventType: string;
  readonly state: HookEventState;
  readonly organization?: string;
  readonly definitionId?: number;
  readonly buildId?: number;
}

export interface HookEvents {
  /** False when the same one was stored before. */
  add(event: HookEvent): Promise<boolean>;
  /** When the last hint for any of these definitions of an organisation came; undefined when none ever did. */
  lastReceivedAt(organization: string, definitionIds: readonly number[]): Promise<number | undefined>;
  deleteBefore(receivedBefore: number): Promise<void>;
}
