// What an alert says in each of its states: the headline, the line under it, the toast, and the row among others.
import { describe, expect, it } from 'vitest';
import {
  alertDetail,
  alertLead,
  alertState,
  alertSubject,
  alertsTitle,
  alertTitle,
  explainAlert,
  explainRepeat,
  failedTaskText,
  lateText,
  repeatTitle,
} from '../../src/text/alert.ts';
import { ALERTS, alertEntry, alertFacts, FAILURE } from '../cards/sample-alerts.ts';

const EXPECTED = {
  'alert-failing': [
    'payments failed',
    'First failure on develop',
    'payments failed on develop: npm test in stage Build.',
    'On develop: first failure, npm test in stage Build.',
  ],
  'alert-failing-again': [
    'payments failed',
    '4 runs in a row on develop',
    'payments failed on develop, 4 runs in a row: npm test in stage Build.',
    'On develop: 4 runs in a row, npm test in stage Build.',
  ],
  'alert-failing-for-days': [
    'payments failed',
    '31 runs in a row on develop',
    'payments failed on develop, 31 runs in a row: npm test in stage Build.',
    'On develop: 31 runs in a row, npm test in stage Build.',
  ],
  'alert-base-failing': [
    'python-base failed',
    'First failure on develop',
    'python-base failed on develop: pip install in stage Image. It blocks payments and checkout.',
    'On develop: first failure, pip install in stage Image. It blocks payments and checkout.',
  ],
  'alert-failing-unread': [
    'payments was abandoned',
    'First failure on develop',
    'payments was abandoned on develop.',
    'On develop: first failure.',
  ],
  'alert-recovered': [
    'payments recovered',
    'develop was red for 46 min, 4 failed runs',
    'payments recovered on develop: red for 46 min, 4 failed runs.',
    'On develop: red for 46 min, 4 failed runs.',
  ],
  'alert-recovered-on-its-card': [
    'payments recovered',
    'develop was red for 46 min, 4 failed runs',
    'payments recovered on develop: red for 46 min, 4 failed runs.',
    'On develop: red for 46 min, 4 failed runs.',
  ],
  'alert-flapping': [
    'payments is flapping',
    'On develop',
    'payments is flapping on develop: it goes back and forth between red and green. No more messages until several runs in a row end alike.',
    'On develop: it goes back and forth between red and green.',
  ],
  'alert-settled': [
    'payments is stable again',
    'On develop',
    'payments is stable again on develop: several runs in a row succeeded.',
    'On develop: several runs in a row succeeded.',
  ],
  'alert-settled-red': [
    'payments keeps failing',
    'On develop',
    'payments keeps failing on develop: npm test in stage Build.',
    'On develop: several runs in a row failed, npm test in stage Build.',
  ],
} as const satisfies Record<keyof typeof ALERTS, readonly string[]>;

describe('an alert in words', () => {
  it.each(Object.entries(EXPECTED))('%s', (name, texts) => {
    const entry = ALERTS[name as keyof typeof ALERTS];
    expect([alertTitle(entry), alertSubject(entry), explainAlert(entry), alertDetail(entry)]).toEqual(texts);
  });

  it('that recovered says what had failed', () => {
    expect(alertLead(ALERTS['alert-recovered'])).toBe('The last failure was npm test in stage Build.');
  });

  it('that recovered after a single failure counts one run', () => {
    const facts = alertFacts({ ...ALERTS['alert-recovered'].facts, failedBuilds: 1 });
    expect(alertSubject(alertEntry({ news: 'recovered', facts }))).toBe(
      'develop was red for 46 min, 1 failed run',
    );
  });

  it('that recovered from failures nobody has seen only says where', () => {
    const { first: _, ...facts } = alertFacts({ failedBuilds: 0, colour: 'green' });
    const entry = alertEntry({ news: 'recovered', facts });
    expect(alertSubject(entry)).toBe('On develop');
    expect(explainAlert(entry)).toBe('payments recovered on develop.');
  });

  it('of a base that blocks nobody says nothing of blocking', () => {
    expect(alertLead(alertEntry({ role: 'base' }))).toBe('');
  });

  it.each([
    ['muted', 'Told late: it was muted.'],
    ['quiet-hours', 'Told late: it happened in the quiet hours.'],
    ['inhibited', 'Told late: it was held back while python-base was red.'],
  ] as const)('that comes late says why: %s', (heldBy, text) => {
    expect(lateText(alertEntry({ heldBy, base: 'python-base' }))).toBe(text);
    expect(lateText(alertEntry())).toBe('');
  });
});

describe('the failed task', () => {
  it.each([
    [{ ...FAILURE }, 'npm test in stage Build'],
    [{ ...FAILURE, stages: ['Build', 'Deploy'] }, 'npm test in stage Build'],
    [{ ...FAILURE, stages: [] }, 'npm test'],
    [{ stages: ['Build', 'Deploy'], errors: [], logTail: [] }, 'stages Build and Deploy'],
    [{ stages: [], errors: [], logTail: [] }, ''],
    [undefined, ''],
  ])('of %j', (failure, text) => {
    expect(failedTaskText(failure)).toBe(text);
  });
});

describe('several alerts as one headline', () => {
  const [failing, recovered] = [ALERTS['alert-failing'], ALERTS['alert-recovered']];
  const of = (entry: typeof failing, name: string) => ({ ...entry, name });
  it.each([
    [[], 'No news'],
    [[failing, failing], 'payments failed'],
    [[failing, of(failing, 'search')], 'payments and search failed'],
    [[recovered, of(recovered, 'search')], 'payments and search recovered'],
    [[failing, ...['a', 'b', 'c'].map((name) => of(failing, name))], '4 failed'],
    [[failing, of(recovered, 'search'), of(failing, 'mail')], '2 failed and 1 recovered'],
  ])('%#: %s', (entries, title) => {
    expect(alertsTitle(entries)).toBe(title);
  });

  it('has the state of each in a word or two', () => {
    expect(Object.values(ALERTS).map(alertState)).toEqual([
      'Failed',
      'Failed',
      'Failed',
      'Failed',
      'Abandoned',
      'Recovered',
      'Recovered',
      'Flapping',
      'Stable again',
      'Keeps failing',
    ]);
  });
});

describe('one more failure', () => {
  it('counts, and says for how long', () => {
    const entry = ALERTS['alert-failing-again'];
    expect(repeatTitle(entry)).toBe('payments failed again');
    expect(explainRepeat(entry)).toBe(
      '4 runs in a row, red for 46 min. Run 20261122.9 on develop failed: npm test in stage Build.',
    );
  });

  it('without a streak is only the run', () => {
    expect(explainRepeat(ALERTS['alert-failing-unread'])).toBe('Run 20261122.9 on develop was abandoned.');
  });
});
