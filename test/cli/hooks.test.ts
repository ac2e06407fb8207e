// `pipebot hooks` against the stand-in organisation: what it makes, what it finds, what it says and how it ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHooks } from '../../src/cli/hooks.ts';
import { readHooksArguments } from '../../src/cli/hooks-arguments.ts';
import {
  type AzureDevOpsStandIn,
  type StandInProject,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { createScriptedClock } from '../support/scripted-clock.ts';

const URL_HERE = 'https://pipebot.example.com/api/hooks/azure-devops';
const URL_THERE = 'https://staging.example.com/api/hooks/azure-devops';
const SECRET = 'canary-secret-of-hooks';
const SERVICES = `
bases: { python-base: { project: Shop, definition: 183 }, node-base: { project: My Tools, definition: 7 } }
services:
  payments: { base: python-base, build: { project: shop, definition: 184 } }
  search: { base: node-base }`;

let azure: AzureDevOpsStandIn;
let shop: StandInProject;

beforeEach(async () => {
  azure = await startAzureDevOpsStandIn({ clock: createScriptedClock() });
  shop = azure.addProject('Shop');
  azure.addProject('My Tools');
  azure.addProject('Elsewhere');
});
afterEach(() => azure.close());

interface Outcome {
  readonly code: number;
  readonly printed: readonly string[];
  readonly noted: readonly string[];
}

const environmentOf = (changes: Readonly<Record<string, string | undefined>> = {}) => ({
  AZURE_DEVOPS_ORG_URL: azure.url,
  AZURE_DEVOPS_PAT: azure.personalAccessToken,
  PIPEBOT_HOOK_SECRET: `${SECRET};canary-older-secret`,
  ...changes,
});

async function run(
  line: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Outcome> {
  const [printed, noted]: string[][] = [[], []];
  const code = await runHooks(
    line.split(' ').map((word) => word.replaceAll('_', ' ')),
    {
      environment: environmentOf(changes),
      readFile: () => SERVICES,
      clock: createScriptedClock(),
      print: (text) => void printed?.push(text),
      note: (text) => void noted?.push(text),
    },
  );
  expect([printed, noted].join()).not.toMatch(/canary|stand-in-pat|undefined|\[object/);
  return { code, printed: printed ?? [], noted: noted ?? [] };
}

const idOf = (eventType: string) =>
  azure.hooks.subscriptions.find((hook) => hook.eventType.includes(eventType))?.id ?? '';
const posted = () =>
  azure.ledger.flatMap(({ method, body }) =>
    // biome-ignore lint/suspicious/noExplicitAny: what was sent may have any shape.
    method === 'POST' ? [body as any] : [],
  );

describe('hooks install', () => {
  it('makes five hooks in every project of the services file, with the first secret, and a second time none', async () => {
    const first = await run(`install --url ${URL_HERE}`);
    expect(first).toEqual({
      code: 0,
      noted: [],
      printed: [
        'contoso/Shop: made build.complete, run-state-changed, stage-state-changed, approval-pending and approval-completed.',
        'contoso/My Tools: made build.complete, run-state-changed, stage-state-changed, approval-pending and approval-completed.',
        'The events of single jobs are left out, since PipeBot can do without; --jobs adds them.',
      ],
    });
    expect(posted()).toHaveLength(10);
    expect(posted()[0]).toMatchObject({
      publisherId: 'tfs',
      eventType: 'build.complete',
      resourceVersion: '2.0',
      publisherInputs: { projectId: shop.id },
      consumerInputs: { url: URL_HERE, basicAuthPassword: SECRET },
    });
    const second = await run(`install --url ${URL_HERE}`);
    expect(second.code).toBe(0);
    expect(second.printed[0]).toBe('contoso/Shop: 5 were there already.');
    expect(posted()).toHaveLength(10);
  });

  it('makes them in one project only, and those of jobs when they are wanted', async () => {
    const { code, printed } = await run(`install --jobs --url ${URL_HERE} --project my_tools`);
    expect([code, posted().length, printed.length]).toEqual([0, 6, 1]);
    expect(posted().at(-1)).toMatchObject({ eventType: 'ms.vss-pipelines.job-state-changed-event' });
  });

  it('makes its own beside those of another PipeBot, and lets alone what somebody switched off', async () => {
    await run(`install --url ${URL_THERE} --project Shop`);
    await run(`install --url ${URL_HERE} --project Shop`);
    expect(azure.hooks.subscriptions).toHaveLength(10);
    azure.hooks.setStatus(azure.hooks.subscriptions.at(-1)?.id ?? '', 'disabledByUser');
    const { code, printed } = await run(`install --url ${URL_HERE} --project Shop`);
    expect([code, azure.hooks.subscriptions.length]).toEqual([1, 10]);
    expect(printed).toContain(
      `contoso/Shop: approval-completed was switched off by a person. Switch it on at ${azure.url}/Shop/_settings/serviceHooks`,
    );
  });

  it('says for each project that Azure DevOps refuses it, and ends with 2', async () => {
    azure.injectFault({ match: { method: 'POST' }, effect: { kind: 'forbidden' } });
    const { code, printed, noted } = await run(`install --jobs --url ${URL_HERE}`);
    expect([code, printed]).toEqual([2, []]);
    expect(noted).toEqual([
      expect.stringMatching(/^contoso\/Shop: Azure DevOps does not let this token .* project administrator/),
      expect.stringMatching(/^contoso\/My Tools: /),
    ]);
  });

  it('needs the secret', async () => {
    const { code, noted } = await run(`install --url ${URL_HERE}`, { PIPEBOT_HOOK_SECRET: '' });
    expect([code, noted[0]]).toEqual([2, expect.stringMatching(/^PIPEBOT_HOOK_SECRET is missing/)]);
    expect(azure.ledger).toEqual([]);
  });
});

describe('hooks check', () => {
  it('ends with 0 when all is well', async () => {
    await run(`install --url ${URL_HERE}`);
    for (const line of ['check', `check --url ${URL_HERE}/`])
      expect(await run(line)).toEqual({
        code: 0,
        noted: [],
        printed: [
          'contoso/Shop: all 5 service hooks are in order.',
          'contoso/My Tools: all 5 service hooks are in order.',
        ],
      });
  });

  it('hooks of the whole organisation are as good', async () => {
    azure.hooks.subscribe(URL_HERE, SECRET);
    expect((await run('check --jobs')).code).toBe(0);
  });

  it('says what is missing in each project, and how to make it', async () => {
    const { code, printed } = await run('check');
    expect([code, printed.length]).toEqual([1, 10]);
    expect(printed[0]).toBe(
      'contoso/Shop: build.complete is missing. To make it: pipebot hooks install --url https://<host>/api/hooks/azure-devops --project Shop',
    );
    expect(printed[5]).toContain('--project "My Tools"');
  });

  it('says what is switched off, on probation, elsewhere or odd, and what to do', async () => {
    await run(`install --url ${URL_HERE} --project Shop`);
    azure.hooks.setStatus(idOf('build.complete'), 'disabledBySystem');
    azure.hooks.setStatus(idOf('run-state'), 'onProbation');
    azure.hooks.setStatus(idOf('stage-state'), 'disabledByInactiveIdentity');
    azure.hooks.setStatus(idOf('approval-pending'), 'asleep');
    azure.hooks.subscribe(URL_THERE, SECRET, { eventTypes: ['ms.vss-pipelines.job-state-changed-event'] });
    const page = `${azure.url}/Shop/_settings/serviceHooks`;
    const install = `pipebot hooks install --url ${URL_HERE} --project Shop`;
    expect(await run(`check --jobs --url ${URL_HERE} --project Shop`)).toEqual({
      code: 1,
      noted: [],
      printed: [
        `contoso/Shop: build.complete was switched off by Azure DevOps after too many errors. See that ${URL_HERE} can be reached with the right password, then switch it on at ${page}`,
        `contoso/Shop: run-state-changed is on probation: PipeBot did not take its events in, and Azure DevOps drops new ones meanwhile. See that ${URL_HERE} can be reached with the right password; the history at ${page} shows what was answered.`,
        `contoso/Shop: stage-state-changed was switched off because whoever made it has left. Delete it at ${page} and make it anew: ${install}`,
        `contoso/Shop: approval-pending is in a state that PipeBot does not know. Look at it at ${page}`,
        `contoso/Shop: job-state-changed goes to ${URL_THERE} and not here. If that is another PipeBot, make one of its own for this: ${install} --jobs`,
      ],
    });
  });

  it('hooks that call something else are nobody’s business', async () => {
    azure.hooks.subscribe('https://chat.example.com/hook', SECRET);
    expect((await run('check')).printed[0]).toContain('build.complete is missing');
  });

  it('tells of each project that cannot be asked about, and of the others all the same', async () => {
    await run(`install --url ${URL_HERE} --project Shop`);
    await azure.close();
    azure = await startAzureDevOpsStandIn({ clock: createScriptedClock() });
    azure.addProject('Shop');
    const { code, printed, noted } = await run('check');
    expect([code, printed.length]).toEqual([2, 5]);
    expect(noted).toEqual([
      expect.stringMatching(/^contoso\/My Tools: Azure DevOps does not show contoso\/My Tools/),
    ]);
  });

  it('with a token that is not accepted says which one is needed', async () => {
    const { code, noted } = await run('check', { AZURE_DEVOPS_PAT: 'canary-wrong' });
    expect(code).toBe(2);
    expect(noted).toHaveLength(2);
    expect(noted[0]).toMatch(/^contoso\/Shop: Azure DevOps does not let this token .* project administrator/);
  });

  it('says what it is doing when it takes longer than two seconds', async () => {
    const clock = createScriptedClock();
    const noted: string[] = [];
    azure.injectFault({ match: {}, effect: { kind: 'delayed', delayMs: 300 } });
    const context = { environment: environmentOf(), readFile: () => SERVICES, clock };
    const done = runHooks(['check'], {
      ...context,
      print: () => undefined,
      note: (line) => noted.push(line),
    });
    await clock.advance(1_999);
    expect(noted).toEqual([]);
    await clock.advance(1);
    await done;
    expect(noted).toEqual(['Asking about contoso/Shop …', 'Asking about contoso/My Tools …']);
  });
});

describe('what was called wrongly ends with 2 and a sentence', () => {
  it.each<[string, string]>([
    ['', 'Say install or check.'],
    ['instal', 'There is no word instal here. Did you mean install?'],
    ['check now', 'There is a word too many: now'],
    ['install', `Say where the events should go. Example: --url ${URL_HERE}`],
    ['install --url', 'The option --url needs a value.'],
    ['check --jobs=no', 'The option --jobs takes no value.'],
    ['check --porject Shop', 'There is no option --porject here. Did you mean --project?'],
    ['check -x', 'There is no option -x here. Example: --url'],
    [`check --url ${URL_HERE} --url ${URL_THERE}`, 'The option --url is given more than once.'],
    ...[
      'http://pipebot.example.com/api/hooks/azure-devops',
      'https://pipebot.example.com',
      'https://me:pw@pipebot.example.com/api/hooks/azure-devops',
      `${URL_HERE}?key=1`,
      'pipebot.example.com/api/hooks/azure-devops',
    ].map((url): [string, string] => [
      `install --url ${url}`,
      `The address has to begin with https:// and to end with /api/hooks/azure-devops. Example: --url ${URL_HERE}`,
    ]),
  ])('hooks %s', (line, problem) => {
    expect(readHooksArguments(line.split(' ').filter((word) => word !== ''))).toEqual({ problem });
  });

  it('an unknown project', async () => {
    const { code, noted } = await run('check --project Shpo');
    expect([code, noted]).toEqual([2, ['There is no project Shpo here. Did you mean Shop?']]);
  });

  it('settings that cannot be used; a bot’s registration is not needed', async () => {
    const { code, noted } = await run('check', { AZURE_DEVOPS_PAT: '', PIPEBOT_HOOK_SECRET: 'short' });
    expect(code).toBe(2);
    expect(noted.map((line) => line.split(' ')[0])).toEqual(['PIPEBOT_HOOK_SECRET', 'AZURE_DEVOPS_PAT']);
  });
});

describe('the program', () => {
  const bin = fileURLToPath(new URL('../../bin/pipebot.mjs', import.meta.url));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pipebot-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function start(words: readonly string[]): Promise<Outcome> {
    const child = spawn(process.execPath, [bin, ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], AZURE_DEVOPS_PAT: azure.personalAccessToken },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    const lines = (output: string) => output.split('\n').filter((line) => line !== '');
    const [printed, noted] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, printed: lines(printed), noted: lines(noted) };
  }

  it('reads .env and the services file of its folder, and ends with the exit code', async () => {
    writeFileSync(join(folder, '.env'), `AZURE_DEVOPS_ORG_URL=${azure.url}\nPIPEBOT_HOOK_SECRET=${SECRET}\n`);
    writeFileSync(join(folder, 'pipebot.yaml'), SERVICES);
    expect((await start(['hooks', 'check'])).code).toBe(1);
    expect((await start(['hooks', 'install', '--url', URL_HERE])).code).toBe(0);
    expect(await start(['hooks', 'check'])).toMatchObject({ code: 0, noted: [] });
  });

  it('explains itself, and knows no other command', async () => {
    for (const words of [['--help'], ['hooks', '--help'], ['hooks', 'check', '-h']])
      expect(await start(words)).toMatchObject({ code: 0, noted: [] });
    const usageOf = async (command: string) => (await start([command, '-h'])).printed.join('\n');
    expect(await usageOf('keys')).toMatch(/^Usage:\n {2}pipebot keys create(?!.*pipebot hooks)/s);
    expect(await usageOf('hooks')).toMatch(/^Usage:\n {2}pipebot hooks install(?!.*pipebot keys)/s);
    expect((await start(['--help'])).printed.join('\n')).toMatch(
      /pipebot hooks install.*pipebot keys create/s,
    );
    expect(await start([])).toMatchObject({ code: 2 });
    const { code, noted } = await start(['hoks']);
    expect([code, noted[0]]).toEqual([2, 'pipebot has no command hoks.']);
  });
});
