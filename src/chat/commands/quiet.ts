// `quiet`: the hours of every day in which this conversation hears no news. What is held back is told afterwards.
import { parseQuietSpan, type QuietHours } from '../../domain/quiet-hours.ts';
import { findTimeZone, nearestTimeZone } from '../../domain/time-zone.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import { keepQuietHours, type QuietPorts } from '../../usecases/keep-quiet.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { remark } from '../remark-reply.ts';

export const QUIET: CommandDescription = {
  name: 'quiet',
  aliases: [],
  usage: 'quiet [<from>-<to> <time zone>|off]',
  summary: 'Hours of the day without news; without words: which they are.',
  help: 'Sets the hours of every day in which news of subscriptions is held back in this conversation, in a time zone with its summer time, or switches them off. Without words it shows them.',
  examples: ['quiet 22:00-07:00 Europe/Berlin', 'quiet off'],
  isRare: true,
  maxArguments: 8,
};

const WORDS_FOR_OFF = new Set(['off', 'none', 'never', 'no']);
/** "from 22:00 to 07:00" is 22:00-07:00. */
const WORDS_OF_SPAN: ReadonlyMap<string, string> = new Map([
  ...(['to', 'until', 'till', 'and'] as const).map((word) => [word, '-'] as const),
  ...(['from', 'between', 'hours'] as const).map((word) => [word, ''] as const),
]);
const EXAMPLE_SPAN = '22:00-07:00';
const EXAMPLE_ZONE = 'Europe/Berlin';
const MAX_SHOWN = 60;

type Span = Pick<QuietHours, 'fromMinute' | 'toMinute'>;

export function createQuietCommand(ports: QuietPorts): ChatCommand {
  return {
    description: QUIET,
    async run({ words, message: { conversationId } }) {
      const { quiet: present } = await ports.settings.find(conversationId);
      if (words.length === 0) return remark({ code: 'quiet-hours', ...(present ? { quiet: present } : {}) });
      const isOff = words.length === 1 && WORDS_FOR_OFF.has(words[0]?.toLowerCase() ?? '');
      const read = isOff ? { quiet: undefined } : readQuietHours(words, present);
      if ('reply' in read) return read.reply;
      const { quiet } = read;
      return {
        ...remark({ code: 'quiet-hours', ...(quiet ? { quiet } : {}) }),
        record: async () => {
          await keepQuietHours(ports, conversationId, quiet);
          return undefined;
        },
      };
    },
  };
}

/** Who changes only the hours keeps the time zone. */
function readQuietHours(
  words: readonly string[],
  present: QuietHours | undefined,
): { readonly quiet: QuietHours } | { readonly reply: Reply } {
  const read = readSpan(words);
  if (!read) return { reply: invalid('span', words.join(' '), `${EXAMPLE_SPAN} ${EXAMPLE_ZONE}`) };
  const { span, spanText, rest } = read;
  const typed = rest.filter((word, index) => index > 0 || !['in', 'at', 'on'].includes(word)).join(' ');
  const timeZone = typed === '' ? present?.timeZone : findTimeZone(typed);
  if (timeZone !== undefined) return { quiet: { ...span, timeZone } };
  if (typed === '') {
    const example = `quiet ${spanText} ${EXAMPLE_ZONE}`;
    return { reply: remark({ code: 'argument-missing', usage: QUIET.usage, example }) };
  }
  return { reply: invalid('time-zone', typed, `${spanText} ${nearestTimeZone(typed) ?? EXAMPLE_ZONE}`) };
}

/** The hours at the beginning, however many words they are. */
function readSpan(words: readonly string[]) {
  const parts = words.map((word) => WORDS_OF_SPAN.get(word.toLowerCase()) ?? word);
  for (let length = 1; length <= Math.min(parts.length, 5); length++) {
    const spanText = parts.slice(0, length).join('');
    const span: Span | undefined = parseQuietSpan(spanText);
    if (span) return { span, spanText, rest: words.slice(length) };
  }
  return undefined;
}

function invalid(problem: 'span' | 'time-zone', typed: string, example: string): Reply {
  const shown = typed.slice(0, MAX_SHOWN).toWellFormed();
  return remark({ code: 'quiet-hours-invalid', problem, typed: shown, example: `quiet ${example}` });
}
