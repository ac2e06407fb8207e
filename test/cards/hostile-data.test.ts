// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the attacks.
// Names, branches, build numbers and people are written by others. Whatever they write, a card shows it as
// text: nothing is evaluated, nothing is formatted, nothing links, nothing throws.
import fc from 'fast-check';
import markdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { cardToText } from '../../src/cards/card-to-text.ts';
import { escapeMarkdown } from '../../src/cards/markup.ts';
import { MAX_MESSAGE_BYTES, renderContent } from '../../src/cards/render-content.ts';
import type { RenderedMessage } from '../../src/cards/rendered-message.ts';
import type { Content } from '../../src/domain/content.ts';
import type { Person } from '../../src/domain/watch.ts';
import { plainText } from '../../src/text/plain.ts';
import { CARD_CONTENTS, TEXT_CONTENTS } from './sample-contents.ts';
import { NOW } from './sample-values.ts';

const CANARY = 'evaluated-canary';
const HOSTILE = [
  '${secret}',
  '${$root.secret}',
  '${json(\'{"a":1}\')}',
  '`${secret}`',
  '{{DATE(2020-01-01T00:00:00Z,SHORT)}}',
  '{{TIME(2020-01-01T00:00:00Z)}}',
  '[APPROVED](https://evil.example)',
  '![x](http://tracker.example/p.png)',
  '<https://evil.example|ok>',
  'https://evil.example/x',
  '[a]: https://evil.example',
  '**bold** _it_ ~~gone~~ `code`',
  '# big',
  '1. one',
  '- item',
  '> quote',
  '---',
  '| a | b |\n|---|---|',
  '<at>everyone</at>',
  '&#91;x&#93;&lt;at&gt;',
  '\\',
  '\\[x](https://evil.example)',
  '\u202Egnp.exe',
  '\uD800',
  '\u0000\u001b[2J',
  '__proto__',
  '${',
  '$',
  '{{',
];
const SHARP = [...'[]()!*_`<>{}$#\\&;:/.-+~|= \n1a\u200b'];

const hostile = fc.oneof(
  fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...SHARP), { maxLength: 40 }).map((characters) => characters.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const oddValue = fc.oneof(
  { weight: 8, arbitrary: hostile },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN) },
);

/** Words that code compares, and ids of Teams; others' text never stands in these fields. */
const OURS = [
  'kind',
  'id',
  'status',
  'result',
  'reason',
  'verdict',
  'code',
  'state',
  'role',
  'why',
  'waitedFor',
  'news',
  'colour',
  'heldBy',
  'events',
  'style',
  'reasons',
];
/** Where `by` tells who or what kept an alert back, and not a person. */
const HOLDERS = ['grouping', 'muted', 'quiet-hours', 'inhibited', 'branch', 'reason', 'stage', 'events'];
/** What a button may say: a command of ours and at most three words that mean nothing but themselves. */
const COMMAND =
  /^(watch|unwatch|mute|unmute|subscribe|unsubscribe|subscriptions|quiet|gates|release)( [A-Za-z0-9*][A-Za-z0-9*:@._;=+/-]*){0,3}$/;

/** The content with every text of others replaced, and dangerous keys beside them. */
function poisoned(value: unknown, next: () => unknown, key = ''): unknown {
  if (typeof value === 'string') return OURS.includes(key) || HOLDERS.includes(value) ? value : next();
  if (Array.isArray(value)) return value.map((item) => poisoned(item, next, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, poisoned(item, next, name)] as const);
  const traps = { $when: false, $data: '${secret}', secret: CANARY };
  return Object.assign(
    JSON.parse('{"__proto__": {"secret": "evaluated-canary"}}'),
    traps,
    Object.fromEntries(entries),
  );
}

