// What becomes of a check when its plan, its token or PipeBot itself is not as it should be.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACCEPTED,
  type CheckBench,
  createCheckBench,
  DEAD,
  ENDED,
  FAILED,
  REFUSED,
  TOKEN,
} from './check-bench.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let bench: CheckBench;
beforeEach(() => {
  bench = createCheckBench();
});

const verdicts = () => bench.calls.filter((call) => call.startsWith('completeTask'));
const saidAt = (level: string) => bench.logged.filter((line) => line.level === level);

describe('a token that none of the keys opens', () => {
  it('is kept until it has died, since the key may come back', async () => {
    bench.token = undefined;
    await bench.wake();
    await bench.pass(2 * HOUR);
    expect(bench.check.end).toBeUndefined();
    expect(bench.calls).toEqual([]);
    expect(saidAt('error')[0]?.message).toContain('PIPEBOT_SECRET_KEY');
    bench.token = TOKEN;
    bench.base = 'succeeded';
    await bench.pass(10 * MINUTE);
    expect(verdicts()).toEqual(['completeTask succeeded']);
    expect(bench.check.end).toBe('told');
  });

  it('is given up when a day is over, and nobody looks at it again', async () => {
    bench.token = undefined;
    await bench.wake();
    await bench.pass(25 * HOUR);
    expect(bench.check.end).toBe('token-dead');
    expect(bench.dueAt).toBeUndefined();
  });
});

describe('a service that the services file has lost', () => {
  it('fails the check with the reason', async () => {
    const ports = { ...bench.ports, catalog: { services: [], bases: [] } };
    Object.assign(bench.ports, ports);
    await bench.wake();
    expect(verdicts()).toEqual(['completeTask failed']);
    expect(bench.records.at(-1)?.issues?.[0]?.message).toContain('no longer knows this service');
    expect(bench.check.end).toBe('told');
  });
});

describe('a service that the services file has only lost for a moment', () => {
  it('fails the check all the same: what was told once, and may have arrived, stands', async () => {
    const { catalog } = bench.ports;
    Object.assign(bench.ports, { catalog: { services: [], bases: [] } });
    bench.answers.completeTask = FAILED;
    await bench.wake();
    bench.base = 'succeeded';
    Object.assign(bench.ports, { catalog });
    bench.answers.completeTask = ACCEPTED;
    await bench.pass(HOUR);
    expect(verdicts()).toEqual(['completeTask failed', 'completeTask failed']);
  });
});

describe('a verdict', () => {
  beforeEach(() => {
    bench.base = 'succeeded';
  });

  it('that is refused is not sent again, and an operator finds it', async () => {
    bench.answers.completeTask = REFUSED;
    await bench.wake();
    await bench.pass(HOUR);
    expect(verdicts()).toHaveLength(1);
    expect(bench.check.end).toBe('plan-ended');
    expect(saidAt('error')[0]?.message).toBe('verdict refused by its plan');
  });

  it('that may not have arrived is sent until it has, with pauses', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    await bench.pass(8 * SECOND);
    expect(verdicts()).toHaveLength(4);
    bench.answers.completeTask = ACCEPTED;
    await bench.pass(MINUTE);
    expect(verdicts()).toHaveLength(5);
    expect(bench.check.end).toBe('told');
  });

  it('that had arrived although nobody heard so is told', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    bench.answers.completeTask = ENDED;
    await bench.pass(SECOND);
    expect(bench.check.end).toBe('told');
  });

  it('that Azure DevOps wants later is not sent earlier, whoever wakes the check', async () => {
    bench.answers.completeTask = { ...FAILED, retryAfterMs: 5 * MINUTE };
    await bench.wake();
    await bench.pass(2 * MINUTE);
    await bench.wake();
    await bench.pass(2 * MINUTE);
    expect(verdicts()).toHaveLength(1);
    bench.answers.completeTask = ACCEPTED;
    await bench.pass(MINUTE);
    expect(verdicts()).toHaveLength(2);
    expect(bench.check.end).toBe('told');
  });

  it('waits for its pause even when the check is woken meanwhile', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    for (let wakes = 0; wakes < 5; wakes++) await bench.wake();
    expect(verdicts()).toHaveLength(1);
  });

  it('whose next attempt seems far away, because the clock was set back, is sent all the same', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    const { progress } = bench.check;
    bench.check = { ...bench.check, progress: { ...progress, nextAttemptAt: bench.clock.now() + HOUR } };
    await bench.wake();
    expect(verdicts()).toHaveLength(2);
  });

  it('that cannot be delivered for a day is given up with an error', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    await bench.pass(25 * HOUR);
    expect(bench.check.end).toBe('token-dead');
    expect(bench.dueAt).toBeUndefined();
    expect(saidAt('error')).toHaveLength(1);
  });

  it('whose token has died is given up with an error', async () => {
    bench.answers.completeTask = DEAD;
    await bench.wake();
    expect([bench.check.end, verdicts().length]).toEqual(['token-dead', 1]);
    expect(saidAt('error')).toHaveLength(1);
  });

  it('is sent without a timeline, too', async () => {
    const { timelineId: _, ...target } = bench.check.target;
    bench.check = { ...bench.check, target };
    await bench.wake();
    expect(bench.calls).toEqual(['startTask', 'createLog', 'appendLog', 'completeTask succeeded']);
  });

  it.each([FAILED, REFUSED])('is sent when there is no log: $kind', async (answer) => {
    bench.answers.createLog = answer;
    await bench.wake();
    expect(bench.calls).not.toContain('appendLog');
    expect(bench.records.at(-1)?.currentOperation).toContain('succeeded');
    expect(bench.check.end).toBe('told');
  });
});

