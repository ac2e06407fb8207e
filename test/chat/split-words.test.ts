import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../src/chat/split-words.ts';

describe('a text', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['  \n\t ', []],
    ['status payments?', ['status', 'payments']],
    ['is “payments” ready.', ['is', 'payments', 'ready']],
    ['stage:"Deploy to prod" style:flat', ['stage:Deploy to prod', 'style:flat']],
    ['stage:“Deploy to prod”', ['stage:Deploy to prod']],
    ['stage:„Deploy to prod“, on main', ['stage:Deploy to prod', 'on', 'main']],
    ["stage:'Deploy to prod'", ['stage:Deploy to prod']],
    ['stage="Deploy (prod)"', ['stage=Deploy (prod)']],
    [`stage:"Ada's stage"`, ["stage:Ada's stage"]],
    ['stage:"never closed by anybody', ['stage:never', 'closed', 'by', 'anybody']],
    ['stage:"one" two"', ['stage:one', 'two']],
    ['stage:""', ['stage:']],
    ['say "is payments ready"', ['say', 'is', 'payments', 'ready']],
    ['branch:release/? now?', ['branch:release/?', 'now']],
    ['branch:develop, reason:ci,pr.', ['branch:develop', 'reason:ci,pr']],
    ['(branch:develop)', ['branch:develop']],
    ['branch:!main', ['branch:!main']],
    ['branch:<main>!', ['branch:main']],
    ['stage:Test(unit) now', ['stage:Test(unit)', 'now']],
    ['quiet 22:00-07:00 Europe/Berlin.', ['quiet', '22:00-07:00', 'Europe/Berlin']],
    ['<https://dev.azure.com/a/b?c="d e">', ['<https://dev.azure.com/a/b?c="d e">']],
    ['mute * 2h', ['mute', '*', '2h']],
  ])('“%s” is %j', (text, words) => expect(splitWords(text)).toEqual(words));

  it('keeps its characters in their order, whatever they are', () => {
    const part = fc.oneof(
      fc.constantFrom('"', '“', "'", ':', '=', ' ', 'stage:', 'stage:"', 'a', 'https://'),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        let at = 0;
        for (const character of splitWords(text).join('')) {
          at = text.indexOf(character, at) + character.length;
          expect(at).toBeGreaterThanOrEqual(character.length);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('that wants to be slow is as quick as any', () => {
    const took = (text: string) => {
      const start = performance.now();
      splitWords(text);
      return performance.now() - start;
    };
    const attacks = [':"', ':“', ':"a', ":'", ':"\'', 'a:" ', ': "', '"', 'a', '(', ' ', 'a:'].map((part) =>
      part.repeat(100_000),
    );
    for (const text of attacks) {
      took(text);
      expect(Math.min(took(text), took(text), took(text))).toBeLessThan(150);
    }
  });
});
