import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILD_RESULTS, BUILD_STATUSES, type Build, phaseOf } from '../../src/domain/build.ts';
import {
  colourOf,
  type Health,
  type HealthChange,
  healthAfter,
  UNKNOWN_HEALTH,
} from '../../src/domain/health.ts';
import { countingEnds, truthOf } from '../support/alert-oracle.ts';
import { buildOf, DAWN } from '../support/build-of.ts';
import { histories } from '../support/generated-alerts.ts';

const HOUR_MS = 3_600_000;

interface Line {
  readonly health: Health;
  readonly changes: readonly (HealthChange | undefined)[];
}

function lineAfter(builds: readonly Build[]): Line {
  return builds.reduce<Line>(
    ({ health, changes }, build) => {
      const step = healthAfter(health, build);
      return { health: step.health, changes: [...changes, step.change] };
    },
    { health: UNKNOWN_HEALTH, changes: [] },
  );
}

/** `RGX`: builds that fail, succeed and are canceled, `everyMs` apart. */
function builds(letters: string, everyMs = 60_000, firstId = 1): Build[] {
  const results = { R: 'failed', G: 'succeeded', X: 'canceled' } as const;
  return [...letters].map((letter, index) => {
    const at = DAWN + (firstId + index) * everyMs;
    const result = results[letter as keyof typeof results];
    return buildOf({ id: firstId + index, queuedAt: at, finishedAt: at, result });
  });
}

describe('the colour of a build', () => {
  it('is red for everything that ended and is not plainly good or canceled', () => {
    for (const status of BUILD_STATUSES) {
      for (const result of [...BUILD_RESULTS, undefined]) {
        const colour = colourOf({ status, ...(result ? { result } : {}) });
        if (phaseOf({ status }) !== 'ended') expect(colour).toBeUndefined();
        else if (status === 'abandoned') expect(colour).toBe('red');
        else if (result === 'canceled') expect(colour).toBeUndefined();
        else expect(colour).toBe(result === 'succeeded' || result === 'partiallySucceeded' ? 'green' : 'red');
      }
    }
  });
});

