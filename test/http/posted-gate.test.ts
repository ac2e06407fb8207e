// What a task of Azure Pipelines is answered, and by which status: it takes every 2xx of a `response` for a verdict.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { GateDecision } from '../../src/domain/gate.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import type { CanceledCheck } from '../../src/usecases/cancel-check.ts';
import type { NewCheck } from '../../src/usecases/open-check.ts';
import { PAYMENTS, TARGET } from '../usecases/check-bench.ts';

const [BASE] = PAYMENTS.bases;
if (!BASE) throw new Error('payments has a base');
const DECISION: GateDecision = {
  verdict: 'wait',
  reason: 'unknown',
  assessment: {
    base: BASE,
    branch: 'refs/heads/develop',
    skippedBranches: [],
    readiness: { status: 'unknown', reason: 'unknown' },
  },
};
const TASK = {
  PlanUrl: 'https://dev.azure.com/contoso/',
  ProjectId: TARGET.projectId,
  HubName: TARGET.hubName,
  PlanId: TARGET.planId,
  JobId: TARGET.jobId,
  TimelineId: TARGET.timelineId,
  TaskInstanceId: TARGET.taskInstanceId,
  AuthToken: 'canary-of-the-run',
};

let server: HttpServer;
let hasKey = true;
const opened: NewCheck[] = [];
const canceled: CanceledCheck[] = [];

beforeAll(async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, log, newErrorId: () => 'id-1', clock: systemClock },
    catalog: { services: [PAYMENTS, { ...PAYMENTS, name: 'secret' }], bases: [] },
    gate: {
      async answer({ service, listener }) {
        listener?.onHeld();
        const answer = { decision: DECISION, answeredAt: 0, askedAt: 0 };
        return { id: 'gate-1', service: service.name, branch: '', answer, retryAfterMs: 10_000 };
      },
      close: () => undefined,
      waiting: 0,
    },
    authenticateCaller: async () => (hasKey ? { id: '1', name: 'shop', services: ['payments'] } : undefined),
    receiveActivity: async () => ({ status: 202 }),
    organizations: [{ name: 'contoso', url: 'https://dev.azure.com/contoso' }],
    async openCheck(check) {
      opened.push(check);
      return { id: 'gate-1', target: check.target, receivedAt: 0, progress: {} };
    },
    async cancelCheck(check) {
      canceled.push(check);
      throw new PipeBotError('gate-unknown');
    },
    checkReadiness: async () => undefined,
  });
  await server.start();
});
afterAll(() => server.stop(0));
beforeEach(() => {
  hasKey = true;
  for (const list of [opened, canceled]) list.length = 0;
});

async function post(path: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${server.url}/api/gate/${path}`, { method: 'POST', headers });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

describe('in mode response', () => {
  it.each(['application/x-ndjson', 'text/event-stream', '*/*'])(
    'a wait is 503 whatever is accepted: %s',
    async (accept) => {
      const answer = await post('payments?wait=1s', { PipeBotMode: 'response', accept });
      expect(answer).toMatchObject({ status: 503, body: { decision: 'wait' } });
      expect(answer.headers.get('retry-after')).toBe('10');
    },
  );
});

describe('in mode callback', () => {
  const CALLBACK = { ...TASK, PipeBotMode: 'callback' };

  it('the acknowledgement has an id and no decision, and nothing of the token', async () => {
    const { status, body } = await post('payments', CALLBACK);
    expect([status, Object.keys(body)]).toEqual([200, ['id', 'message']]);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(opened).toHaveLength(1);
  });

  it('a task has no id of a gate to send', async () => {
    expect(await post('payments?id=gate-1', CALLBACK)).toMatchObject({
      status: 400,
      body: { error: 'gate-request-invalid' },
    });
    expect(opened).toEqual([]);
  });

  it.each(['', '/cancel'])('nobody without a key gets anywhere%s', async (path) => {
    hasKey = false;
    expect(await post(`payments${path}`, CALLBACK)).toMatchObject({ status: 401 });
    expect([...opened, ...canceled]).toEqual([]);
  });

  it.each(['', '/cancel'])(
    'a service of others is not there%s, nor are its neighbours named',
    async (path) => {
      const { status, body } = await post(`secret${path}`, CALLBACK);
      expect([status, body.error]).toEqual([404, 'service-unknown']);
      const { body: other } = await post(`nobody${path}`, CALLBACK);
      expect(body.message.replace('secret', 'nobody')).toBe(other.message);
      expect([...opened, ...canceled]).toEqual([]);
    },
  );

  it('what never waited cannot be taken back, and the answer says so', async () => {
    const { status, body } = await post('payments/cancel', CALLBACK);
    expect([status, body.error]).toEqual([404, 'gate-unknown']);
    expect(canceled).toMatchObject([{ service: 'payments', keyId: '1', target: TARGET }]);
  });

  it('who is not called back has nothing to take back', async () => {
    expect(await post('payments/cancel', { PipeBotMode: 'response' })).toMatchObject({
      status: 400,
      body: { error: 'check-request-invalid' },
    });
  });
});

it('without a mode nothing is taken in', async () => {
  const { status, body } = await post('payments', TASK);
  expect([status, body.error]).toEqual([400, 'check-request-invalid']);
  expect(opened).toEqual([]);
});
