// Says from the rules alone, written apart from the code under test, whether a gate may continue on one base.
// Used by the property tests and by `npm run fuzz -- verdict`.
import type { Build } from '../../src/domain/build.ts';
import type { GatePolicy } from '../../src/domain/service.ts';

const ACTIVE = new Set(['inProgress', 'cancelling', 'postponed', 'notStarted']);

/** True only if a build that the policy allows succeeded and nothing newer speaks against it. */
export function mayContinue(builds: readonly Build[], policy: GatePolicy, now: number): boolean {
  if (builds.some((build) => build.status === 'none' || build.status === 'unknown')) return false;
  const isActive = builds.some((build) => ACTIVE.has(build.status));
  if (isActive && policy.whenRunning === 'wait') return false;
  const isGood = (build: Build) =>
    build.status === 'completed' &&
    (build.result === 'succeeded' ||
      (build.result === 'partiallySucceeded' && policy.onPartiallySucceeded === 'continue'));
  const isCanceled = (build: Build) => build.status === 'completed' && build.result === 'canceled';
  const isNewer = (build: Build, than: Build) =>
    build.queuedAt > than.queuedAt || (build.queuedAt === than.queuedAt && build.id > than.id);
  const ended = builds.filter((build) => !ACTIVE.has(build.status));
  const deciding = ended.filter((build) => !isCanceled(build));
  if (deciding.length === 0) {
    if (policy.onCanceled === 'stop' && ended.length > 0) return false;
    return !isActive && policy.onNeverBuilt === 'continue';
  }
  return deciding.some((build) => {
    const newer = ended.filter((other) => isNewer(other, build));
    if (!isGood(build) || newer.some((other) => !isCanceled(other))) return false;
    if (newer.length > 0 && policy.onCanceled === 'stop') return false;
    return (
      policy.maxAgeMs === undefined ||
      (build.finishedAt !== undefined && now - build.finishedAt <= policy.maxAgeMs)
    );
  });
}
