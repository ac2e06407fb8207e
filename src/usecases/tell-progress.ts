// Tells a pipeline why its check waits: on the task's record, its live console and its log. Nothing of this decides
// anything: what is refused is left out, what fails comes with the next look. That nobody waits any more is noticed here.
import type { CheckEnd } from '../domain/check.ts';
import { isHeartbeatDue, newsKey, percentOf } from '../domain/check-progress.ts';
import { askPlanVersion } from './ask-plan-version.ts';
import { type CheckAtWork, endOf, note, type RunCheckPorts } from './check-at-work.ts';
import type { PlanAnswer, TaskRecord } from './ports.ts';

export interface Begun {
  /** Undefined when the check has ended meanwhile. */
  readonly work: CheckAtWork | undefined;
  readonly end?: CheckEnd;
}

/** Says that the task has started, and makes its log; once, as far as that can be known. */
export async function beginTask(ports: RunCheckPorts, work: CheckAtWork): Promise<Begun> {
  if (work.check.progress.isStarted) return { work };
  const versioned = await askPlanVersion(ports, work);
  const isOver = endOf(versioned);
  if (isOver) return { work, end: isOver };
  // Whoever cannot be asked now is asked at the next look.
  if (versioned.kind !== 'accepted') return { work };
  const speaking = versioned.value;
  const { task, token, check } = speaking;
  const started = await ports.plans.startTask(task, token);
  const end = endOf(started);
  if (end || started.kind === 'failed') return { work: speaking, ...(end ? { end } : {}) };
  const log = await ports.plans.createLog(task, token);
  const logId = log.kind === 'accepted' ? { logId: log.value } : {};
  const now = await note(ports, speaking, { ...check.progress, isStarted: true, ...logId });
  const ended = endOf(log);
  return ended ? { work: now, end: ended } : { work: now };
}

/** What is new, or a sign of life when it is time; gives how the check has ended, if it has. */
export async function tellProgress(ports: RunCheckPorts, work: CheckAtWork): Promise<CheckEnd | undefined> {
  const { check, gate } = work;
  const { decision } = gate;
  const now = ports.clock.now();
  if (!decision) return undefined;
  const sentence = ports.explain({ decision, answeredAt: now, askedAt: gate.askedAt });
  const isNew = check.progress.said !== newsKey(decision);
  if (!isNew && !isHeartbeatDue(check.progress, now)) return undefined;
  const percentComplete = percentOf(decision, now);
  const record = {
    currentOperation: sentence,
    ...(percentComplete === undefined ? {} : { percentComplete }),
  };
  const heard = await tellLines(ports, work, { lines: [sentence], record, isForConsole: isNew });
  if (heard.end) return heard.end;
  if (!heard.isComplete) return undefined;
  await note(ports, work, { ...check.progress, said: newsKey(decision), saidAt: now });
  return undefined;
}

export interface Told {
  readonly lines: readonly string[];
  readonly record: TaskRecord;
  readonly isForConsole: boolean;
}

export interface Heard {
  /** How the check has ended, if it has. */
  readonly end?: CheckEnd;
  /** Nothing of it has to be told again: it has arrived, or never will. */
  readonly isComplete: boolean;
}

/** The log first, since the record links to it. */
export async function tellLines(
  { plans }: Pick<RunCheckPorts, 'plans'>,
  { check, task, token }: CheckAtWork,
  { lines, record, isForConsole }: Told,
): Promise<Heard> {
  const { logId } = check.progress;
  const steps: (() => Promise<PlanAnswer>)[] = [];
  if (logId !== undefined) steps.push(() => plans.appendLog(task, token, { logId, lines }));
  if (task.timelineId !== undefined) {
    const linked = logId === undefined ? record : { ...record, logId };
    steps.push(() => plans.updateRecord(task, token, linked));
    if (isForConsole) steps.push(() => plans.writeConsole(task, token, lines));
  }
  let isComplete = true;
  for (const step of steps) {
    const answer = await step();
    const end = endOf(answer);
    if (end) return { end, isComplete: false };
    if (answer.kind === 'failed') isComplete = false;
  }
  return { isComplete };
}
