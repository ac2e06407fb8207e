// Every card in every state is a card that Teams can show, and gets smaller when it has to.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cardToText } from '../../src/cards/card-to-text.ts';
import { MAX_MESSAGE_BYTES, renderContent } from '../../src/cards/render-content.ts';
import type { RenderedMessage } from '../../src/cards/rendered-message.ts';
import { DESCRIPTIONS } from '../../src/chat/commands/index.ts';
import type { Content } from '../../src/domain/content.ts';
import { CARD_CONTENTS, TEXT_CONTENTS } from './sample-contents.ts';
import { DECISIONS } from './sample-decisions.ts';
import { activeBuild, answer, assessment, decision, NOW, watch } from './sample-values.ts';

/** The part of the package that is used. Its own types lead to sources that this project's settings refuse. */
interface AdaptiveCards {
  readonly AdaptiveCard: new () => {
    parse(card: object, context: object): void;
    validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] };
  };
  readonly SerializationContext: new (
    version: unknown,
  ) => { readonly eventCount: number; getEventAt(index: number): { readonly message: string } };
  readonly Versions: { readonly v1_5: unknown };
}

// The package's entry expects a bundler; the built file loads in Node, without a DOM.
const adaptive: AdaptiveCards = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js');

function problemsOf(card: Record<string, unknown>): string[] {
  const context = new adaptive.SerializationContext(adaptive.Versions.v1_5);
  const parsed = new adaptive.AdaptiveCard();
  parsed.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  return [...events, ...parsed.validateProperties().validationEvents.map((event) => event.message)];
}

function render(content: Content, shrinkStep = 0, mayRepeat = false): RenderedMessage {
  return renderContent(content, { now: NOW, mayRepeat, shrinkStep });
}

function cardOf(content: Content | undefined, shrinkStep = 0, mayRepeat = false): Record<string, unknown> {
  const message = content && render(content, shrinkStep, mayRepeat);
  if (message?.kind !== 'card') throw new Error('not a card');
  return message.card;
}

describe('help', () => {
  it('shows every usage and example in full', () => {
    const entries = DESCRIPTIONS.map(({ usage, help, examples }) => ({ usage, help, examples }));
    const card = JSON.stringify(cardOf({ kind: 'help', entries })['body']);
    expect(card).not.toContain('…');
    expect(card).toContain('[style:update');
  });
});

