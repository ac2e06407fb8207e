// The border between what others wrote and what a card interprets. Everything that a card shows passes here:
// text is escaped, and only the functions below make Markdown, time functions and links.
import { plainText } from '../text/plain.ts';

/** Text that is already in its final form and must not be escaped again. */
export interface Markup {
  readonly kind: 'markup';
  readonly text: string;
}

// Longer than any sentence of ours, shorter than a log.
const MAX_TEXT_LENGTH = 1_500;
const MAX_URL_LENGTH = 2_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Others' text for a TextBlock, a fact or a message, so that it shows as it is and formats nothing.
 *
 * Characters that only mean something at the start of a line (`# > - +`, `1.`), after `[` (`(`) or before it
 * (`!`) are escaped only there: Teams on phones removes the backslash before `* _ [ ] )` and shows it before
 * everything else (MarkDownBlockParser.cpp of microsoft/Teams-AdaptiveCards-Mobile, MatchText), and
 * `python\-base` would be the most frequent word of all.
 * `$\{` and `{\{` keep the template language and the clients' time functions from seeing anything.
 */
export function escapeMarkdown(text: unknown, maxLength = MAX_TEXT_LENGTH): string {
  return plainText(text, maxLength)
    .replace(/[\\*_[\]~|`<]/g, '\\$&')
    .replace(/[${](?=\{)/g, '$&\\')
    .replace(/&(?=#|[a-z])/gi, '\\&')
    .replace(/:\/\//g, ':\\/\\/')
    .replace(/^[#>+=-]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/** Others' text where nothing is Markdown: button titles, the summary, the fallback text. */
export function plainLabel(text: unknown, maxLength: number): Markup {
  return markup(plainText(text, maxLength).replace(/[${](?=\{)/g, '$& '));
}

/** A moment as the reader's client writes it, in the reader's time zone. `at` in ms since the epoch. */
export function momentText(at: number): Markup {
  const iso = isoSeconds(at);
  return markup(iso === undefined ? 'unknown' : `{{DATE(${iso},SHORT)}} {{TIME(${iso})}}`);
}

/** The time of day alone, for moments of the same day. `at` in ms since the epoch. */
export function clockText(at: number): Markup {
  const iso = isoSeconds(at);
  return markup(iso === undefined ? 'unknown' : `{{TIME(${iso})}}`);
}

/** Our own and others' pieces side by side: strings are escaped, markup stays. */
export function joined(...parts: readonly (string | Markup)[]): Markup {
  return markup(parts.map((part) => (typeof part === 'string' ? escapePart(part) : part.text)).join(''));
}

/**
 * A link that is safe to put on a button: https, or http to this machine (the demo); no user name in it.
 * Undefined for everything else.
 */
export function safeLink(url: unknown): Markup | undefined {
  if (typeof url !== 'string' || url.length > MAX_URL_LENGTH || !URL.canParse(url)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(url);
  if (username !== '' || password !== '') return undefined;
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
  // What would end a Markdown link or begin a template expression.
  return markup(
    href.replace(
      /[{}()<>[\]\\|`*$]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
}

/** A link inside a text message; `title` is ours. */
export function linkText(title: string, link: Markup): Markup {
  return markup(`[${title}](${link.text})`);
}

/** A person's name as it can stand in `<at>…</at>`. */
export function mentionName(name: unknown): string {
  return plainText(name, 64).replace(/[<>&"\\[\]{}$*_`~|]/g, '') || 'you';
}

/** Final text, made here or by a renderer from its own words. */
export function markup(text: string): Markup {
  return { kind: 'markup', text };
}

/** As escapeMarkdown, but keeps the blanks that separate the piece from its neighbours. */
function escapePart(part: string): string {
  const before = /^\s/.test(part) ? ' ' : '';
  const after = /\S\s+$/.test(part) ? ' ' : '';
  return `${before}${escapeMarkdown(part)}${after}`;
}

function isoSeconds(at: number): string | undefined {
  const date = new Date(at);
  // Clients accept years of four digits only, and no fractions of a second.
  return Number.isNaN(date.getTime()) || at < 0 || date.getUTCFullYear() > 9999
    ? undefined
    : `${date.toISOString().slice(0, 19)}Z`;
}
