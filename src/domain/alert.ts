// Alerts: what one subscription still has to hear, or has heard, of a definition on a branch. Alertmanager's
// semantics for builds: news is the difference between what people know and what is so. The first failure is news,
// further ones are counted; so are recovery and flapping, once each. Pure; telling and storing happen elsewhere.
import type { Build } from './build.ts';
import type { Failure } from './failure.ts';
import type { ColouredBuild, Health, HealthChange } from './health.ts';
import type { DefinitionName } from './service.ts';
import type { FilterName, Subscription } from './subscription.ts';

/** What is owed to the people of a conversation as a message of its own. */
export type AlertNews = 'failing' | 'recovered' | 'flapping' | 'settled';

/** News of trouble becomes a card that is kept up to date; how it ended is said once. */
export function becomesCard(news: AlertNews): boolean {
  return news === 'failing' || news === 'flapping';
}

export type HoldReason = 'grouping' | 'muted' | 'quiet-hours' | 'inhibited';

export interface PendingNews {
  readonly news: AlertNews;
  /** Since when it is owed, ms since the epoch, PipeBot's clock. */
  readonly since: number;
  /** When it is looked at next. */
  readonly dueAt: number;
  readonly heldBy: HoldReason;
  /** The base that inhibits it. */
  readonly base?: string;
}

/** The streak of failures that the alert is about; kept after recovery, for the card. */
export interface AlertFacts {
  /** The newest build that failed, or the one that ended the streak. */
  readonly build: Build;
  /** The first that failed. */
  readonly first?: ColouredBuild;
  /** All of the streak, those that the subscription's filters keep back included. */
  readonly failedBuilds: number;
  readonly failure?: Failure;
  /** The usual duration in ms of builds that succeed. */
  readonly usualMs?: number;
  readonly colour: 'green' | 'red';
}

/** What became of the last build, for `why`. */
export type AlertOutcome =
  | { readonly code: 'told'; readonly notificationKey: string }
  | { readonly code: 'counted' }
  | { readonly code: 'held'; readonly by: HoldReason; readonly until: number; readonly base?: string }
  | { readonly code: 'filtered'; readonly by: FilterName | 'events' }
  | { readonly code: 'dropped'; readonly by: 'muted' | 'quiet-hours' }
  | { readonly code: 'recovered-untold' }
  | { readonly code: 'flapping' }
  | { readonly code: 'no-news' };

export interface Alert {
  readonly subscriptionId: string;
  readonly conversationId: string;
  readonly definition: DefinitionName;
  /** Full ref. */
  readonly branch: string;
  /**
   * People know that it fails or flaps, and have not yet been told how that ended. Who subscribes only to
   * recoveries counts as knowing.
   */
  readonly isOpen: boolean;
  /** What they know is that it flaps. Never without `isOpen`. */
  readonly isFlappingTold: boolean;
  readonly pending?: PendingNews;
  readonly facts?: AlertFacts;
  /** Key of the notification whose card shows it; kept after recovery. */
  readonly cardKey?: string;
  readonly last?: {
    readonly build: Pick<Build, 'id' | 'number' | 'url'>;
    /** Ms since the epoch, PipeBot's clock. */
    readonly at: number;
    readonly outcome: AlertOutcome;
  };
}

export function newAlert(
  { id, conversationId }: Pick<Subscription, 'id' | 'conversationId'>,
  { organization, project, definitionId, branch }: Build,
): Alert {
  return {
    subscriptionId: id,
    conversationId,
    definition: { organization, project, definitionId },
    branch,
    isOpen: false,
    isFlappingTold: false,
  };
}

/** A build that has ended, with what it did to its definition's health. */
export interface EndedBuild {
  readonly build: Build;
  /** Undefined when it said nothing about the colour: canceled, or older than one that did. */
  readonly change?: HealthChange;
  readonly health: Health;
  /** Of the streak that this build belongs to or has ended. */
  readonly red?: Health['red'];
  readonly failure?: Failure;
  readonly usualMs?: number;
}

/** One row of a message about alerts: a service or base with what happened to it. */
export interface AlertEntry {
  readonly news: AlertNews;
  /** The service's name, or the base's. */
  readonly name: string;
  readonly role: 'base' | 'build';
  readonly facts: AlertFacts;
  /** Services that are built on it, when it is a base. */
  readonly blocks: readonly string[];
  /** Why it comes later than it happened; absent when it does not. */
  readonly heldBy?: Exclude<HoldReason, 'grouping'>;
  /** Of an inhibited one. */
  readonly base?: string;
}

/** How it stands, whatever has been told of it: what a card shows. */
export function currentNews({ pending, isFlappingTold, facts }: Alert): AlertNews {
  const isFlapping = pending ? pending.news === 'flapping' : isFlappingTold;
  if (isFlapping) return 'flapping';
  return facts?.colour === 'red' ? 'failing' : 'recovered';
}
