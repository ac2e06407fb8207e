// Tells a pipeline the verdict on its check, until it is known to have arrived: a verdict that is lost leaves a run
// hanging until its own time-out. Each attempt is recorded before it is made. It must not make the verdict.
import type { CheckResult } from '../domain/check.ts';
import { attemptAt, resultOf, verdictPauseMs } from '../domain/check-progress.ts';
import { askPlanVersion } from './ask-plan-version.ts';
import { type CheckAtWork, endCheck, endOf, note, type RunCheckPorts } from './check-at-work.ts';
import { enqueueRun } from './open-check.ts';
import type { PlanAnswer } from './ports.ts';
import { tellLines } from './tell-progress.ts';

/** What it takes to tell a verdict; not how it was made. */
export type TellVerdictPorts = Pick<
  RunCheckPorts,
  'checks' | 'plans' | 'transactions' | 'jobs' | 'clock' | 'log'
>;

export interface CheckVerdict {
  readonly result: CheckResult;
  readonly sentence: string;
  /** Output variables of the task. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The verdict of a gate whose decision is final and stored. */
export async function tellVerdict(ports: RunCheckPorts, work: CheckAtWork): Promise<void> {
  const { id, decision, decidedAt, askedAt } = work.gate;
  if (!decision || decision.verdict === 'wait') throw new TypeError('only a final decision can be told');
  const { build } = decision.assessment.readiness;
  await sendVerdict(ports, work, {
    result: resultOf(decision),
    sentence: ports.explain({ decision, answeredAt: decidedAt ?? askedAt, askedAt }),
    variables: {
      gateId: id,
      decision: decision.verdict,
      reason: decision.reason,
      ...(build ? { baseBuildId: String(build.id), baseBuildNumber: build.number } : {}),
    },
  });
}

/** About four minutes; after them a new plan is assumed, since most are, and a verdict that is never sent helps nobody. */
const MOST_VERSION_ATTEMPTS = 12;

/** One attempt; what may not have arrived leaves the job for the next one. */
export async function sendVerdict(
  ports: TellVerdictPorts,
  work: CheckAtWork,
  verdict: CheckVerdict,
): Promise<void> {
  const { check } = work;
  const now = ports.clock.now();
  const dueAt = attemptAt(check.progress, now);
  if (dueAt > now) return enqueueRun(ports, check.id, dueAt);
  const attempts = (check.progress.attempts ?? 0) + 1;
  // Before anything can fail. Who is cut off comes back by the job that was running.
  const noted = await pause(ports, work, { attempts, nextAttemptAt: now + verdictPauseMs(attempts) });
  // Taken back meanwhile: a run that no longer waits is told nothing.
  if (!noted) return;
  const versioned = await askPlanVersion(ports, noted);
  const isOver = endOf(versioned);
  if (isOver) return endCheck(ports, check, isOver);
  if (versioned.kind === 'failed' && attempts <= MOST_VERSION_ATTEMPTS)
    return take(ports, noted, { answer: versioned, attempts, verdict });
  const begun = versioned.kind === 'accepted' ? versioned.value : noted;
  const shown = check.progress.isExplained ? begun : await show(ports, begun, verdict);
  // Explaining takes its time, and a run that has taken its check back meanwhile is told no verdict.
  if ((await ports.checks.find(check.id))?.end) return;
  const answer = await ports.plans.completeTask(shown.task, shown.token, verdict.result);
  await take(ports, shown, { answer, attempts, verdict });
}

/** The next attempt is left for then, and nobody who is woken earlier makes it. */
async function pause(
  ports: TellVerdictPorts,
  work: CheckAtWork,
  next: { readonly attempts: number; readonly nextAttemptAt: number },
): Promise<CheckAtWork | undefined> {
  const noted = await note(ports, work, { ...work.check.progress, ...next });
  if (noted) await enqueueRun(ports, work.check.id, next.nextAttemptAt);
  return noted;
}

/** With each attempt until it has arrived. Whatever becomes of it, the verdict is sent: only its own answer counts. */
async function show(
  ports: TellVerdictPorts,
  work: CheckAtWork,
  { result, sentence, variables }: CheckVerdict,
): Promise<CheckAtWork> {
  const issues = result === 'failed' ? [{ type: 'error' as const, message: sentence }] : [];
  const record = {
    isLast: true as const,
    currentOperation: sentence,
    ...(result === 'succeeded' ? { percentComplete: 100 } : {}),
    ...(issues.length > 0 ? { issues } : {}),
    ...(variables ? { variables } : {}),
  };
  const { isComplete } = await tellLines(ports, work, { lines: [sentence], record, isForConsole: true });
  if (!isComplete) return work;
  // Stored with the next pause, if there is one: a verdict that arrives needs no statement more.
  const { check } = work;
  return { ...work, check: { ...check, progress: { ...check.progress, isExplained: true } } };
}

interface Attempt {
  readonly answer: PlanAnswer;
  readonly attempts: number;
  readonly verdict: CheckVerdict;
}

async function take(
  ports: TellVerdictPorts,
  work: CheckAtWork,
  { answer, attempts, verdict }: Attempt,
): Promise<void> {
  const { check, gate } = work;
  const { result } = verdict;
  const fields = { gateId: check.id, result, attempts, reason: gate.decision?.reason };
  switch (answer.kind) {
    case 'accepted':
      ports.log.info(fields, 'verdict told');
      return endCheck(ports, check, 'told');
    case 'ended':
      // After an attempt of which nobody heard, it is that attempt which has ended the plan.
      ports.log.info({ ...fields, detail: answer.detail }, 'verdict found its plan ended');
      return endCheck(ports, check, attempts > 1 ? 'told' : 'plan-ended');
    case 'token-dead':
      ports.log.error({ ...fields, detail: answer.detail }, 'verdict not told: the token has died');
      return endCheck(ports, check, 'token-dead');
    case 'refused':
      ports.log.error({ ...fields, detail: answer.detail }, 'verdict refused by its plan');
      return endCheck(ports, check, 'plan-ended');
    case 'failed': {
      ports.log.warn({ ...fields, detail: answer.detail }, 'verdict not told yet');
      const nextAttemptAt = ports.clock.now() + verdictPauseMs(attempts, answer.retryAfterMs);
      await pause(ports, work, { attempts, nextAttemptAt });
    }
  }
}
