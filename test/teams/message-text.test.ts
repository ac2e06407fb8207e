// What is left of what a person wrote: the command, without mentions, HTML and odd white space.
import { describe, expect, test } from 'vitest';
import { MAX_MESSAGE_LENGTH, readMessageText } from '../../src/teams/message-text.ts';
import { readActivity } from '../../src/teams/received-activity.ts';

const BOT = { id: '28:bot', name: 'PipeBot' };
const own = { type: 'mention', mentioned: BOT, text: '<at>PipeBot</at>' };
const ada = { type: 'mention', mentioned: { id: '29:ada', name: 'Ada Miller' }, text: '<at>Ada Miller</at>' };

function read(text: string, entities: readonly object[] = [own], recipient: object = BOT) {
  const activity = readActivity({ type: 'message', text, entities, recipient });
  if (!activity) throw new Error('not an activity');
  return readMessageText(activity);
}

/** What is special, the text, what is left, the entities and the recipient. */
type Case = readonly [string, string, string, (readonly object[])?, object?];

describe('The text of a message', () => {
  const cases: readonly Case[] = [
    ['a mention in front', '<at>PipeBot</at> status payments', 'status payments'],
    ['a mention at the end', 'status payments <at>PipeBot</at>', 'status payments'],
    ['two mentions', '<at>PipeBot</at> status <at>PipeBot</at> payments', 'status payments', [own, own]],
    ['two mentions and one entity', '<at>PipeBot</at> <at>PipeBot</at> help', 'help'],
    ['a tag with an id', '<at id="0">PipeBot</at>&nbsp;help', 'help'],
    ['a non-breaking space', '<at>PipeBot</at>&nbsp;status&nbsp;payments', 'status payments'],
    ['a real non-breaking space', '<at>PipeBot</at>\u00a0status\u00a0payments', 'status payments'],
    ['new lines', '<at>PipeBot</at>\n status\r\n payments\n', 'status payments'],
    ['HTML paragraphs', '<p><at>PipeBot</at> status <b>payments</b></p><br/>', 'status payments'],
    ['styled HTML', '<div class="x"><span style="color:red">help</span></div>', 'help', []],
    ['what somebody typed in brackets', '<at>PipeBot</at> status &lt;payments&gt;', 'status <payments>'],
    ['brackets in plain text', '<at>PipeBot</at> status <payments>', 'status <payments>'],
    ['an ampersand', '<at>PipeBot</at> status R&amp;D', 'status R&D'],
    ['doubly escaped text, once only', '<at>PipeBot</at> &amp;lt;p&amp;gt;', '&lt;p&gt;'],
    [
      'zero-width and direction marks',
      '<at>PipeBot</at> sta\u200btus \u202epayments\ufeff',
      'status payments',
    ],
    ['another person', '<at>PipeBot</at> ask <at>Ada Miller</at> now', 'ask Ada Miller now', [own, ada]],
    ['no mention at all', '  help  ', 'help', []],
    ['nothing but the mention', '<at>PipeBot</at>', ''],
    ['a tag without its entity', '<at>PipeBot</at> help', 'help', []],
    ['a tag that is not closed', '<at>PipeBot help', '<at>PipeBot help'],
    ['an entity without text', '<at>PipeBot</at> help', 'help', [{ type: 'mention', mentioned: BOT }]],
    ['an entity of odd spelling', '<at>PipeBot</at> help', 'help', [{ ...own, type: 'Mention' }]],
    [
      'a name with an ampersand, escaped in the text only',
      '<at>R&amp;D Bot</at> help',
      'help',
      [{ type: 'mention', mentioned: { id: '28:bot', name: 'R&D Bot' } }],
      { id: '28:bot', name: 'R&D Bot' },
    ],
    [
      'a name that the bot had before',
      '<at>OldBot</at> help',
      'help',
      [{ type: 'mention', mentioned: { id: '28:bot', name: 'OldBot' }, text: '<at>OldBot</at>' }],
    ],
    [
      'a name that only the entity’s text knows',
      '<at>Pipe Bot (dev)</at> help',
      'help',
      [{ type: 'mention', mentioned: { id: '28:bot' }, text: '<at>Pipe Bot (dev)</at>' }],
    ],
    [
      'entities of other shapes',
      '<at>PipeBot</at> help',
      'help',
      [own, { type: 'clientInfo' }, { type: 'mention' }, { type: 'mention', mentioned: 7, text: [] }],
    ],
  ];
  test.each(cases.map((example) => ({ what: example[0], example })))('without $what', ({ example }) => {
    const [, text, expected, entities, recipient] = example;
    expect(read(text, entities, recipient).text).toBe(expected);
  });

  test('leaves the activity as it came', () => {
    const body = { type: 'message', text: '<at>PipeBot</at> help', entities: [own], recipient: BOT };
    const before = structuredClone(body);
    const activity = readActivity(body);
    if (activity) readMessageText(activity);
    expect(body).toEqual(before);
  });

  test('says whether the bot was mentioned', () => {
    expect(read('<at>PipeBot</at> help').isMentioned).toBe(true);
    expect(read('<at>PipeBot</at> help', []).isMentioned).toBe(true);
    expect(read('<at>Ada Miller</at> help', [ada]).isMentioned).toBe(false);
    expect(read('help', []).isMentioned).toBe(false);
  });

  test.each([
    ['at the limit', 'a'.repeat(MAX_MESSAGE_LENGTH), MAX_MESSAGE_LENGTH],
    ['one letter over it', 'a'.repeat(MAX_MESSAGE_LENGTH + 1), MAX_MESSAGE_LENGTH],
    ['a limit’s worth of spaces', `help${' '.repeat(5_000)}`, 4],
    ['a megabyte', 'ab '.repeat(350_000), MAX_MESSAGE_LENGTH],
  ])('is cut when it is too long: %s', (_what, text, length) => {
    expect(read(text, []).text).toHaveLength(length);
  });

  test('never ends in half a character', () => {
    const { text } = read(`a${'😀'.repeat(2_000)}`, []);
    expect(text.isWellFormed()).toBe(true);
  });

  test.each([
    ['openings', '<at>'],
    ['empty tags', '<at></at>'],
    ['openings and paragraphs', '<at><p '],
    ['ampersands', '&amp;'],
    ['brackets', '<p <p '],
    ['spaces', ' \n\t'],
  ])('is read in no time when it is nothing but %s', (_what, part) => {
    const { text } = read(part.repeat(60_000), []);
    expect(text.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
  });
});
