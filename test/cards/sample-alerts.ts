// One alert for each state that a card of alerts can be in.
import type { AlertEntry, AlertFacts } from '../../src/domain/alert.ts';
import type { Build } from '../../src/domain/build.ts';
import type { Content } from '../../src/domain/content.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { build, HOUR, MINUTE, NOW } from './sample-values.ts';

export const FAILURE: Failure = {
  stages: ['Build'],
  task: 'npm test',
  errors: [
    "src/refund.ts(48,11): error TS2345: Argument of type 'string | number' is not assignable to parameter of type 'Money'.",
    'npm ERR! Test failed. See above for more details.',
  ],
  logTail: [
    '2026-11-22T06:10:58.7731204Z  FAIL  test/refund.test.ts > a refund of a canceled order',
    'AssertionError: expected 1299 to be 1300',
    '    at test/refund.test.ts:31:27',
    ' Test Files  1 failed | 48 passed (49)',
    '      Tests  1 failed | 612 passed (613)',
    '##[error]Bash exited with code 1.',
  ],
  logUrl: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4250&view=logs&t=7b1f',
};

/** A build of payments that failed a minute ago, four minutes after it began. */
export function failedBuild(change: Partial<Build> = {}): Build {
  return build({
    id: 4250,
    number: '20261122.9',
    definitionId: 184,
    definitionName: 'payments-build',
    result: 'failed',
    queuedAt: NOW - 6 * MINUTE,
    startedAt: NOW - 5 * MINUTE,
    finishedAt: NOW - MINUTE,
    ...change,
  });
}

export function alertFacts(change: Partial<AlertFacts> = {}): AlertFacts {
  return {
    build: failedBuild(),
    first: firstFailure(NOW - MINUTE),
    failedBuilds: 1,
    failure: FAILURE,
    usualMs: 12 * MINUTE,
    colour: 'red',
    ...change,
  };
}

export function firstFailure(finishedAt: number): NonNullable<AlertFacts['first']> {
  return {
    id: 4246,
    number: '20261122.6',
    url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4246',
    queuedAt: finishedAt - 15 * MINUTE,
    finishedAt,
    colour: 'red',
  };
}

export function alertEntry(change: Partial<AlertEntry> = {}): AlertEntry {
  return { news: 'failing', name: 'payments', role: 'build', facts: alertFacts(), blocks: [], ...change };
}

const RED_FOR = { first: firstFailure(NOW - 47 * MINUTE), failedBuilds: 4 } as const;
const GREEN = failedBuild({ result: 'succeeded', startedAt: NOW - 13 * MINUTE });
const BASE_FAILURE: Failure = {
  stages: ['Image', 'Publish'],
  task: 'pip install',
  errors: [
    'ERROR: Could not find a version that satisfies the requirement libpq-wheel==9.3 (from versions: none)',
  ],
  logTail: [],
};

/** An alert in each of its states. */
export const ALERTS = {
  'alert-failing': alertEntry(),
  'alert-failing-again': alertEntry({ facts: alertFacts(RED_FOR) }),
  'alert-failing-for-days': alertEntry({
    facts: alertFacts({ first: firstFailure(NOW - 50 * HOUR), failedBuilds: 31 }),
    heldBy: 'quiet-hours',
  }),
  'alert-base-failing': alertEntry({
    name: 'python-base',
    role: 'base',
    blocks: ['payments', 'checkout'],
    facts: alertFacts({ failure: BASE_FAILURE, build: failedBuild({ definitionName: 'python-base' }) }),
  }),
  'alert-failing-unread': alertEntry({
    facts: {
      build: failedBuild({ status: 'abandoned' }),
      first: firstFailure(NOW - MINUTE),
      failedBuilds: 1,
      colour: 'red',
    },
    heldBy: 'inhibited',
    base: 'python-base',
  }),
  'alert-recovered': alertEntry({
    news: 'recovered',
    facts: alertFacts({ ...RED_FOR, build: GREEN, colour: 'green' }),
  }),
  'alert-recovered-on-its-card': alertEntry({
    facts: alertFacts({ ...RED_FOR, build: GREEN, colour: 'green' }),
  }),
  'alert-flapping': alertEntry({ news: 'flapping' }),
  'alert-settled': alertEntry({
    news: 'settled',
    facts: alertFacts({ build: GREEN, colour: 'green' }),
  }),
  'alert-settled-red': alertEntry({ news: 'settled', facts: alertFacts(RED_FOR) }),
} as const satisfies Record<string, AlertEntry>;

const SEVERAL = [
  ALERTS['alert-base-failing'],
  alertEntry({ name: 'checkout', facts: alertFacts(RED_FOR) }),
  { ...ALERTS['alert-flapping'], name: 'mail' },
  { ...ALERTS['alert-recovered'], name: 'catalog-service' },
].map((entry) => ({ ...entry, heldBy: 'quiet-hours' as const }));

/** The cards of alerts. */
export const ALERT_CARDS: Readonly<Record<string, Content>> = {
  ...Object.fromEntries(
    Object.entries(ALERTS).map(([name, entry]) => [name, { kind: 'alert', entries: [entry], at: NOW }]),
  ),
  'alerts-several': { kind: 'alert', entries: SEVERAL, at: NOW },
  'alerts-two-failing': {
    kind: 'alert',
    entries: [alertEntry(), alertEntry({ name: 'search', facts: alertFacts(RED_FOR) })],
    at: NOW,
  },
};

/** The messages about alerts and results that are a text. */
export const ALERT_TEXTS = {
  'alert-repeat': { kind: 'alert-repeat', entry: ALERTS['alert-failing-again'] },
  'result-succeeded': { kind: 'result', name: 'payments', role: 'build', build: GREEN },
  'result-partially-succeeded': {
    kind: 'result',
    name: 'payments',
    role: 'build',
    build: { ...GREEN, result: 'partiallySucceeded' },
  },
  'result-canceled': {
    kind: 'result',
    name: 'payments',
    role: 'build',
    build: failedBuild({ result: 'canceled' }),
  },
} as const satisfies Record<string, Content>;
