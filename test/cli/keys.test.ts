// `pipebot keys` on real databases: what it stores, what it says, how it ends, and that the server goes by it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { runKeys } from '../../src/cli/keys.ts';
import { readKeysArguments } from '../../src/cli/keys-arguments.ts';
import { Secret } from '../../src/secret.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createGateKeys } from '../../src/store/gate-keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { KEYS_USAGE, keyLines } from '../../src/text/keys.ts';
import { startWorld, type World } from '../acceptance/world.ts';
import { freshServerDatabases } from '../support/databases.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

const SERVICES = readFileSync(new URL('../../docs/pipebot.sample.yaml', import.meta.url), 'utf8');
const KEY = /^pbk_[\w-]{43}$/;

interface Outcome {
  readonly code: number;
  readonly printed: readonly string[];
  readonly noted: readonly string[];
}

/** A data folder in which PipeBot has been once; making one takes seconds. */
let template = '';
let folder = '';
let dataDir = '';
let clock: ScriptedClock;
beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'pipebot-test-keys-'));
  const database = await openDatabase({ dataDir: template });
  await migrate(database);
  await database.close();
});
afterAll(() => rm(template, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipebot-test-keys-'));
  dataDir = join(folder, 'data');
  clock = createScriptedClock();
});
afterEach(() => rm(folder, { recursive: true }));

const copyTemplate = () => cp(template, dataDir, { recursive: true });

