// A check while it is looked at: what it takes to speak to its pipeline, and the two things that every look may do with
// its record, to note how far it is and to end it. It must not speak itself.
import type { Clock } from '../clock.ts';
import type { CheckEnd, CheckProgress } from '../domain/check.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import type { Secret } from '../secret.ts';
import type { DecidePorts } from './decide-now.ts';
import type { EnsurePolled } from './poll-builds.ts';
import type {
  CheckRecord,
  CheckRecords,
  GateRecord,
  GateRecords,
  Jobs,
  Log,
  PlanAnswer,
  Plans,
  PlanTask,
  Transactions,
} from './ports.ts';
import type { SaveGate } from './save-gates.ts';

export interface RunCheckPorts extends DecidePorts {
  readonly catalog: ServiceCatalog;
  readonly checks: CheckRecords;
  readonly gates: Pick<GateRecords, 'find'>;
  /** Not inside a transaction. */
  readonly saveGate: SaveGate;
  readonly plans: Plans;
  readonly ensurePolled: EnsurePolled;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  /** The decision as the sentence that people read. */
  readonly explain: (answer: ToldAnswer) => string;
}

/** What a pipeline is told. */
export interface ToldAnswer {
  readonly decision: NonNullable<GateRecord['decision']>;
  readonly answeredAt: number;
  readonly askedAt: number;
}

/** A check at work, with all that it takes to speak to its pipeline. */
export interface CheckAtWork {
  readonly check: CheckRecord;
  readonly gate: GateRecord;
  readonly token: Secret;
  readonly task: PlanTask;
}

/** How a check has ended, when an answer of its plan says that nobody waits for it any more. */
export function endOf<Value>(answer: PlanAnswer<Value>): CheckEnd | undefined {
  if (answer.kind === 'ended') return 'plan-ended';
  return answer.kind === 'token-dead' ? 'token-dead' : undefined;
}

/** Keeps what was told, so that a restart does not tell it again. Undefined when the check has ended meanwhile. */
export async function note(
  ports: Pick<RunCheckPorts, 'checks' | 'transactions'>,
  work: CheckAtWork,
  progress: CheckProgress,
): Promise<CheckAtWork | undefined> {
  const { id } = work.check;
  const save = () => ports.checks.saveProgress(id, progress);
  const isOpen = await ports.transactions.transaction(save, 'note-progress');
  return isOpen ? { ...work, check: { ...work.check, progress } } : undefined;
}

/** The last thing that happens to a check; its token is gone with it. */
export async function endCheck(
  ports: Pick<RunCheckPorts, 'checks' | 'transactions' | 'clock' | 'log'>,
  { id }: Pick<CheckRecord, 'id'>,
  end: CheckEnd,
): Promise<void> {
  const now = ports.clock.now();
  const isEnded = await ports.transactions.transaction(() => ports.checks.end(id, end, now), 'end-check');
  if (isEnded) ports.log.info({ gateId: id, end }, 'check ended');
}
