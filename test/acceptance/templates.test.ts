// Every template of infra/azure-pipelines, expanded as Azure Pipelines would do it, asks the real app: what the run hears,
// and what Azure makes of it. What the requests look like is tested in test/infra.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parseDuration } from '../../src/domain/duration.ts';
import {
  genericConnection,
  inputsOf,
  KEY,
  PIPEBOT_GATE,
  pipebotConnection,
  RUN_VARIABLES,
  readJson,
  TEMPLATES,
} from '../infra/azure-run.ts';
import type { PlanOptions, StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';
import { expandPipelineTemplate } from '../support/expand-pipeline-template.ts';
import {
  expandMacros,
  expandTaskRequest,
  INVOKE_REST_API,
  type TaskRequest,
  type Texts,
} from '../support/expand-task-request.ts';
import { linesOf, verdictsOf } from './pipeline-side.ts';
import { startWorld, type World } from './world.ts';

let world: World;
/** Each test has one of its own, so that all share one app. */
let branch = '';
let tests = 0;

beforeAll(async () => {
  world = await startWorld({ environment: { PIPEBOT_GATE_KEYS: `all:${KEY}` } });
});
beforeEach(() => {
  branch = `refs/heads/it's #${++tests}`.replace(' ', '-');
});
afterAll(() => world.stop());

function runBase() {
  const base = world.azure.queueBuild(world.shop.pythonBase, { branch });
  base.start();
  return base;
}

const addPlan = (more: Partial<PlanOptions> = {}) =>
  world.azure.addPlan({ project: world.shop.pythonBase.project, ...more });

/** What the variables of a run hold. */
function variablesOf(plan: StandInPlan): Texts {
  return {
    ...RUN_VARIABLES,
    'System.CollectionUri': plan.planUrl,
    'System.TeamProjectId': plan.projectId,
    'System.HostType': plan.hub,
    'System.PlanId': plan.planId,
    'System.JobId': plan.jobId,
    'System.TimelineId': plan.timelineId,
    'System.TaskInstanceId': plan.taskInstanceId,
    'System.AccessToken': plan.jobToken,
    'Build.BuildId': String(7_000 + tests),
    'Build.SourceBranch': branch,
  };
}

const compile = (name: string, given: Record<string, unknown>, variables: Texts) =>
  expandPipelineTemplate(join(TEMPLATES, name), { service: 'payments', ...given }, variables);

function ownTask(plan: StandInPlan, inputs: Texts, phase: 'Execute' | 'Cancel' = 'Execute'): TaskRequest {
  const connection = pipebotConnection('pipebot', world.app.url);
  const all = { serviceConnection: 'pipebot', service: 'payments', ...inputs };
  return expandTaskRequest({
    task: PIPEBOT_GATE,
    inputs: all,
    connection,
    variables: variablesOf(plan),
    phase,
  });
}

function invokeRestApi(plan: StandInPlan, inputs: Texts, url = world.app.url): TaskRequest {
  const name = inputs['connectedServiceName'] ?? 'pipebot';
  const connection = genericConnection(name, url);
  return expandTaskRequest({ task: INVOKE_REST_API, inputs, connection, variables: variablesOf(plan) });
}

/** In `gated-pipeline.yml` the job stands among others. */
function jobRequest(template: string, given: Record<string, unknown> = {}) {
  return (plan: StandInPlan) =>
    invokeRestApi(plan, inputsOf(compile(template, given, variablesOf(plan)), 'InvokeRESTAPI@1'));
}

const CALLED_BACK: Readonly<Record<string, { hub: string; request: (plan: StandInPlan) => TaskRequest }>> = {
  'agentless-job.yml': { hub: 'build', request: jobRequest('agentless-job.yml') },
  'gated-pipeline.yml': {
    hub: 'build',
    request: jobRequest('gated-pipeline.yml', { jobs: [{ job: 'build' }] }),
  },
  'task-job.yml': {
    hub: 'build',
    request: (plan) =>
      ownTask(plan, inputsOf(compile('task-job.yml', {}, variablesOf(plan)), 'PipeBotGate@0')),
  },
  'environment-check.json': {
    hub: 'checks',
    request: (plan) =>
      invokeRestApi(plan, readJson('azure-pipelines', 'environment-check.json').settings.inputs),
  },
};

async function send({ method, url, headers, body }: TaskRequest) {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape.
  const answer = (await response.json()) as any;
  return { status: response.status, isOk: response.ok, answer };
}

/** Azure sends it, and waits for the event. */
async function ask(request: TaskRequest) {
  expect(request.waitForCompletion).toBe(true);
  expect(await send(request)).toMatchObject({ status: 200 });
  await world.app.idle();
}

/** Azure takes the answer for the verdict. */
async function askForAnswer(request: TaskRequest) {
  expect(request.waitForCompletion).toBe(false);
  const { status, isOk, answer } = await send(request);
  const [, member = '', value] = /^eq\(root\['(\w+)'\], '(\w+)'\)$/.exec(request.successCriteria) ?? [];
  const meetsCriteria = request.successCriteria === '' || answer[member] === value;
  return { status, isPassed: isOk && meetsCriteria, answer };
}

it('all templates are asked with here', () => {
  const files = globSync('*.{yml,json}', { cwd: TEMPLATES }).sort();
  const here = [...Object.keys(CALLED_BACK), 'release-gate.json', ...Object.keys(STEPS)];
  expect(here.sort()).toEqual(files);
});

describe.each(Object.entries(CALLED_BACK))('%s', (_name, { hub, request }) => {
  it('goes on when the base is ready', async () => {
    runBase().succeed();
    const plan = addPlan({ hub });
    await ask(request(plan));
    expect(verdictsOf(plan)).toEqual(['succeeded']);
    expect(linesOf(plan).log).toContain(branch.replace('refs/heads/', ''));
  });

  it('waits while the base runs, and then goes on', async () => {
    const base = runBase();
    const plan = addPlan({ hub });
    await ask(request(plan));
    expect(verdictsOf(plan)).toEqual([]);
    expect(linesOf(plan).log).toContain('running');
    base.succeed();
    await world.pass(0.5);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
  });

  it('fails when the base has failed', async () => {
    runBase().fail({});
    const plan = addPlan({ hub });
    await ask(request(plan));
    expect(verdictsOf(plan)).toEqual(['failed']);
  });
});

describe('the task of our own', () => {
  it('without a template leaves out what is not filled in, and is cancelled with its run', async () => {
    const base = runBase();
    const plan = addPlan();
    await ask(ownTask(plan, {}));
    expect(linesOf(plan).log).toContain('running');
    expect(await send(ownTask(plan, {}, 'Cancel'))).toMatchObject({ status: 200 });
    base.succeed();
    await world.pass(1);
    expect(verdictsOf(plan)).toEqual([]);
  });

  it('is waited for by Azure for longer than the gate can take, and says in time that it has begun', async () => {
    const { TaskStarted, TaskCompleted } = readJson('azure-devops-extension', 'PipeBotGate', 'task.json')
      .execution.HttpRequest.Events;
    const base = runBase();
    const [longest, longer] = [addPlan(), addPlan()];
    const outage = world.azure.injectFault({ match: {}, effect: { kind: 'reset' } });
    onTestFinished(() => outage.remove());
    const askedAt = world.clock.now();
    await ask(ownTask(longest, { timeout: '20h' }));
    expect(await send(ownTask(longer, { timeout: '1201m' }))).toMatchObject({ status: 400 });
    expect(millisecondsOf(TaskCompleted.Timeout)).toBeGreaterThan(parseDuration('20h') ?? 0);
    await world.pass(5);
    outage.remove();
    await world.pass(2);
    const started = longest.events.find(({ name }) => name === 'TaskStarted');
    expect((started?.at ?? Number.NaN) - askedAt).toBeLessThan(millisecondsOf(TaskStarted.Timeout));
    base.succeed();
    await world.pass(0.5);
    expect(verdictsOf(longest)).toEqual(['succeeded']);
  });
});

/** `hh:mm:ss`. */
function millisecondsOf(timeout: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timeout.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

describe('release-gate.json', () => {
  const request = (plan: StandInPlan) =>
    invokeRestApi(plan, readJson('azure-pipelines', 'release-gate.json').gates[0].tasks[0].inputs);

  it('passes when the base is ready, and the next time Azure asks when it was running', async () => {
    const base = runBase();
    const plan = addPlan({ hub: 'gates' });
    expect(await askForAnswer(request(plan))).toMatchObject({ status: 503, isPassed: false });
    await world.clock.advance(5 * 60_000);
    base.succeed();
    await world.clock.advance(5_000);
    expect(await askForAnswer(request(plan))).toMatchObject({ status: 200, isPassed: true });
    expect(verdictsOf(plan)).toEqual([]);
  });

  it('does not pass when the base has failed', async () => {
    runBase().fail({});
    const { status, isPassed, answer } = await askForAnswer(request(addPlan({ hub: 'gates' })));
    expect([status, isPassed, answer.reason]).toEqual([424, false, 'base-failed']);
  });
});

describe('InvokeRESTAPI@1', () => {
  it.each(['', '{}', '{"branch":"develop"}'])(
    'as Azure sets it up, with the body %j, is refused',
    async (body) => {
      world.azure.queueBuild(world.shop.pythonBase, { branch: 'refs/heads/develop' }).succeed();
      const inputs = { serviceConnection: 'pipebot', urlSuffix: '/api/gate/payments', body };
      const plan = addPlan();
      const { status, isPassed, answer } = await askForAnswer(invokeRestApi(plan, inputs));
      expect([status, isPassed, answer.error]).toEqual([400, false, 'check-request-invalid']);
      expect(answer.message).toBe(
        "The headers of the pipeline's task cannot be used (header PipeBotMode): it is missing. PipeBot cannot see which " +
          'completion event the task has, and ApiResponse, the default of Azure Pipelines, would take an acknowledgement for ' +
          'the verdict. Add it to the headers of the task. Example: "PipeBotMode": "callback" with the completion event ' +
          'Callback, or "PipeBotMode": "response" with ApiResponse',
      );
      expect(plan.events).toEqual([]);
    },
  );

  it('whose connection ends in a slash asks all the same', async () => {
    runBase().succeed();
    const plan = addPlan();
    const inputs = inputsOf(compile('agentless-job.yml', {}, variablesOf(plan)), 'InvokeRESTAPI@1');
    const request = invokeRestApi(plan, inputs, `${world.app.url}/`);
    expect(request.url).toContain('//api/gate/payments');
    await ask(request);
    expect(verdictsOf(plan)).toEqual(['succeeded']);
  });
});

/** How a step ends when it must not go on. */
const STEPS: Readonly<
  Record<string, { readonly given: Record<string, unknown>; readonly stopCode: number }>
> = {
  'curl-step.yml': { given: {}, stopCode: 22 },
  'command-line-step.yml': { given: { folder: join(import.meta.dirname, '..', '..') }, stopCode: 1 },
};

/** Runs the only step as an agent does, with bash. */
async function runStep(name: string, given: Record<string, unknown>) {
  const variables: Texts = { ...variablesOf(addPlan()), PIPEBOT_URL: world.app.url, PIPEBOT_KEY: KEY };
  const { steps } = compile(name, given, variables) as {
    steps: { bash: string; env: Record<string, unknown> }[];
  };
  const [step] = steps;
  if (!step || steps.length > 1) throw new Error(`${name} has ${steps.length} steps`);
  const mapped = Object.entries(step.env).map(([key, value]) => [
    key,
    expandMacros(String(value), variables),
  ]);
  const agent = { BUILD_SOURCEBRANCH: branch, BUILD_BUILDID: variables['Build.BuildId'], TF_BUILD: 'True' };
  const env = { PATH: process.env['PATH'], ...agent, ...Object.fromEntries(mapped) };
  const bash = spawn('bash', ['--noprofile', '--norc', '-c', expandMacros(step.bash, variables)], { env });
  const [[code], printed, noted] = await Promise.all([
    once(bash, 'exit'),
    text(bash.stdout),
    text(bash.stderr),
  ]);
  expect(printed + noted).not.toContain(KEY);
  return { code: code as number, printed: printed + noted };
}

describe.each(Object.entries(STEPS))('%s', (name, { given, stopCode }) => {
  it('ends well when the base is ready', async () => {
    runBase().succeed();
    const { code, printed } = await runStep(name, given);
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining('succeeded') });
  });

  it('waits while the base runs, and then ends well', async () => {
    const base = runBase();
    const step = runStep(name, given);
    await expect.poll(() => world.app.waitingGates, { timeout: 20_000 }).toBe(1);
    base.succeed();
    await world.pass(0.5);
    expect(await step).toMatchObject({ code: 0 });
  });

  it('ends badly when the base has failed, and says so', async () => {
    runBase().fail({});
    const { code, printed } = await runStep(name, given);
    expect({ code, printed }).toMatchObject({ code: stopCode, printed: expect.stringContaining('failed') });
  });
});