async function run(
  line: string,
  changes: Readonly<Record<string, string | undefined>> = { DATA_DIR: dataDir },
): Promise<Outcome> {
  const [printed, noted]: string[][] = [[], []];
  const code = await runKeys(
    line.split(' ').filter((word) => word !== ''),
    {
      environment: {
        AZURE_DEVOPS_ORG_URL: 'https://dev.azure.com/contoso',
        AZURE_DEVOPS_PAT: 'canary-pat',
        ...changes,
      },
      readFile: () => SERVICES,
      clock,
      print: (text) => void printed?.push(text),
      note: (text) => void noted?.push(text),
    },
  );
  expect([printed, noted].join()).not.toMatch(/canary|undefined|\[object|\[redacted/);
  return { code, printed: printed ?? [], noted: noted ?? [] };
}

async function created(line: string): Promise<string> {
  const { code, printed } = await run(`create ${line}`);
  expect([code, printed.length]).toEqual([0, 1]);
  return printed[0] ?? '';
}

/** What the database holds, opened when nobody else has it. */
async function storedKeys(configured?: { readonly name: string; readonly key: string }) {
  const database = await openDatabase({ dataDir });
  const keys = createGateKeys(database);
  if (configured) await keys.replaceConfigured([{ name: configured.name, hash: hashOf(configured.key) }]);
  const listed = await keys.list();
  const rows = await database.query<{ row: string }>(
    'select keys::text as row from pipebot.gate_keys as keys',
  );
  await database.close();
  return { listed, text: rows.map(({ row }) => row).join('\n') };
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

describe('keys create', () => {
  beforeEach(copyTemplate);

  it('prints the key alone and once, and stores only its hash', async () => {
    const { code, printed, noted } = await run('create shop --services payments,search');
    const [key = ''] = printed;
    expect([code, printed.length]).toEqual([0, 1]);
    expect(key).toMatch(KEY);
    expect(noted).toEqual([
      'Made the key shop for payments and search. It is shown this once; PipeBot takes it when it is started.',
    ]);
    const { listed, text } = await storedKeys();
    expect(listed).toStrictEqual([
      {
        ...{ id: listed[0]?.id, name: 'shop', hash: hashOf(key), services: ['payments', 'search'] },
        ...{ isConfigured: false, createdAt: clock.now() },
      },
    ]);
    expect(text).not.toContain(key.slice(4, 16));
  });

  it('without services makes a key for all, and takes aliases and repeated options for the services they mean', async () => {
    await created('ops');
    await created('shop --services pay,PAYMENTS --services search');
    const { listed } = await storedKeys();
    expect(listed.map(({ name, services }) => [name, services])).toEqual([
      ['ops', undefined],
      ['shop', ['payments', 'search']],
    ]);
  });

  it('makes a second key of one name, and says which one it replaces', async () => {
    const first = await created('shop');
    await clock.advance(60_000);
    const { printed, noted } = await run('create shop');
    expect(printed[0]).not.toBe(first);
    const [older] = (await storedKeys()).listed;
    expect(older?.hash).toBe(hashOf(first));
    expect(noted[1]).toBe(`Once nobody uses the older one any more, revoke it by its id: ${older?.id}`);
  });

  it('makes none for a service that is not there', async () => {
    const { code, printed, noted } = await run('create shop --services payments,serch');
    expect([code, printed, noted]).toEqual([2, [], ['There is no service serch here. Did you mean search?']]);
  });
});

it('a folder in which there was no PipeBot yet gets its tables', async () => {
  const elsewhere = join(folder, 'new');
  expect((await run('create shop', { DATA_DIR: elsewhere })).code).toBe(0);
  expect((await run('list', { DATA_DIR: elsewhere })).printed).toHaveLength(2);
});

describe('keys list', () => {
  beforeEach(copyTemplate);

  it('says so when there is none', async () => {
    expect(await run('list')).toEqual({
      ...{ code: 0, noted: [] },
      printed: ['There are no keys. To make one: pipebot keys create <name>'],
    });
  });

  it('shows where each comes from, and nothing that it could be guessed from', async () => {
    const key = await created('shop --services payments,search');
    const { listed } = await storedKeys({ name: 'all', key: 'a-key-of-the-configuration' });
    const [all, shop] = listed;
    const { code, printed } = await run('list');
    expect([code, printed]).toEqual([
      0,
      [
        `name  services         from           created               last used  id`,
        `all   all              configuration  -                     never      ${all?.id}`,
        `shop  payments,search  keys create    2026-11-22 06:00 UTC  never      ${shop?.id}`,
      ],
    ]);
    for (const text of [key.slice(4, 16), hashOf(key).slice(0, 16)])
      expect(printed.join()).not.toContain(text);
  });
});

it('tells the last use, a key that may ask nothing, and odd names on one line', () => {
  const now = Date.UTC(2026, 10, 22, 6);
  const odd = {
    id: 'id-1',
    name: 'a\nb\u202e',
    services: [],
    isConfigured: true,
    lastUsedAt: now - 180_000,
  };
  expect(keyLines([odd], now)[1]).toBe('a b   none      configuration  -        3 min ago  id-1');
});

describe('keys revoke', () => {
  beforeEach(copyTemplate);

  it('by its name, and it is gone', async () => {
    await created('shop');
    await created('ops');
    const { listed } = await storedKeys();
    expect(await run('revoke shop')).toEqual({
      ...{ code: 0, noted: [] },
      printed: [
        `Revoked the key shop (${listed[1]?.id}). PipeBot refuses it from its next start on; it was never used.`,
      ],
    });
    expect((await storedKeys()).listed.map(({ name }) => name)).toEqual(['ops']);
    expect(await run('revoke shop')).toMatchObject({
      ...{ code: 2, printed: [], noted: ['There is no key shop here. To see all: pipebot keys list'] },
    });
  });

  it('by its id where several have one name; by that name none', async () => {
    await created('shop');
    await clock.advance(60_000);
    await created('shop');
    const [older, newer] = (await storedKeys()).listed;
    expect(await run('revoke shop')).toMatchObject({
      code: 2,
      noted: [`2 keys are called shop. Say which by its id: ${older?.id}, ${newer?.id}`],
    });
    expect((await run(`revoke ${older?.id}`)).code).toBe(0);
    expect((await storedKeys()).listed).toStrictEqual([newer]);
  });

  it('does not take one of the configuration, and says where to', async () => {
    await created('shop');
    const { listed } = await storedKeys({ name: 'all', key: 'a-key-of-the-configuration' });
    for (const word of ['all', listed[0]?.id])
      expect(await run(`revoke ${word}`)).toMatchObject({
        code: 2,
        noted: [
          'The key all comes from the configuration. Take it out of PIPEBOT_GATE_KEYS and start PipeBot again.',
        ],
      });
    expect((await storedKeys()).listed).toHaveLength(2);
  });

  it('knows what was meant', async () => {
    await created('shop');
    expect((await run('revoke shpo')).noted).toEqual(['There is no key shpo here. Did you mean shop?']);
  });
});

describe('what was called wrongly ends with 2 and a sentence', () => {
  it.each<[string, string]>([
    ['', 'Say create, list or revoke.'],
    ['creat shop', 'There is no word creat here. Did you mean create?'],
    ['create', "Say the key's name. Example: pipebot keys create shop"],
    ['revoke', "Say the key's name. Example: pipebot keys revoke shop"],
    ['create shop search', 'There is a word too many: search'],
    ['list shop', 'There is a word too many: shop'],
    ['create shop --services', 'The option --services needs a value.'],
    ['create shop --service search', 'There is no option --service here. Did you mean --services?'],
    ['create shop --services=', 'The services are not complete. Example: --services payments,search'],
    [
      'create shop --services payments,',
      'The services are not complete. Example: --services payments,search',
    ],
    ['list --services search', 'The option --services belongs to create.'],
    ['revoke shop --services search', 'The option --services belongs to create.'],
    [
      'create shop:search',
      "A key's name has up to 60 letters, digits, dots and dashes. Example: pipebot keys create shop",
    ],
    [
      `create ${'x'.repeat(61)}`,
      "A key's name has up to 60 letters, digits, dots and dashes. Example: pipebot keys create shop",
    ],
  ])('keys %s', async (line, problem) => {
    expect(readKeysArguments(line.split(' ').filter((word) => word !== ''))).toEqual({ problem });
    const { code, printed, noted } = await run(line);
    expect([code, printed, noted]).toEqual([2, [], [problem, '', 'Usage:', ...KEYS_USAGE]]);
  });

  it('settings that cannot be used; a bot’s registration is not needed', async () => {
    const { code, noted } = await run('list', { DATA_DIR: dataDir, PIPEBOT_GATE_KEYS: 'canary' });
    expect([code, noted.map((line) => line.split(' ')[0])]).toEqual([2, ['PIPEBOT_GATE_KEYS']]);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a server that is not there',
      { DATABASE_URL: 'postgres://me:canary@127.0.0.1:1/pipebot' },
      /^DATABASE_URL names a server that cannot be reached \(ECONNREFUSED\)/,
    ],
    ['a folder that is none', { DATA_DIR: '/dev/null/x' }, /^DATA_DIR "\/dev\/null\/x" is no folder/],
  ])('%s', async (_, changes, problem) => {
    const { code, noted } = await run('list', changes);
    expect([code, noted]).toEqual([2, [expect.stringMatching(problem)]]);
  });
});

async function statusOf(world: World, key: string): Promise<number> {
  return (await world.gate('search', { 'x-pipebot-key': key })).status;
}

it('beside a PipeBot on the embedded database it says why it cannot, and before the next start it can', async () => {
  const world = await startWorld({ database: { dataDir } });
  for (const line of ['create shop', 'list', 'revoke shop'])
    expect(await run(line)).toEqual({
      ...{ code: 2, printed: [] },
      noted: [
        `PipeBot is running on the embedded database in ${dataDir}, which only one program can use at a time. Stop PipeBot and try again, or put the key into PIPEBOT_GATE_KEYS. With DATABASE_URL this works while PipeBot runs.`,
      ],
    });
  await world.app.stop();
  const key = await created('shop');
  await world.restart();
  expect(await statusOf(world, key)).not.toBe(401);
  await world.stop();
});

describe.skipIf(inject('postgresUrl') === '')('beside a PipeBot on a PostgreSQL server', () => {
  const openFresh = freshServerDatabases();

  it('new and revoked keys count within seconds, two of one service at the same time', async () => {
    const { url } = await openFresh();
    const world = await startWorld({ database: { databaseUrl: new Secret(url) } });
    const make = () => run('create shop --services search', { DATABASE_URL: url });
    expect(await statusOf(world, 'pbk_nobody')).toBe(401);
    const [old, next] = [await make(), await make()];
    expect(old.noted[0]).toContain('a running PipeBot takes it within 10 s');
    const [oldKey = '', nextKey = ''] = [old.printed[0], next.printed[0]];
    await world.clock.advance(5_001);
    const both = async () => [await statusOf(world, oldKey), await statusOf(world, nextKey)];
    expect(await both()).not.toContain(401);
    expect((await world.gate('payments', { 'x-pipebot-key': nextKey })).status).toBe(404);
    const id = /by its id: (\S+)$/.exec(next.noted[1] ?? '')?.[1];
    expect((await run(`revoke ${id}`, { DATABASE_URL: url })).printed).toEqual([
      `Revoked the key shop (${id}). A running PipeBot refuses it within 10 s; it was last used just now.`,
    ]);
    await world.clock.advance(5_001);
    const [oldStatus, nextStatus] = await both();
    expect(oldStatus).toBe(401);
    expect(nextStatus).not.toBe(401);
    await world.stop();
  });
});