describe('the reason of a verdict', () => {
  beforeEach(() => {
    bench.base = 'failed';
  });

  it('is shown with a later attempt when the first one failed altogether', async () => {
    const { updateRecord, writeConsole, appendLog, completeTask } = bench.answers;
    Object.assign(bench.answers, { updateRecord: FAILED, writeConsole: FAILED, appendLog: FAILED });
    bench.answers.completeTask = FAILED;
    await bench.wake();
    Object.assign(bench.answers, { updateRecord, writeConsole, appendLog, completeTask });
    const before = bench.calls.length;
    await bench.pass(SECOND);
    expect(bench.calls.slice(before)).toEqual([
      'appendLog',
      'updateRecord',
      'writeConsole',
      'completeTask failed',
    ]);
  });

  it('is not repeated once it was shown', async () => {
    bench.answers.completeTask = FAILED;
    await bench.wake();
    await bench.pass(30 * SECOND);
    expect(bench.calls.filter((call) => call === 'updateRecord')).toHaveLength(1);
  });

  it.each([ENDED, DEAD])('never keeps the verdict back: $kind', async (answer) => {
    Object.assign(bench.answers, { updateRecord: answer, writeConsole: answer, appendLog: answer });
    await bench.wake();
    expect(verdicts()).toEqual(['completeTask failed']);
    expect(bench.check.end).toBe('told');
  });

  it('says that it is the last record, which must not open the task again', async () => {
    await bench.wake();
    expect(bench.records.map(({ isLast }) => isLast)).toEqual([true]);
  });
});

describe('a gate of a release, whose plan has a version', () => {
  beforeEach(() => {
    bench = createCheckBench({ hubName: 'gates' });
    bench.base = 'succeeded';
  });

  it('is spoken to by its version', async () => {
    bench.answers.readVersion = { kind: 'accepted', value: 12 };
    await bench.wake();
    expect(bench.versions).toEqual([12, 12]);
  });

  it('gets no verdict before its version is known, which names the wrong ids', async () => {
    bench.answers.readVersion = FAILED;
    await bench.wake();
    await bench.pass(4 * SECOND);
    expect(bench.calls).not.toContain('startTask');
    expect(verdicts()).toEqual([]);
    bench.answers.readVersion = { kind: 'accepted', value: 12 };
    await bench.pass(MINUTE);
    expect(verdicts()).toHaveLength(1);
    expect(new Set(bench.versions)).toEqual(new Set([12]));
  });

  it('counts as a new one when its version could not be read for minutes', async () => {
    bench.answers.readVersion = FAILED;
    await bench.wake();
    await bench.pass(10 * MINUTE);
    expect(verdicts()).toHaveLength(1);
    expect(bench.check.end).toBe('told');
  });

  it('counts as a new one when it never tells its version', async () => {
    bench.answers.readVersion = REFUSED;
    await bench.wake();
    expect(bench.calls).toContain('startTask');
    expect(verdicts()).toHaveLength(1);
    expect(new Set(bench.versions)).toEqual(new Set([undefined]));
  });

  it.each([ENDED, DEAD])('is over when its plan says so: $kind', async (answer) => {
    bench.answers.readVersion = answer;
    await bench.wake();
    expect(bench.calls).toEqual(['readVersion']);
    expect(bench.check.end).toBeDefined();
  });
});

describe('a check that waits', () => {
  it('is looked at every minute, and says each time that it still waits', async () => {
    await bench.wake();
    await bench.pass(5 * MINUTE);
    expect(bench.records).toHaveLength(6);
    expect(bench.calls.filter((call) => call === 'writeConsole')).toHaveLength(1);
  });

  it('tells its news again with the next look when it did not arrive', async () => {
    bench.answers.writeConsole = FAILED;
    await bench.wake();
    bench.answers.writeConsole = ACCEPTED;
    await bench.wake();
    await bench.wake();
    expect(bench.calls.filter((call) => call === 'writeConsole')).toHaveLength(2);
  });

  it('is told that it has started with a later look when that failed', async () => {
    bench.answers.startTask = FAILED;
    await bench.wake();
    await bench.pass(10 * MINUTE);
    bench.answers.startTask = ACCEPTED;
    bench.base = 'succeeded';
    await bench.pass(MINUTE);
    expect(bench.check.end).toBe('told');
  });

  it('whose task never starts gets its verdict all the same', async () => {
    bench.answers.startTask = FAILED;
    await bench.wake();
    bench.base = 'succeeded';
    await bench.pass(MINUTE);
    expect(verdicts()).toEqual(['completeTask succeeded']);
  });

  it.each(['startTask', 'createLog', 'updateRecord'] as const)('ends when %s finds no plan', async (call) => {
    Object.assign(bench.answers, { [call]: ENDED });
    await bench.wake();
    expect(bench.check.end).toBe('plan-ended');
    bench.base = 'succeeded';
    await bench.pass(HOUR);
    expect(verdicts()).toEqual([]);
  });

  it('is stopped at its deadline', async () => {
    bench.gate = { ...bench.gate, deadlineAt: bench.clock.now() + 10 * MINUTE };
    await bench.wake();
    await bench.pass(10 * MINUTE);
    expect(verdicts()).toEqual(['completeTask failed']);
    expect(bench.gate.decision?.reason).toBe('timed-out');
  });
});
