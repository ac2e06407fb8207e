// The real program as its own process, killed without warning and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, type Shop } from '../stand-ins/shop.ts';
import {
  type StandInMessage,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { freePort } from '../support/free-port.ts';

const ROOT = new URL('../..', import.meta.url);
const SAMPLE = readFileSync(new URL('docs/pipebot.sample.yaml', ROOT), 'utf8');
const DEVELOP = { branch: 'refs/heads/develop' };

let folder: string;
let azure: AzureDevOpsStandIn;
let shop: Shop;
let teams: TeamsConnectorStandIn;
const children: ChildProcess[] = [];

// Whole processes on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipebot-restart-'));
  azure = await startAzureDevOpsStandIn({ clock: systemClock });
  shop = addShop(azure);
  teams = await startTeamsConnectorStandIn({ clock: systemClock, requireToken: false });
  writeFileSync(join(folder, 'pipebot.yaml'), SAMPLE.replaceAll('https://dev.azure.com/contoso', azure.url));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await kill(child, 'SIGKILL');
  }
  await teams.close();
  await azure.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function startProgram(changes: Readonly<Record<string, string>> = {}): Program {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    PIPEBOT_LOCAL: 'true',
    AZURE_DEVOPS_ORG_URL: azure.url,
    AZURE_DEVOPS_PAT: azure.personalAccessToken,
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    ...changes,
  };
  const child = spawn(process.execPath, [new URL('src/index.ts', ROOT).pathname], {
    cwd: folder,
    env: environment,
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  return { child, output: () => output };
}

/** Resolves with the program's address when it says that it has started. */
async function started(program: Program): Promise<string> {
  const address = () => /"url":"([^"]+)".*"msg":"started"/.exec(program.output())?.[1];
  await expect.poll(address, { timeout: 60_000, interval: 20, message: program.output() }).toBeDefined();
  teams.setBotEndpoint(`${address()}/api/messages`);
  return address() ?? '';
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

const textOf = ({ activity }: StandInMessage) => JSON.stringify(activity);
const LONG = { realTimeoutMs: 60_000 };

it('a watch survives kill -9: the end that nobody saw is told after the start', async () => {
  const channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
  const ada = teams.addUser({ name: 'Ada Lovelace' });
  const base = azure.queueBuild(shop.pythonBase, DEVELOP);
  base.start();
  const first = startProgram();
  await started(first);
  await teams.say(ada, channel, 'watch payments');
  const card = await teams.waitForMessage(channel, (message) => textOf(message).includes('Watching'), LONG);
  await expect.poll(first.output, { timeout: 60_000 }).toContain('notification delivered');
  await kill(first.child, 'SIGKILL');
  base.succeed();

  await started(startProgram());
  await teams.waitForMessage(channel, ({ id, versions }) => id === card.id && versions.length === 2, LONG);
  const news = await teams.waitForMessage(
    channel,
    (message) => textOf(message).includes('<at>Ada Lovelace</at>'),
    LONG,
  );
  expect(textOf(news)).toContain('succeeded');
  expect(teams.messages(channel).filter(({ from }) => from === 'bot')).toHaveLength(2);
});

it('a question that was taken is answered after kill -9, even if it died while sending', async () => {
  const channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
  const ada = teams.addUser({ name: 'Ada Lovelace' });
  azure.queueBuild(shop.pythonBase, DEVELOP).succeed();
  const first = startProgram();
  await started(first);
  const fault = teams.injectFault({
    match: { method: 'POST', path: /\/activities/ },
    effect: { kind: 'hang' },
  });
  const { status } = await teams.say(ada, channel, 'status payments');
  expect(status).toBe(200);
  const isSending = () =>
    teams.ledger.some(({ method, path }) => method === 'POST' && path.includes('/activities'));
  await expect.poll(isSending, { timeout: 60_000 }).toBe(true);
  await kill(first.child, 'SIGKILL');
  fault.remove();

  await started(startProgram());
  const answer = await teams.waitForMessage(channel, () => true, LONG);
  expect(textOf(answer)).toContain('payments: Ready');
  expect(textOf(answer)).toContain('may have seen this before');
});

it('a second process on the same folder is refused with a sentence, and the first lives on', async () => {
  const first = startProgram();
  const url = await started(first);
  const second = startProgram();
  const [code] = await once(second.child, 'exit');
  expect(code).toBe(1);
  expect(second.output()).toMatch(/^PipeBot cannot start: .*is using .*\n$/);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});

it('stops on SIGTERM with exit code 0, says what its database survives, and starts without a registration only locally', async () => {
  const program = startProgram();
  await started(program);
  expect(program.output()).toContain('survives a crash of this process, but not of the machine or its power');
  expect(program.output()).toContain('DATABASE_URL');
  expect(await kill(program.child, 'SIGTERM')).toBe(0);

  const unlocal = startProgram({ PIPEBOT_LOCAL: 'false', PORT: 'x' });
  const [code] = await once(unlocal.child, 'exit');
  expect(code).toBe(1);
  expect(unlocal.output().split('\n').slice(0, -1)).toHaveLength(4);
  expect(unlocal.output()).toContain('AZURE_DEVOPS_ORG_URL is no https');
  expect(unlocal.output()).toContain('MicrosoftAppId is missing');
  expect(unlocal.output()).toContain('PORT "x" is no port');
});

/** The one line that a program writes which does not start. */
async function refusal(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const program = startProgram(changes);
  const [code] = await once(program.child, 'close');
  expect(code).toBe(1);
  expect(program.output()).toMatch(/^PipeBot cannot start: .*\n$/);
  return program.output();
}

it('says that its port is taken, and by which setting it gets another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await refusal({ PORT: String(port) })).toContain(
    `PORT ${port} is taken by another program; stop it. Example: PORT=${port + 1}`,
  );
  other.close();
});

it('says that its folder is none', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await refusal({ DATA_DIR: 'file' })).toContain('DATA_DIR "file" is no folder');
  expect(await refusal({ DATA_DIR: 'file/data' })).toContain('DATA_DIR "file/data" is no folder');
});

it('says that there is a .env which cannot be read', async () => {
  mkdirSync(join(folder, '.env'));
  expect(await refusal()).toContain('.env cannot be read (EISDIR)');
});

it('says what is wrong with a database that is not reached', async () => {
  const port = await freePort();
  const line = await refusal({ DATABASE_URL: `postgres://me:canary@127.0.0.1:${port}/pipebot` });
  expect(line).toContain('DATABASE_URL names a server that cannot be reached (ECONNREFUSED)');
  expect(line).not.toContain('canary');
});

it.skipIf(!inject('postgresUrl'))('says what a database server does not accept', async () => {
  const url = new URL(inject('postgresUrl'));
  url.pathname = '/nowhere';
  expect(await refusal({ DATABASE_URL: url.href })).toContain('names a database that does not exist');
  url.username = 'nobody';
  url.password = 'canary';
  const line = await refusal({ DATABASE_URL: url.href });
  expect(line).toContain('DATABASE_URL has a user that the server does not let in');
  expect(line).not.toContain('canary');
});
