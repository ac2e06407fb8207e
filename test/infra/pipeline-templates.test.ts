// Every template in infra/azure-pipelines, compiled as Azure Pipelines would do it: what it sends is what the gate needs.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandPipelineTemplate } from '../support/expand-pipeline-template.ts';
import {
  expandTaskRequest,
  INVOKE_REST_API,
  type ServiceConnection,
  type Texts,
} from '../support/expand-task-request.ts';
import {
  CALLBACK_HEADERS,
  genericConnection,
  inputsOf,
  KEY,
  PIPEBOT_GATE,
  pipebotConnection,
  RUN_VARIABLES,
  readJson,
  runOn,
  TEMPLATES,
} from './azure-run.ts';

const BASIC = { Authorization: `Basic ${Buffer.from(`pipelines:${KEY}`).toString('base64')}` };
const BEARER = { Authorization: `Bearer ${KEY}` };

const compile = (name: string, given: Record<string, unknown>, variables: Texts = RUN_VARIABLES) =>
  expandPipelineTemplate(join(TEMPLATES, name), given, variables);

/** The task's request from a run with these variables; those of a YAML template are known when it is compiled. */
function agentlessRequest(given: Record<string, unknown>, variables = RUN_VARIABLES) {
  const inputs = inputsOf(compile('agentless-job.yml', given, variables), 'InvokeRESTAPI@1');
  const connection = genericConnection(String(given['serviceConnection'] ?? 'pipebot'));
  return expandTaskRequest({ task: INVOKE_REST_API, inputs, connection, variables });
}

function ownTaskRequest(given: Record<string, unknown>, variables = RUN_VARIABLES) {
  const inputs = inputsOf(compile('task-job.yml', given, variables), 'PipeBotGate@0');
  return expandTaskRequest({
    task: PIPEBOT_GATE,
    inputs,
    connection: pipebotConnection('pipebot'),
    variables,
  });
}

/** As it is, but for the id that everybody has to put in. */
function settledRequest(inputs: Texts, variables: Texts) {
  const connection: ServiceConnection = genericConnection('ID-OF-THE-SERVICE-CONNECTION');
  return expandTaskRequest({ task: INVOKE_REST_API, inputs, connection, variables });
}
const checkRequest = (variables: Texts) =>
  settledRequest(readJson('azure-pipelines', 'environment-check.json').settings.inputs, variables);
const releaseGateRequest = (variables: Texts) =>
  settledRequest(readJson('azure-pipelines', 'release-gate.json').gates[0].tasks[0].inputs, variables);

it.each([
  ['agentless-job.yml', { service: 'payments' }],
  ['gated-pipeline.yml', { service: 'payments', jobs: [{ job: 'build' }] }],
  ['task-job.yml', { service: 'payments' }],
  ['curl-step.yml', { service: 'payments' }],
  ['command-line-step.yml', { service: 'payments' }],
])('%s needs no more than the service, and says what else must be there', (name, given) => {
  const { service: _, ...rest } = given;
  expect(() => compile(name, rest)).toThrow('the parameter service is missing');
  expect(JSON.stringify(compile(name, given))).not.toContain('${{');
  const comment = readFileSync(join(TEMPLATES, name), 'utf8').split('\nparameters:')[0];
  expect(comment).toMatch(/needs (the same |no )?.*service connection/i);
});

it('all files in the folder are looked at here', () => {
  expect(globSync('*', { cwd: TEMPLATES }).sort()).toEqual([
    'README.md',
    'agentless-job.yml',
    'command-line-step.yml',
    'curl-step.yml',
    'environment-check.json',
    'gated-pipeline.yml',
    'release-gate.json',
    'task-job.yml',
  ]);
});

