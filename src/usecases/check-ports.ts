// What checks need from the outside: their records with the runs' sealed tokens, and the plans of Azure Pipelines.
import type { CheckEnd, CheckProgress, CheckResult, CheckTarget } from '../domain/check.ts';
import type { Secret } from '../secret.ts';

/** A check that waits or has ended. It has the id of its gate, where service, branch, deadline and decision stand. */
export interface CheckRecord {
  readonly id: string;
  readonly target: CheckTarget;
  /** Ms since the epoch, PipeBot's clock. */
  readonly receivedAt: number;
  readonly progress: CheckProgress;
  readonly end?: CheckEnd;
  readonly endedAt?: number;
}

/** Every call throws PipeBotError `store-unavailable` when the store is down. */
export interface CheckRecords {
  /**
   * Adds it with its run's token, sealed. When the same task of the same plan is known already, that one stands and is
   * given back; while it has not ended, the newer token takes the place of the older one.
   */
  add(check: Pick<CheckRecord, 'id' | 'target' | 'receivedAt'>, token: Secret): Promise<CheckRecord>;
  find(id: string): Promise<CheckRecord | undefined>;
  /** The one of this organisation, plan, job and task. */
  findByTarget(
    target: Pick<CheckTarget, 'organization' | 'planId' | 'jobId' | 'taskInstanceId'>,
  ): Promise<CheckRecord | undefined>;
  /** Undefined once it has ended, or while none of the keys opens it. */
  tokenOf(id: string): Promise<Secret | undefined>;
  /** False, and nothing is changed, when it has ended. */
  saveProgress(id: string, progress: CheckProgress): Promise<boolean>;
  /** Ends it and deletes its token for good, in one statement; false when it had ended before. */
  end(id: string, end: CheckEnd, endedAt: number): Promise<boolean>;
  /** Those that have not ended, with their gates' services and branches (full refs), the oldest first. */
  listOpen(): Promise<{ readonly id: string; readonly service: string; readonly branch: string }[]>;
  /** How many have not ended, all or of one key. */
  countOpen(keyId?: string): Promise<number>;
  deleteBefore(endedBefore: number): Promise<void>;
}

/** What Azure Pipelines answered. Expected outcomes, all of them; calls throw nothing. `detail` is for the log. */
export type PlanAnswer<Value = undefined> =
  | { readonly kind: 'accepted'; readonly value: Value }
  /** Nobody waits there any more: the plan is unknown, over, or not writable with this token. Final. */
  | { readonly kind: 'ended'; readonly detail: string }
  /** 401, or the sign-in page instead of an answer. Final for this token. */
  | { readonly kind: 'token-dead'; readonly detail: string }
  /** This one call will never be accepted (no such timeline, record or log); others may be. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** It may have been done or not (network, time-out, 408, 429, 5xx, nonsense): again later. */
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs?: number };

/** A task of a plan. */
export interface PlanTask extends CheckTarget {
  /** For the events of old plans of the hub `gates`. */
  readonly planVersion?: number;
}

/** What the task's timeline record shows; what is left out stays as it is. */
export interface TaskRecord {
  /** The one with the verdict. It may be late, and must not open a task again that Azure Pipelines has closed. */
  readonly isLast?: true;
  readonly currentOperation?: string;
  readonly percentComplete?: number;
  readonly logId?: number;
  readonly issues?: readonly { readonly type: 'warning' | 'error'; readonly message: string }[];
  /** Become output variables of the task. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The plans of Azure Pipelines, spoken to with the run's own token, at the configured address only. */
export interface Plans {
  readVersion(task: PlanTask, token: Secret): Promise<PlanAnswer<number>>;
  /** The event TaskStarted. */
  startTask(task: PlanTask, token: Secret): Promise<PlanAnswer>;
  /** The event TaskCompleted: the verdict. */
  completeTask(task: PlanTask, token: Secret, result: CheckResult): Promise<PlanAnswer>;
  /** `refused` without a timeline id. */
  updateRecord(task: PlanTask, token: Secret, record: TaskRecord): Promise<PlanAnswer>;
  /** Lines on the live console. `refused` without a timeline id. */
  writeConsole(task: PlanTask, token: Secret, lines: readonly string[]): Promise<PlanAnswer>;
  createLog(task: PlanTask, token: Secret): Promise<PlanAnswer<number>>;
  appendLog(
    task: PlanTask,
    token: Secret,
    log: { readonly logId: number; readonly lines: readonly string[] },
  ): Promise<PlanAnswer>;
}
