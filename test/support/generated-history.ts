// Makes random histories of builds and random policies from a seed, so that a failing case can be made again.
import { BUILD_RESULTS, BUILD_STATUSES, type Build, type BuildResult } from '../../src/domain/build.ts';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../../src/domain/service.ts';
import { buildOf, DAWN } from './build-of.ts';

export type Random = () => number;

/** Mulberry32: small, quick, and the same everywhere. Numbers from 0 up to 1. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

export function randomPolicy(random: Random): GatePolicy {
  return {
    ...DEFAULT_GATE_POLICY,
    whenRunning: pick(random, ['wait', 'use-previous']),
    onPartiallySucceeded: pick(random, ['continue', 'stop']),
    onCanceled: pick(random, ['previous', 'stop']),
    onNeverBuilt: pick(random, ['stop', 'continue']),
    ...(random() < 0.3 ? { maxAgeMs: Math.floor(random() * 7_200_000) } : {}),
  };
}

/** Up to eight builds. Most are plainly completed, so that histories which may continue are common too. */
export function randomHistory(random: Random): Build[] {
  const length = Math.floor(random() * 9);
  return Array.from({ length }, (_, index) => {
    const isPlain = random() < 0.7;
    const status = isPlain ? 'completed' : pick(random, BUILD_STATUSES);
    const result: BuildResult | undefined = isPlain
      ? pick<BuildResult>(random, [
          'succeeded',
          'succeeded',
          'partiallySucceeded',
          'failed',
          'canceled',
          'canceled',
        ])
      : pick<BuildResult | undefined>(random, [undefined, ...BUILD_RESULTS]);
    const queuedAt = DAWN + Math.floor(random() * 20) * 60_000;
    const { finishedAt, ...build } = buildOf({
      id: 100 + index,
      status,
      queuedAt,
      finishedAt: queuedAt + Math.floor(random() * 1_800_000),
      ...(result === undefined ? {} : { result }),
    });
    return random() < 0.05 || finishedAt === undefined ? build : { ...build, finishedAt };
  });
}
