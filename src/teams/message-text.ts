// What a person said to the bot, as one line of plain text: the bot's own mentions, HTML and odd white space
// taken out. Linear in the length of the text, whatever it contains. It must not change the activity: the
// SDK's own helper does, and takes out only the first mention.
import type { ReceivedActivity } from './received-activity.ts';

/**
 * Longer messages are cut, so that every later step may rely on a limit. One more than a command may have
 * (chat/parse-command.ts), so that a message that was cut is still seen to be too long.
 */
export const MAX_MESSAGE_LENGTH = 2_001;

export interface MessageText {
  readonly text: string;
  /** The bot was mentioned, by id or by a tag with its name. */
  readonly isMentioned: boolean;
}

/**
 * The text of a message activity. Mentions are recognised by the mentioned id; their tag is found by the name,
 * since Teams leaves out the entity's text when the name contains an ampersand (botbuilder-js issue 2083).
 * Mentions of other people become their names.
 */
export function readMessageText(
  activity: Pick<ReceivedActivity, 'text' | 'mentions' | 'recipient'>,
): MessageText {
  const own = activity.mentions.filter(
    ({ mentionedId }) => mentionedId !== undefined && mentionedId === activity.recipient.id,
  );
  const ownNames = new Set(
    [activity.recipient.name, ...own.flatMap(({ mentionedName, text }) => [mentionedName, text])]
      .filter((name) => name !== undefined)
      .map((name) => comparable(replaceMentions(name, (inner) => inner).text)),
  );
  const replaced = replaceMentions(activity.text ?? '', (inner) =>
    ownNames.has(comparable(inner)) ? undefined : inner,
  );
  const text = toPlainLine(replaced.text);
  return {
    text: text.slice(0, MAX_MESSAGE_LENGTH).toWellFormed(),
    isMentioned: own.length > 0 || replaced.removed > 0,
  };
}

/** Replaces each `<at …>inner</at>` by what `replace` gives, or by a space; scans once, without backtracking. */
function replaceMentions(
  text: string,
  replace: (inner: string) => string | undefined,
): { readonly text: string; readonly removed: number } {
  const parts: string[] = [];
  let removed = 0;
  let position = 0;
  while (true) {
    const start = text.indexOf('<at', position);
    const innerStart = start < 0 ? -1 : text.indexOf('>', start);
    const end = innerStart < 0 ? -1 : text.indexOf('</at>', innerStart);
    if (end < 0) break;
    const replacement = replace(text.slice(innerStart + 1, end));
    if (replacement === undefined) removed += 1;
    parts.push(text.slice(position, start), ' ', replacement ?? '', ' ');
    position = end + '</at>'.length;
  }
  return { text: parts.join('') + text.slice(position), removed };
}

function comparable(name: string): string {
  return toPlainLine(name).toLowerCase();
}

// Only the tags that Teams' editor makes: in plain text, <payments> is what somebody typed.
const EDITOR_TAGS =
  /<\/?(?:p|div|br|span|strong|em|b|i|u|s|code|pre|a|ul|ol|li|blockquote|h[1-6])(?:\s[^<>]*)?\/?>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&#160;': ' ',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&apos;': "'",
};
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be found.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

function toPlainLine(text: string): string {
  return text
    .replace(EDITOR_TAGS, ' ')
    .replace(/&(?:nbsp|#160|amp|lt|gt|quot|#39|apos);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(INVISIBLE, '')
    .replace(CONTROL, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
