// A subscription: a conversation's standing wish to hear of a service, with filters. Pure; it says what matches
// and what stopped the rest, so that `why` can tell.
import { shortRef } from './branch.ts';
import type { Build } from './build.ts';
import { globMatches } from './glob.ts';
import type { Person } from './watch.ts';

export const SUBSCRIBED_EVENTS = ['failures', 'all', 'recoveries'] as const;
export type SubscribedEvents = (typeof SUBSCRIBED_EVENTS)[number];

export const DELIVERY_STYLES = ['update', 'thread', 'flat'] as const;
export type DeliveryStyle = (typeof DELIVERY_STYLES)[number];

export const REASON_FILTERS = ['ci', 'pr', 'schedule', 'manual'] as const;
export type ReasonFilter = (typeof REASON_FILTERS)[number];

/** Stands for every service and base of the services file. */
export const ALL_SERVICES = '*';

export interface Subscription {
  readonly id: string;
  readonly conversationId: string;
  readonly tenantId: string;
  /** Name of a service or base, or `ALL_SERVICES`. */
  readonly service: string;
  readonly events: SubscribedEvents;
  /** A glob over branch names as people write them; absent: the branches that the services file names. */
  readonly branch?: string;
  /** Empty: whatever started the build. */
  readonly reasons: readonly ReasonFilter[];
  /** A glob over stage names: only failures in such a stage. */
  readonly stage?: string;
  readonly style: DeliveryStyle;
  readonly createdBy: Person;
  /** Ms since the epoch, PipeBot's clock. */
  readonly createdAt: number;
}

/** One definition that a subscription hears about, on one branch or on any. */
export interface SubscribedDefinition {
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  /** Full ref, or `ANY_BRANCH` when the subscription's glob decides. */
  readonly branch: string;
  readonly repositoryId?: string;
}

/** Reasons of the Build API (BuildReason, 7.1) by the filter's word; the others belong to no word. */
const REASONS: Readonly<Record<ReasonFilter, readonly string[]>> = {
  ci: ['individualCI', 'batchedCI', 'buildCompletion', 'resourceTrigger', 'triggered'],
  pr: ['pullRequest', 'validateShelveset', 'checkInShelveset'],
  schedule: ['schedule', 'scheduleForced'],
  manual: ['manual', 'userCreated'],
};

export type FilterName = 'branch' | 'reason' | 'stage';

/**
 * The filter that keeps a build from a subscription; undefined when none does. Whether the definition belongs
 * to the subscription is not asked here.
 * @param failedStages undefined when the build did not fail or its timeline could not be read: then nothing is
 * kept back because of it
 */
export function filterThatStops(
  subscription: Pick<Subscription, 'branch' | 'reasons' | 'stage'>,
  build: Pick<Build, 'branch' | 'reason'>,
  failedStages: readonly string[] | undefined,
): FilterName | undefined {
  const { branch, reasons, stage } = subscription;
  if (branch !== undefined && !branchMatches(branch, build.branch)) return 'branch';
  if (reasons.length > 0 && !reasons.some((word) => REASONS[word].includes(build.reason))) return 'reason';
  if (stage !== undefined && failedStages && !failedStages.some((name) => stageMatches(stage, name)))
    return 'stage';
  return undefined;
}

/** Whether a glob over branch names (`release/*`, `develop`, `refs/pull/*`) covers a full ref. */
export function branchMatches(glob: string, ref: string): boolean {
  return globMatches(glob, shortRef(ref)) || globMatches(glob, ref);
}

/** Stages are called what people like to read, and nobody remembers in which capitals. */
function stageMatches(glob: string, name: string): boolean {
  return globMatches(glob.toLowerCase(), name.toLowerCase());
}

/** Whether a filter names exactly one branch, which can then be polled by itself. */
export function isPlainBranch(glob: string): boolean {
  return !/[*?[\]{}]/.test(glob);
}
