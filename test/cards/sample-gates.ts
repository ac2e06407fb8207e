// One content for each card about gates: who waits, what is held, what was ordered.
import type { Content, OpenGate } from '../../src/domain/content.ts';
import type { HoldRecord } from '../../src/domain/hold.ts';
import { DECISIONS } from './sample-decisions.ts';
import { ANA, BO, DEVELOP, HOUR, MINUTE, NOW } from './sample-values.ts';

const GATE: OpenGate = {
  id: '5b0c7a10-0000-4000-8000-000000000001',
  service: 'payments',
  branch: DEVELOP,
  askedAt: NOW - 6 * MINUTE,
  deadlineAt: NOW + 24 * MINUTE,
  decision: DECISIONS.running,
  caller: {
    buildId: 4711,
    number: '20261122.8',
    url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4711',
  },
};

const HOLD: HoldRecord = {
  id: 'hold-1',
  service: 'payments',
  verdict: 'wait',
  by: ANA,
  because: 'migration of the ledger tables, step 2 of 3',
  at: NOW - 12 * MINUTE,
  until: NOW + 108 * MINUTE,
};
const DAY_LONG: HoldRecord = { ...HOLD, at: NOW, until: NOW + 24 * HOUR };

export const GATE_CARDS: Readonly<Record<string, Content>> = {
  'gates-none': { kind: 'gates', gates: [], holds: [], at: NOW },
  'gates-one': { kind: 'gates', gates: [GATE], holds: [], at: NOW },
  'gates-several': {
    kind: 'gates',
    gates: [
      GATE,
      {
        ...GATE,
        id: '5b0c7a10-0000-4000-8000-000000000002',
        caller: { buildId: 4712 },
        // Held while its base runs.
        decision: { ...DECISIONS.held, assessment: DECISIONS.running.assessment },
      },
      {
        ...{ id: '5b0c7a10-0000-4000-8000-000000000003', service: 'search', branch: '' },
        ...{ askedAt: NOW - 2_000, deadlineAt: NOW + 30 * MINUTE },
      },
      {
        ...{ id: '5b0c7a10-0000-4000-8000-000000000004', service: 'checkout', decision: DECISIONS.unknown },
        ...{ branch: 'refs/heads/feature/a-rather-long-name-of-a-branch-that-somebody-made' },
        ...{ askedAt: NOW - 22 * MINUTE, deadlineAt: NOW + 8 * MINUTE },
        caller: { buildId: 4713, number: '20261122.9' },
      },
    ],
    holds: [HOLD, { ...HOLD, service: 'catalog', verdict: 'stop', by: BO, because: 'the image lacks libpq' }],
    at: NOW,
  },
  'gates-of-a-run': {
    kind: 'gates',
    gates: [GATE, { ...GATE, id: '5b0c7a10-0000-4000-8000-000000000005', service: 'search' }],
    holds: [],
    typed: '4711',
    at: NOW,
  },
  'hold-placed': { kind: 'hold', hold: DAY_LONG, isUsualTime: true, waiting: 3, at: NOW },
  'hold-stop': {
    kind: 'hold',
    hold: { ...HOLD, verdict: 'stop', at: NOW },
    replaced: { ...HOLD, by: BO },
    waiting: 0,
    at: NOW,
  },
  'hold-ended': { kind: 'hold', hold: { ...HOLD, endedAt: NOW, endedBy: BO }, waiting: 2, at: NOW },
  'gate-released': {
    kind: 'released',
    gate: GATE,
    release: {
      ...{ gateId: GATE.id, service: 'payments', by: ANA, because: 'only the docs failed' },
      ...{ at: NOW, until: GATE.deadlineAt, buildId: 4711 },
    },
  },
};
