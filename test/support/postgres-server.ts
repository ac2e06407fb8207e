// Starts a PostgreSQL server of our own for the tests and benches: on a free loopback port, in a temporary
// folder, gone afterwards. Uses the binaries that npm brings or those of the system, as root and as anybody.
// Must never touch a server that it did not start.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, createWriteStream } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { freePort } from './free-port.ts';
import { type Account, type Binaries, findBinaries, unprivilegedAccount } from './postgres-binaries.ts';
import { removeStaleServers } from './stale-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server's database `postgres`; empty where no server could be had. */
    postgresUrl: string;
  }
}

const FOLDER_PREFIX = 'pipebot-test-postgres-';
const READY_DEADLINE_MS = 30_000;
const START_ATTEMPTS = 3;

/** Quick and forgetful: a test server has nothing to survive. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
  lc_messages: 'C',
};

export interface PostgresServer {
  /** The URL of its database `postgres`, for a superuser without a password. */
  readonly url: string;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

let server: PostgresServer | undefined;

/** vitest's globalSetup. */
export async function setup(project: TestProject): Promise<void> {
  const wish = process.env['PIPEBOT_TEST_POSTGRES'] ?? '';
  try {
    if (wish === 'off') throw new Error('PIPEBOT_TEST_POSTGRES=off');
    server = await startPostgresServer();
  } catch (error) {
    if (wish === 'required') throw error;
    warnLoudly(error);
  }
  project.provide('postgresUrl', server?.url ?? '');
}

export async function teardown(): Promise<void> {
  await server?.stop();
}

/**
 * Starts a server; also for scripts outside the tests.
 * @throws {Error} which says what was missing or what the server wrote, when none can be started here.
 */
export async function startPostgresServer(): Promise<PostgresServer> {
  await removeStaleServers(FOLDER_PREFIX);
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  try {
    await writeFile(join(folder, 'starter.pid'), String(process.pid));
    const account = await unprivilegedAccount();
    if (account !== undefined) await chown(folder, account.uid, account.gid);
    const binaries = await findBinaries(folder, account);
    const data = join(folder, 'data');
    await initialise(binaries, data, account);
    return await startOnFreePort({ binaries, folder, data, account });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Installation {
  readonly binaries: Binaries;
  readonly folder: string;
  readonly data: string;
  /** Whom to run as when we are root, which PostgreSQL refuses to be. */
  readonly account: Account | undefined;
}

async function initialise(binaries: Binaries, data: string, account: Account | undefined): Promise<void> {
  const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-locale', '--no-sync'];
  const initdb = run(binaries.initdb, ['--pgdata', data, ...options], account);
  let output = '';
  initdb.stdout?.on('data', (chunk) => (output += chunk));
  initdb.stderr?.on('data', (chunk) => (output += chunk));
  const [exitCode] = await once(initdb, 'close');
  if (exitCode !== 0) throw new Error(`${binaries.initdb} failed with ${exitCode}:\n${output}`);
}

/** Somebody else may take the port between our look and the server's start; then another one is tried. */
async function startOnFreePort(installation: Installation): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await freePort(), installation);
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOn(
  port: number,
  { binaries, folder, data, account }: Installation,
): Promise<PostgresServer> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = run(binaries.postgres, ['-D', data, '-p', String(port), ...settings], account);
  const logFile = join(folder, 'server.log');
  const log = createWriteStream(logFile);
  if (account !== undefined) log.once('open', () => chownSync(logFile, account.uid, account.gid));
  child.stderr?.pipe(log);
  // Where vitest itself is stopped hard the server must not stay behind; SIGQUIT stops it without ceremony.
  const stopHard = () => child.kill('SIGQUIT');
  process.once('exit', stopHard);
  const stop = async () => {
    process.removeListener('exit', stopHard);
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGINT'))
      await once(child, 'close');
  };
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  try {
    await answering(url, child);
  } catch (error) {
    await stop();
    throw new Error(`PostgreSQL did not start:\n${await readFile(logFile, 'utf8')}`, { cause: error });
  }
  return {
    url,
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) throw error;
      await delay(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function run(program: string, parameters: string[], account: Account | undefined): ChildProcess {
  return spawn(program, parameters, {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env['SystemRoot'] },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
}

function warnLoudly(reason: unknown): void {
  const line = '!'.repeat(100);
  const text = [
    line,
    'NO POSTGRESQL SERVER: the tests that need one are SKIPPED, and only the embedded database is tested.',
    'Install the optional dependencies (npm install) or PostgreSQL 15 or newer to run them all.',
    `Reason: ${reason instanceof Error ? reason.message : String(reason)}`,
    line,
  ];
  process.stderr.write(`\n${text.join('\n')}\n\n`);
}
