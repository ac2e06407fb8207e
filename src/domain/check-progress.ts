// What a waiting check has to tell its pipeline now, and what it tells at the end. Pure; the sentences come from the
// decision, the calls are made in usecases/run-check.ts.
import type { CheckProgress, CheckResult } from './check.ts';
import type { GateDecision } from './gate.ts';

/** A pipeline hears at least this often that it still waits; so it is also noticed that it has ended meanwhile. */
export const HEARTBEAT_MS = 60_000;
/** An estimate never claims to be done. */
const MOST_PERCENT = 95;

/** The same text while a decision is no news to somebody who heard it before; times in its sentence go on by themselves. */
export function newsKey({ verdict, reason, assessment, hold }: GateDecision): string {
  const { base, branch, readiness, failure } = assessment;
  const { build } = readiness;
  return JSON.stringify([verdict, reason, base.name, branch, build?.id, build?.status, failure?.code, hold]);
}

/** What was told late in one look is old enough for the next one, which would otherwise be the one after that. */
const HEARTBEAT_GRACE_MS = 10_000;

/** Nothing was told for so long that it is time for a sign of life. */
export function isHeartbeatDue({ saidAt }: CheckProgress, now: number): boolean {
  return saidAt === undefined || now - saidAt >= HEARTBEAT_MS - HEARTBEAT_GRACE_MS || saidAt > now;
}

/** When the pipeline has to hear the next sign of life, if it hears one now that is due. */
export function nextHeartbeatAt(progress: CheckProgress, now: number): number {
  const { saidAt = now } = progress;
  return (isHeartbeatDue(progress, now) ? now : saidAt) + HEARTBEAT_MS;
}

/** How far the base's run is, by its usual duration, 0 to 95; undefined when it cannot be said. */
export function percentOf({ assessment }: GateDecision, now: number): number | undefined {
  const { build, expectedEndAt } = assessment.readiness;
  if (build?.startedAt === undefined || expectedEndAt === undefined) return undefined;
  const wholeMs = expectedEndAt - build.startedAt;
  if (wholeMs <= 0) return undefined;
  const percent = Math.floor(((now - build.startedAt) / wholeMs) * 100);
  return Math.min(Math.max(percent, 0), MOST_PERCENT);
}

/** Only `continue` succeeds. */
export function resultOf({ verdict }: GateDecision): CheckResult {
  return verdict === 'continue' ? 'succeeded' : 'failed';
}

/** Pauses after attempts to send a verdict whose fate is not known; the last one goes on. */
const VERDICT_PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000] as const;

/** Azure DevOps may ask for more; a run that waits is not left alone for longer. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/** How long to wait after so many attempts (from 1), unless Azure DevOps said so itself. */
export function verdictPauseMs(attempts: number, retryAfterMs = 0): number {
  const pauseMs = VERDICT_PAUSES_MS[Math.min(attempts, VERDICT_PAUSES_MS.length) - 1] ?? 30_000;
  return Math.max(pauseMs, Math.min(retryAfterMs, LONGEST_PAUSE_MS));
}

/** When the verdict may be sent: now, or when the pause is over, unless the clock was set back in it. */
export function attemptAt({ nextAttemptAt = 0 }: CheckProgress, now: number): number {
  return nextAttemptAt - now > LONGEST_PAUSE_MS ? now : Math.max(nextAttemptAt, now);
}

/**
 * Job tokens die after about a day (azure-pipelines-agent#5520); gates give up after 20 hours. A verdict that could not
 * be delivered by then never will be.
 */
export const TOKEN_LIFE_MS = 24 * 3_600_000;
