// Text that others wrote (names, branches, build numbers, error lines) made fit to stand in a sentence. It
// does not escape Markdown: sentences also go to terminals, logs and JSON; cards/ escapes what it shows.
import { branchName } from '../domain/branch.ts';

const DEFAULT_MAX_LENGTH = 120;
// Cleaning may drop characters, so a little more than the limit is looked at, but never a megabyte.
const INSPECTED_PER_KEPT = 8;
// Controls (terminal escapes), format characters (bidi overrides, zero-width, tags) and private use.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}]+/gu;
const LINE_BREAKS = /[\s\u0085\u2028\u2029]+/gu;
// A name needs a few combining marks; hundreds of them paint over the lines above.
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * One line of visible characters, at most `maxLength` code points, the last one `…` when it was cut.
 * Anything that is not a string (a field that an older version never stored) becomes empty.
 */
export function plainText(text: unknown, maxLength = DEFAULT_MAX_LENGTH): string {
  if (typeof text !== 'string') return '';
  const visible = text
    .slice(0, maxLength * INSPECTED_PER_KEPT)
    .toWellFormed()
    .replace(LINE_BREAKS, ' ')
    .replace(INVISIBLE, '')
    .replace(PILED_MARKS, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = Array.from(visible);
  const isCut = characters.length > maxLength || text.length > maxLength * INSPECTED_PER_KEPT;
  return isCut ? `${characters.slice(0, maxLength - 1).join('')}…` : visible;
}

/** `a`, `a and b`, `a, b and c`; more than `limit` names end in "and 3 more". */
export function listText(names: readonly string[], word: 'and' | 'or' = 'and', limit = 8): string {
  const hidden = names.length - limit;
  const shown = names.slice(0, limit).map((name) => plainText(name));
  const all = hidden > 0 ? [...shown, `${hidden} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** A quoted piece of what somebody typed. */
export function quoted(text: unknown, maxLength = 60): string {
  return `“${plainText(text, maxLength)}”`;
}

/** The text with a capital letter, as at the start of a sentence. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The text as the end of a sentence: exactly one full stop. */
export function sentence(text: string): string {
  return /[.?…]$/u.test(text) ? text : `${text}.`;
}

/** A full ref as people write it: `develop`, `PR 7`. */
export function branchText(ref: unknown): string {
  return typeof ref === 'string' ? plainText(branchName(ref)) : '';
}
