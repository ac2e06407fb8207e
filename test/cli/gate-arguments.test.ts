// The words after `pipebot gate`: what is understood, what is refused and how, and that the help and the documentation
// say what is so.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readGateArguments } from '../../src/cli/gate-arguments.ts';
import { GATE_OPTIONS, gateHelp, REFUSED_OPTIONS } from '../../src/cli/gate-options.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { wordsOf } from './run-gate.ts';

const SERVER = { PIPEBOT_URL: 'https://pipebot.example.com/', PIPEBOT_KEY: 'canary-key' };
const AZURE = { AZURE_DEVOPS_PAT: 'canary-pat' };
const LINK = 'https://dev.azure.com/contoso/Shop/_build?definitionId=183';
const read = (line: string, environment: object = SERVER) =>
  readGateArguments(wordsOf(line), environment as Record<string, string>);
const problemOf = (line: string, environment: object = SERVER) => {
  const question = read(line, environment);
  if (!('problem' in question)) throw new Error(`understood: ${JSON.stringify(question)}`);
  expect(question.problem).not.toContain('canary');
  return question.problem;
};

describe('what is understood', () => {
  it('a service, with the defaults', () => {
    expect(read('payments')).toMatchObject({
      ...{ way: 'server', service: 'payments', url: 'https://pipebot.example.com', waitMs: 1_800_000 },
      isJson: false,
    });
  });

  it('the branch and the run of the pipeline, unless others are given; never its commit', () => {
    const pipeline = {
      ...SERVER,
      BUILD_SOURCEBRANCH: 'refs/pull/7/merge',
      BUILD_BUILDID: '4711',
      BUILD_SOURCEVERSION: 'a'.repeat(40),
    };
    expect(read('payments', pipeline)).toMatchObject({ branch: 'refs/pull/7/merge', buildId: '4711' });
    expect(read('payments', pipeline)).not.toHaveProperty('commit');
    expect(read('payments --branch x --build-id=8', pipeline)).toMatchObject({
      branch: 'refs/heads/x',
      buildId: '8',
    });
  });

  it('a pipeline, with the policy of the services file’s words', () => {
    const line = `${LINK} --branch develop --fallback-branch main --fallback-branch refs/tags/v1 --poll 20s --max-age 90d --when-running use-previous`;
    expect(read(line, AZURE)).toMatchObject({
      organization: { name: 'contoso', url: 'https://dev.azure.com/contoso', credentials: { kind: 'pat' } },
      gate: {
        ...{ organization: 'contoso', project: 'Shop', definition: 183 },
        branches: ['refs/heads/develop', 'refs/heads/main', 'refs/tags/v1'],
        policy: {
          ...DEFAULT_GATE_POLICY,
          ...{ pollIntervalMs: 20_000, maxAgeMs: 90 * 86_400_000, whenRunning: 'use-previous' },
        },
      },
    });
  });

  it.each<[string, string, string]>([
    [
      'https://contoso.visualstudio.com/Shop/_build?definitionId=183',
      'https://dev.azure.com/contoso',
      'contoso',
    ],
    [
      'https://tfs.example.com:8443/tfs/Main/Shop/_build?definitionId=183',
      'https://tfs.example.com:8443/tfs/Main',
      'Main',
    ],
    [
      '<https://me@dev.azure.com/contoso/Shop/_build?definitionId=183>',
      'https://dev.azure.com/contoso',
      'contoso',
    ],
  ])('%s', (link, url, name) => {
    expect(read(`${link} --branch develop`, AZURE)).toMatchObject({
      organization: { url, name },
      gate: { project: 'Shop', definition: 183 },
    });
  });

  it('the job’s own token, unless there is another', () => {
    const pipeline = { SYSTEM_ACCESSTOKEN: 'canary-job' };
    const kindOf = (environment: object) => {
      const question = read(`${LINK} --branch x`, environment);
      return 'way' in question && question.way === 'direct'
        ? question.organization.credentials.kind
        : question;
    };
    expect([kindOf(pipeline), kindOf({ ...pipeline, ...AZURE })]).toEqual(['entra', 'pat']);
  });
});