describe('the agentless job', () => {
  it('asks to be called back', () => {
    expect(agentlessRequest({ service: 'payments' })).toEqual({
      method: 'POST',
      url: 'https://pipebot.example.com/api/gate/payments?timeout=30m',
      headers: { ...CALLBACK_HEADERS, ...BASIC },
      body: '{"branch": "refs/heads/develop"}\n',
      waitForCompletion: true,
      successCriteria: '',
    });
  });

  it('asks what its parameters say', () => {
    const given = { service: 'search', serviceConnection: 'bot', branch: 'release/2', timeout: '2h' };
    expect(agentlessRequest({ ...given, waitForCommit: true })).toMatchObject({
      url: `https://pipebot.example.com/api/gate/search?timeout=2h&commit=${RUN_VARIABLES['Build.SourceVersion']}`,
      body: '{"branch": "release/2"}\n',
    });
  });

  it('runs without an agent, and ends after PipeBot has given up', () => {
    expect(compile('agentless-job.yml', { service: 'payments' })).toMatchObject({
      jobs: [{ job: 'wait_for_base', pool: 'server', timeoutInMinutes: 60 }],
    });
  });

  it('stands in front of every job of a pipeline that extends the template', () => {
    const jobs = [{ job: 'build', steps: [{ script: 'make' }] }];
    const pipeline = compile('gated-pipeline.yml', { service: 'payments', timeout: '45m', jobs });
    expect(pipeline).toMatchObject({
      stages: [
        { stage: 'base', jobs: [{ pool: 'server' }] },
        { stage: 'build', dependsOn: 'base', jobs },
      ],
    });
    const inputs = inputsOf(pipeline, 'InvokeRESTAPI@1');
    const alone = inputsOf(
      compile('agentless-job.yml', { service: 'payments', timeout: '45m' }),
      'InvokeRESTAPI@1',
    );
    expect(inputs).toEqual(alone);
  });
});

describe('the task of our own', () => {
  it('asks to be called back, and sends the data of the run by itself', () => {
    expect(ownTaskRequest({ service: 'payments' })).toEqual({
      method: 'POST',
      url: 'https://pipebot.example.com/api/gate/payments',
      headers: { ...CALLBACK_HEADERS, ...BEARER },
      body: '{"branch":"refs/heads/develop","timeout":"30m","settle":"","commit":""}',
      waitForCompletion: true,
      successCriteria: '',
    });
  });

  it.each(['Execute', 'Cancel'] as const)(
    'needs two inputs and no template: %s names the same task',
    (phase) => {
      const inputs = { service: 'payments', serviceConnection: 'pipebot' };
      const connection = pipebotConnection('pipebot');
      const call = { task: PIPEBOT_GATE, inputs, connection, variables: RUN_VARIABLES, phase };
      const { method, url, headers } = expandTaskRequest(call);
      expect({ method, headers }).toEqual({ method: 'POST', headers: { ...CALLBACK_HEADERS, ...BEARER } });
      expect(url).toBe(`https://pipebot.example.com/api/gate/payments${phase === 'Cancel' ? '/cancel' : ''}`);
    },
  );

  it('passes on what its optional inputs say', () => {
    const inputs = {
      ...{ service: 'payments', serviceConnection: 'pipebot', branch: 'main', timeout: '45m' },
      ...{ settle: '30s', commit: '$(Build.SourceVersion)' },
    };
    const connection = pipebotConnection('pipebot');
    const call = { task: PIPEBOT_GATE, inputs, connection, variables: RUN_VARIABLES };
    expect(JSON.parse(expandTaskRequest(call).body ?? '')).toEqual({
      ...{ branch: 'main', timeout: '45m', settle: '30s', commit: RUN_VARIABLES['Build.SourceVersion'] },
    });
  });
});

