// The failure card: what stands on it beside the words, and what its buttons say.
import { describe, expect, it } from 'vitest';
import { cardToText } from '../../src/cards/card-to-text.ts';
import { type RenderOptions, renderContent } from '../../src/cards/render-content.ts';
import type { AlertEntry } from '../../src/domain/alert.ts';
import { ALERTS, alertEntry, alertFacts, FAILURE, failedBuild, firstFailure } from './sample-alerts.ts';
import { ANA, HOUR, NOW } from './sample-values.ts';

function render(entry: AlertEntry, options: Partial<RenderOptions> = {}) {
  return renderContent(
    { kind: 'alert', entries: [entry], at: NOW },
    { now: NOW, mayRepeat: false, shrinkStep: 0, ...options },
  );
}

function printed(entry: AlertEntry, options: Partial<RenderOptions> = {}): string {
  return cardToText(render(entry, options), { timeZone: 'UTC' });
}

function actionsOf(entry: AlertEntry): readonly Record<string, unknown>[] {
  const message = render(entry);
  if (message.kind !== 'card') throw new Error('not a card');
  return message.card['actions'] as readonly Record<string, unknown>[];
}

function commandsOf(entry: AlertEntry): unknown[] {
  return actionsOf(entry)
    .filter(({ type }) => type === 'Action.Execute')
    .map(({ data }) => data);
}

describe('the card of a failure', () => {
  it('shows everything that a person needs to begin', () => {
    expect(`\n${printed(ALERTS['alert-failing-again'])}\n`).toBe(`
✕  payments failed
   4 runs in a row on develop since 05:25

npm test in stage Build
src/refund.ts(48,11): error TS2345: Argument of type 'string | number' is not
assignable to parameter of type 'Money'.
npm ERR! Test failed. See above for more details.
FAIL test/refund.test.ts > a refund of a canceled order
AssertionError: expected 1299 to be 1300
at test/refund.test.ts:31:27
Test Files 1 failed | 48 passed (49)
Tests 1 failed | 612 passed (613)
Bash exited with code 1.

  Run        20261122.9
  Finished   2026-11-22 06:11
  Took       4 min (usually 12 min)
  Requester  Ana Ferreira
  Commit     3f9c2a7b

Open run: https://dev.azure.com/contoso/Shop/_build/results?buildId=4250
Open log: https://dev.azure.com/contoso/Shop/_build/results?buildId=4250&view=logs&t=7b1f
Watch next run: watch payments develop build
Mute 2h: mute payments 2h
`);
  });

  it('is smaller without its details, but keeps the task and who asked', () => {
    const text = printed(ALERTS['alert-failing'], { shrinkStep: 1, mention: ANA });
    expect(text).toContain('npm test in stage Build');
    expect(text).toContain('@Ana Ferreira');
    expect(text).not.toMatch(/TS2345|AssertionError|Commit/);
  });

  it('in one line leads to the run', () => {
    expect(printed(ALERTS['alert-failing'], { shrinkStep: 2 })).toBe(
      'payments failed on develop: npm test in stage Build.\nOpen run: https://dev.azure.com/contoso/Shop/_build/results?buildId=4250',
    );
  });

  it('has a date beside the time once it is old', () => {
    const facts = (hours: number) => alertFacts({ first: firstFailure(NOW - hours * HOUR), failedBuilds: 4 });
    expect(printed(alertEntry({ facts: facts(11) }))).toContain('4 runs in a row on develop since 19:12\n');
    expect(printed(alertEntry({ facts: facts(13) }))).toContain('since 2026-11-21 17:12');
  });

  it('shows the first errors and the last lines of the log, and neither times nor marks of the agent', () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `2026-11-22T06:10:58.7731204Z ##[error]line ${index}`,
    );
    const text = printed(
      alertEntry({ facts: alertFacts({ failure: { ...FAILURE, errors: lines, logTail: lines } }) }),
    );
    const shown = text.split('\n').filter((line) => line.includes('line '));
    expect(shown).toEqual([0, 1, 2, 12, 13, 14, 15, 16, 17, 18, 19].map((index) => `line ${index}`));
  });

  it('leaves the failure out once it has recovered, but says what it was', () => {
    const text = printed(ALERTS['alert-recovered-on-its-card']);
    expect(text).toContain('The last failure was npm test in stage Build.');
    expect(text).not.toMatch(/TS2345|AssertionError|Open log|Mute/);
  });
});

