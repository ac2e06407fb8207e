// Holds, releases and waiting gates in words.
import { describe, expect, it } from 'vitest';
import type { Content } from '../../src/domain/content.ts';
import {
  becauseText,
  explainHoldContent,
  explainReleased,
  gateDetail,
  gateReason,
  gatesTitle,
  holdDetail,
  holdTitle,
  releasedTitle,
} from '../../src/text/hold.ts';
import { remarkSentence } from '../../src/text/remark.ts';
import { GATE_CARDS } from '../cards/sample-gates.ts';
import { NOW } from '../cards/sample-values.ts';

function sample<Kind extends Content['kind']>(name: string, kind: Kind) {
  const content = GATE_CARDS[name];
  if (content?.kind !== kind) throw new Error(name);
  return content as Extract<Content, { kind: Kind }>;
}

describe('a hold', () => {
  it.each([
    [
      'hold-placed',
      'payments is held',
      'Every pipeline that asks waits, until its own time is up at the latest. It ends by itself (1 day unless you say; 30 days at most), or when somebody types: release payments.',
    ],
    [
      'hold-stop',
      'payments is stopped',
      'Every pipeline that asks is stopped at once. It ends by itself (1 h 48 min), or when somebody types: release payments. It takes the place of the hold by Bo Lindqvist.',
    ],
    [
      'hold-ended',
      'payments is no longer held',
      'Bo Lindqvist released it. 2 pipelines wait and are decided by the bases again.',
    ],
  ])('%s', (name, title, text) => {
    const content = sample(name, 'hold');
    expect([holdTitle(content), explainHoldContent(content)]).toEqual([title, text]);
  });

  it('whose people are unknown is somebody’s', () => {
    const { hold, ...rest } = sample('hold-ended', 'hold');
    const nobody = { id: '', name: '' };
    const replaced = { ...hold, by: nobody };
    const { endedAt: _, endedBy: __, ...open } = hold;
    expect(explainHoldContent({ ...rest, waiting: 0, hold: { ...hold, endedBy: nobody } })).toBe(
      'Somebody released it. No pipeline waits; the next ones are decided by the bases again.',
    );
    expect(explainHoldContent({ ...rest, waiting: 1, hold: { ...hold, endedBy: nobody } })).toContain(
      'One pipeline waits and is',
    );
    expect(explainHoldContent({ ...rest, hold: open, replaced })).toContain('the hold by somebody.');
    expect(holdDetail({ ...open, by: nobody, because: '' }, NOW)).toBe(
      'held by somebody for 12 min, for another 1 h 48 min: no reason was given.',
    );
    expect(holdDetail(open, open.at + 9_000)).toMatch(/^held by Ana Ferreira just now, for another /);
    expect(becauseText('x'.repeat(400))).toHaveLength(300);
  });
});

describe('gates that wait', () => {
  it.each([
    ['gates-none', 'No pipeline waits'],
    ['gates-one', '1 pipeline waits'],
    ['gates-several', '4 pipelines wait'],
    ['gates-of-a-run', '4711 waits at 2 gates'],
  ])('%s', (name, title) => expect(gatesTitle(sample(name, 'gates'))).toBe(title));

  it('say where, since when, until when and for what', () => {
    const [first, , third] = sample('gates-several', 'gates').gates;
    if (!first || !third) throw new Error('no gates');
    expect(gateDetail(first, NOW)).toBe('payments on develop, for 6 min; gives up in 24 min.');
    expect(gateReason(first, NOW)).toContain('has been running for 6 min');
    expect(gateDetail(third, NOW)).toBe('search, for 2 s; gives up in 30 min.');
    expect(gateReason(third, NOW)).toBe('It has only just asked.');
  });

  it('are let through one by one', () => {
    const content = sample('gate-released', 'released');
    expect(releasedTitle(content)).toBe('Run 20261122.8 continues');
    expect(explainReleased(content)).toBe(
      'Ana Ferreira released this one gate of payments: only the docs failed. The next run is decided by the bases again.',
    );
    const { caller: _, ...gate } = content.gate;
    const wordless = { ...content, gate, release: { ...content.release, because: '' } };
    expect(releasedTitle(wordless)).toBe('A pipeline continues');
    expect(explainReleased(wordless)).toContain('this one gate of payments. The next run');
  });
});

describe('refusals', () => {
  it.each([
    [
      { code: 'not-operator', why: 'nobody-may', service: 'payments' },
      /^Nobody may hold.*Example: operators/,
    ],
    [
      { code: 'not-operator', why: 'not-operator', service: 'payments' },
      /^Only its operators.*Example: operators/,
    ],
    [{ code: 'not-held', service: 'payments' }, /^payments is not held.*Example: release 4711$/],
    [{ code: 'base-has-no-gate', base: 'python-base' }, /^python-base is a base.*Example: hold payments/],
    [{ code: 'gate-not-waiting', typed: '4711', suggestions: [] }, /“4711”.*Type gates/],
    [{ code: 'gate-not-waiting', typed: '4711', suggestions: ['4712'] }, /Did you mean “?4712/],
  ] as const)('%j', (remark, text) => expect(remarkSentence(remark, NOW)).toMatch(text));
});
