// Makes random histories of one subscription for property tests: builds in and out of order, reruns, mutes, quiet
// hours and a base that breaks, close together and far apart.
import fc from 'fast-check';
import type { Build } from '../../src/domain/build.ts';
import type { Happening, Wishes } from './alert-desk.ts';
import { buildOf, DAWN } from './build-of.ts';

type Deed =
  | {
      readonly deed: 'build' | 'late' | 'rerun' | 'again';
      readonly result: Result;
      readonly isManual: boolean;
    }
  | { readonly deed: 'mute'; readonly minutes: number }
  | { readonly deed: 'unmute' | 'break base' | 'mend base' };
type Result = 'succeeded' | 'failed' | 'canceled' | 'partiallySucceeded';

export interface History {
  readonly happenings: readonly Happening[];
  readonly wishes: Wishes;
}

const results = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Result>('failed') },
  { weight: 5, arbitrary: fc.constant<Result>('succeeded') },
  { weight: 1, arbitrary: fc.constantFrom<Result>('canceled', 'partiallySucceeded') },
);
const builds = fc.record({
  deed: fc.oneof(
    { weight: 8, arbitrary: fc.constant('build' as const) },
    { weight: 2, arbitrary: fc.constantFrom('late' as const, 'rerun' as const, 'again' as const) },
  ),
  result: results,
  isManual: fc.boolean(),
});
const deeds = fc.oneof<fc.WeightedArbitrary<Deed>[]>(
  { weight: 12, arbitrary: builds },
  {
    weight: 1,
    arbitrary: fc.record({ deed: fc.constant('mute'), minutes: fc.integer({ min: 1, max: 600 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...(['unmute', 'break base', 'mend base'] as const).map((deed) => ({ deed }))),
  },
);
/** In seconds: within one group, within a flapping window, or a night later. */
const gaps = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 6, arbitrary: fc.integer({ min: 41, max: 3_600 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_600, max: 40_000 }) },
);
const minutes = fc.integer({ min: 0, max: 1_439 });
const quietHours = fc
  .tuple(minutes, minutes)
  .filter(([fromMinute, toMinute]) => fromMinute !== toMinute)
  .map(([fromMinute, toMinute]) => ({ fromMinute, toMinute, timeZone: 'UTC' }));

/** @param events what the subscription may want */
export function histories(events: readonly Wishes['events'][]): fc.Arbitrary<History> {
  return fc
    .record({
      steps: fc.array(fc.tuple(gaps, deeds), { maxLength: 40, size: 'max' }),
      events: fc.constantFrom(...events),
      reasons: fc.constantFrom<Wishes['reasons'][]>([], ['ci']),
      quiet: fc.option(quietHours, { nil: undefined }),
    })
    .map(({ steps, quiet, ...wishes }) => ({
      happenings: happeningsOf(steps),
      wishes: { ...wishes, ...(quiet ? { quiet } : {}) },
    }));
}

function happeningsOf(steps: readonly (readonly [number, Deed])[]): Happening[] {
  const ended: Build[] = [];
  let at = DAWN;
  return steps.flatMap(([gap, deed]): Happening[] => {
    at += gap * 1_000;
    switch (deed.deed) {
      case 'mute':
        return [{ kind: 'mute', at, until: at + deed.minutes * 60_000 }];
      case 'unmute':
        return [{ kind: 'unmute', at }];
      case 'break base':
        return [{ kind: 'base', at, broken: 'python-base' }];
      case 'mend base':
        return [{ kind: 'base', at }];
      default: {
        const build = endOf(deed, ended, at);
        ended.push(build);
        return [{ kind: 'build', at, build }];
      }
    }
  });
}

/** `late`: queued before the last that ended; `rerun`: the last again; `again`: the very end that is known. */
function endOf(deed: Extract<Deed, { readonly result: Result }>, ended: readonly Build[], at: number): Build {
  const last = ended.at(-1);
  const { result, isManual } = deed;
  if (deed.deed === 'again' && last) return last;
  if (deed.deed === 'rerun' && last) return { ...last, result, finishedAt: at };
  const queuedAt = deed.deed === 'late' && last ? last.queuedAt - 1_000 : at - 500;
  const reason = isManual ? 'manual' : 'individualCI';
  return buildOf({ id: ended.length + 1, queuedAt, startedAt: queuedAt, finishedAt: at, result, reason });
}
