// The data the stand-in holds: projects, definitions, builds and plans. Must not know HTTP.
import type { Clock } from '../../../src/clock.ts';
import type { BuildStore } from './build-store.ts';
import type { PlanState } from './plan-state.ts';
import type { BuildNews, ServiceHookState } from './service-hook-state.ts';
import type { TimelineState } from './timeline-record.ts';

export interface OrganizationState {
  readonly clock: Clock;
  readonly name: string;
  /** Address of the organisation, without a slash at the end. */
  readonly url: string;
  readonly flavour: 'services' | 'server';
  readonly projects: ProjectState[];
  /** By id. */
  readonly definitions: Map<number, DefinitionState>;
  readonly builds: BuildStore;
  readonly plans: PlanState[];
  readonly serviceHooks: ServiceHookState[];
  /** How many subscriptions and events there have been. */
  hookSequence: number;
  /** Tells those who subscribed to it. */
  readonly announce: (build: BuildState, news: BuildNews) => void;
}

export interface ProjectState {
  readonly id: string;
  readonly name: string;
}

export interface RepositoryState {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

export interface DefinitionState {
  readonly id: number;
  readonly project: ProjectState;
  name: string;
  path: string;
  revision: number;
  queueStatus: string;
  deleted: boolean;
  lastModified: number;
  readonly repository: RepositoryState;
  readonly defaultBranch: string;
}

export interface PersonState {
  readonly id: string;
  readonly displayName: string;
  readonly uniqueName: string;
  /** Of a person in Entra ID when not given. */
  readonly descriptor?: string;
}

export interface BuildLogState {
  readonly id: number;
  readonly lines: readonly string[];
  readonly createdOn: number;
}

export interface BuildState {
  readonly id: number;
  readonly definition: DefinitionState;
  readonly buildNumber: string;
  readonly reason: string;
  readonly sourceBranch: string;
  readonly sourceVersion: string;
  readonly commitMessage: string;
  readonly requestedFor: PersonState;
  readonly tags: readonly string[];
  readonly queueTime: number;
  readonly planId: string;
  status: string;
  result: string | undefined;
  startTime: number | undefined;
  finishTime: number | undefined;
  lastChanged: number;
  deleted: boolean;
  /** Waits for an approval. */
  isHeld: boolean;
  validationErrors: readonly string[];
  /** Both only after `settleTimeline`. */
  readonly timeline: TimelineState;
  readonly logs: BuildLogState[];
  /** What has happened to the timeline and is not written into it yet. */
  readonly unwritten: (() => void)[];
}
