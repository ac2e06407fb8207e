import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { normalizeOrganizationUrl } from '../../src/config/organization-url.ts';
import { loadSettings, loadToolSettings, problemLines, type Settings } from '../../src/config/settings.ts';

const SAMPLE = readFileSync(new URL('../../docs/pipebot.sample.yaml', import.meta.url), 'utf8');
const GUID = '11111111-2222-4333-8444-555555555555';
const SECRET_KEY = 'canary/secret+key/canary+secret/key/canaryA=';
const OLDER_SECRET_KEY = 'canary/older+key/canary+older/key/canary/2A=';
const GOOD = {
  MicrosoftAppId: GUID,
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppTenantId: GUID,
  MicrosoftAppPassword: 'canary-password',
  AZURE_DEVOPS_ORG_URL: 'https://dev.azure.com/contoso/',
  AZURE_DEVOPS_PAT: 'canary-pat',
  PIPEBOT_GATE_KEYS: 'shop:canary-key-canary-key-canary-key:payments,search',
  PIPEBOT_HOOK_SECRET: 'canary-hook-secret; canary-older-hook-secret;',
  PIPEBOT_SECRET_KEY: `${SECRET_KEY}; ${OLDER_SECRET_KEY};`,
};

function problemsOf(
  changes: Record<string, string | undefined>,
  text: string | undefined = SAMPLE,
): string[] {
  const settings = loadSettings({ ...GOOD, ...changes }, () => text);
  return 'problems' in settings ? problemLines(settings.problems) : [];
}

/** Ten times itself, `levels` times over. */
function bomb(levels: number): string {
  const level = (index: number) => `a${index}: &a${index} [${`*a${index - 1}, `.repeat(10)}]`;
  return ['a0: &a0 x', ...Array.from({ length: levels }, (_, index) => level(index + 1))].join('\n');
}

function settingsOf(text: string, changes: Record<string, string> = {}): Settings {
  const settings = loadSettings({ ...GOOD, ...changes }, () => text);
  if ('problems' in settings) throw new Error(problemLines(settings.problems).join('\n'));
  return settings.value;
}

describe('good settings', () => {
  it('are read from the sample', () => {
    const { catalog, config, organizations } = settingsOf(SAMPLE);
    expect(organizations.map(({ name, url }) => [name, url])).toEqual([
      ['contoso', 'https://dev.azure.com/contoso'],
    ]);
    expect(config.host).toBe('0.0.0.0');
    expect(config.hookSecrets.map((secret) => secret.reveal())).toEqual([
      'canary-hook-secret',
      'canary-older-hook-secret',
    ]);
    expect(config.secretKeys.map((secret) => secret.reveal())).toEqual([SECRET_KEY, OLDER_SECRET_KEY]);
    expect(config.operatorPort).toBeUndefined();
    const search = catalog.services.find(({ name }) => name === 'search');
    expect(search?.bases.map(({ name }) => name)).toEqual(['python-base', 'node-base']);
    expect(search?.build).toEqual({
      organization: 'contoso',
      project: 'Shop',
      definitionId: 190,
      branch: 'refs/heads/main',
    });
    expect(search?.fallbackBranches).toEqual(['refs/heads/develop']);
    expect(catalog.services.find(({ name }) => name === 'shipping')?.policy.whenRunning).toBe('use-previous');
  });

  it('never print their secrets', () => {
    const settings = settingsOf(SAMPLE);
    for (const printed of [
      inspect(settings, { depth: 9 }),
      JSON.stringify(settings),
      `${settings.config.personalAccessToken}`,
    ]) {
      expect(printed).not.toContain('canary');
    }
  });

  it('can do without service hooks, and open the operator’s routes', () => {
    const { config } = settingsOf(SAMPLE, { PIPEBOT_HOOK_SECRET: '', PIPEBOT_OPERATOR_PORT: '3979' });
    expect([config.hookSecrets, config.operatorPort, config.port]).toEqual([[], 3979, 3978]);
    expect(problemsOf({ PORT: '0', PIPEBOT_OPERATOR_PORT: '0' })).toEqual([]);
  });

  it('of a program without a bot need no registration, and nothing else less', () => {
    const { MicrosoftAppId: _, MicrosoftAppType: __, AZURE_DEVOPS_PAT: pat, ...rest } = GOOD;
    const good = loadToolSettings({ ...rest, AZURE_DEVOPS_PAT: pat }, () => SAMPLE);
    expect('value' in good && good.value.organizations).toHaveLength(1);
    const bad = loadToolSettings(rest, () => SAMPLE);
    expect('problems' in bad && problemLines(bad.problems)).toEqual([
      expect.stringContaining('AZURE_DEVOPS_PAT is missing'),
    ]);
  });

  it('bind to loopback only in local mode, whatever HOST says', () => {
    const { MicrosoftAppId: _, ...rest } = GOOD;
    const settings = loadSettings({ ...rest, PIPEBOT_LOCAL: 'true', HOST: '0.0.0.0' }, () => SAMPLE);
    expect('value' in settings && settings.value.config.host).toBe('127.0.0.1');
  });

  it('can name more organisations, each with its own token', () => {
    const text = `
organizations: { tfs: { url: https://tfs.example.com/tfs/Main, tokenVariable: TFS_PAT } }
bases: { b: { organization: tfs, project: P, definition: 3, repository: 17 } }
services: { s: { base: b, gate: { maxAge: 90d, timeout: 1h } } }`;
    expect(problemsOf({ PIPEBOT_GATE_KEYS: '' }, text).join()).toContain('TFS_PAT is missing');
    const { catalog, organizations } = settingsOf(text, { TFS_PAT: 'x', PIPEBOT_GATE_KEYS: '' });
    expect(organizations).toHaveLength(2);
    expect(catalog.bases[0]?.definition).toMatchObject({
      organization: 'tfs',
      branch: 'refs/heads/main',
      repositoryId: '17',
    });
    expect(catalog.services[0]?.policy).toMatchObject({
      maxAgeMs: 7_776_000_000,
      timeoutMs: 3_600_000,
      settleMs: 0,
    });
  });
});

