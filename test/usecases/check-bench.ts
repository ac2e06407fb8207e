// One check between a store in memory and plans that answer as the test says, on a scripted clock. Its jobs run as the
// queue would run them: one at a time, the earlier of two times counts.
import { DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import { Secret } from '../../src/secret.ts';
import { explainDecision } from '../../src/text/decision.ts';
import type { RunCheckPorts } from '../../src/usecases/check-at-work.ts';
import type { CheckRecord, GateRecord, PlanAnswer, Plans, TaskRecord } from '../../src/usecases/ports.ts';
import { runCheck } from '../../src/usecases/run-check.ts';
import { buildOf, DAWN } from '../support/build-of.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

export const ID = 'gate-1';
export const TOKEN = new Secret('canary-of-the-run');

export const TARGET = {
  organization: 'contoso',
  projectId: '11111111-2222-4333-8444-111111111111',
  hubName: 'build',
  planId: '11111111-2222-4333-8444-555555555555',
  jobId: '11111111-2222-4333-8444-666666666666',
  taskInstanceId: '11111111-2222-4333-8444-777777777777',
  timelineId: '11111111-2222-4333-8444-888888888888',
};

export const PAYMENTS: Service = {
  name: 'payments',
  aliases: [],
  bases: [
    {
      name: 'python-base',
      definition: {
        organization: 'contoso',
        project: 'Shop',
        definitionId: 183,
        branch: 'refs/heads/develop',
      },
    },
  ],
  fallbackBranches: [],
  policy: DEFAULT_GATE_POLICY,
};

export const ACCEPTED = { kind: 'accepted', value: undefined } as const;
export const FAILED = { kind: 'failed', detail: 'no answer' } as const;
export const ENDED = { kind: 'ended', detail: 'HTTP 404, TaskOrchestrationPlanNotFoundException' } as const;
export const REFUSED = { kind: 'refused', detail: 'HTTP 404, TimelineNotFoundException' } as const;
export const DEAD = { kind: 'token-dead', detail: 'HTTP 401' } as const;

type Answers = { -readonly [Call in keyof Plans]: Awaited<ReturnType<Plans[Call]>> };

export interface CheckBench {
  readonly clock: ScriptedClock;
  readonly ports: RunCheckPorts;
  /** What every call to the plan is answered from now on. */
  readonly answers: Answers;
  /** Every call to the plan, in order, with what it was about. */
  readonly calls: string[];
  /** The records that the task's timeline was shown. */
  readonly records: TaskRecord[];
  /** The `planVersion` with which events were sent. */
  readonly versions: (number | undefined)[];
  readonly logged: { readonly level: string; readonly message: string; readonly fields: object }[];
  check: CheckRecord;
  gate: GateRecord;
  /** Undefined while none of the keys opens it. */
  token: Secret | undefined;
  /** How the base's only run stands. */
  base: 'running' | 'succeeded' | 'failed';
  /** When the check is looked at next; undefined when nobody will. */
  readonly dueAt: number | undefined;
  /** Somebody wakes it, as a change of its base does. */
  wake(): Promise<void>;
  /** Lets time pass, and the check be looked at whenever its job is due. */
  pass(ms: number): Promise<void>;
}

export function createCheckBench(target: Partial<typeof TARGET> = {}): CheckBench {
  const clock = createScriptedClock();
  const answers: Answers = {
    ...{ startTask: ACCEPTED, completeTask: ACCEPTED, updateRecord: ACCEPTED, writeConsole: ACCEPTED },
    ...{ appendLog: ACCEPTED, createLog: { kind: 'accepted', value: 7 } },
    readVersion: { kind: 'accepted', value: 14 },
  };
  let dueAt: number | undefined;
  const calls: string[] = [];
  const records: TaskRecord[] = [];
  const versions: (number | undefined)[] = [];
  const logged: CheckBench['logged'] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, message, fields });
  const answered = async <Answer extends PlanAnswer<unknown>>(call: string, answer: Answer) => {
    calls.push(call);
    return answer;
  };
  const build = () =>
    buildOf({
      ...{ id: 1, queuedAt: DAWN - 600_000, startedAt: DAWN - 590_000 },
      ...(bench.base === 'running' ? { status: 'inProgress' as const } : { result: bench.base }),
    });
  const ports: RunCheckPorts = {
    catalog: { services: [PAYMENTS], bases: [] },
    observer: {
      latest: async () => ({ builds: [build()], observedAt: clock.now(), readAt: clock.now() }),
    },
    records: { lastReading: async () => undefined },
    holds: { findFor: async () => undefined },
    checks: {
      add: () => Promise.reject(new TypeError('not asked here')),
      find: async () => bench.check,
      findByTarget: async () => bench.check,
      tokenOf: async () => (bench.check.end ? undefined : bench.token),
      async saveProgress(_, progress) {
        if (bench.check.end) return false;
        bench.check = { ...bench.check, progress };
        return true;
      },
      async end(_, end, endedAt) {
        if (bench.check.end) return false;
        bench.check = { ...bench.check, end, endedAt };
        return true;
      },
      listOpen: async () => [],
      countOpen: async () => 1,
      deleteBefore: async () => undefined,
    },
    gates: {
      find: async () => bench.gate,
    },
    async saveGate(gate) {
      const isFinal = bench.gate.decision && bench.gate.decision.verdict !== 'wait';
      if (!isFinal) bench.gate = gate;
      return bench.gate;
    },
    plans: {
      async readVersion() {
        return answered('readVersion', answers.readVersion);
      },
      async startTask({ planVersion }) {
        versions.push(planVersion);
        return answered('startTask', answers.startTask);
      },
      async completeTask({ planVersion }, _, result) {
        versions.push(planVersion);
        return answered(`completeTask ${result}`, answers.completeTask);
      },
      async updateRecord(_task, _token, record) {
        records.push(record);
        return answered('updateRecord', answers.updateRecord);
      },
      writeConsole: async () => answered('writeConsole', answers.writeConsole),
      createLog: async () => answered('createLog', answers.createLog),
      appendLog: async () => answered('appendLog', answers.appendLog),
    },
    ensurePolled: async () => undefined,
    transactions: { transaction: (work) => work() },
    jobs: {
      async enqueue(name, _payload, { runAt = clock.now() } = {}) {
        if (name === 'run-check') dueAt = Math.min(dueAt ?? Number.POSITIVE_INFINITY, runAt);
      },
    },
    clock,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    explain: explainDecision,
  };
  async function work(): Promise<void> {
    dueAt = undefined;
    await runCheck(ports, { id: ID });
  }
  const gate = { id: ID, keyId: 'key', service: 'payments', branch: 'refs/heads/develop', settleMs: 0 };
  const askedAt = clock.now();
  const bench: CheckBench = {
    ...{ clock, ports, answers, calls, records, versions, logged, token: TOKEN, base: 'running' },
    check: { id: ID, target: { ...TARGET, ...target }, receivedAt: askedAt, progress: {} },
    gate: { ...gate, askedAt, deadlineAt: askedAt + 20 * 3_600_000 },
    get dueAt() {
      return dueAt;
    },
    wake: work,
    async pass(ms) {
      const until = clock.now() + ms;
      while (dueAt !== undefined && dueAt <= until) {
        await clock.advance(Math.max(dueAt - clock.now(), 0));
        await work();
      }
      await clock.advance(until - clock.now());
    },
  };
  return bench;
}
