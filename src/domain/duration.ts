// Durations as people write them (30m, 2h), and how long a base usually takes.
import { type Build, outcomeOf, phaseOf } from './build.ts';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const EXAMPLE_UNITS = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)$/;

/** `30m` → 1,800,000. A bare number counts as seconds. Gives undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  const match = EXAMPLE_UNITS.exec(/^\d+$/.test(trimmed) ? `${trimmed}s` : trimmed);
  if (!match) return undefined;
  const [, amount = '', unit = 's'] = match;
  return Math.round(Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]);
}

/** The median duration in ms of the given builds that succeeded; undefined when none did. */
export function usualDurationMs(builds: readonly Build[]): number | undefined {
  const durations = builds
    .filter((build) => phaseOf(build) === 'ended' && outcomeOf(build) === 'succeeded')
    .map((build) =>
      build.startedAt === undefined || build.finishedAt === undefined
        ? Number.NaN
        : build.finishedAt - build.startedAt,
    )
    .filter((durationMs) => durationMs >= 0)
    .sort((left, right) => left - right);
  return durations[Math.floor((durations.length - 1) / 2)];
}

/** When an active build will probably end; undefined when it has not started or nothing is known. */
export function expectedEndAt(build: Build, builds: readonly Build[]): number | undefined {
  const usualMs = usualDurationMs(builds);
  return build.startedAt === undefined || usualMs === undefined ? undefined : build.startedAt + usualMs;
}
