// What a timeline tells of a failed build, as far as a person needs it. A plain value; reading it from Azure
// DevOps happens elsewhere.

export interface Failure {
  /** Names of the stages that failed, in order; empty for classic builds. */
  readonly stages: readonly string[];
  /** Name of the first failed task. */
  readonly task?: string;
  /** Its first error lines, at most 5, or what kept the build from starting. */
  readonly errors: readonly string[];
  /** The last lines of its log, at most 8. */
  readonly logTail: readonly string[];
  /** The page of that task's log. */
  readonly logUrl?: string;
}

/** A running build that goes on only when somebody approves. */
export interface PendingApproval {
  readonly stage?: string;
  /** Ms since the epoch, Azure DevOps' clock; absent when the timeline does not tell. */
  readonly since?: number;
}

/** What is read of a timeline. */
export interface TimelineFacts {
  readonly failure?: Failure;
  readonly pendingApproval?: PendingApproval;
}
