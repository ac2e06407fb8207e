// The key file of a data folder: made once, whole and for nobody else; refused with a sentence when it is not so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { ENCRYPTION_KEY, Secret } from '../../src/secret.ts';
import { sealKeysFor } from '../../src/store/seal-keys.ts';
import { openSecretKeyFile } from '../../src/store/secret-key-file.ts';
import { errorSentence } from '../../src/text/error.ts';

const CANARY = 'canary/secret+key/canary+secret/key/canaryA=';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipebot-test-key-'));
  path = join(folder, 'secret.key');
});
afterEach(() => rm(folder, { recursive: true }));

/** What a person reads who starts PipeBot on this folder. */
function refusalHere(): string {
  try {
    openSecretKeyFile(folder);
  } catch (error) {
    if (error instanceof PipeBotError && error.code === 'config-invalid') return errorSentence(error);
    throw error;
  }
  throw new Error('The key file was taken');
}

it('is made when there is none, whole and for its owner alone', async () => {
  const before = process.umask(0);
  const key = openSecretKeyFile(folder);
  process.umask(before);
  expect(key.reveal()).toMatch(ENCRYPTION_KEY);
  expect(await readFile(path, 'utf8')).toBe(`${key.reveal()}\n`);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['secret.key']);
});

it('stays the same from then on, and is another one elsewhere', async () => {
  const key = openSecretKeyFile(folder);
  expect(openSecretKeyFile(folder).reveal()).toBe(key.reveal());
  const other = join(folder, 'other');
  await mkdir(other);
  expect(openSecretKeyFile(other).reveal()).not.toBe(key.reveal());
});

it.skipIf(process.platform === 'win32')('is not there when its maker died while writing', async () => {
  const module = new URL('../../src/store/secret-key-file.ts', import.meta.url).href;
  const program = `import { openSecretKeyFile } from '${module}'; openSecretKeyFile('${folder}');`;
  // No byte may be written to any file: the system ends the process, or the write, in the middle of it.
  const child = spawn(
    'sh',
    ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { stdio: 'ignore' },
  );
  const [code] = await once(child, 'exit');
  expect(code).not.toBe(0);
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^secret\.key\.[0-9a-f]{8}\.tmp$/)]);
  // What is left aside does not stand in the way of the next start.
  expect(openSecretKeyFile(folder).reveal()).toMatch(ENCRYPTION_KEY);
});

it.each([0o640, 0o604, 0o660, 0o620, 0o644])('is refused when others may use it: %o', async (mode) => {
  await writeFile(path, CANARY);
  await chmod(path, mode);
  expect(refusalHere()).toBe(
    `The configuration cannot be used (${path}): others than the account of PipeBot may read this file. Correct it and start PipeBot again. Example: chmod 600 ${path}`,
  );
});

it.each([
  '',
  '\n',
  'canary',
  CANARY.slice(1),
  `${CANARY}${CANARY}`,
  `${CANARY}\n${CANARY}`,
  CANARY.replace('A=', 'B='),
])('is refused when it holds something else, and never replaced: %j', async (text) => {
  await writeFile(path, text, { mode: 0o600 });
  expect(refusalHere()).toMatch(
    /: this file does not hold 32 bytes in base64\. .* Example: restore .* from a backup$/,
  );
  expect(refusalHere()).not.toContain('canary/');
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('is refused when it cannot be read', async () => {
  // A folder in its place: rights alone do not keep out an administrator, who may run these tests.
  await mkdir(path);
  expect(refusalHere()).toContain('this file cannot be read (EISDIR)');
});

it.each(['', '\n', ' \r\n'])('is read with %j behind it', async (end) => {
  await writeFile(path, `${CANARY}${end}`, { mode: 0o600 });
  expect(openSecretKeyFile(folder).reveal()).toBe(CANARY);
});

it('counts where no key is configured, and only for a folder', async () => {
  const url = { databaseUrl: new Secret('postgres://db.example.com/pipebot') };
  const configured = [new Secret(CANARY)];
  for (const place of [{ dataDir: folder }, { inMemory: true } as const, url])
    expect(sealKeysFor(configured, place)).toBe(configured);
  expect(sealKeysFor([], url)).toEqual([]);
  const inMemory = () => sealKeysFor([], { inMemory: true })[0]?.reveal() ?? '';
  expect(inMemory()).toMatch(ENCRYPTION_KEY);
  expect(inMemory()).not.toBe(inMemory());
  expect(await readdir(folder)).toEqual([]);
  const [key] = sealKeysFor([], { dataDir: folder });
  expect(await readFile(path, 'utf8')).toBe(`${key?.reveal()}\n`);
});
