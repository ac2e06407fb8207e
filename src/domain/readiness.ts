// The verdict: is a base ready? A pure function of the builds that were read and the service's policy.
// It must never say `ready` without a build that succeeded and that the policy allows.
import { type Build, newestFirst, outcomeOf, phaseOf } from './build.ts';
import { expectedEndAt } from './duration.ts';
import type { GatePolicy } from './service.ts';

export type ReadinessStatus = 'ready' | 'running' | 'failed' | 'never-built' | 'stale' | 'unknown';

export type ReadinessReason =
  | 'base-succeeded'
  | 'base-partially-succeeded'
  | 'previous-succeeded'
  | 'base-running'
  | 'base-failed'
  | 'base-canceled'
  | 'never-built'
  | 'stale'
  | 'unknown';

/** What is known of a base on one branch, and why. `build` is the build that decided. */
export interface Readiness {
  readonly status: ReadinessStatus;
  readonly reason: ReadinessReason;
  readonly build?: Build;
  /** For a running build: when it will probably end, ms since the epoch. */
  readonly expectedEndAt?: number;
  /** The newer build that still runs, when the policy let an older one answer. */
  readonly runningBuild?: Build;
  /** How many newer canceled builds were looked past. */
  readonly canceledSkipped?: number;
}

export type ReadinessPolicy = Pick<
  GatePolicy,
  'whenRunning' | 'onPartiallySucceeded' | 'onCanceled' | 'onNeverBuilt' | 'maxAgeMs'
>;

/**
 * Assesses the active and the latest ended builds of one base on one branch.
 * @param builds in any order; all active ones and at least the latest ended ones
 * @param now ms since the epoch by the clock that stamped the builds, Azure DevOps' own
 */
export function assessReadiness(builds: readonly Build[], policy: ReadinessPolicy, now: number): Readiness {
  const ordered = [...builds].sort(newestFirst);
  const unclear = ordered.find((build) => phaseOf(build) === 'unclear');
  if (unclear) return { status: 'unknown', reason: 'unknown', build: unclear };

  const running = ordered.find((build) => phaseOf(build) === 'active');
  const ended = ordered.filter((build) => phaseOf(build) === 'ended');
  if (!running) return assessEnded(ended, policy, now);

  const waiting = describeRunning(running, ordered);
  if (policy.whenRunning === 'wait') return waiting;
  const previous = assessEnded(ended, policy, now);
  // While the first build ever is running, "never built" would be untrue: it has been begun.
  if (previous.status === 'never-built') return waiting;
  if (previous.status !== 'ready') return previous;
  return { ...previous, reason: 'previous-succeeded', runningBuild: running };
}

function describeRunning(running: Build, builds: readonly Build[]): Readiness {
  const endAt = expectedEndAt(running, builds);
  return {
    status: 'running',
    reason: 'base-running',
    build: running,
    ...(endAt === undefined ? {} : { expectedEndAt: endAt }),
  };
}

function assessEnded(ended: readonly Build[], policy: ReadinessPolicy, now: number): Readiness {
  let canceledSkipped = 0;
  for (const build of ended) {
    const outcome = outcomeOf(build);
    if (outcome === 'canceled') {
      if (policy.onCanceled === 'stop') return { status: 'failed', reason: 'base-canceled', build };
      canceledSkipped++;
      continue;
    }
    const skipped = canceledSkipped > 0 ? { canceledSkipped } : {};
    if (outcome === 'failed') return { status: 'failed', reason: 'base-failed', build, ...skipped };
    if (isTooOld(build, policy, now)) return { status: 'stale', reason: 'stale', build, ...skipped };
    return {
      status: 'ready',
      reason: outcome === 'partiallySucceeded' ? 'base-partially-succeeded' : 'base-succeeded',
      build,
      ...skipped,
    };
  }
  return {
    status: 'never-built',
    reason: 'never-built',
    ...(canceledSkipped > 0 ? { canceledSkipped } : {}),
  };
}

/** Older than allowed, or of an age that nobody can tell. */
function isTooOld(build: Build, policy: ReadinessPolicy, now: number): boolean {
  if (policy.maxAgeMs === undefined) return false;
  return build.finishedAt === undefined || now - build.finishedAt > policy.maxAgeMs;
}
