// The data of one orchestration plan: what a gate's callback reads and writes. Must not know HTTP.
import type { ProjectState } from './organization-state.ts';

export interface PlanEvent {
  readonly at: number;
  readonly name: string;
  readonly taskId: string;
  readonly jobId: string;
  readonly result: string | undefined;
}

export interface PlanRecord {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface PlanFeedLine {
  readonly at: number;
  readonly recordId: string;
  readonly line: string;
}

export interface PlanLog {
  readonly id: number;
  readonly path: string;
  readonly createdOn: number;
  lastChangedOn: number;
  text: string;
}

export interface PlanState {
  readonly project: ProjectState;
  readonly hub: string;
  readonly planId: string;
  readonly timelineId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  readonly jobToken: string;
  readonly version: number;
  /** `unknown` plans get "No plan found", as if the run had been deleted. */
  status: 'running' | 'finished' | 'unknown';
  tokenExpired: boolean;
  changeId: number;
  readonly events: PlanEvent[];
  readonly records: PlanRecord[];
  readonly feed: PlanFeedLine[];
  readonly logs: PlanLog[];
}
