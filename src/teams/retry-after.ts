// The Retry-After header (RFC 9110, 10.2.3): seconds or an HTTP date. It must not clamp what it reads: how
// long PipeBot waits at least and at most is decided in domain/notification.ts.

const SECONDS = /^\d{1,15}(?:\.\d{1,9})?$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long to wait, in ms; 0 for a date that has passed, undefined for anything that is neither form.
 * @param now ms since the epoch
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (SECONDS.test(value)) return Math.round(Number(value) * 1_000);
  if (!HTTP_DATE.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
