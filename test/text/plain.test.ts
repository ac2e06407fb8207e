// Others' text inside our sentences.
import { describe, expect, it } from 'vitest';
import { listText, plainText } from '../../src/text/plain.ts';

describe("others' text becomes one visible line", () => {
  it.each([
    ['a line break', 'first\r\nsecond\u2028third', 'first second third'],
    ['a terminal escape', '\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['a bidi override', 'gpj.\u202Eexe', 'gpj.exe'],
    ['zero-width characters', 'pay\u200Bme\u200Dnts\uFEFF', 'payments'],
    ['a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
    ['surrounding blanks', '  x  y ', 'x y'],
    ['a pile of combining marks', `e${'\u0301'.repeat(300)}!`, 'e\u0301\u0301\u0301\u0301!'],
  ])('without %s', (_, text, visible) => {
    expect(plainText(text)).toBe(visible);
  });

  it('is cut between characters, never inside one', () => {
    expect(plainText('👍👍👍👍', 3)).toBe('👍👍…');
  });

  it('is cut quickly, however long it is', () => {
    expect(plainText('x'.repeat(1_000_000), 5)).toBe('xxxx…');
  });

  it.each([[null], [undefined], [7], [{ toString: 1 }]])('is empty when it is no text: %s', (value) => {
    expect(plainText(value)).toBe('');
  });
});

describe('a list of names', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  ])('%j reads "%s"', (names, text) => {
    expect(listText(names, 'and', 3)).toBe(text);
  });
});
