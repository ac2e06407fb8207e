// Quiet hours of a conversation: a daily span in a time zone in which nothing disturbs. Pure; the time zone's
// rules come with the language (Intl), so that summer time needs nothing of ours.

export interface QuietHours {
  /** Minutes after midnight, local time; `from` > `to` spans midnight. Never equal. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA name, as checked by `isTimeZone`. */
  readonly timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Longer than any quiet span with a change of the clocks in it. */
const LONGEST_SPAN_MINUTES = 27 * 60;

export function isTimeZone(name: string): boolean {
  // Intl also takes offsets; a place follows its own summer time, which is what people mean.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `22:00-07:00` → minutes; undefined when it is no span. */
export function parseQuietSpan(text: string): Pick<QuietHours, 'fromMinute' | 'toMinute'> | undefined {
  const match = /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?$/.exec(text.trim());
  if (!match) return undefined;
  const [fromHour = 0, fromRest = 0, toHour = 0, toRest = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  if (fromRest > 59 || toRest > 59) return undefined;
  const [from, to] = [fromHour * 60 + fromRest, toHour * 60 + toRest];
  if (from > DAY_MINUTES || to > DAY_MINUTES) return undefined;
  const [fromMinute, toMinute] = [from % DAY_MINUTES, to % DAY_MINUTES];
  return fromMinute === toMinute ? undefined : { fromMinute, toMinute };
}

/** When the quiet that holds at `now` ends, ms since the epoch; undefined when nothing is quiet. */
export function quietUntil(quiet: QuietHours | undefined, now: number): number | undefined {
  if (!quiet || !isQuietAt(quiet, now)) return undefined;
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const { toMinute, timeZone } = quiet;
  const left = (toMinute - localMinute(minute, timeZone) + DAY_MINUTES) % DAY_MINUTES;
  const usualEnd = minute + left * MINUTE_MS;
  if (localMinute(usualEnd, timeZone) === toMinute) return usualEnd;
  // The clocks change on the way: then only looking at each minute is sure.
  for (let ahead = 1; ahead <= LONGEST_SPAN_MINUTES; ahead++) {
    const at = minute + ahead * MINUTE_MS;
    if (!isQuietAt(quiet, at)) return at;
  }
  return minute + LONGEST_SPAN_MINUTES * MINUTE_MS;
}

function isQuietAt({ fromMinute, toMinute, timeZone }: QuietHours, at: number): boolean {
  const local = localMinute(at, timeZone);
  return fromMinute < toMinute
    ? local >= fromMinute && local < toMinute
    : local >= fromMinute || local < toMinute;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localMinute(at: number, timeZone: string): number {
  // Zones may be written in any capitals, and nobody shall fill the memory with spellings.
  const key = timeZone.toLowerCase();
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(key, format);
  }
  const [hour = 0, minute = 0] = format.format(at).split(':').map(Number);
  return hour * 60 + minute;
}
