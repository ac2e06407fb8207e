// A check: the task of a run's plan in which Azure Pipelines waits to be called back with a verdict. Pure values; it must
// not know how Azure DevOps is reached, nor hold the run's token.

/** Which task waits. Ids are GUIDs in small letters; they are only names, and prove nothing. */
export interface CheckTarget {
  /** The configured name, never a URL: a URL that a caller gave is compared, not used. */
  readonly organization: string;
  readonly projectId: string;
  /** As it was received: `build`, `checks`, `gates`, `Release`. */
  readonly hubName: string;
  readonly planId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  /** Without it there is a verdict, but no progress. */
  readonly timelineId?: string;
}

/** Plans of classic release gates are spoken to with other ids up to some version; those of other hubs never were. */
export function isGatesHub(hubName: string): boolean {
  return hubName.toLowerCase() === 'gates';
}

/** What is kept of a check's conversation with its pipeline, so that a restart goes on and repeats little. */
export interface CheckProgress {
  /** TaskStarted has been accepted, or refused for good. */
  readonly isStarted?: true;
  /** Of the plan, where it had to be asked: old plans of the hub `gates` want other ids in their events. */
  readonly planVersion?: number;
  /** The task's own log. */
  readonly logId?: number;
  /** What the pipeline was told last (`newsKey`), and when; ms since the epoch. */
  readonly said?: string;
  readonly saidAt?: number;
  /** The reason of the verdict stands on the task's record, console and log. */
  readonly isExplained?: true;
  /** The services file had lost its service, so it fails, whatever the file says later. */
  readonly isServiceLost?: true;
  /** How often the verdict was sent. */
  readonly attempts?: number;
  /** Before this it is not sent again, whoever wakes the check; ms since the epoch. */
  readonly nextAttemptAt?: number;
}

/** How it ended: the verdict arrived; the plan had ended; the token had died; the caller took it back. */
export type CheckEnd = 'told' | 'plan-ended' | 'token-dead' | 'canceled';

export type CheckResult = 'succeeded' | 'failed';
