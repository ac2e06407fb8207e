// What the use cases need from the outside, as small interfaces in domain words. Never cards, rows or
// activities. Each use case takes only the ports it uses; app.ts hands them in.
import type { CommitName } from '../crash-points.ts';
import type { Build } from '../domain/build.ts';
import type { TimelineFacts } from '../domain/failure.ts';
import type { OwnedCounts, Owners } from '../domain/limit.ts';
import type { Place, PlacedDefinition } from '../domain/place.ts';
import type { Person, Watch } from '../domain/watch.ts';

export type { CheckRecord, CheckRecords, PlanAnswer, Plans, PlanTask, TaskRecord } from './check-ports.ts';
export type { DeliveryTurn, DeliveryTurns, Messenger } from './delivery-ports.ts';
export type {
  GateKey,
  GateKeys,
  GateRecord,
  GateRecords,
  NewGateKey,
  StoredGateKey,
} from './gate-ports.ts';
export type { GateSignals, Holds } from './hold-ports.ts';
export type { NewNotification, Notifications, OutgoingMessage } from './notification-ports.ts';
export type {
  Alerts,
  ConversationSettings,
  HealthRecords,
  HookEvent,
  HookEventState,
  HookEvents,
  Mutes,
  Subscriptions,
  TransitionRecords,
} from './subscription-ports.ts';

/** What one reading reads: definitions of one project on one branch, or on any. */
export interface BuildsTarget extends Place {
  readonly definitionIds: readonly number[];
  /** Definitions of which only the builds of one repository count (the API's repository id). */
  readonly repositoryIds?: { readonly [definitionId: number]: string };
}

/** Builds as they were at one moment. Times are Azure DevOps' own. */
export interface Reading {
  readonly builds: readonly Build[];
  /** Ms since the epoch, from the answer's Date header. */
  readonly observedAt: number;
}

export interface BuildRef {
  readonly organization: string;
  readonly project: string;
  readonly buildId: number;
}

/** Azure DevOps. Every call throws PipeBotError `azure-*` and nothing else, within its deadline. */
export interface Pipelines {
  /** All active builds and the newest ended ones of each definition; an empty list means: there are none. */
  listBuilds(target: BuildsTarget): Promise<Reading>;
  /** `azure-not-found` when it was deleted or may not be seen. */
  getBuild(ref: BuildRef): Promise<{ readonly build: Build; readonly observedAt: number }>;
  /**
   * What the build's timeline tells of its failure, with the beginning of the errors and the end of the log, or of
   * an approval that it waits for. Empty when the build has no timeline.
   */
  getTimelineFacts(build: Build): Promise<TimelineFacts>;
  /** By id, or by its exact name; `azure-not-found` otherwise. The project comes back by name. */
  getDefinition(ref: {
    readonly organization: string;
    readonly project: string;
    readonly definition: number | string;
  }): Promise<{ readonly project: string; readonly definitionId: number; readonly name: string }>;
}

/** Runs all store calls made inside `work` in one transaction; it travels with the call. `name` is for crash points. */
export interface Transactions {
  transaction<T>(work: () => Promise<T>, name: CommitName): Promise<T>;
}

/** What was read of builds. Every store call throws PipeBotError `store-unavailable` when the store is down. */
export interface BuildRecords {
  /**
   * Locks the target's definitions until the transaction ends, whichever place they are read at (branch or
   * `ANY_BRANCH`) and whether by a list or one by one, so that two readers cannot both see the same change; in a
   * fixed order (advisory locks of the transaction, by organisation, project and definition).
   * Gives the readAt of the target's newest reading, 0 when there was none.
   */
  lockTarget(target: BuildsTarget): Promise<number>;
  /** `readAt`: when the reading that brought its last change was begun, by our clock. */
  findBuilds(refs: readonly BuildRef[]): Promise<(Build & { readonly readAt: number })[]>;
  /** A build that was changed by a reading begun later than `readAt` stays as it is. */
  saveBuilds(builds: readonly Build[], readAt: number): Promise<void>;
  deleteBuild(ref: BuildRef): Promise<void>;
  /** Builds of the target's definitions, on its branch or any, that were active when last seen; at most 200. */
  listActive(target: BuildsTarget): Promise<Build[]>;
  /**
   * `readAt`: when the reading was begun, by our clock; an older one changes nothing. `builds` are all that were
   * read, and make `lastReading` exact.
   */
  saveReading(
    target: BuildsTarget,
    reading: { readonly observedAt: number; readonly readAt: number; readonly builds: readonly Build[] },
  ): Promise<void>;
  /** Readings that nobody has asked for since, and their builds; and builds that ended before and are in none. */
  deleteBefore(readBefore: number): Promise<void>;
  /**
   * The builds of the last reading of each definition, as they are known now, with the oldest of the readings'
   * times; undefined when one of them was never read.
   */
  lastReading(target: BuildsTarget): Promise<(Reading & { readonly readAt: number }) | undefined>;
  /** When each definition was last read on a branch, by our clock and theirs; those that never were are left out. */
  listReadTimes(
    definitions: readonly (Place & { readonly definitionId: number })[],
  ): Promise<
    (Place & { readonly definitionId: number; readonly readAt: number; readonly observedAt: number })[]
  >;
}

