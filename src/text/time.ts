// Spans of time in words. It must not know what time it is; the caller says.

const SECOND_MS = 1_000;
const JUST_NOW_MS = 10 * SECOND_MS;

/** `42 s`, `6 min`, `1 h 20 min`, `3 days`; a span below zero (two clocks that disagree) counts as `0 s`. */
export function durationText(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return 'an unknown time';
  const seconds = Math.round(Math.max(0, durationMs) / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
  }
  const days = Math.round(minutes / (24 * 60));
  return days === 1 ? '1 day' : `${days} days`;
}

/** `12 min ago`, or `just now`. Both in ms since the epoch. */
export function agoText(at: number, now: number): string {
  return isJustNow(at, now) ? 'just now' : `${durationText(now - at)} ago`;
}

/** So short ago that a number would say nothing. Both in ms since the epoch. */
export function isJustNow(at: number, now: number): boolean {
  return now - at < JUST_NOW_MS;
}
