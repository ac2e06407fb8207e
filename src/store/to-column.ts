// The way from domain values into columns. PostgreSQL refuses some strings that JavaScript allows; they are
// mended here, so that no message, however odd, makes a store call throw. It must not know any table.
import { createHash } from 'node:crypto';

/** Stands for what cannot be stored; the same sign that decoders use for broken text. */
const REPLACEMENT = '\u{FFFD}';

/** UTF-16 units. Three bytes each at most, so that three keys fit an index entry (2,704 bytes, nbtree). */
export const MAX_KEY_LENGTH = 256;

/** timestamptz reaches further, but beyond the year 9999 the two sides write years differently. */
const MAX_INSTANT_MS = Date.UTC(9999, 11, 31);

/**
 * Text for a column: without NUL and lone surrogates, which PostgreSQL's UTF-8 cannot hold (manual, 8.3 and
 * 23.3.1). Absent becomes null.
 */
export function toText(value: string): string;
export function toText(value: string | undefined): string | null;
export function toText(value: string | undefined): string | null {
  return value?.toWellFormed().replaceAll('\0', REPLACEMENT) ?? null;
}

/**
 * Text for a column that is part of an index. What is too long for one is cut, and told apart from its like by
 * a digest; a value that came out of the store stays as it is.
 */
export function toKey(value: string): string;
export function toKey(value: string | undefined): string | null;
export function toKey(value: string | undefined): string | null {
  const text = toText(value);
  if (text === null || text.length <= MAX_KEY_LENGTH) return text;
  const digest = createHash('sha256').update(text).digest('hex');
  return `${toText(text.slice(0, MAX_KEY_LENGTH - digest.length - 1))}#${digest}`;
}

/**
 * JSON text for a jsonb column, mended like `toText`: jsonb refuses the escapes of NUL and of lone surrogates
 * (manual, 8.14). Absent becomes null.
 */
export function toJson(value: object | undefined): string | null {
  if (value === undefined) return null;
  // JSON.stringify escapes surrogates only where they are alone. Each backslash is read together with what
  // follows it, so that an escaped backslash before "u0000" is not taken for the beginning of an escape.
  return JSON.stringify(value).replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (sequence) =>
    /^\\u(?:0000|d[89a-f])/.test(sequence) ? REPLACEMENT : sequence,
  );
}

/** An instant (ms since the epoch) for a timestamptz column. Absent becomes null. */
export function toInstant(ms: number): Date;
export function toInstant(ms: number | undefined): Date | null;
export function toInstant(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(Math.min(ms, MAX_INSTANT_MS));
}

/** The ids that a bigint column can hold exactly; no row has any other. */
export function storableIds(ids: readonly number[]): number[] {
  return ids.filter(Number.isSafeInteger);
}
