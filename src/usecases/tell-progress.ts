// Tells a pipeline why its check waits: on the task's record, its live console and its log. Nothing of this decides
// anything: what is refused is left out, what fails comes with the next look. That nobody waits any more is noticed here.
import type { CheckEnd, CheckProgress } from '../domain/check.ts';
import { isHeartbeatDue, newsKey, percentOf } from '../domain/check-progress.ts';
import { type CheckAtWork, endOf, note, type RunCheckPorts } from './check-at-work.ts';
import type { PlanAnswer, TaskRecord } from './ports.ts';

export interface Begun {
  /** Undefined when the check has ended meanwhile. */
  readonly work: CheckAtWork | undefined;
  readonly end?: CheckEnd;
}

/** Plans of the hub `gates` were spoken to otherwise up to version 12; other hubs need not be asked. */
const VERSIONED_HUB = /^gates$/i;

/** Says that the task has started, and makes its log; once, as far as that can be known. */
export async function beginTask(ports: RunCheckPorts, work: CheckAtWork): Promise<Begun> {
  const { progress } = work.check;
  if (progress.isStarted) return { work };
  const { plans } = ports;
  const { task, token } = work;
  let [known, speaking]: [CheckProgress, typeof task] = [progress, task];
  if (VERSIONED_HUB.test(task.hubName) && task.planVersion === undefined) {
    const version = await plans.readVersion(task, token);
    const end = endOf(version);
    if (end) return { work, end };
    // Its events would name the wrong ids; whoever cannot be asked now is asked at the next look.
    if (version.kind !== 'accepted') return { work };
    known = { ...known, planVersion: version.value };
    speaking = { ...task, planVersion: version.value };
  }
  const started = await plans.startTask(speaking, token);
  const end = endOf(started);
  if (end) return { work, end };
  if (started.kind === 'failed') return { work: await note(ports, { ...work, task: speaking }, known) };
  const log = await plans.createLog(speaking, token);
  const logId = log.kind === 'accepted' ? { logId: log.value } : {};
  const now = await note(ports, { ...work, task: speaking }, { ...known, isStarted: true, ...logId });
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
  const end = await tellLines(ports, work, { lines: [sentence], record, isForConsole: isNew });
  if (end) return end;
  await note(ports, work, { ...check.progress, said: newsKey(decision), saidAt: now });
  return undefined;
}

export interface Told {
  readonly lines: readonly string[];
  readonly record: TaskRecord;
  readonly isForConsole: boolean;
}

/** The log first, since the record links to it. Gives how the check has ended, if it has. */
export async function tellLines(
  { plans }: Pick<RunCheckPorts, 'plans'>,
  { check, task, token }: CheckAtWork,
  { lines, record, isForConsole }: Told,
): Promise<CheckEnd | undefined> {
  const { logId } = check.progress;
  const steps: (() => Promise<PlanAnswer>)[] = [];
  if (logId !== undefined) steps.push(() => plans.appendLog(task, token, { logId, lines }));
  if (task.timelineId !== undefined) {
    const linked = logId === undefined ? record : { ...record, logId };
    steps.push(() => plans.updateRecord(task, token, linked));
    if (isForConsole) steps.push(() => plans.writeConsole(task, token, lines));
  }
  for (const step of steps) {
    const end = endOf(await step());
    if (end) return end;
  }
  return undefined;
}