describe('who may see and who may operate', () => {
  const TEAM = '19:8f2a0d@thread.tacv2';
  const file = (gate: string, service: string) => `
project: P
bases: { b: { definition: 3 } }
services: { payments: { base: b${service} } }
gate: { timeout: 30m${gate} }`;
  const accessOf = (gate: string, service: string) =>
    settingsOf(file(gate, service), { PIPEBOT_GATE_KEYS: '' }).catalog.services[0]?.access;
  const problem = (gate: string, service: string) =>
    problemsOf({ PIPEBOT_GATE_KEYS: '' }, file(gate, service)).join();

  it.each([
    ['', '', [], []],
    [`, operators: [${GUID}]`, '', [], [GUID]],
    [`, operators: ${GUID.toUpperCase()}, visibleTo: ["${TEAM}"]`, '', [TEAM], [GUID]],
    [`, operators: [${GUID}]`, `, operators: ["${TEAM}"]`, [], [TEAM]],
    [`, operators: [${GUID}], visibleTo: ["${TEAM}"]`, ', operators: [], visibleTo: []', [], []],
    [
      '',
      `, visibleTo: ["${TEAM}", ${GUID}, "19:a_b-c.d@thread.v2"]`,
      [TEAM, GUID, '19:a_b-c.d@thread.v2'],
      [],
    ],
  ])('gate {%s} and service {%s}', (gate, service, visibleTo, operators) => {
    expect(accessOf(gate, service)).toEqual({ visibleTo, operators });
  });

  it.each([
    [
      ', operators: [ada@contoso.com]',
      '',
      'gate.operators "ada@contoso.com" is neither an object id of Entra nor',
    ],
    ['', ', visibleTo: [Shop]', 'services.payments.visibleTo "Shop" is neither an object id of Entra nor'],
    ['', ', visibleTo: ', 'services.payments.visibleTo is empty; to have no entries, write []'],
    [', operators: ', '', 'gate.operators is empty'],
    ['', ', visibleto: []', 'visibleto is no setting'],
    ['', `, operators: { ada: ${GUID} }`, 'services.payments.operators is no text'],
    ['', `, gate: { operators: [${GUID}] }`, 'services.payments.gate.operators is no setting'],
  ])('gate {%s} and service {%s} is wrong', (gate, service, sentence) => {
    expect(problem(gate, service)).toContain(sentence);
  });
});

