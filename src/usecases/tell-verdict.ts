// Tells a pipeline the verdict on its check, until it is known to have arrived: a verdict that is lost leaves a run
// hanging until its own time-out. Each attempt is recorded before it is made. It must not make the verdict.
import type { CheckResult } from '../domain/check.ts';
import { resultOf, TOKEN_LIFE_MS, verdictPauseMs } from '../domain/check-progress.ts';
import { type CheckAtWork, endCheck, note, type RunCheckPorts } from './check-at-work.ts';
import { enqueueRun } from './open-check.ts';
import type { PlanAnswer } from './ports.ts';
import { tellLines } from './tell-progress.ts';

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

/** One attempt; what may not have arrived hastens the job for the next one, which the look has left. */
export async function sendVerdict(
  ports: RunCheckPorts,
  work: CheckAtWork,
  verdict: CheckVerdict,
): Promise<void> {
  const { check } = work;
  const before = check.progress.attempts ?? 0;
  const attempts = before + 1;
  const now = ports.clock.now();
  if (now - check.receivedAt > TOKEN_LIFE_MS) return endCheck(ports, check, 'token-dead');
  // Before anything can fail. Who is cut off comes back by the job that was running, and by the one that the look has left.
  const begun = await note(ports, work, { ...check.progress, attempts });
  // Nothing of this is waited for again: it explains the verdict, and must not delay it.
  const shownEnd = before === 0 ? await show(ports, begun, verdict) : undefined;
  if (shownEnd) return endCheck(ports, check, shownEnd);
  const answer = await ports.plans.completeTask(begun.task, begun.token, verdict.result);
  await take(ports, begun, { answer, attempts, verdict });
}

async function show(ports: RunCheckPorts, work: CheckAtWork, { result, sentence, variables }: CheckVerdict) {
  const issues = result === 'failed' ? [{ type: 'error' as const, message: sentence }] : [];
  const record = {
    currentOperation: sentence,
    ...(result === 'succeeded' ? { percentComplete: 100 } : {}),
    ...(issues.length > 0 ? { issues } : {}),
    ...(variables ? { variables } : {}),
  };
  return tellLines(ports, work, { lines: [sentence], record, isForConsole: true });
}

interface Attempt {
  readonly answer: PlanAnswer;
  readonly attempts: number;
  readonly verdict: CheckVerdict;
}

async function take(
  ports: RunCheckPorts,
  { check, gate }: CheckAtWork,
  { answer, attempts, verdict }: Attempt,
): Promise<void> {
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
    case 'failed':
      ports.log.warn({ ...fields, detail: answer.detail }, 'verdict not told yet');
      return enqueueRun(ports, check.id, ports.clock.now() + verdictPauseMs(attempts, answer.retryAfterMs));
  }
}
