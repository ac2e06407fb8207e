// docs/pipelines.md and the extension's page: every snippet is one that can be pasted.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandPipeline } from '../support/expand-pipeline-template.ts';
import { expandTaskRequest, INVOKE_REST_API } from '../support/expand-task-request.ts';
import {
  CALLBACK_HEADERS,
  genericConnection,
  INFRA,
  inputsOf,
  PIPEBOT_GATE,
  pipebotConnection,
  RUN_VARIABLES,
  readJson,
  TEMPLATES,
} from './azure-run.ts';

const PAGES = ['docs/pipelines.md', 'docs/gate.md', 'infra/azure-devops-extension/overview.md'];
const read = (path: string) => readFileSync(join(INFRA, '..', path), 'utf8');

interface Snippet {
  readonly language: string;
  readonly text: string;
}
const snippetsOf = (page: string): Snippet[] =>
  [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));

const SNIPPETS = PAGES.flatMap((path) => snippetsOf(read(path)));
const textsIn = (language: string) =>
  SNIPPETS.filter((snippet) => snippet.language === language).map(({ text }) => text);

describe('a pipeline to paste', () => {
  it.each(textsIn('yaml'))('number %# compiles', (text) => {
    const pipeline = JSON.stringify(expandPipeline(text, RUN_VARIABLES, TEMPLATES));
    expect(pipeline).not.toContain('${{');
    expect(pipeline).not.toContain('"template"');
    expect(pipeline).toMatch(/"(steps|jobs|stages)"/);
  });

  it('asks the same as the template when it has a task of its own', () => {
    const pasted = textsIn('yaml').filter((text) => text.includes('task: InvokeRESTAPI@1'));
    const templates = textsIn('yaml').filter((text) => text.includes('template: agentless-job.yml'));
    const requests = [...pasted, ...templates].map((text) => {
      const inputs = inputsOf(expandPipeline(text, RUN_VARIABLES, TEMPLATES), 'InvokeRESTAPI@1');
      const connection = genericConnection('pipebot');
      return expandTaskRequest({ task: INVOKE_REST_API, inputs, connection, variables: RUN_VARIABLES });
    });
    expect(pasted).toHaveLength(1);
    expect(templates).toHaveLength(2);
    expect(requests[0]?.headers).toMatchObject(CALLBACK_HEADERS);
    for (const request of requests) expect(request).toEqual(requests[0]);
  });

  it('uses the task of our own with inputs that it has', () => {
    const pasted = textsIn('yaml').filter((text) => text.includes('task: PipeBotGate@0'));
    expect(pasted).toHaveLength(2);
    for (const text of pasted) {
      const inputs = inputsOf(expandPipeline(text, RUN_VARIABLES, TEMPLATES), 'PipeBotGate@0');
      const connection = pipebotConnection('pipebot');
      const call = { task: PIPEBOT_GATE, inputs, connection, variables: RUN_VARIABLES };
      expect(expandTaskRequest(call).headers).toMatchObject(CALLBACK_HEADERS);
    }
  });

  it('has the same curl as the template', () => {
    const words = (text: string) => text.match(/--[a-z-]+/g)?.sort();
    const template = readFileSync(join(TEMPLATES, 'curl-step.yml'), 'utf8');
    const pasted = textsIn('yaml').filter((text) => text.includes('curl --silent'));
    expect(pasted).toHaveLength(1);
    expect(words(pasted[0] ?? '')).toEqual(words(template));
  });

  it('puts no variable of Azure Pipelines into a script, where a branch could run commands', () => {
    const scripts = textsIn('yaml').filter((text) => /^\s*- bash:/m.test(text));
    expect(scripts).not.toEqual([]);
    for (const text of scripts) {
      const { steps } = expandPipeline(text, RUN_VARIABLES, TEMPLATES) as { steps: { bash: string }[] };
      for (const { bash } of steps) expect(bash).not.toMatch(/\$\(\w+\.\w+\)/);
    }
  });
});

it('the check has the headers, the body and the address that the page shows', () => {
  const { headers, body, urlSuffix } = readJson('azure-pipelines', 'environment-check.json').settings.inputs;
  const page = read('docs/pipelines.md');
  const shown = snippetsOf(page).filter(({ language }) => language === 'json');
  expect(shown.map(({ text }) => JSON.parse(text))).toEqual([JSON.parse(headers)]);
  expect(page).toContain(`| \`${body}\` |`);
  expect(page).toContain(`\`${urlSuffix}\``);
});

it('the release gate has the settings that the page shows', () => {
  const { inputs } = readJson('azure-pipelines', 'release-gate.json').gates[0].tasks[0];
  for (const name of ['headers', 'body', 'urlSuffix', 'successCriteria'])
    expect(read('docs/pipelines.md')).toContain(`\`${inputs[name]}\``);
});

it.each([...textsIn('sh'), ...textsIn('bash')])('bash can read command number %#', (text) => {
  expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

it('every snippet says what it is', () => {
  expect(new Set(SNIPPETS.map(({ language }) => language))).toEqual(
    new Set(['yaml', 'json', 'sh', 'bash', 'text']),
  );
});

it('every way has a template, a log and a link from the table', () => {
  const page = read('docs/pipelines.md');
  const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
  const anchors = titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const linked = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor);
  expect(linked).toHaveLength(6);
  expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  expect(page.match(/^\*Example of its log/gm)).toHaveLength(6);
});
