// Who may take a check back, and when it is too late.
import { beforeEach, expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { errorSentence } from '../../src/text/error.ts';
import { type CanceledCheck, createCancelCheck } from '../../src/usecases/cancel-check.ts';
import { type CheckBench, createCheckBench, TARGET } from './check-bench.ts';

let bench: CheckBench;
let cancel: (changes?: Partial<CanceledCheck>) => Promise<void>;
beforeEach(() => {
  bench = createCheckBench();
  const cancelCheck = createCancelCheck(bench.ports);
  cancel = (changes = {}) => cancelCheck({ target: TARGET, service: 'payments', keyId: 'key', ...changes });
});

it('one that waits is over, and nothing is said to its plan any more', async () => {
  await bench.wake();
  const calls = bench.calls.length;
  await cancel();
  bench.base = 'succeeded';
  await bench.pass(600_000);
  expect(bench.check.end).toBe('canceled');
  expect(bench.calls).toHaveLength(calls);
});

it('one that has its verdict keeps it, and the log does not say otherwise', async () => {
  bench.base = 'succeeded';
  await bench.wake();
  await cancel();
  expect(bench.check.end).toBe('told');
  expect(bench.logged.map(({ message }) => message)).not.toContain('check canceled by its run');
});

it.each([{ keyId: 'another' }, { service: 'search' }])('%o may not, and does not hear of it', async (who) => {
  const refusal = await cancel(who).catch((error: unknown) => error);
  if (!(refusal instanceof PipeBotError)) throw new Error('was not refused');
  expect(refusal.code).toBe('gate-unknown');
  expect(errorSentence(refusal)).toContain(`no task ${TARGET.taskInstanceId} has asked for it`);
  expect(bench.check.end).toBeUndefined();
});
