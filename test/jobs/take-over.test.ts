// How soon another instance goes on with what a dead or stopped one has begun: real processes, real time.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { createQueue } from '../../src/jobs/queue.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { JobPayloads } from '../../src/usecases/ports.ts';
import { freshServerDatabases } from '../support/databases.ts';
import { createDelivery } from './delivering-instance.ts';

const TAKE_OVER_MS = 15_000;

vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(inject('postgresUrl') === '')('another instance', () => {
  const openFresh = freshServerDatabases();
  const children: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  });

  /** Resolves when the instance is in the middle of its first send. */
  async function startInstance(url: string, conversationId: string, sendMs: number) {
    const program = new URL('take-over-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, url, conversationId, String(sendMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const hasBegun = () => output.includes('first\n') || errors;
    await expect.poll(hasBegun, { timeout: 60_000, interval: 5 }).toBe(true);
    return { child, output: () => output };
  }

  test('goes on within 15 s after a kill and after a stop, and who wakes up sends nothing more', async () => {
    const { database, url } = await openFresh();
    await migrate(database);
    const killed = await startInstance(url, 'killed', 60_000);
    const stopped = await startInstance(url, 'stopped', 500);
    const begun = performance.now();
    killed.child.kill('SIGKILL');
    stopped.child.kill('SIGSTOP');

    const sent: string[] = [];
    const tookMs: Record<string, number> = {};
    const hasWokenUp = Promise.withResolvers<void>();
    const delivery = createDelivery(database, async ({ key, conversationId, mayRepeat }) => {
      tookMs[conversationId] ??= performance.now() - begun;
      sent.push(`${conversationId}: ${key}${mayRepeat ? ', may repeat' : ''}`);
      if (key === 'third') await hasWokenUp.promise;
    });
    const queue = createQueue<JobPayloads>(delivery.queueOptions);
    delivery.bind(queue);
    await queue.start();
    await expect.poll(() => sent.length, { timeout: 60_000, interval: 10 }).toBe(4);
    await delivery.owe(queue, 'stopped', ['third']);
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(5);
    stopped.child.kill('SIGCONT');
    // It finds that the turn is not its own any more, and leaves a job for when that could change.
    const leftJobs = `select 1 from pgboss.job where singleton_key = 'stopped' and state = 'created'`;
    await expect.poll(async () => (await database.query(leftJobs)).length, { timeout: 30_000 }).toBe(1);
    hasWokenUp.resolve();
    await queue.idle();
    await queue.stop();

    expect(stopped.output()).toBe('first\n');
    expect(sent.toSorted()).toEqual([
      'killed: first, may repeat',
      'killed: second',
      'stopped: first, may repeat',
      'stopped: second',
      'stopped: third',
    ]);
    expect(Math.max(...Object.values(tookMs))).toBeLessThan(TAKE_OVER_MS);
  });
});
