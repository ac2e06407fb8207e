// Everything PipeBot can say, one sample of each state. Shared by the tests of the cards and by the script
// that draws them.
import type { Content, StatusAnswer } from '../../src/domain/content.ts';
import type { GateDecision } from '../../src/domain/gate.ts';
import { ALERT_CARDS, ALERT_TEXTS } from './sample-alerts.ts';
import { DECISIONS, READY } from './sample-decisions.ts';
import { GATE_CARDS } from './sample-gates.ts';
import { SUBSCRIPTION_CARDS } from './sample-subscriptions.ts';
import {
  ANA,
  activeBuild,
  answer,
  assessment,
  BO,
  build,
  DEVELOP,
  HOUR,
  MINUTE,
  ML,
  NODE,
  NOW,
  PYTHON,
  service,
  watch,
} from './sample-values.ts';

function statusOf(decided: GateDecision): Content {
  const branch = decided.assessment.skippedBranches[0] ?? DEVELOP;
  return { kind: 'status', answer: answer(decided, { branch }) };
}

/** The worst of several decides: a failed one, although another still runs. */
const SEVERAL_BASES: StatusAnswer = answer(DECISIONS.failed, {
  named: { kind: 'service', service: service('search', { bases: [PYTHON, ML, NODE] }) },
  assessments: [
    DECISIONS.failed.assessment,
    assessment(
      { ...READY, build: build({ number: '20261121.7', finishedAt: NOW - 20 * HOUR }) },
      { base: ML },
    ),
    assessment(DECISIONS.running.assessment.readiness, { base: NODE }),
  ],
});

function named(name: string, decided: GateDecision): StatusAnswer {
  return answer(decided, { named: { kind: 'service', service: service(name) } });
}

const FOLLOWED = activeBuild({ startedAt: NOW - 6 * MINUTE });
const ENDED = { ...FOLLOWED, status: 'completed', finishedAt: NOW, startedAt: NOW - 14 * MINUTE } as const;

/** The watch in each of its states, ended in every way. */
export const WATCHES = {
  'watch-waiting': { kind: 'watch', watch: watch({ state: 'waiting' }) },
  'watch-following': { kind: 'watch', watch: watch(), build: FOLLOWED, expectedEndAt: NOW + 8 * MINUTE },
  'watch-queued': { kind: 'watch', watch: watch(), build: activeBuild({ status: 'notStarted' }) },
  'watch-succeeded': {
    kind: 'watch',
    watch: watch({ state: 'ended' }),
    build: { ...ENDED, result: 'succeeded' },
  },
  'watch-partially-succeeded': {
    kind: 'watch',
    watch: watch({ state: 'ended' }),
    build: { ...ENDED, result: 'partiallySucceeded' },
  },
  'watch-failed': { kind: 'watch', watch: watch({ state: 'ended' }), build: { ...ENDED, result: 'failed' } },
  'watch-canceled': {
    kind: 'watch',
    watch: watch({ state: 'ended' }),
    build: { ...ENDED, result: 'canceled' },
  },
  'watch-abandoned': {
    kind: 'watch',
    watch: watch({ state: 'ended' }),
    build: { ...ENDED, status: 'abandoned' },
  },
  'watch-stopped': { kind: 'watch', watch: watch({ state: 'stopped' }), build: FOLLOWED },
  'watch-expired': { kind: 'watch', watch: watch({ state: 'expired' }) },
  'watch-gone': { kind: 'watch', watch: watch({ state: 'gone' }) },
} as const satisfies Record<string, Content>;

/** The content of every card in every state, by the name of its picture. */
export const CARD_CONTENTS: Readonly<Record<string, Content>> = {
  ...Object.fromEntries(Object.entries(DECISIONS).map(([name, decided]) => [name, statusOf(decided)])),
  'several-bases': { kind: 'status', answer: SEVERAL_BASES },
  overview: {
    kind: 'overview',
    answers: [
      named('payments', DECISIONS.running),
      named('checkout', DECISIONS.ready),
      named('catalog-service', DECISIONS['ready-with-warning']),
      named('mail', DECISIONS.failed),
      named('recommendations', DECISIONS['never-built']),
      SEVERAL_BASES,
    ],
    omitted: 3,
  },
  services: {
    kind: 'services',
    services: [
      service('payments', { aliases: ['pay'] }),
      service('search', { bases: [PYTHON, ML], fallbackBranches: [DEVELOP] }),
      service('recommendations', { aliases: ['reco', 'recs'], bases: [ML] }),
    ],
    omitted: 0,
  },
  'services-empty': { kind: 'services', services: [], omitted: 0 },
  help: {
    kind: 'help',
    entries: [
      {
        usage: 'status [service] [on branch]',
        help: 'Is the base of a service ready? Without a name: all services of this channel.',
        examples: ['status payments', 'status payments on develop'],
      },
      {
        usage: 'watch <service>',
        help: 'Tells you when the running build of its base, or the next one, has ended.',
        examples: ['watch payments'],
      },
      { usage: 'unwatch [service]', help: 'Stops a watch, or all of them.', examples: ['unwatch payments'] },
      { usage: 'services', help: 'Shows the services and their bases.', examples: [] },
      { usage: 'help', help: 'Shows this.', examples: [] },
    ],
  },
  ...WATCHES,
  ...ALERT_CARDS,
  ...SUBSCRIPTION_CARDS,
  ...GATE_CARDS,
};

/** Messages that are a text. */
export const TEXT_CONTENTS: Readonly<Record<string, Content>> = {
  'watch-ended-failed': {
    kind: 'watch-ended',
    watch: watch({ state: 'ended' }),
    build: { ...ENDED, result: 'failed' },
    mentions: [ANA, BO],
  },
  'watch-ended-expired': { kind: 'watch-ended', watch: watch({ state: 'expired' }), mentions: [ANA] },
  remark: {
    kind: 'remark',
    remark: { code: 'service-unknown', typed: 'paymnts', suggestions: ['payments', 'pay'] },
  },
  ...ALERT_TEXTS,
};
