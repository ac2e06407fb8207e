// A verdict is told in many steps, and the process may die between any two of them: whichever it is, the pipeline gets
// one verdict with its reason.
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/secret.ts';
import { createCheckRecords } from '../../src/store/checks.ts';
import { newSecretKey } from '../../src/store/new-secret-key.ts';
import { createSeal } from '../../src/store/seal.ts';
import type { GateRecord, Plans, Transactions } from '../../src/usecases/ports.ts';
import { type CheckVerdict, sendVerdict, type TellVerdictPorts } from '../../src/usecases/tell-verdict.ts';
import { startPlansUnderTest, taskOf } from '../azure-devops/plans-under-test.ts';
import type { StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';
import { NOW } from '../store/examples.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const GATE: Omit<GateRecord, 'id'> = {
  ...{ keyId: 'key-1', service: 'payments', branch: 'refs/heads/develop' },
  ...{ settleMs: 0, askedAt: NOW, deadlineAt: NOW + 1 },
};
const VERDICT: CheckVerdict = {
  result: 'failed',
  sentence: 'python-base 20261122.3 on develop failed.',
  variables: { decision: 'stop' },
};

class Death extends Error {}

/** Dies at the nth step: before and after every call to the plan and every commit. */
function mortal(nth: number) {
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps === nth) throw new Death();
  };
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    step();
    const value = await work();
    step();
    return value;
  };
}

type Around = ReturnType<typeof mortal>;

function mortalPlans(plans: Plans, around: Around): Plans {
  const calls = Object.entries(plans).map(([name, call]) => [
    name,
    (...values: readonly unknown[]) => around(() => call(...values)),
  ]);
  return Object.fromEntries(calls);
}

interface Subject {
  readonly id: string;
  readonly plan: StandInPlan;
}

eachMigratedDatabase('a verdict', (open) => {
  async function bench() {
    const database = await open();
    const under = await startPlansUnderTest();
    const { azure, plans } = under;
    const checks = createCheckRecords(database, createSeal([newSecretKey()]));
    const project = azure.addProject('Base');
    const ports: TellVerdictPorts = {
      ...{ checks, plans, transactions: database, clock: { ...systemClock, now: () => NOW } },
      jobs: { enqueue: async () => undefined },
      log: { info() {}, warn() {}, error() {} },
    };
    return {
      ...{ database, checks, ports },
      async begin(id: string): Promise<Subject> {
        const plan = azure.addPlan({ project, hub: 'checks' });
        await checks.add({ id, target: taskOf(plan), receivedAt: NOW }, new Secret(plan.jobToken));
        return { id, plan };
      },
      /** One look at the check, as a process that has just begun finds it. */
      async look({ id }: Subject, more: Partial<TellVerdictPorts> = {}): Promise<void> {
        const [check, token] = [await checks.find(id), await checks.tokenOf(id)];
        if (!check || !token) return;
        const work = { check, token, gate: { ...GATE, id }, task: check.target };
        await sendVerdict({ ...ports, ...more }, work, VERDICT);
      },
      [Symbol.asyncDispose]: () => under[Symbol.asyncDispose](),
    };
  }

  const completions = ({ plan }: Subject) => plan.events.filter(({ name }) => name === 'TaskCompleted');

  test('comes once and with its reason, wherever the process died while it was told', async () => {
    await using stand = await bench();
    const { ports, database, checks } = stand;
    let deaths = 0;
    for (;;) {
      const subject = await stand.begin(`check-${deaths}`);
      const around = mortal(deaths + 1);
      const transactions: Transactions = {
        transaction: (work, name) => around(() => database.transaction(work, name)),
      };
      const plans = mortalPlans(ports.plans, around);
      const death = await stand.look(subject, { transactions, plans }).catch((error: unknown) => error);
      if (death === undefined) break;
      expect(death).toBeInstanceOf(Death);
      deaths += 1;
      await stand.look(subject, { clock: { ...systemClock, now: () => NOW + 2_000 } });
      const where = `after a death at step ${deaths}`;
      expect(completions(subject), where).toMatchObject([{ result: 'failed' }]);
      const record = subject.plan.records.find(({ id }) => id === subject.plan.taskInstanceId);
      expect(record, where).toMatchObject({
        variables: { decision: { value: 'stop' } },
        issues: [{ message: VERDICT.sentence }],
      });
      expect(await checks.find(subject.id), where).toMatchObject({ end: 'told' });
      expect(await checks.tokenOf(subject.id), where).toBeUndefined();
    }
    // Before and after: attempt, record, console, verdict, end.
    expect(deaths).toBe(10);
  });

  test('is tried again when Azure DevOps says so, and not before', async () => {
    await using stand = await bench();
    const { ports, checks } = stand;
    const subject = await stand.begin('check');
    await stand.look(subject, {
      plans: {
        ...ports.plans,
        completeTask: async () => ({ kind: 'failed', detail: 'HTTP 429', retryAfterMs: 45_000 }),
      },
    });
    const progress = { attempts: 1, nextAttemptAt: NOW + 45_000 };
    expect(await checks.find('check')).toMatchObject({ progress });
    await stand.look(subject, { clock: { ...systemClock, now: () => NOW + 44_999 } });
    expect(completions(subject)).toEqual([]);
    await stand.look(subject, { clock: { ...systemClock, now: () => NOW + 45_000 } });
    expect(completions(subject)).toHaveLength(1);
  });

  test('is not told to a run that takes its check back while it is explained', async () => {
    await using stand = await bench();
    const { ports, checks } = stand;
    const subject = await stand.begin('check');
    const updateRecord: Plans['updateRecord'] = async (...values) => {
      await checks.end(subject.id, 'canceled', NOW);
      return ports.plans.updateRecord(...values);
    };
    await stand.look(subject, { plans: { ...ports.plans, updateRecord } });
    expect(completions(subject)).toEqual([]);
    expect(await checks.find(subject.id)).toMatchObject({ end: 'canceled' });
  });
});