describe('mistakes', () => {
  const KEY = 'canary-key-canary-key-canary-key';

  it.each<[string, Record<string, string>, string, string]>([
    [
      'a token in the address of the organisation, and a bad link',
      { AZURE_DEVOPS_ORG_URL: 'https://me:canary@dev.azure.com/contoso?t=canary#canary' },
      'bases: { b: https://dev.azure.com/evil/P/_build?definitionId=1 }\nservices: { s: { base: b } }',
      'Example: https://dev.azure.com/contoso/Shop/_build',
    ],
    [
      'the same, and a bad organisation',
      { AZURE_DEVOPS_ORG_URL: 'https://me:canary@dev.azure.com/contoso' },
      'bases: { b: { definition: 1, project: P, organization: x } }\nservices: { s: { base: b } }',
      'Example: organization: contoso',
    ],
    [
      'an address without https:',
      { AZURE_DEVOPS_ORG_URL: 'me:canary@dev.azure.com/contoso' },
      'bases: { b: { definition: 1, project: P, organization: x } }\nservices: { s: { base: b } }',
      'AZURE_DEVOPS_ORG_URL is no https',
    ],
    [
      'a token where its variable should be named',
      {},
      `organizations: { x: { url: https://dev.azure.com/x, tokenVariable: ${'canary'.repeat(9)} } }`,
      'organizations.x.tokenVariable is no name of an environment variable',
    ],
    [
      'a key with a colon',
      { PIPEBOT_GATE_KEYS: `shop:${KEY}:${KEY}` },
      SAMPLE,
      'entry 1 names an unknown service',
    ],
    ['a key with two', { PIPEBOT_GATE_KEYS: `shop:${KEY}:${KEY}:${KEY}` }, SAMPLE, 'a key contains no colon'],
    [
      'a key with a colon and no name',
      { PIPEBOT_GATE_KEYS: 'canary:canary' },
      SAMPLE,
      'it contains no colon',
    ],
    [
      'the same and longer',
      { PIPEBOT_GATE_KEYS: `canary:${KEY}:` },
      SAMPLE,
      'services of entry 1 are not complete',
    ],
    [
      'a database that cannot be parsed',
      { DATABASE_URL: 'postgres://u:canary@db:port/p' },
      SAMPLE,
      'DATABASE_URL is no',
    ],
    [
      'a database with a bad escape',
      { DATABASE_URL: 'postgres://u:canary%ff@db/p' },
      SAMPLE,
      'DATABASE_URL is no',
    ],
    ['a database of another kind', { DATABASE_URL: 'mysql://u:canary@db/p' }, SAMPLE, 'DATABASE_URL is no'],
  ])('never show a secret: %s', (_name, changes, text, expected) => {
    const lines = problemsOf(changes, text).join('\n');
    expect(lines).toContain(expected);
    expect(lines).not.toContain('canary');
  });

  it.each([
    'postgres://u:p%ss@db/p',
    'postgres://u:p@/p?host=/run/postgresql',
    'postgresql:///p',
    'postgres://u:100%25@[::1]:5432/p?sslmode=require',
  ])('are none: the database %s', (url) => {
    expect(problemsOf({ DATABASE_URL: url })).toEqual([]);
  });

  it.each(['contoso', 'Contoso'])('two organisations of one name: %s', (name) => {
    const more = `${SAMPLE}\norganizations: { ${name}: { url: https://tfs.example.com/x, tokenVariable: T } }`;
    expect(problemsOf({ T: 'x' }, more).join()).toContain(
      `organizations.${name} has the name of another organisation`,
    );
  });

  it('two organisations of one name, both in the file', () => {
    const entry = '{ url: https://tfs.example.com/x, tokenVariable: T }';
    const lines = problemsOf({ T: 'x' }, `${SAMPLE}\norganizations: { tfs: ${entry}, TFS: ${entry} }`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('organizations.TFS has the name of another organisation');
  });

  it('an organisation whose escapes are broken', () => {
    const lines = problemsOf({ AZURE_DEVOPS_ORG_URL: 'https://dev.azure.com/100%' }).join('\n');
    expect(lines).toContain('AZURE_DEVOPS_ORG_URL is no https address');
    const text = `${SAMPLE}\norganizations: { x: { url: 'https://dev.azure.com/100%', tokenVariable: T } }`;
    expect(problemsOf({ T: 'x' }, text).join()).toContain('organizations.x.url is no https address');
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no app id and no local mode', { MicrosoftAppId: undefined }, 'MicrosoftAppId is missing'],
    ['an empty app id', { MicrosoftAppId: ' ' }, 'MicrosoftAppId is missing'],
    ['an app id that is none', { MicrosoftAppId: 'pipebot' }, 'MicrosoftAppId is no GUID'],
    ['no app type', { MicrosoftAppType: undefined }, 'MicrosoftAppType is missing'],
    ['an app type that is none', { MicrosoftAppType: 'singletenant' }, '"singletenant" is no type'],
    ['no tenant', { MicrosoftAppTenantId: undefined }, 'MicrosoftAppTenantId is missing'],
    ['no password', { MicrosoftAppPassword: undefined }, 'MicrosoftAppPassword is missing'],
    ['no token', { AZURE_DEVOPS_PAT: undefined }, 'AZURE_DEVOPS_PAT is missing'],
    [
      'plain http',
      { AZURE_DEVOPS_ORG_URL: 'http://dev.azure.com/contoso' },
      'AZURE_DEVOPS_ORG_URL is no https',
    ],
    [
      'a host without an organisation',
      { AZURE_DEVOPS_ORG_URL: 'https://dev.azure.com' },
      'AZURE_DEVOPS_ORG_URL is no https',
    ],
    ['a port that is none', { PORT: '70000' }, 'PORT "70000" is no port'],
    ['a flag that is none', { PIPEBOT_LOCAL: 'yes' }, 'PIPEBOT_LOCAL "yes" is neither'],
    ['a database that is none', { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is no address'],
    ['a short key', { PIPEBOT_GATE_KEYS: 'shop:short' }, 'fewer than 24'],
    ['a key without a name', { PIPEBOT_GATE_KEYS: 'abcdefghijklmnopqrstuvwxyz' }, 'is not name:key'],
    [
      'a key for a service that is not there',
      { PIPEBOT_GATE_KEYS: `${GOOD.PIPEBOT_GATE_KEYS},paymnets` },
      'unknown service "paymnets"',
    ],
    [
      'a key with an empty list of services',
      { PIPEBOT_GATE_KEYS: `a:${'x'.repeat(24)}:` },
      'are not complete',
    ],
    ['a list with a gap', { PIPEBOT_GATE_KEYS: `${GOOD.PIPEBOT_GATE_KEYS},` }, 'are not complete'],
    [
      'two keys with one name',
      { PIPEBOT_GATE_KEYS: `a:${'x'.repeat(24)};a:${'y'.repeat(24)}` },
      'two keys have the same name',
    ],
    [
      'one key with two names',
      { PIPEBOT_GATE_KEYS: `a:${'x'.repeat(24)};b:${'x'.repeat(24)}` },
      'two names have the same key',
    ],
    ['a secret key of another length', { PIPEBOT_SECRET_KEY: 'canary/1' }, 'is not 32 bytes in base64'],
    [
      'a secret key that is no base64',
      { PIPEBOT_SECRET_KEY: `${SECRET_KEY};${'canary-_'.repeat(6)}` },
      'has a key (number 2) that is not 32 bytes in base64. Example: PIPEBOT_SECRET_KEY=<what "openssl rand -base64 32" prints>',
    ],
    [
      'a secret key that stands for more bits than it shows',
      { PIPEBOT_SECRET_KEY: SECRET_KEY.replace('A=', 'B=') },
      'is not 32 bytes in base64',
    ],
    [
      'a secret key twice',
      { PIPEBOT_SECRET_KEY: `${SECRET_KEY};${SECRET_KEY}` },
      'PIPEBOT_SECRET_KEY has the same key twice',
    ],
    ['a short hook secret', { PIPEBOT_HOOK_SECRET: 'canary' }, 'has fewer than 16 characters'],
    [
      'a short second hook secret',
      { PIPEBOT_HOOK_SECRET: `${'x'.repeat(16)};canary` },
      'has a secret (number 2) of fewer than 16 characters',
    ],
    [
      'three hook secrets',
      { PIPEBOT_HOOK_SECRET: Array(3).fill('canary'.repeat(4)).join(';') },
      'has more than 2 secrets (a secret contains no semicolon)',
    ],
    [
      'an operator’s port that is none',
      { PIPEBOT_OPERATOR_PORT: 'on' },
      'PIPEBOT_OPERATOR_PORT "on" is no port',
    ],
    [
      'an operator’s port for everybody',
      { PIPEBOT_OPERATOR_PORT: '3978' },
      'PIPEBOT_OPERATOR_PORT is the same as PORT',
    ],
    ['a level that is none', { LOG_LEVEL: 'loud' }, '"loud" is no level'],
  ])('%s', (_name, changes, expected) => {
    const lines = problemsOf(changes);
    expect(lines.join('\n')).toContain(expected);
    expect(lines.every((line) => line.includes('Example: '))).toBe(true);
    expect(lines.join('\n')).not.toContain('canary');
  });

  it('of the environment and the file are told all at once, one line each', () => {
    const text = `
project: Shop
basis: {}
bases: { python-base: { definition: zero, branch: a..b } }
services:
  payments: { base: pyhton-base, gate: { timeout: soon, whenRunning: maybe } }
  pay ments: {}`;
    const lines = problemsOf({ MicrosoftAppType: '', PORT: 'x' }, text);
    expect(lines).toEqual([
      'MicrosoftAppType is missing. Example: MicrosoftAppType=SingleTenant',
      'PORT "x" is no port. Example: PORT=3978',
      'pipebot.yaml: basis is no setting. Example: bases',
      'pipebot.yaml: bases.python-base.definition is neither a number nor an address of a pipeline. Example: definition: 183',
      'pipebot.yaml: bases.python-base.branch "a..b" is no branch. Example: branch: develop',
      'pipebot.yaml: services.payments.base "pyhton-base" is not among the bases. Example: base: python-base',
      'pipebot.yaml: services.payments.gate.whenRunning "maybe" is none of wait, use-previous. Example: whenRunning: wait',
      'pipebot.yaml: services.payments.gate.timeout "soon" is no duration. Example: timeout: 30m',
      'pipebot.yaml: services.pay ments is no name. Example: payments',
      'pipebot.yaml: services.pay ments.base is missing. Example: base: python-base',
    ]);
  });

  it.each<[string, string, string]>([
    ['broken YAML', 'services: [', 'line 1'],
    ['a list', '- a', 'no mapping'],
    ['an alias of nothing', 'services: *nothing', 'without its anchor'],
    ['a bomb of aliases', bomb(9), 'or too many of them'],
    [
      'brackets without end',
      '['.repeat(100_000) + ']'.repeat(100_000),
      'is not valid YAML (RESOURCE_EXHAUSTION)',
    ],
    ['an unknown tag', 'services: !include other.yaml', 'line 1 is not valid YAML (TAG_RESOLVE_FAILED)'],
    ['an unknown directive', '%FOO\n---\nservices: {}', 'is not valid YAML (BAD_DIRECTIVE)'],
    ['a map as a key', '{ a: b }: c', 'is no setting'],
    ['nothing', '', 'services is empty'],
    ['a name taken twice', 'project: P\nbases: { b: 1 }', 'bases.b is no mapping'],
    [
      'an alias that is another service',
      'project: P\nbases: { b: { definition: 1 } }\nservices: { s: { base: b }, t: { base: b, aliases: [S] } }',
      'already taken',
    ],
    [
      'a service that waits for itself',
      'project: P\nbases: { b: { definition: 1 } }\nservices: { s: { base: b, build: { definition: 1 } } }',
      'would wait for itself',
    ],
    [
      'a link to another organisation',
      'bases: { b: https://dev.azure.com/evil/P/_build?definitionId=1 }\nservices: { s: { base: b } }',
      'no address of a pipeline',
    ],
    [
      'a key on the prototype',
      'project: P\nbases: { b: { definition: 1 } }\nservices: { s: { base: b, __proto__: { base: x } } }',
      '__proto__ is no setting',
    ],
  ])('in the file: %s', (_name, text, expected) => {
    expect(problemsOf({ PIPEBOT_GATE_KEYS: '' }, text).join('\n')).toContain(expected);
  });

  it('a file that is not there', () => {
    const settings = loadSettings(GOOD, () => {
      throw new Error('ENOENT');
    });
    expect('problems' in settings && problemLines(settings.problems)[0]).toMatch(
      /^pipebot.yaml cannot be read. Example: cp docs\/pipebot.sample.yaml pipebot.yaml, /,
    );
  });
});

it.each<[string, boolean, string | undefined]>([
  ['https://dev.azure.com/contoso//', false, 'https://dev.azure.com/contoso'],
  ['https://contoso.visualstudio.com', false, 'https://contoso.visualstudio.com'],
  ['https://tfs.example.com:8080/tfs/Main', false, 'https://tfs.example.com:8080/tfs/Main'],
  ['http://127.0.0.1:8080/contoso', true, 'http://127.0.0.1:8080/contoso'],
  ['http://127.0.0.1:8080/contoso', false, undefined],
  ['http://example.com/contoso', true, undefined],
  ['https://user:pw@dev.azure.com/contoso', false, undefined],
  ['https://dev.azure.com/contoso?x=1', false, undefined],
  ['dev.azure.com/contoso', false, undefined],
])('the address %s (local %s) is %s', (text, isLocal, expected) => {
  expect(normalizeOrganizationUrl(text, isLocal)).toBe(expected);
});