export interface Watches {
  /** Does nothing when the id exists. `cardKey` is the key of the notification that shows it. */
  add(watch: Watch, cardKey: string): Promise<void>;
  /** False when the watch was over already; then nothing is changed and nobody needs to be told. */
  save(watch: Watch): Promise<boolean>;
  /** Once for each person; false when the watch is over. */
  addAsker(watchId: string, asker: Person): Promise<boolean>;
  cardKeyOf(watchId: string): Promise<string | undefined>;
  listOpenByConversation(conversationId: string): Promise<Watch[]>;
  /** Open watches whose definition is read by this target, locked until the transaction ends. */
  listOpenByTarget(target: BuildsTarget): Promise<Watch[]>;
  /** Open watches that follow a build, locked until the transaction ends. */
  listFollowing(build: BuildRef): Promise<Watch[]>;
  /** What open watches want to be read of a place. */
  listDefinitions(place: Place): Promise<PlacedDefinition[]>;
  /** Every place that an open watch needs. */
  listPlaces(): Promise<Place[]>;
  /** Open watches: of the conversation, asked for by the person, and in all conversations of the tenant. */
  count(owners: Owners): Promise<OwnedCounts>;
  /** Watches that are over. */
  deleteBefore(createdBefore: number): Promise<void>;
}

export type ConversationKind = 'channel' | 'group' | 'personal';

/** Where messages can go. Holds what is needed to send without being asked first. */
export interface Conversation {
  /** Without the thread: `19:…@thread.tacv2`. */
  readonly id: string;
  readonly kind: ConversationKind;
  readonly tenantId: string;
  readonly serviceUrl: string;
  readonly botId: string;
  readonly name?: string;
  readonly teamId?: string;
  /** The Microsoft 365 group behind the team, small letters. */
  readonly teamGroupId?: string;
  /** Of a personal chat: Entra object id of its person, small letters. */
  readonly personEntraId?: string;
}

export interface Conversations {
  /** Adds it or refreshes what changed; `lastSeenAt` in ms since the epoch. */
  save(conversation: Conversation, lastSeenAt: number): Promise<void>;
  find(id: string): Promise<(Conversation & { readonly isSuspended: boolean }) | undefined>;
  /** Whether the bot is there, and when Teams last said so, both of which stay so until the transaction ends. */
  lockPresence(
    id: string,
  ): Promise<{ readonly isSuspended: boolean; readonly lastSeenAt: number } | undefined>;
  setSuspended(id: string, isSuspended: boolean): Promise<void>;
  /** The ids of a team's channels that the bot has heard of, sorted. */
  listOfTeam(teamId: string): Promise<string[]>;
}

/** A message that somebody sent to the bot, with the bot's own mentions taken out. */
export interface IncomingMessage {
  readonly conversationId: string;
  readonly activityId: string;
  readonly threadId?: string;
  readonly text: string;
  readonly from: Person;
  /** Entra object id of that person, small letters; absent when Teams did not say it. */
  readonly fromEntraId?: string;
  readonly receivedAt: number;
}

export interface IncomingMessages {
  /** False when the same activity was stored before. */
  add(message: IncomingMessage): Promise<boolean>;
  /** The one that came first of those that a conversation waits to have answered. */
  nextUnanswered(conversationId: string): Promise<IncomingMessage | undefined>;
  /** Undefined when it is unknown or answered; otherwise locked until the transaction ends. */
  findUnanswered(conversationId: string, activityId: string): Promise<IncomingMessage | undefined>;
  markAnswered(conversationId: string, activityId: string): Promise<void>;
  /** Conversations with unanswered messages. */
  listPending(): Promise<string[]>;
  deleteBefore(receivedBefore: number): Promise<void>;
}

/** Durable work. A job that is enqueued inside a transaction commits or vanishes with it. */
export interface JobPayloads {
  'answer-message': { readonly conversationId: string };
  deliver: { readonly conversationId: string };
  /** Polls a place for everybody who is interested in it. */
  poll: Place;
  /** A service hook hinted at a build. */
  'read-build': { readonly organization: string; readonly project: string; readonly buildId: number };
  /** Tells what a conversation is owed by its subscriptions, as far as it is due. */
  'release-alerts': { readonly conversationId: string };
  /** Looks at the gate of a check, and tells its pipeline how it stands. */
  'run-check': { readonly id: string };
  /** Something has changed at a place, or people have ordered something: the checks that it concerns are looked at. */
  'wake-checks': { readonly place: Place } | { readonly service: string };
  'clean-up': Record<string, never>;
}

export interface Jobs {
  /** At most one queued and one running job per key; asking again keeps the earlier time. */
  enqueue<Name extends keyof JobPayloads>(
    name: Name,
    payload: JobPayloads[Name],
    options?: { readonly key?: string; readonly runAt?: number },
  ): Promise<void>;
}

/** Many jobs with few statements. */
export interface ManyJobs {
  /** Each as soon as it can be, as `enqueue` does with one; inside a transaction they commit with it. */
  enqueueAll<Name extends keyof JobPayloads>(
    name: Name,
    jobs: readonly { readonly payload: JobPayloads[Name]; readonly key: string }[],
  ): Promise<void>;
}

/** Where use cases report what an operator should see; messages are static, facts are fields. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
