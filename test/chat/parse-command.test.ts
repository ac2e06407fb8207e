import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand, type Vocabulary } from '../../src/chat/parse-command.ts';

const VOCABULARY: Vocabulary = {
  commands: new Map([
    ['status', 'status'],
    ['ready', 'status'],
    ['watch', 'watch'],
    ['help', 'help'],
    ['?', 'help'],
    ['hi', 'help'],
    ['services', 'services'],
    ['subscribe', 'subscribe'],
    ['why', 'why'],
  ]),
  readsMarkers: (name) => name === 'subscribe',
  isSubject: (word) => ['payments', 'pay', 'search', 'python-base'].includes(word.toLowerCase()),
};

function said(text: string): string {
  const parsed = parseCommand(text, VOCABULARY);
  return parsed.kind === 'command' ? [parsed.name, ...parsed.words].join(' ') : parsed.kind;
}

describe('what people type', () => {
  it.each([
    ['status payments', 'status payments'],
    ['/status payments', 'status payments'],
    ['Status  payments\n on develop', 'status payments develop'],
    ['is base ready for payments?', 'status payments'],
    ['is the base ready for payments on develop?', 'status payments develop'],
    ['is the base for payments ready on branch feature/x-1.2?', 'status payments feature/x-1.2'],
    ['can I build payments, is it ready?', 'status payments'],
    ['is the base ready for paymnets?', 'status paymnets'],
    ['is “payments” ready', 'status payments'],
    ['payments', 'status payments'],
    ['payments develop', 'status payments develop'],
    [
      'https://dev.azure.com/contoso/Shop/_build?definitionId=183',
      'status https://dev.azure.com/contoso/Shop/_build?definitionId=183',
    ],
    [
      'status <https://dev.azure.com/contoso/Shop/_build?definitionId=183>',
      'status <https://dev.azure.com/contoso/Shop/_build?definitionId=183>',
    ],
    ['watch payments build', 'watch payments build'],
    ['subscribe payments on develop', 'subscribe payments on develop'],
    ['subscribe payments stage:"Deploy to prod"', 'subscribe payments stage:Deploy to prod'],
    ['why payments', 'why payments'],
    ['why payments?', 'why payments'],
    ['why is payments not ready?', 'status payments'],
    ['why is it not ready?', 'status'],
    ['help', 'help'],
    ['', 'empty'],
    ['  \n ', 'empty'],
    ['?', 'empty'],
    ['thank you', 'unknown'],
    ['is it ready?', 'status'],
    ['is base ready', 'status'],
    ['is the base ready or not?', 'status'],
    ['ok', 'unknown'],
    ['is payments ready on main or on main?', 'status payments main'],
    ['is payments ready on main and is it green?', 'status payments main'],
    ['is payments ready on develop and search too', 'status payments develop'],
  ])('“%s” is %s', (text, expected) => expect(said(text)).toBe(expected));

  it('gets the nearest command for a typo', () => {
    expect(parseCommand('wacth payments', VOCABULARY)).toEqual({
      kind: 'unknown',
      typed: 'wacth',
      suggestions: ['watch'],
    });
  });

  it.each(['is', 'hj', 'x', 'h'])('“%s” is too short for a guess', (text) => {
    expect(parseCommand(`${text} payment`, VOCABULARY)).toEqual({
      kind: 'unknown',
      typed: text,
      suggestions: [],
    });
  });

  it('offers no word of one or two letters', () => {
    expect(parseCommand('hip', VOCABULARY)).toMatchObject({ suggestions: [] });
    expect(parseCommand('halp', VOCABULARY)).toMatchObject({ suggestions: ['help'] });
  });

  it.each([
    ['is payments ready on main or develop?', ['main', 'develop']],
    ['is payments ready on main or on develop?', ['main', 'develop']],
    ['is payments ready on main, develop and release/1?', ['main', 'develop', 'release/1']],
    ['is the base ready on main & develop for payments?', ['main', 'develop']],
  ])('“%s” is about several branches', (text, branches) => {
    expect(parseCommand(text, VOCABULARY)).toEqual({
      kind: 'several-branches',
      subject: 'payments',
      branches,
    });
  });

  it('has an end', () => expect(said('x'.repeat(2_001))).toBe('too-long'));

  it('is never taken for something on the prototype', () => {
    expect(['constructor', '__proto__', 'toString x'].map(said)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('can be anything', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2_100 }),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(['command', 'unknown', 'several-branches', 'empty', 'too-long']).toContain(
          parseCommand(text, VOCABULARY).kind,
        );
      }),
      { numRuns: 5_000 },
    );
  });
});