describe.each(Object.entries(CARD_CONTENTS))('the card %s', (_, content) => {
  it.each([0, 1])('is valid for clients that know version 1.5, at shrink step %d', (shrinkStep) => {
    for (const mayRepeat of [false, true]) {
      expect(problemsOf(cardOf(content, shrinkStep, mayRepeat))).toEqual([]);
    }
  });

  it('has a summary, text for old clients, and nothing that was left unfilled', () => {
    const message = render(content);
    expect(message.summary).toMatch(/^\S.{5,}$/);
    const json = JSON.stringify(cardOf(content));
    expect(json).not.toMatch(/\$\{|null|undefined|NaN|\[object/);
    expect(cardOf(content)['fallbackText']).toMatch(/^\S.{5,}$/);
  });

  it('gets smaller with each shrink step and ends as one line', () => {
    const [full, compact, line] = [0, 1, 2].map((step) => JSON.stringify(render(content, step)).length);
    expect(compact).toBeLessThanOrEqual(full ?? 0);
    expect(line).toBeLessThan(compact ?? 0);
    expect(render(content, 2)).toMatchObject({ kind: 'text', text: expect.not.stringContaining('\n') });
  });
});

describe('the parser that checks the cards', () => {
  it('would notice an unknown element, a bad value and a missing url', () => {
    const body = [{ type: 'TextBlok' }, { type: 'TextBlock', text: 'x', color: 'gud' }];
    const bad = {
      type: 'AdaptiveCard',
      version: '1.5',
      body,
      actions: [{ type: 'Action.OpenUrl', title: 'x' }],
    };
    expect(problemsOf(bad)).toHaveLength(3);
  });
});

describe('templates', () => {
  const folder = join(import.meta.dirname, '../../src/cards/templates');

  it.each(readdirSync(folder))('%s holds property paths and no other expressions', (name) => {
    const expressions = readFileSync(join(folder, name), 'utf8').match(/\$\{[^}]*\}?/g) ?? [];
    expect(expressions.length).toBeGreaterThan(0);
    for (const expression of expressions) expect(expression).toMatch(/^\$\{[a-zA-Z]+\}$/);
  });
});

describe('a message', () => {
  it('that is too large becomes a smaller one by itself', () => {
    const skippedBranches = Array.from({ length: 8 }, (_, index) => `refs/heads/${index}${'x'.repeat(200)}`);
    const known = assessment({ status: 'never-built', reason: 'never-built' }, { skippedBranches });
    const answers = Array.from({ length: 30 }, () => answer(decision('stop', known)));
    const message = render({ kind: 'overview', answers, omitted: 0 });
    expect(message.kind).toBe('card');
    expect(JSON.stringify(message).length * 2).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(JSON.stringify(message)).not.toContain('has no run on');
    expect(cardToText(message)).toContain('Never built');
  });

  it('at the last step is the verdict, the reason and the link', () => {
    expect(render({ kind: 'status', answer: answer(DECISIONS.failed) }, 2)).toEqual({
      kind: 'text',
      text: 'payments: Failed. python-base 20261122.4 on develop failed 3 min ago. [Open run](https://dev.azure.com/contoso/Shop/_build/results?buildId=4242)',
      summary: 'payments: Failed. python-base 20261122.4 on develop failed 3 min ago.',
      mentions: [],
    });
  });

  it.each([...Object.values(CARD_CONTENTS), ...Object.values(TEXT_CONTENTS)])(
    'says that it may be a repeat when that cannot be known (%#)',
    (content) => {
      for (const step of [0, 1, 2]) {
        expect(JSON.stringify(render(content, step, true))).toContain('You may have seen this before');
        expect(JSON.stringify(render(content, step, false))).not.toContain('You may have seen this');
      }
    },
  );

  it('mentions the people who wait, and nobody twice as somebody else', () => {
    const mentions = [
      { id: '29:ana', name: 'Ana <b>Ferreira</b>' },
      { id: '29:x', name: '</at>*[x](https://evil)' },
    ];
    const message = render({ kind: 'watch-ended', watch: watch({ state: 'gone' }), mentions });
    expect(message.mentions).toEqual([
      { id: '29:ana', name: 'Ana bFerreira/b' },
      { id: '29:x', name: '/atx(https://evil)' },
    ]);
    expect(message).toMatchObject({
      text: expect.stringMatching(
        /^<at>Ana bFerreira\/b<\/at> <at>\/atx\(https:\/\/evil\)<\/at> \*\*Run not found:\*\*/,
      ),
    });
  });

  it.each([
    'javascript:alert(1)',
    'http://dev.azure.com/contoso',
    'https://user:secret@dev.azure.com/',
    'data:text/html,x',
    'not a link',
    `https://dev.azure.com/${'x'.repeat(3_000)}`,
  ])('has no button for the link %s', (url) => {
    const content: Content = { kind: 'watch', watch: watch(), build: activeBuild({ url }) };
    expect(cardOf(content)['actions']).toEqual([]);
    expect(JSON.stringify(render(content, 2))).not.toContain('](');
  });

  it('has a button for a plain-http link to this machine, for the demo', () => {
    const url = 'http://127.0.0.1:4000/contoso/Shop/_build/results?buildId=1&x=$' + '{y}';
    const card = cardOf({ kind: 'watch', watch: watch(), build: activeBuild({ url }) });
    expect(card['actions']).toMatchObject([
      { url: 'http://127.0.0.1:4000/contoso/Shop/_build/results?buildId=1&x=%24%7By%7D' },
    ]);
  });
});
