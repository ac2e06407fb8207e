import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, parseQuietSpan, type QuietHours, quietUntil } from '../../src/domain/quiet-hours.ts';

const MINUTE_MS = 60_000;

function quiet(span: string, timeZone: string): QuietHours {
  const parsed = parseQuietSpan(span);
  if (!parsed) throw new TypeError(`${span} is no span`);
  return { ...parsed, timeZone };
}

describe('a span', () => {
  it.each<[string, [number, number] | undefined]>([
    ['22:00-07:00', [1_320, 420]],
    [' 9 - 17 ', [540, 1_020]],
    ['22:30–6', [1_350, 360]],
    ['00:00-24:00', undefined],
    ['18-24', [1_080, 0]],
    ['24:00-06:00', [0, 360]],
    ['24:30-06:00', undefined],
    ['25:00-06:00', undefined],
    ['22:60-06:00', undefined],
    ['22:00', undefined],
    ['7:00-7:00', undefined],
    ['-1:00-7:00', undefined],
    ['22:0-7:00', undefined],
    ['', undefined],
  ])('%j', (text, minutes) => {
    const [fromMinute, toMinute] = minutes ?? [];
    expect(parseQuietSpan(text)).toEqual(minutes ? { fromMinute, toMinute } : undefined);
  });
});

describe('a time zone', () => {
  it.each([
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'UTC',
    'europe/berlin',
    'Etc/GMT+5',
  ])('is %s', (name) => expect(isTimeZone(name)).toBe(true));
  it.each([
    '',
    '+01:00',
    'Berlin',
    'Europe/Nowhere',
    'Europe/',
    '../etc',
    'x'.repeat(10_000),
    'a/'.repeat(5_000),
  ])('is not %.40j', (name) => expect(isTimeZone(name)).toBe(false));
});

describe('quiet until', () => {
  it.each<[string, string, string, string, string | undefined]>([
    ['the morning', '22:00-07:00', 'Europe/Berlin', '2026-11-22T22:30Z', '2026-11-23T06:00Z'],
    ['the morning, after midnight', '22:00-07:00', 'Europe/Berlin', '2026-11-23T03:00Z', '2026-11-23T06:00Z'],
    ['nothing, by day', '22:00-07:00', 'Europe/Berlin', '2026-11-22T12:00Z', undefined],
    [
      'the morning, from the first moment',
      '22:00-07:00',
      'Europe/Berlin',
      '2026-11-22T21:00Z',
      '2026-11-23T06:00Z',
    ],
    ['nothing, a moment before', '22:00-07:00', 'Europe/Berlin', '2026-11-22T20:59:59.999Z', undefined],
    [
      'the morning, to the last moment',
      '22:00-07:00',
      'Europe/Berlin',
      '2026-11-23T05:59:59.999Z',
      '2026-11-23T06:00Z',
    ],
    ['nothing, in the morning', '22:00-07:00', 'Europe/Berlin', '2026-11-23T06:00Z', undefined],
    ['the evening', '09:00-17:30', 'Asia/Kathmandu', '2026-11-22T04:00Z', '2026-11-22T11:45Z'],
    ['midnight', '18-24', 'UTC', '2026-11-22T20:00Z', '2026-11-23T00:00Z'],
    ['the morning of summer time', '22:00-07:00', 'Europe/Berlin', '2026-03-28T22:00Z', '2026-03-29T05:00Z'],
    ['the morning of winter time', '22:00-07:00', 'Europe/Berlin', '2026-10-24T21:00Z', '2026-10-25T06:00Z'],
    [
      'an hour that summer time leaves out',
      '22:00-02:30',
      'Europe/Berlin',
      '2026-03-28T22:00Z',
      '2026-03-29T01:00Z',
    ],
    [
      'an hour that comes twice, the first time',
      '22:00-02:30',
      'Europe/Berlin',
      '2026-10-24T21:00Z',
      '2026-10-25T00:30Z',
    ],
    [
      'an hour that comes twice, the second time',
      '22:00-02:30',
      'Europe/Berlin',
      '2026-10-25T01:10Z',
      '2026-10-25T01:30Z',
    ],
    [
      'the morning of summer time',
      '22:00-07:00',
      'America/New_York',
      '2026-03-08T04:00Z',
      '2026-03-08T11:00Z',
    ],
    [
      'the morning of winter time',
      '22:00-07:00',
      'America/New_York',
      '2026-11-01T03:00Z',
      '2026-11-01T12:00Z',
    ],
    [
      'the morning, beyond a day that never was',
      '22:00-07:00',
      'Pacific/Apia',
      '2011-12-30T09:00Z',
      '2011-12-30T17:00Z',
    ],
    ['the morning of summer time', '22:00-07:00', 'Pacific/Apia', '2019-09-28T10:00Z', '2019-09-28T17:00Z'],
    ['the morning of winter time', '22:00-07:00', 'Pacific/Apia', '2019-04-06T09:00Z', '2019-04-06T18:00Z'],
  ])('%s: %s in %s at %s', (_title, span, timeZone, at, end) => {
    expect(quietUntil(quiet(span, timeZone), Date.parse(at))).toBe(
      end === undefined ? undefined : Date.parse(end),
    );
  });

  it('nothing without quiet hours', () => expect(quietUntil(undefined, 0)).toBeUndefined());

  it('is the first minute that is not quiet on the clock on the wall, on any day in any of these zones', () => {
    const days = [
      '2026-03-28',
      '2026-10-24',
      '2026-03-07',
      '2026-10-31',
      '2011-12-29',
      '2019-04-05',
      '2019-09-27',
      '2026-06-01',
      '2026-04-04',
    ];
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ];
    const minute = fc.integer({ min: 0, max: 1_439 });
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom(...days), fc.integer({ min: 0, max: 3 * 86_400_000 })),
        fc.record({ fromMinute: minute, toMinute: minute, timeZone: fc.constantFrom(...zones) }),
        ([day, ms], hours) => {
          fc.pre(hours.fromMinute !== hours.toMinute);
          const now = Date.parse(day) + ms;
          expect(quietUntil(hours, now)).toBe(firstLoudMinute(hours, now));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Looks at the clock on the wall minute by minute. */
function firstLoudMinute({ fromMinute, toMinute, timeZone }: QuietHours, now: number): number | undefined {
  const wall = new Intl.DateTimeFormat('en-US', { timeZone, timeStyle: 'short', hour12: false });
  const isQuiet = (at: number) => {
    const [hour = 0, minute = 0] = wall.format(at).split(':').map(Number);
    const local = (hour % 24) * 60 + minute;
    const sinceFrom = (local - fromMinute + 1_440) % 1_440;
    return sinceFrom < (toMinute - fromMinute + 1_440) % 1_440;
  };
  if (!isQuiet(now)) return undefined;
  let at = now - (now % MINUTE_MS);
  while (isQuiet(at)) at += MINUTE_MS;
  return at;
}
