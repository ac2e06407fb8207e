// Reads Retry-After headers, the odd ones too. It must not wait: organization-health.ts keeps the memory.

const SHORTEST_MS = 1_000;
const LONGEST_MS = 15 * 60_000;
/** For a header that cannot be read, and for a 429 without one: the longest delay Azure DevOps announces. */
export const UNREADABLE_RETRY_AFTER_MS = 30_000;

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const HTTP_DATE = /^[a-z]{3,9},? .*\d\d:\d\d:\d\d/i;

/**
 * How long the caller must keep away, in ms between 1 s and 15 min; undefined when the header is absent.
 * Takes seconds and HTTP dates (RFC 9110, 10.2.3); anything else counts as 30 s.
 * @param serverNow the answer's own Date, ms since the epoch, so that a skewed clock of ours does no harm
 */
export function parseRetryAfter(header: string | undefined, serverNow: number): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '') return undefined;
  if (NUMBER.test(value)) return clamp(Number(value) * 1_000);
  // Date.parse finds a date in almost any text, "5, 6" too.
  const until = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(until) ? UNREADABLE_RETRY_AFTER_MS : clamp(until - serverNow);
}

function clamp(delayMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.ceil(delayMs)));
}
