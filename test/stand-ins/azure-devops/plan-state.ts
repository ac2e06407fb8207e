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

/** `by-method` is what Azure does: the page for reads, 401 for writes. */
export type TokenDeath = 'by-method' | 'unauthorized' | 'sign-in-page';

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
  /** How a dead token is answered; undefined while it lives. */
  tokenDeath: TokenDeath | undefined;
  /** Whether a wrong timeline is noticed before a plan that is gone. */
  readonly looksUpTimelineFirst: boolean;
  changeId: number;
  readonly events: PlanEvent[];
  readonly records: PlanRecord[];
  readonly feed: PlanFeedLine[];
  readonly logs: PlanLog[];
}