describe('the step with the command line', () => {
  interface Steps {
    readonly steps: readonly { readonly bash: string; readonly env: Readonly<Record<string, string>> }[];
  }
  const stepsWith = (given: Record<string, string>) =>
    (compile('command-line-step.yml', { service: 'payments', ...given }) as Steps).steps;

  it('runs what lies in the folder, and unpacks a tarball into it first when there is one', () => {
    const [gate, ...none] = stepsWith({ folder: '/opt/pipebot' });
    expect(none).toEqual([]);
    expect(gate?.bash).toContain('node "$PIPEBOT_FOLDER/bin/pipebot.mjs" gate "$PIPEBOT_SERVICE"');
    expect(gate?.env).toMatchObject({ PIPEBOT_FOLDER: '/opt/pipebot', PIPEBOT_SERVICE: 'payments' });
    const [unpack, ...rest] = stepsWith({ tarball: 'pipebot.tgz', folder: '/opt/pipebot' });
    expect(unpack?.env).toEqual({ PIPEBOT_TARBALL: 'pipebot.tgz', PIPEBOT_FOLDER: '/opt/pipebot' });
    expect(rest).toEqual([gate]);
  });

  it('names a program that there is, and takes nothing of that name from a registry', () => {
    expect(existsSync(join(TEMPLATES, '..', '..', 'bin', 'pipebot.mjs'))).toBe(true);
    for (const { bash } of stepsWith({ tarball: 'pipebot.tgz' }))
      expect(bash).not.toMatch(/npx|npm (exec|i|install) pipebot/);
  });

  it('is written so that bash can read it', () => {
    for (const { bash } of stepsWith({ tarball: 'pipebot.tgz' })) {
      expect(spawnSync('bash', ['-n'], { input: bash, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
  });
});

describe('the check on an environment', () => {
  it('asks to be called back', () => {
    expect(checkRequest({ ...RUN_VARIABLES, 'System.HostType': 'checks' })).toEqual({
      method: 'POST',
      url: 'https://pipebot.example.com/api/gate/payments?timeout=12h',
      headers: { ...CALLBACK_HEADERS, HubName: 'checks', ...BASIC },
      body: '{"branch":"refs/heads/develop"}',
      waitForCompletion: true,
      successCriteria: '',
    });
  });

  it('decides once, and lets PipeBot give up first', () => {
    const check = readJson('azure-pipelines', 'environment-check.json');
    expect(check).toMatchObject({
      type: { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7' },
      settings: { definitionRef: { id: '9c3e8943-130d-4c78-ac63-8af81df62dfb' }, retryInterval: 0 },
      timeout: 1440,
      resource: { type: 'environment' },
    });
  });
});

describe('the gate of a classic release', () => {
  it('takes the answer for the verdict, since Azure asks again and again', () => {
    expect(releaseGateRequest({ ...RUN_VARIABLES, 'System.HostType': 'gates' })).toEqual({
      method: 'POST',
      url: 'https://pipebot.example.com/api/gate/payments?settle=0s',
      headers: { 'Content-Type': 'application/json', PipeBotMode: 'response', ...BASIC },
      body: '{"branch":"refs/heads/develop"}',
      waitForCompletion: false,
      successCriteria: "eq(root['decision'], 'continue')",
    });
  });
});

// Git allows all of these in a branch name but the last, which has a colon.
const HOSTILE = [
  'fix#12',
  'a&branch=main',
  'c++',
  '100%',
  'grün',
  "it's",
  '$HOME',
  '`id`',
  '{"a"}',
  'x","branch":"main',
];

describe.each(HOSTILE)('on the branch %s', (name) => {
  const branch = `refs/heads/${name}`;

  it.each([
    ['the agentless job', agentlessRequest],
    ['the task of our own in its template', ownTaskRequest],
  ])('%s asks about this branch and no other', (_, request) => {
    const { body, url } = request({ service: 'payments' }, runOn(branch));
    expect(JSON.parse(body ?? '').branch).toBe(branch);
    expect(url).toMatch(/^https:\/\/pipebot\.example\.com\/api\/gate\/payments(\?timeout=30m)?$/);
  });

  // Nothing can be replaced there before Azure puts the variable in. The gate refuses such a body.
  it.each([
    ['the check', checkRequest],
    ['the gate of a classic release', releaseGateRequest],
  ])('%s asks about this branch, or what no gate takes', (_, request) => {
    const { body = '' } = request(runOn(branch));
    if (!name.includes('"')) expect(JSON.parse(body)).toEqual({ branch });
    else expect(body.match(/"branch"/g)?.length === 1 && isJson(body)).toBe(false);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
