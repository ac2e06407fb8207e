import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, isGlob, MAX_GLOB_LENGTH } from '../../src/domain/glob.ts';

describe('a glob', () => {
  it.each<[string, string, boolean]>([
    ['develop', 'develop', true],
    ['develop', 'Develop', false],
    ['develop', 'develop2', false],
    ['release/*', 'release/1.2', true],
    ['release/*', 'release/1.2/hotfix', true],
    ['release/*', 'release/', true],
    ['release/*', 'release', false],
    ['*', '', true],
    ['**', 'anything', true],
    ['?', '', false],
    ['?', 'ab', false],
    ['v?.*', 'v1.2', true],
    ['v?.*', 'v10.2', false],
    ['*fix*', 'hotfix/7', true],
    ['*.1.*', '1.2.1.1.2', true],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'ab', false],
    ['?Deploy', '🚀Deploy', true],
    ['??Deploy', '🚀Deploy', false],
    ['*?', '🚀', true],
    ['*??', '🚀', false],
    ['[ab]', 'a', false],
    ['.*', 'abc', false],
    ['Deploy (prod)', 'Deploy (prod)', true],
  ])('%j and %j: %s', (glob, text, matches) => expect(globMatches(glob, text)).toBe(matches));

  it('matches exactly what it says, letter by letter', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '🚀'), maxLength: 8 });
    const globs = fc.string({ unit: fc.constantFrom('a', 'b', '/', '🚀', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(globs, letters, (glob, text) => {
        expect(globMatches(glob, text)).toBe(mustMatch([...glob], [...text]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('looks at a text as often as its length allows, and no more often than both lengths together', () => {
    const plain = looksAt('release/*', `release/${'x'.repeat(5_000)}`);
    expect(plain).toBeLessThan(4 * 5_000);
    for (const length of [1_000, 2_000, 4_000]) {
      const text = 'a'.repeat(length);
      expect(looksAt(`${'*a'.repeat(99)}*b`, text)).toBeLessThan(MAX_GLOB_LENGTH * length * 4);
      expect(looksAt(`${'?*'.repeat(99)}*b`, text)).toBeLessThan(MAX_GLOB_LENGTH * length * 4);
    }
  });
});

/** The rule as it is said, without any thought for time. */
function mustMatch(glob: readonly string[], text: readonly string[]): boolean {
  const [sign, ...rest] = glob;
  if (sign === undefined) return text.length === 0;
  if (sign === '*') return mustMatch(rest, text) || (text.length > 0 && mustMatch(glob, text.slice(1)));
  return text.length > 0 && (sign === '?' || sign === text[0]) && mustMatch(rest, text.slice(1));
}

/** How often a match looks at a character of the text. */
function looksAt(glob: string, text: string): number {
  let looks = 0;
  const counted = new Proxy(new String(text), {
    get(target, key) {
      looks++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  globMatches(glob, counted as unknown as string);
  return looks;
}

describe('what is accepted as a glob', () => {
  it.each(['develop', 'release/*', 'v?.*', 'refs/pull/*', 'größe', 'x'.repeat(MAX_GLOB_LENGTH)])(
    '%j',
    (text) => expect(isGlob(text)).toBe(true),
  );
  it.each([
    '',
    'two words',
    'a..b',
    'a//b',
    '[ab]',
    '{a,b}',
    '!main',
    'a~b',
    'a^b',
    'a:b',
    'a\\b',
    'a\u0000b',
  ])('not %j', (text) => expect(isGlob(text)).toBe(false));
  it('nothing longer than the limit', () => expect(isGlob('x'.repeat(MAX_GLOB_LENGTH + 1))).toBe(false));
});
