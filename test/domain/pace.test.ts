// Teams' limits, against an oracle that knows every send there ever was.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_SENDS, nextSendAt, type Pace, paceAfter } from '../../src/domain/pace.ts';

const DAWN = Date.UTC(2026, 10, 22, 6);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const LIMITS = [
  { sends: 7, ms: 1_000 },
  { sends: 8, ms: 2_000 },
  { sends: 60, ms: 30_000 },
  { sends: 1_800, ms: HOUR_MS },
] as const;

/** Sends as soon as it may, each after a pause of its own; gives the times. */
function sendsAfter(
  pauses: readonly number[],
  beginsAt = DAWN,
): { readonly permits: number[]; readonly pace: Pace } {
  let pace = NO_SENDS;
  let now = beginsAt;
  const permits: number[] = [];
  for (const pause of pauses) {
    now = nextSendAt(pace, now + pause);
    pace = paceAfter(pace, now);
    permits.push(now);
  }
  return { permits, pace };
}

/** The most that arrive in any span, were Teams to draw it anywhere. */
function mostIn(times: readonly number[], ms: number): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? time) >= ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** When the next one may be sent, by somebody who remembers all of them and counts one less for the one under way. */
function oracleNext(permits: readonly number[], now: number, limits: readonly (typeof LIMITS)[number][]) {
  return Math.max(now, ...limits.map(({ sends, ms }) => (permits.at(1 - sends) ?? now - ms) + ms));
}

const PAUSES = fc.oneof(
  fc.array(fc.constantFrom(0, 0, 0, 1, 100, 999), { minLength: 1, maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 80 }),
  fc.array(fc.integer({ min: 300, max: 550 }), { minLength: 60, maxLength: 200 }),
  fc.array(fc.constantFrom(0, 0, 0, 900, 61_000), { minLength: 100, maxLength: 400 }),
);

describe('the pace of a conversation', () => {
  test('never exceeds a limit in any span, however long each send is under way', () => {
    fc.assert(
      fc.property(PAUSES, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (pauses, delays) => {
        const { permits } = sendsAfter(pauses);
        // Somewhere between its own permit and the next one's: a send is answered before the next is permitted.
        const arrivals = permits.map((permit, index) => {
          const answeredBy = permits[index + 1] ?? permit + 10_000;
          return permit + (answeredBy - permit) * (delays.next().value ?? 0);
        });
        for (const times of [permits, arrivals])
          for (const { sends, ms } of LIMITS) expect(mostIn(times, ms)).toBeLessThanOrEqual(sends);
      }),
      { numRuns: 300 },
    );
  });

  test('is as quick as somebody who remembers every send', () => {
    fc.assert(
      fc.property(PAUSES, fc.nat(3_000), (pauses, pause) => {
        const { permits, pace } = sendsAfter(pauses);
        const now = (permits.at(-1) ?? DAWN) + pause;
        expect(nextSendAt(pace, now)).toBe(oracleNext(permits, now, LIMITS.slice(0, 3)));
      }),
      { numRuns: 300 },
    );
  });

  test('in a burst is six at once, then what the longer spans allow, thirty seconds later again so', () => {
    const { permits } = sendsAfter(Array(120).fill(0));
    const seconds = permits.map((permit) => (permit - DAWN) / 1_000);
    expect(seconds.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 2]);
    expect(seconds.filter((second) => second < 30)).toHaveLength(59);
    expect(seconds.filter((second) => second < 60)).toHaveLength(118);
  });

  test('is at most a minute slower by the hour’s limit than somebody who remembers every send', () => {
    const { permits, pace } = sendsAfter(Array(1_799).fill(0));
    const now = permits.at(-1) ?? DAWN;
    expect(now).toBeLessThan(DAWN + HOUR_MS);
    const exact = oracleNext(permits, now, LIMITS);
    expect(exact).toBe(DAWN + HOUR_MS);
    const next = nextSendAt(pace, now);
    expect(next).toBeGreaterThanOrEqual(exact);
    expect(next).toBeLessThanOrEqual(exact + MINUTE_MS);
  });

  test('over five hours of sending as fast as it may stays within the hour’s limit and close to it', () => {
    // Not at a minute's beginning, since sends are counted by minutes.
    const { permits } = sendsAfter(Array(9_000).fill(0), DAWN + 50_000);
    expect(mostIn(permits, HOUR_MS)).toBeLessThanOrEqual(1_800);
    const hours = ((permits.at(-1) ?? 0) - DAWN) / HOUR_MS;
    expect(permits.length / hours).toBeGreaterThan(1_750);
  });

  test('is a small value, forgets what no limit asks about, and survives JSON', () => {
    const { permits, pace } = sendsAfter(Array(9_000).fill(0));
    expect(JSON.stringify(pace).length).toBeLessThan(2_500);
    expect(JSON.parse(JSON.stringify(pace))).toEqual(pace);
    const later = (permits.at(-1) ?? 0) + 2 * HOUR_MS;
    expect(paceAfter(pace, later)).toEqual({ recent: [later], minutes: [[later / MINUTE_MS, 1]] });
  });

  test('does not let a clock that was set back send faster', () => {
    const pace = paceAfter(paceAfter(NO_SENDS, DAWN), DAWN - 5_000);
    expect(pace.recent).toEqual([DAWN, DAWN]);
  });

  test('forgets what a clock that had run far ahead has permitted', () => {
    const { pace } = sendsAfter(Array(60).fill(0), DAWN + HOUR_MS);
    expect(nextSendAt(pace, DAWN)).toBe(DAWN);
    expect(paceAfter(pace, DAWN)).toEqual(paceAfter(NO_SENDS, DAWN));
  });
});
