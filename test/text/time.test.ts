// Spans of time in words.
import { describe, expect, it } from 'vitest';
import { agoText, durationText } from '../../src/text/time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [-5 * MINUTE, '0 s'],
    [42 * SECOND, '42 s'],
    [59.6 * SECOND, '1 min'],
    [6 * MINUTE, '6 min'],
    [59.6 * MINUTE, '1 h'],
    [80 * MINUTE, '1 h 20 min'],
    [2 * HOUR, '2 h'],
    [24 * HOUR, '1 day'],
    [72 * HOUR, '3 days'],
    [Number.NaN, 'an unknown time'],
    [Number.POSITIVE_INFINITY, 'an unknown time'],
  ])('of %d ms reads "%s"', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});

describe('how long ago something was', () => {
  it.each([
    [12 * MINUTE, '12 min ago'],
    [9 * SECOND, 'just now'],
    [-3 * SECOND, 'just now'],
    [10 * SECOND, '10 s ago'],
  ])('%d ms before now reads "%s"', (ageMs, text) => {
    expect(agoText(1_000_000_000 - ageMs, 1_000_000_000)).toBe(text);
  });
});
