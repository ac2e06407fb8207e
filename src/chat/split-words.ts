// A text as words, with the punctuation around them taken off; what stands in quotation marks after a colon is one
// word with its blanks: stage:"Deploy to prod". Looks at each character a fixed number of times.
import { looksLikeLink } from '../domain/link.ts';

const MARKS = '"\'“”‘’„`?!,;:()<>…';
/** A question mark is part of a glob. */
const MARKS_AFTER_VALUE = MARKS.replace('?', '');
/** Whoever types branch:!main means all but main; without the mark it would be the opposite. */
const MARKS_BEFORE_VALUE = MARKS_AFTER_VALUE.replace('!', '');
/** What opens one of a kind is closed by any of it: phones and editors turn them into one another. */
const QUOTES = ['"“”„', "'‘’`"];

export function splitWords(text: string): string[] {
  const words: string[] = [];
  const last = lastQuotes(text);
  for (let at = 0; at < text.length; ) {
    if (isBlank(text[at])) {
      at++;
      continue;
    }
    const end = endOfWord(text, at, last);
    words.push(toWord(text.slice(at, end)));
    at = end;
  }
  return words.filter((word) => word !== '');
}

function endOfWord(text: string, start: number, last: readonly number[]): number {
  for (let at = start; at < text.length; at++) {
    if (isBlank(text[at])) return at;
    if (at > start && isColon(text[at - 1])) at = closingQuote(text, at, last) ?? at;
  }
  return text.length;
}

/** Where the quotation that opens at `at` ends; undefined when none opens there, or when it does not end. */
function closingQuote(text: string, at: number, last: readonly number[]): number | undefined {
  const kind = QUOTES.findIndex((quotes) => quotes.includes(text[at] ?? ' '));
  const lastAt = last[kind] ?? -1;
  for (let end = at + 1; end <= lastAt; end++) if (QUOTES[kind]?.includes(text[end] ?? ' ')) return end;
  return undefined;
}

/** Where the last mark of each kind stands, so that marks which nothing closes do not each look for it. */
function lastQuotes(text: string): number[] {
  return QUOTES.map((quotes) => Math.max(...[...quotes].map((quote) => text.lastIndexOf(quote))));
}

function toWord(raw: string): string {
  if (looksLikeLink(raw)) return raw;
  const name = /^[a-z]{1,20}[:=]/i.exec(raw)?.[0] ?? '';
  if (name === '') return trimMarks(raw, { before: MARKS, after: MARKS });
  const value = raw.slice(name.length);
  const closing = closingQuote(value, 0, lastQuotes(value));
  return `${name}${closing === undefined ? trimMarks(value, marksOf(value)) : value.slice(1, closing)}`;
}

/** What closes in the value what opens in it belongs to it: stage:Test(unit). */
function marksOf(value: string): Marks {
  const isOpened = value.lastIndexOf('(') > 0;
  return {
    before: MARKS_BEFORE_VALUE,
    after: isOpened ? MARKS_AFTER_VALUE.replace(')', '') : MARKS_AFTER_VALUE,
  };
}

interface Marks {
  readonly before: string;
  readonly after: string;
}

/** Quotation marks and sentence ends around a word; inside it they stay. */
function trimMarks(word: string, { before, after }: Marks): string {
  let start = 0;
  let end = word.length;
  while (start < end && before.includes(word[start] ?? '')) start++;
  while (end > start && (after.includes(word[end - 1] ?? '') || word[end - 1] === '.')) end--;
  return word.slice(start, end);
}

function isColon(character: string | undefined): boolean {
  return character === ':' || character === '=';
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || /\s/u.test(character);
}