describe('what is refused, with what to do', () => {
  it.each<[string, RegExp]>([
    ['', /^Say which service, or give the address of the base pipeline\. Examples: /],
    ['payments search', /^There is a word too many\./],
    ['payments --wiat 30m', /^There is no option --wiat here\. Did you mean --wait\?$/],
    ['payments --pol 5s', /Did you mean --poll\?$/],
    ['payments -w 30m', /^There is no option -w here\. --help shows them all\.$/],
    ['payments --wait', /^The option --wait needs a value\. Example: --wait 30m$/],
    ['payments --wait --json', /^The option --wait needs a value\./],
    ['payments --wait=', /^The option --wait needs a value\./],
    ['payments --json=yes', /^The option --json takes no value\.$/],
    ['payments --wait 1m --wait 2m', /^The option --wait is given more than once\.$/],
    ['payments --wait soon', /^The option --wait is wrong: "soon" is no duration\. Example: --wait 30m$/],
    ['payments --wait 99h', /^The option --wait is wrong: "99h" is too short or too long\./],
    [
      'payments --branch two~words',
      /^The option --branch is wrong: .* git accepts\. Example: --branch develop$/,
    ],
    ['payments --commit HEAD', /^The option --commit is wrong/],
    ['payments --build-id x', /^The option --build-id is wrong/],
    ['payments --poll 10s', /^The option --poll is for asking Azure DevOps without a PipeBot/],
    [`${LINK} --url https://pipebot.example.com`, /^The option --url is for asking a PipeBot server/],
    [`${LINK} --definition 183`, /leave --definition out\.$/],
    ['payments --url ftp://x', /^The address of PipeBot has to be an http address/],
    ['payments --url https://canary@pipebot.example.com', /^The address of PipeBot has to be/],
    ['payments --url https://pipebot.example.com?key=canary', /^The address of PipeBot has to be/],
    [
      'payments --url http://pipebot.example.com',
      /^Over http everybody on the way could read the key\..*--allow-http/,
    ],
  ])('%s', (line, sentence) => expect(problemOf(line)).toMatch(sentence));

  it.each<[string, RegExp]>([
    ['--definition 183', /^Say in which organisation/],
    [
      '--definition 183 --organization http://dev.azure.com/contoso',
      /^The organisation has to be an https address/,
    ],
    ['--definition 183 --organization https://dev.azure.com/contoso', /^Say in which project/],
    [LINK, /^Say which branch of the base counts\./],
    [`${LINK} --branch x --poll 50ms`, /^The option --poll is wrong: "50ms" is too short/],
    [
      `${LINK} --branch x --on-canceled go`,
      /^The option --on-canceled is wrong: "go" is none of previous, stop\./,
    ],
    [`${LINK} --branch x --fallback-branch a..b`, /^The option --fallback-branch is wrong/],
    ['https://dev.azure.com/contoso/Shop/_build/results?buildId=7', /^The address leads to one run/],
    ['https://dev.azure.com/contoso/Shop/_release?id=7', /classic release/],
    ['https://dev.azure.com/contoso', /^The address does not lead to a pipeline/],
    ['http://tfs.example.com/Main/Shop/_build?definitionId=183', /over https/],
  ])('%s', (line, sentence) => expect(problemOf(line, AZURE)).toMatch(sentence));

  it.each(
    [...REFUSED_OPTIONS.keys()].flatMap((name) => [
      `--${name} canary`,
      `--${name.replaceAll('-', '_')}=canary`,
    ]),
  )('%s, since arguments can be read by others', (option) => {
    expect(problemOf(`${LINK} ${option}`)).toMatch(/into the environment as (AZURE_DEVOPS_PAT|PIPEBOT_KEY)/);
  });

  it.each<[string, string, object, RegExp]>([
    ['no key', 'payments', { ...SERVER, PIPEBOT_KEY: ' ' }, /^PIPEBOT_KEY is missing\./],
    [
      'a key that the pipeline does not have',
      'payments',
      { ...SERVER, PIPEBOT_KEY: '$(PIPEBOT_KEY)' },
      /^PIPEBOT_KEY holds the name of a variable/,
    ],
    [
      'a key of two lines',
      'payments',
      { ...SERVER, PIPEBOT_KEY: 'canary\ncanary' },
      /^PIPEBOT_KEY holds what no secret looks like/,
    ],
    ['no address', 'payments', { PIPEBOT_KEY: 'canary-key' }, /^Say where PipeBot is/],
    ['no token', `${LINK} --branch x`, {}, /^There is no token for Azure DevOps\..*SYSTEM_ACCESSTOKEN/],
    [
      'a token that the job does not have',
      `${LINK} --branch x`,
      { SYSTEM_ACCESSTOKEN: '$(System.AccessToken)' },
      /^SYSTEM_ACCESSTOKEN holds/,
    ],
  ])('%s', (_name, line, environment, sentence) => expect(problemOf(line, environment)).toMatch(sentence));

  it('http to this machine is no problem, nor where it is allowed', () => {
    for (const line of ['--url http://localhost:3978', '--url http://10.0.0.1 --allow-http'])
      expect(read(`payments ${line}`)).toMatchObject({ way: 'server' });
  });
});

