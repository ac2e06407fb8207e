// Azure Pipelines calls the gate and waits to be called back, in each of its ways: what it is told, in which order, and
// that it is told one verdict, whatever happens meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';
import {
  addPlanOf,
  CALLBACK_CALLERS,
  type CallbackCaller,
  callGate,
  callsOf,
  linesOf,
  verdictsOf,
} from './pipeline-side.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const DEVELOP = { branch: 'refs/heads/develop' };
const CALLERS = Object.keys(CALLBACK_CALLERS) as CallbackCaller[];

const FOLDERS = mkdtempSync(join(tmpdir(), 'pipebot-checks-'));

beforeEach(async ({ task }) => {
  // Only a folder outlives the app.
  const database = { dataDir: join(FOLDERS, task.id) };
  world = await startWorld(task.name.includes('restart') ? { database } : {});
});
afterEach(() => world.stop());
afterAll(() => rmSync(FOLDERS, { recursive: true, force: true }));

function runBase() {
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  return base;
}

async function call(caller: CallbackCaller, path = 'payments'): Promise<StandInPlan> {
  const plan = addPlanOf(world, caller);
  expect(await callGate(world, plan, { path })).toMatchObject({ status: 200 });
  await world.app.idle();
  return plan;
}

describe.each(CALLERS)('%s', (caller) => {
  it('goes on at once when the base is ready, and hears why', async () => {
    runBase().succeed();
    const plan = await call(caller);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(linesOf(plan).log).toContain('python-base');
    const calls = callsOf(world, plan);
    expect(calls.at(-1)).toBe('POST events TaskCompleted');
    expect(calls.indexOf('POST events TaskStarted')).toBeLessThan(calls.indexOf('PATCH records'));
  });

  it('waits while the base runs, sees how far it is, and goes on when it succeeds', async () => {
    const base = runBase();
    const plan = await call(caller);
    expect(verdictsOf(plan)).toEqual([]);
    expect(linesOf(plan).console.join()).toContain('running');
    await world.pass(5);
    expect(verdictsOf(plan)).toEqual([]);
    base.succeed();
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(callsOf(world, plan).filter((each) => each === 'POST events TaskCompleted')).toHaveLength(1);
  });

  it('fails with the reason when the base fails', async () => {
    const base = runBase();
    const plan = await call(caller);
    base.fail({});
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual(['failed']);
    const record = plan.records.find(({ id }) => id === plan.taskInstanceId);
    expect(JSON.stringify(record)).toContain('failed');
  });

  it('fails when the base was never built', async () => {
    const plan = await call(caller);
    expect(verdictsOf(plan)).toEqual(['failed']);
    expect(linesOf(plan).log).toContain('has no run on develop');
  });

  it('is left alone once its run was cancelled while it waited', async () => {
    const base = runBase();
    const plan = await call(caller);
    plan.finish();
    await world.pass(2);
    const calls = callsOf(world, plan).length;
    base.succeed();
    await world.pass(5);
    expect(callsOf(world, plan)).toHaveLength(calls);
    expect(verdictsOf(plan)).toEqual([]);
  });

  it('is answered after a restart while it waited', async () => {
    const base = runBase();
    const plan = await call(caller);
    await world.restart();
    base.succeed();
    await world.pass(2);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
  });

  it('waits through ten minutes without Azure DevOps, and is answered afterwards', async () => {
    const base = runBase();
    const plan = addPlanOf(world, caller);
    const outage = world.azure.injectFault({ match: {}, effect: { kind: 'reset' } });
    expect(await callGate(world, plan)).toMatchObject({ status: 200 });
    await world.pass(10);
    expect(verdictsOf(plan)).toEqual([]);
    outage.remove();
    base.succeed();
    await world.pass(3);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
  });

  it('is given up when its token has died', async () => {
    const base = runBase();
    const plan = await call(caller);
    plan.expireToken();
    await world.pass(2);
    const calls = callsOf(world, plan).length;
    base.succeed();
    await world.pass(5);
    expect(callsOf(world, plan)).toHaveLength(calls);
  });

  it('stops at the deadline, and says what it waited for', async () => {
    runBase();
    const plan = await call(caller, 'payments?timeout=3m');
    await world.pass(4);
    expect(verdictsOf(plan)).toEqual(['failed']);
    expect(linesOf(plan).log).toContain('Gave up after 3 min');
  });
});