function isStringKeyed(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Every string under a property that clients read as Markdown. */
function markdownOf(message: RenderedMessage): string[] {
  if (message.kind === 'text') return [message.text.replace(/ \[Open run\]\(\S+\)/, '').replaceAll('**', '')];
  const texts: string[] = [];
  const visit = (value: unknown) => {
    if (!isStringKeyed(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const type = String(value['type']);
      const isShown = type === 'TextBlock' ? key === 'text' : key === 'value' || key === 'title';
      if (typeof item === 'string' && isShown && !/^(Action|Input)/.test(type)) texts.push(item);
      // The value of a choice is what is sent; only its title is shown.
      visit(key === 'choices' && Array.isArray(item) ? item.map(({ title }) => ({ title })) : item);
    }
  };
  visit(message.card['body']);
  return texts;
}

/** Everything that a button of the card says to PipeBot. */
function commandsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(commandsOf);
  if (!isStringKeyed(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === 'pipebot' ? [item] : commandsOf(item)));
}

const strict = markdownIt({ html: true });
const linking = markdownIt({ html: true, linkify: true });
const TEXT_TOKENS = ['paragraph_open', 'paragraph_close', 'inline', 'text', 'text_special'];

function formattingIn(text: string, parser = strict): string[] {
  return parser
    .parse(text.replace(/<at>[^<]*<\/at>/g, ''), {})
    .flatMap((token) => [token, ...(token.children ?? [])])
    .map((token) => token.type)
    .filter((type) => !TEXT_TOKENS.includes(type));
}

describe('escaped text', () => {
  it('shows exactly what was written, and formats nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeMarkdown(text, 500);
        expect(formattingIn(escaped, linking).filter((type) => !isEmailOrBareName(type, text))).toEqual([]);
        expect(escaped).not.toMatch(/\$\{|\{\{/);
        const shown = strict.renderInline(escaped);
        expect(shown).toBe(strict.utils.escapeHtml(plainText(text, 500)));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['[x](y)', '\\[x\\](y)'],
    ['a_b*c', 'a\\_b\\*c'],
    ['1. one', '1\\. one'],
    ['20261122.3', '20261122.3'],
    ['- item', '\\- item'],
    ['${a} {{b}}', '$\\{a} {\\{b}}'],
  ])('%s becomes %s', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it('leaves ordinary names alone, since Teams on phones shows most backslashes', () => {
    expect(escapeMarkdown('python-base 20261122.3 on PR 7 (C# + Java!)')).toBe(
      'python-base 20261122.3 on PR 7 (C# + Java!)',
    );
  });
});

/** linkify turns bare domains and e-mail addresses into links on clients that do so; they show where they lead. */
function isEmailOrBareName(type: string, text: string): boolean {
  return type.startsWith('link_') && /[\w-]\.[a-z]{2,}|@/i.test(text) && !text.includes('](');
}

describe.each(Object.entries({ ...CARD_CONTENTS, ...TEXT_CONTENTS }))('hostile data in %s', (_, content) => {
  it('stays text, evaluates nothing and never throws', () => {
    fc.assert(
      fc.property(fc.array(oddValue, { minLength: 20, maxLength: 20 }), fc.nat(2), (values, shrinkStep) => {
        let index = 0;
        const next = () => values[index++ % values.length];
        const bad = poisoned(content, next) as Content;
        const mention = poisoned({ id: '29:x', name: 'Ana' }, next) as Person;
        const message = renderContent(bad, { now: NOW, mayRepeat: false, shrinkStep, mention });
        const json = JSON.stringify(message);
        expect(json).not.toContain(CANARY);
        expect(json).not.toContain('${');
        expect(json.length * 2).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(json.replace(/\{\{(DATE|TIME)\(2026-[^)]*\)\}\}/g, '')).not.toContain('{{');
        expect(markdownOf(message).flatMap((text) => formattingIn(text))).toEqual([]);
        if (message.kind === 'card')
          for (const command of commandsOf(message.card)) expect(command).toMatch(COMMAND);
        cardToText(message);
      }),
      { numRuns: 60 },
    );
  });

  it('of a megabyte each is cut short', () => {
    const bad = poisoned(content, () => '${secret}[x](https://evil.example)'.repeat(30_000)) as Content;
    const message = renderContent(bad, { now: NOW, mayRepeat: true, shrinkStep: 0 });
    expect(JSON.stringify(message).length * 2).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
