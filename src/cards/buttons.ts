// The buttons of cards: links, and words said to PipeBot. A click becomes an ordinary message of the one who
// clicks, so a button carries what a person would type, and only words that can mean nothing else.
import { shortRef } from '../domain/branch.ts';
import type { TemplateData } from './expand-template.ts';
import { type Markup, markup, safeLink } from './markup.ts';

/** Names of the services file; nothing in them can be taken for a second word. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;
/** Ids of our own. */
const ID = /^[A-Za-z0-9][A-Za-z0-9:@._;=+/-]{0,99}$/;
/** Branches are named by whoever pushes them; others than these get no button. */
const REF = /^refs\/[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/** Clicks with longer words are not taken. */
const MAX_COMMAND_LENGTH = 200;
/** What commands would not take for a branch. */
const OTHER_WORDS = ['base', 'build', 'on', 'in', 'at', 'branch'];

/** A button that opens a page; none when the address is not safe. `title` is ours. */
export function linkButton(title: string, url: unknown): TemplateData[] {
  const link = safeLink(url);
  return link ? [{ title: markup(title), url: link }] : [];
}

/** A button that says something; none when a word of it is missing or all are too long. `title` is ours. */
export function commandButton(title: string, ...words: readonly (string | undefined)[]): TemplateData[] {
  const command = commandText(words);
  return command ? [{ title: markup(title), command }] : [];
}

function commandText(words: readonly (string | undefined)[]): Markup | undefined {
  const text = words.join(' ');
  return words.includes(undefined) || text.length > MAX_COMMAND_LENGTH ? undefined : markup(text);
}

/** The name of a service or base, or `*`, as a word of a command; undefined when it is none. */
export function nameWord(name: unknown): string | undefined {
  return typeof name === 'string' && (name === '*' || NAME.test(name)) ? name : undefined;
}

/** The id of a subscription as a word of a command; undefined when it is none of ours. */
export function idWord(id: unknown): string | undefined {
  return typeof id === 'string' && ID.test(id) ? id : undefined;
}

/** The branch of a full ref as a word of a command; undefined for those that could be misread. */
export function branchWord(ref: unknown): string | undefined {
  if (typeof ref !== 'string' || !REF.test(ref) || /\.\.|\/\/|[./]$/.test(ref)) return undefined;
  const name = shortRef(ref);
  return name === '' || name.startsWith('refs/') || OTHER_WORDS.includes(name.toLowerCase()) ? ref : name;
}
