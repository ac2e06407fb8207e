// Whatever a Retry-After header says, the wait is between a second and a quarter of an hour.
import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/azure-devops/retry-after.ts';
import { START } from './pipelines-under-test.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['  ', undefined],
  ['0', 1_000],
  ['-1', 1_000],
  ['0.2', 1_000],
  ['1', 1_000],
  ['1.5', 1_500],
  [' 20 ', 20_000],
  ['+7', 7_000],
  ['120', 120_000],
  ['900', 900_000],
  ['901', 900_000],
  ['1e12', 900_000],
  ['1e999', 900_000],
  ['99999999999999999999', 900_000],
  ['abc', 30_000],
  ['NaN', 30_000],
  ['0x10', 30_000],
  ['5, 6', 30_000],
  ['Sun, 22 Nov 2026 06:00:45 GMT', 45_000],
  ['Sun, 22 Nov 2026 05:00:00 GMT', 1_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 900_000],
  ['Sunday, 22-Nov-26 06:00:45 GMT', 45_000],
])('Retry-After %j means %s ms', (header, expected) => {
  expect(parseRetryAfter(header, START)).toBe(expected);
});