describe('help and documentation', () => {
  const ENVIRONMENT = {
    ...SERVER,
    ...AZURE,
    SYSTEM_COLLECTIONURI: 'https://dev.azure.com/contoso/',
    SYSTEM_TEAMPROJECT: 'Shop',
  };
  const expand = (text: string) =>
    text
      .replaceAll('$(Build.SourceVersion)', 'a'.repeat(40))
      .replaceAll('$(Build.BuildId)', '4711')
      .replaceAll('$(Build.SourceBranch)', 'refs/heads/develop')
      .replaceAll(/\\\n\s*/g, ' ');
  const isUnderstood = (command: string) => {
    const words = expand(command)
      .split(/\s+/)
      .map((word) => word.replace(/^["']|["']$/g, ''));
    expect(
      readGateArguments(
        words.filter((word) => word !== ''),
        ENVIRONMENT,
      ),
    ).toHaveProperty('way');
  };
  const commandsIn = (text: string) =>
    [...expand(text).matchAll(/pipebot(?:\.mjs| --)? gate (?!--help)([^\n#|>]+)/g)].map(
      (match) => match[1] ?? '',
    );

  it.each(GATE_OPTIONS)('--$name: its example is understood', ({ example, way, name }) => {
    const start = way === 'server' ? 'payments' : name === 'definition' ? '' : `--definition 7`;
    const isBranch = name === 'branch' || way === 'server' ? '' : '--branch develop';
    const isNoLink = way === 'both' ? `payments ${example}` : `${start} ${isBranch} ${example}`;
    isUnderstood(isNoLink);
    expect(gateHelp().join('\n')).toContain(`--${name}`);
  });

  const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));

  it.each(blocks.filter(({ kind }) => kind === 'sh').flatMap(({ text }) => commandsIn(text)))(
    'docs/command-line.md: %s',
    (command) => isUnderstood(command),
  );

  it.each(blocks.filter(({ kind }) => kind === 'yaml'))('a pipeline step of the page: %#', ({ text }) => {
    const steps = parse(text) as { readonly bash: string; readonly env: object }[];
    for (const { bash, env } of steps) {
      expect(commandsIn(bash).length).toBeGreaterThan(0);
      for (const command of commandsIn(bash)) isUnderstood(command);
      expect(Object.keys(env).join()).toMatch(/PIPEBOT_KEY|SYSTEM_ACCESSTOKEN/);
    }
  });

  it('the page has examples of both ways, and only kinds that are looked at', () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['sh', 'yaml', 'json']));
    for (const { text } of blocks.filter(({ kind }) => kind === 'json')) JSON.parse(text);
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const all = [...commandsIn(page), ...commandsIn(readme.replaceAll('`', '\n'))];
    for (const command of all) isUnderstood(command);
    expect(all.some((command) => command.startsWith('payments'))).toBe(true);
    expect(all.some((command) => command.startsWith('https://'))).toBe(true);
  });
});
