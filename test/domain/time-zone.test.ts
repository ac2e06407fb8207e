import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTimeZone, nearestTimeZone } from '../../src/domain/time-zone.ts';

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['EUROPE/BERLIN', 'Europe/Berlin'],
    ['america/new york', 'America/New_York'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['utc', 'UTC'],
  ])('%s is %s', (typed, zone) => expect(findTimeZone(typed)).toBe(zone));

  it.each(['Europe/Berln', 'Berlin', '+02:00', 'GMT+2', '', 'x'.repeat(2_000), '__proto__', '../etc'])(
    '“%s” is none',
    (typed) => expect(findTimeZone(typed)).toBeUndefined(),
  );

  it.each([
    ['Europe/Berln', 'Europe/Berlin'],
    ['Erope/Berlin', 'Europe/Berlin'],
    ['Berlin', 'Europe/Berlin'],
    ['berln', 'Europe/Berlin'],
    ['new york', 'America/New_York'],
    ['Germany/Berlin', 'Europe/Berlin'],
  ])('was probably meant by %s', (typed, zone) => expect(nearestTimeZone(typed)).toBe(zone));

  it('is guessed for nothing that is like none', () => {
    expect(['', 'x', 'half past nine'].map(nearestTimeZone)).toEqual([undefined, undefined, undefined]);
  });

  it('can be asked for with anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (typed) => {
        findTimeZone(typed);
        nearestTimeZone(typed);
      }),
      { numRuns: 300 },
    );
  });
});