describe('the one who asked for the build', () => {
  it('is mentioned when in the conversation, under the name of the mention', () => {
    const mention = { id: '29:x', name: 'Ana <b>[F](https://evil)' };
    const message = render(ALERTS['alert-failing'], { mention });
    expect(message.mentions).toEqual([{ id: '29:x', name: 'Ana bF(https://evil)' }]);
    expect(JSON.stringify(message)).toContain('"<at>Ana bF(https://evil)</at>"');
  });

  it('is named otherwise', () => {
    const message = render(ALERTS['alert-failing']);
    expect(message.mentions).toEqual([]);
    expect(JSON.stringify(message)).toContain('"Ana Ferreira"');
  });

  it('is not mentioned in a message about several things', () => {
    const entries = [ALERTS['alert-failing'], ALERTS['alert-flapping']];
    const options = { now: NOW, mayRepeat: false, shrinkStep: 0, mention: ANA };
    const message = renderContent({ kind: 'alert', entries, at: NOW }, options);
    expect(message.mentions).toEqual([]);
    expect(JSON.stringify(message)).not.toContain('<at>');
  });

  it('is not mentioned in a single line, which has no place for it', () => {
    expect(render(ALERTS['alert-failing'], { shrinkStep: 2, mention: ANA }).mentions).toEqual([]);
  });
});

describe('its buttons', () => {
  it('say a command, also to clients that know no Action.Execute', () => {
    const [, , watch] = actionsOf(ALERTS['alert-failing']);
    const data = { pipebot: 'watch payments develop build' };
    expect(watch).toEqual({
      type: 'Action.Execute',
      title: 'Watch next run',
      verb: 'pipebot',
      data,
      fallback: { type: 'Action.Submit', title: 'Watch next run', data },
    });
  });

  it('of a base are about the base', () => {
    expect(commandsOf(ALERTS['alert-base-failing'])).toEqual([
      { pipebot: 'watch python-base develop base' },
      { pipebot: 'mute python-base 2h' },
    ]);
  });

  it.each([
    ['refs/heads/release/2.4', 'watch payments release/2.4 build'],
    ['refs/pull/7/merge', 'watch payments refs/pull/7/merge build'],
    ['refs/heads/build', 'watch payments refs/heads/build build'],
    ['refs/heads/refs/heads/x', 'watch payments refs/heads/refs/heads/x build'],
  ])('name the branch %s so that it cannot be misread', (branch, command) => {
    const facts = alertFacts({ build: failedBuild({ branch }) });
    expect(commandsOf(alertEntry({ facts }))[0]).toEqual({ pipebot: command });
  });

  it.each([
    'refs/heads/a b',
    'refs/heads/x;mute',
    'refs/heads/{x}',
    'refs/heads/a..b',
    'refs/heads/-x\u202e',
    'refs/heads/x.',
    `refs/heads/${'x'.repeat(180)}`,
  ])('do without the one that would name the branch %s', (branch) => {
    const facts = alertFacts({ build: failedBuild({ branch }) });
    expect(commandsOf(alertEntry({ facts }))).toEqual([{ pipebot: 'mute payments 2h' }]);
  });

  it.each(['pay ments', '-x', '', 'x'.repeat(61), 'a;b', '<at>all</at>'])(
    'are missing for a name that is none: %s',
    (name) => {
      expect(commandsOf(alertEntry({ name }))).toEqual([]);
    },
  );

  it('open only what is safe to open', () => {
    const facts = alertFacts({
      build: failedBuild({ url: 'javascript:alert(1)' }),
      failure: { ...FAILURE, logUrl: 'http://evil.example/' },
    });
    expect(actionsOf(alertEntry({ facts })).map(({ title }) => title)).toEqual(['Watch next run', 'Mute 2h']);
  });

  it('mute what is flapping, and leave what is green alone', () => {
    expect(commandsOf(ALERTS['alert-flapping'])).toEqual([{ pipebot: 'mute payments 2h' }]);
    expect(commandsOf(ALERTS['alert-settled'])).toEqual([]);
    expect(commandsOf(ALERTS['alert-recovered'])).toEqual([]);
  });
});

describe('a card of many alerts', () => {
  it('shows a bounded number of rows and says how many more there are', () => {
    const entries = Array.from({ length: 33 }, (_, index) => alertEntry({ name: `service-${index}` }));
    const text = cardToText(
      renderContent({ kind: 'alert', entries, at: NOW }, { now: NOW, mayRepeat: false, shrinkStep: 0 }),
    );
    expect(text).toMatch(/^33 failed\n/);
    expect(text).toContain('service-19');
    expect(text).not.toContain('service-20');
    expect(text).toContain('And 13 more.');
  });
});
