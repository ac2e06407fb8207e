// The section of docs/gate.md on being called back: what it shows is what happens.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ERROR_STATUS } from '../../src/http/error-status.ts';
import { addPlanOf, callGate, verdictsOf } from './pipeline-side.ts';
import { GATE_KEY, startWorld, type World } from './world.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const [SECTION = ''] = /^## Called back$[\s\S]*?(?=^## )/m.exec(read('docs/gate.md')) ?? [];
const DEVELOP = { branch: 'refs/heads/develop' };

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const snippet = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(SECTION)?.[1] ?? '';
const row = (title: string): string => SECTION.match(new RegExp(`^\\| ${title} \\|(.*)\\|$`, 'm'))?.[1] ?? '';

it('the headers are those of the check that is to be pasted', () => {
  const inputs = JSON.parse(read('infra/azure-pipelines/environment-check.json')).settings.inputs;
  const { 'Content-Type': _, ...headers } = JSON.parse(inputs.headers);
  const shown = [...SECTION.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(shown).toEqual(Object.entries(headers));
});

it('the acknowledgement and the output variables are those that a run gets', async () => {
  world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
  const plan = addPlanOf(world, 'an agentless job');
  const { status, body } = await callGate(world, plan);
  const shown = JSON.parse(snippet('json'));
  expect([status, { ...body, id: shown.id }]).toEqual([200, shown]);
  await world.app.idle();
  const record = plan.records.find(({ id }) => id === plan.taskInstanceId);
  const names = [...row('output variables').matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(Object.keys(record?.['variables'] ?? {}).sort()).toEqual(names.sort());
  expect(ERROR_STATUS['check-unavailable']).toBe(503);
});

it('the command takes a check back, and is told of one that never asked', async () => {
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  const plan = addPlanOf(world, 'an agentless job');
  const cancel = () => {
    const { PlanUrl, ProjectId, HubName, PlanId, JobId, TaskInstanceId, AuthToken } = plan.gateHeaders();
    const run = {
      ...{ SYSTEM_COLLECTIONURI: PlanUrl, SYSTEM_TEAMPROJECTID: ProjectId, SYSTEM_HOSTTYPE: HubName },
      ...{ SYSTEM_PLANID: PlanId, SYSTEM_JOBID: JobId, SYSTEM_TASKINSTANCEID: TaskInstanceId },
      SYSTEM_ACCESSTOKEN: AuthToken,
    };
    const server = { PATH: process.env['PATH'] ?? '', PIPEBOT_URL: world.app.url, PIPEBOT_KEY: GATE_KEY };
    return promisify(execFile)('bash', ['-c', snippet('sh')], { env: { ...server, ...run } });
  };
  await expect(cancel()).rejects.toMatchObject({ stdout: expect.stringContaining('gate-unknown') });
  await callGate(world, plan);
  await world.app.idle();
  expect((await cancel()).stdout).toContain('no longer calls this task back');
  base.succeed();
  await world.pass(2);
  expect(verdictsOf(plan)).toEqual([]);
  expect(world.logLines.join('\n')).toContain('check canceled by its run');
});
