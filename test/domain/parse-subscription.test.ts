import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFilterWord, parseFilters, type SubscriptionFilters } from '../../src/domain/parse-subscription.ts';

const DEFAULTS: SubscriptionFilters = { events: 'failures', reasons: [], style: 'update' };

function filters(...words: string[]) {
  const parsed = parseFilters(words);
  return parsed.kind === 'filters' ? parsed.filters : parsed;
}

describe('the words after "subscribe payments"', () => {
  it.each<[string[], Partial<SubscriptionFilters>]>([
    [[], {}],
    [['failures'], {}],
    [['ALL'], { events: 'all' }],
    [['recoveries'], { events: 'recoveries' }],
    [['everything'], { events: 'all' }],
    [['events:all'], { events: 'all' }],
    [['branch:release/*'], { branch: 'release/*' }],
    [['Branch:Release/?'], { branch: 'Release/?' }],
    [['branch:', 'develop'], { branch: 'develop' }],
    [['branch=develop'], { branch: 'develop' }],
    [['branch:refs/heads/develop'], { branch: 'develop' }],
    [['branch:refs/pull/*'], { branch: 'refs/pull/*' }],
    [['branch:*'], { branch: '*' }],
    [['branch:refs/heads/*'], { branch: 'refs/heads/*' }],
    [['branch:refs/heads/r?'], { branch: 'refs/heads/r?' }],
    [['branch:refs/heads/release/*'], { branch: 'release/*' }],
    [['failures', 'and', 'recoveries'], { events: 'failures' }],
    [['recovery', 'failed'], { events: 'failures' }],
    [['on', 'develop'], { branch: 'develop' }],
    [['on', 'branch:develop'], { branch: 'develop' }],
    [['on', 'branch', 'develop'], { branch: 'develop' }],
    [['on', 'stage'], { branch: 'stage' }],
    [['for', 'builds', 'on', 'the', 'branch', 'develop'], { branch: 'develop' }],
    [['reason:ci'], { reasons: ['ci'] }],
    [['reason:manual,PR,pr'], { reasons: ['pr', 'manual'] }],
    [['reason', 'schedule'], { reasons: ['schedule'] }],
    [['stage:Deploy to prod'], { stage: 'Deploy to prod' }],
    [['stage:deploy*'], { stage: 'deploy*' }],
    [['stage:a=b:c'], { stage: 'a=b:c' }],
    [['style:thread'], { style: 'thread' }],
    [
      ['style:flat', 'only', 'on', 'main', 'recoveries', 'stage:Test', 'reason:pr'],
      { style: 'flat', branch: 'main', events: 'recoveries', stage: 'Test', reasons: ['pr'] },
    ],
  ])('%j mean %j', (words, said) => expect(filters(...words)).toEqual({ ...DEFAULTS, ...said }));

  it.each<[string, string[], { problem: string; typed: string; suggestion: string }]>([
    ['branch is meant', ['branh:x'], { problem: 'word', typed: 'branh:x', suggestion: 'branch:x' }],
    ['a blank is meant', ['stge:a b'], { problem: 'word', typed: 'stge:a b', suggestion: 'stage:"a b"' }],
    ['failures are meant', ['failurs'], { problem: 'word', typed: 'failurs', suggestion: 'failures' }],
    ['a style is meant', ['thread'], { problem: 'word', typed: 'thread', suggestion: 'style:thread' }],
    ['a reason is meant', ['pr'], { problem: 'word', typed: 'pr', suggestion: 'reason:pr' }],
    [
      'a branch may be meant',
      ['develop'],
      { problem: 'word', typed: 'develop', suggestion: 'branch:develop' },
    ],
    ['nothing is meant', ['[x]'], { problem: 'word', typed: '[x]', suggestion: 'branch:develop' }],
    ['a branch is missing', ['on'], { problem: 'word', typed: 'on', suggestion: 'branch:on' }],
    [
      'a word comes twice',
      ['all', 'failures'],
      { problem: 'repeated', typed: 'failures', suggestion: 'all' },
    ],
    [
      'reasons come one by one',
      ['reason:ci', 'reason:pr'],
      { problem: 'repeated', typed: 'reason:pr', suggestion: 'reason:ci,pr' },
    ],
    [
      'a branch comes twice',
      ['on', 'main', 'branch:x'],
      { problem: 'repeated', typed: 'branch:x', suggestion: 'branch:main' },
    ],
    [
      'a reason is none',
      ['reason:shedule'],
      { problem: 'reason', typed: 'shedule', suggestion: 'reason:schedule' },
    ],
    ['one reason is none', ['reason:ci,push'], { problem: 'reason', typed: 'push', suggestion: 'reason:ci' }],
    ['a reason is empty', ['reason:ci,'], { problem: 'reason', typed: 'reason:', suggestion: 'reason:ci' }],
    ['a style is none', ['style:treads'], { problem: 'style', typed: 'treads', suggestion: 'style:thread' }],
    ['events are none', ['events:failing'], { problem: 'events', typed: 'failing', suggestion: 'failures' }],
    [
      'a stage is empty',
      ['stage:'],
      { problem: 'stage', typed: 'stage:', suggestion: 'stage:"Deploy to prod"' },
    ],
    [
      'a reason stands apart',
      ['reason:ci', 'pr'],
      { problem: 'word', typed: 'pr', suggestion: 'reason:ci,pr' },
    ],
    [
      'there are several branches',
      ['branch:main,develop'],
      { problem: 'branches', typed: 'main,develop', suggestion: 'branch:main' },
    ],
    [
      'there are several branches, the first of them none',
      ['branch:,x'],
      { problem: 'branches', typed: ',x', suggestion: 'branch:release/*' },
    ],
    ...['[ab]', 'a b', 'a..b', 'a~1', 'a//b', '', 'x'.repeat(201), '/x', 'x.', '@{x'].map(
      (glob): [string, string[], { problem: string; typed: string; suggestion: string }] => [
        'git would have no such branch',
        [`branch:${glob}`],
        { problem: 'branch', typed: glob.slice(0, 60) || 'branch:', suggestion: 'branch:release/*' },
      ],
    ),
  ])('are answered with what would do when %s: %j', (_why, words, problem) => {
    expect(filters(...words)).toEqual({ kind: 'problem', ...problem });
  });

  it('suggest nothing that would be refused in turn', () => {
    const wrong = [
      'branh:x',
      'failurs',
      'thread',
      'pr',
      'develop',
      'on',
      '??',
      'stge:a',
      'failures,recoveries',
      'https://dev.azure.com/contoso',
      'branh:[x]',
      '!main',
      'reason:push',
      'events:x',
    ];
    for (const word of wrong) {
      const parsed = parseFilters([word]);
      if (parsed.kind !== 'problem') throw new Error(`${word} was understood`);
      expect(parseFilters([parsed.suggestion]).kind).toBe('filters');
    }
  });

  it('take nothing from a prototype', () => {
    for (const word of ['constructor', '__proto__:x', 'toString:x', 'style:toString', 'reason:valueOf']) {
      expect(parseFilters([word]).kind).toBe('problem');
    }
  });

  const PART = fc.constantFrom(
    'branch:',
    'reason:',
    'stage:',
    'on',
    'all',
    'failures',
    ',',
    '*',
    '"',
    ':',
    '=',
    'ci',
  );
  const WORD = fc.oneof(
    fc.array(PART, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 80 }),
  );

  it('can be anything', () => {
    fc.assert(
      fc.property(fc.array(WORD, { maxLength: 12 }), (words) => {
        const parsed = parseFilters(words);
        if (parsed.kind === 'problem') {
          expect(parsed.typed.length).toBeLessThanOrEqual(60);
          expect(parsed.suggestion.length).toBeLessThanOrEqual(150);
        } else {
          expect(['failures', 'all', 'recoveries']).toContain(parsed.filters.events);
          expect(parsed.filters.branch ?? 'x').toMatch(/^[^\s[\]{}^~\\]{1,200}$/u);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('are read in a time that grows with their number and no faster', () => {
    const took = (words: string[]) => {
      const start = performance.now();
      parseFilters(words);
      return performance.now() - start;
    };
    const attacks = [
      Array(1_000).fill('to'),
      Array(1_000).fill(':'),
      [`branch:${'*'.repeat(2_000)}`],
      [`stage:${'*a'.repeat(1_000)}`],
      [`reason:${','.repeat(2_000)}`],
      [`reason:${'ci,'.repeat(600)}ci`],
      ['a'.repeat(50_000)],
      [`${'='.repeat(50_000)}`],
    ];
    for (const words of attacks) {
      took(words);
      expect(Math.min(took(words), took(words), took(words))).toBeLessThan(20);
    }
  });
});

describe('a word instead of a service', () => {
  it.each(['failures', 'branch:x', 'style:', 'on'])('%s is a filter', (word) => {
    expect(isFilterWord(word)).toBe(true);
  });
  it.each(['payments', '*', 'a:b', 'http://x', ''])('%s is none', (word) => {
    expect(isFilterWord(word)).toBe(false);
  });
});
