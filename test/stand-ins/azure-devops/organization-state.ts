// The data the stand-in holds: projects, definitions, builds and plans. Must not know HTTP.
import type { Clock } from '../../../src/clock.ts';
import type { PlanState } from './plan-state.ts';
import type { TimelineState } from './timeline-record.ts';

export interface OrganizationState {
  readonly clock: Clock;
  readonly name: string;
  /** Address of the organisation, without a slash at the end. */
  readonly url: string;
  readonly flavour: 'services' | 'server';
  readonly projects: ProjectState[];
  readonly definitions: DefinitionState[];
  readonly builds: BuildState[];
  readonly plans: PlanState[];
  lastBuildId: number;
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
  validationErrors: readonly string[];
  readonly timeline: TimelineState;
  readonly logs: BuildLogState[];
}