describe('the health of a definition', () => {
  it.each<[string, (HealthChange | undefined)[]]>([
    ['G', ['still-green']],
    ['R', ['turned-red']],
    ['RR', ['turned-red', 'still-red']],
    ['RG', ['turned-red', 'turned-green']],
    ['GRXRG', ['still-green', 'turned-red', undefined, 'still-red', 'turned-green']],
    ['RXG', ['turned-red', undefined, 'turned-green']],
    ['X', [undefined]],
  ])('%s', (letters, changes) => expect(lineAfter(builds(letters)).changes).toEqual(changes));

  it('counts the builds of a streak from its first failure, and forgets it with the first success', () => {
    expect(lineAfter(builds('GRRR')).health.red).toMatchObject({ first: { id: 2 }, failedBuilds: 3 });
    expect(lineAfter(builds('GRRRG')).health.red).toBeUndefined();
    expect(lineAfter(builds('GRRRGR')).health.red).toMatchObject({ first: { id: 6 }, failedBuilds: 1 });
  });

  it('is not changed by a build that was queued before one that has ended', () => {
    const [older, newer] = [
      buildOf({ id: 1, queuedAt: DAWN, finishedAt: DAWN + HOUR_MS, result: 'failed' }),
      buildOf({ id: 2, queuedAt: DAWN + 1, finishedAt: DAWN + 60_000, result: 'succeeded' }),
    ];
    expect(lineAfter([newer, older])).toMatchObject({
      health: { colour: 'green' },
      changes: ['still-green', undefined],
    });
    const twin = { ...older, id: 3, queuedAt: newer.queuedAt };
    expect(lineAfter([newer, twin]).health.colour).toBe('red');
    expect(lineAfter([twin, newer]).health.colour).toBe('red');
  });

  it('follows the newest build through its reruns, and counts it once', () => {
    const [first] = builds('R');
    const rerun = (minutes: number, result: Build['result']) =>
      ({ ...first, finishedAt: DAWN + minutes * 60_000, result }) as Build;
    const line = lineAfter([rerun(1, 'failed'), rerun(5, 'failed'), rerun(9, 'canceled')]);
    expect(line.changes).toEqual(['turned-red', 'still-red', undefined]);
    expect(line.health.red).toMatchObject({ failedBuilds: 1, first: { finishedAt: DAWN + 60_000 } });
    expect(lineAfter([rerun(1, 'failed'), rerun(5, 'succeeded')]).changes).toEqual([
      'turned-red',
      'turned-green',
    ]);
  });

  it('knows a rerun by its id, even one that says it was queued earlier', () => {
    const [red] = builds('R');
    const green = {
      ...red,
      result: 'succeeded',
      queuedAt: DAWN - HOUR_MS,
      finishedAt: DAWN + HOUR_MS,
    } as Build;
    expect(lineAfter([red as Build, green]).changes).toEqual(['turned-red', 'turned-green']);
  });

  it('gives builds that were heard of late their places, and knows from them that it had settled', () => {
    const flapping = lineAfter(builds('GRGRG')).health;
    expect(flapping.isFlapping).toBe(true);
    const [older, between, newest, red] = builds('GGGR', 60_000, 6) as [Build, Build, Build, Build];
    const late = [newest, between, older].reduce(
      (health, build) => healthAfter(health, build).health,
      flapping,
    );
    expect(late.recent.map(({ id }) => id)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(healthAfter(late, between)).toEqual({ health: late });
    expect(healthAfter(late, red)).toMatchObject({ change: 'turned-red', health: { isFlapping: false } });
  });

  it('takes what is late for no news, not even in the middle of a streak', () => {
    const [r1, g2, r3, g4, r5] = builds('RGRGR') as [Build, Build, Build, Build, Build];
    const line = lineAfter([r1, g2, r5, g4, r3]);
    expect(line.changes).toEqual(['turned-red', 'turned-green', 'turned-red', undefined, undefined]);
    expect(line.health).toMatchObject({ colour: 'red', isFlapping: false, red: { failedBuilds: 1 } });
  });

  it('is not changed by an end that it knows', () => {
    const ended = builds('GR');
    const { health } = lineAfter(ended);
    expect(healthAfter(health, ended[1] as Build)).toEqual({ health });
    expect(healthAfter(health, ended[0] as Build)).toEqual({ health });
  });

  it('does without times that are missing or impossible', () => {
    const { finishedAt: _, startedAt: __, ...timeless } = buildOf({ id: 1, result: 'failed' });
    expect(lineAfter([timeless]).health.red?.first.finishedAt).toBe(timeless.queuedAt);
    expect(lineAfter([{ ...timeless, startedAt: 7 }]).health.red?.first.finishedAt).toBe(7);
    expect(lineAfter([{ ...timeless, finishedAt: -1 }]).health.red?.first.finishedAt).toBe(-1);
  });

  it('remembers no more than the ten newest builds', () => {
    expect(lineAfter(builds('R'.repeat(50))).health).toMatchObject({ red: { failedBuilds: 50 } });
    expect(lineAfter(builds('RG'.repeat(50))).health.recent.map(({ id }) => id)).toEqual([
      100, 99, 98, 97, 96, 95, 94, 93, 92, 91,
    ]);
  });
});

describe('flapping', () => {
  const isFlapping = (letters: string, everyMs?: number) =>
    lineAfter(builds(letters, everyMs)).health.isFlapping;

  it.each<[string, boolean]>([
    ['GRGR', false],
    ['GRGRG', true],
    ['RGRGR', true],
    ['GGRRGGRRG', true],
    ['GRXXGRXG', true],
    ['GRGRGG', true],
    ['GRGRGGG', false],
    ['GRGRGRRR', false],
    ['GRGRGGGR', false],
    ['GRGRGGGRGR', false],
    ['GRGRGGGRGRG', true],
  ])('%s: %s', (letters, expected) => expect(isFlapping(letters)).toBe(expected));

  it('needs its changes within six hours', () => {
    expect(isFlapping('GRGRG', 2 * HOUR_MS)).toBe(true);
    expect(isFlapping('GRGRG', 2 * HOUR_MS + 1)).toBe(false);
  });

  it('goes on as long as builds come within six hours of each other, and is over with the first after that', () => {
    const line = builds('GRGRG');
    const next = (ms: number) =>
      buildOf({
        id: 9,
        queuedAt: DAWN + 5 * 60_000 + ms,
        finishedAt: DAWN + 5 * 60_000 + ms,
        result: 'failed',
      });
    expect(lineAfter([...line, next(6 * HOUR_MS)]).health.isFlapping).toBe(true);
    expect(lineAfter([...line, next(6 * HOUR_MS + 1)]).health.isFlapping).toBe(false);
  });
});

it('over any history health is what looking at all of it says', () => {
  fc.assert(
    fc.property(histories(['all']), ({ happenings }) => {
      const ends = happenings.flatMap((each) => (each.kind === 'build' ? [each.build] : []));
      const { health } = lineAfter(ends);
      const { isRed, standing, failedBuilds, line } = truthOf(ends);
      expect(health.colour).toBe(countingEnds(ends).length === 0 ? undefined : isRed ? 'red' : 'green');
      expect(health.isFlapping).toBe(standing === 'flapping');
      expect(health.red?.failedBuilds).toBe(isRed ? failedBuilds : undefined);
      expect(health.recent.map(({ id }) => id)).toEqual(line.map(({ id }) => id).reverse());
    }),
    { numRuns: 500 },
  );
});
