// The key that tokens are kept with, as PipeBot starts with each kind of database.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { freshServerDatabases } from '../support/databases.ts';
import { startWorld, type World } from './world.ts';

const KEY = 'canary/secret+key/canary+secret/key/canaryA=';
const warnings = ({ logLines }: World) =>
  logLines.filter((line) => line.includes('PIPEBOT_SECRET_KEY is missing'));

describe('with the embedded database', () => {
  let dataDir = '';
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pipebot-test-data-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('a key file is made, and found again after a restart', async () => {
    const world = await startWorld({ database: { dataDir } });
    const made = await readFile(join(dataDir, 'secret.key'), 'utf8');
    await world.restart();
    expect(await readFile(join(dataDir, 'secret.key'), 'utf8')).toBe(made);
    expect(warnings(world)).toEqual([]);
    expect(world.logLines.join()).not.toContain(made.trim());
    await world.stop();
  });

  it('a configured key needs no file, and is not logged', async () => {
    const world = await startWorld({ database: { dataDir }, environment: { PIPEBOT_SECRET_KEY: KEY } });
    await expect(readFile(join(dataDir, 'secret.key'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(world.logLines.join()).not.toContain('canary/');
    await world.stop();
  });
});

describe.skipIf(inject('postgresUrl') === '')('with a PostgreSQL server', () => {
  const openFresh = freshServerDatabases();

  it('the log warns when there is no key, and all else works', async () => {
    const { url } = await openFresh();
    const world = await startWorld({ database: { databaseUrl: new Secret(url) } });
    expect(warnings(world)).toHaveLength(1);
    expect((await world.gate('payments')).status).not.toBe(500);
    await world.stop();
  });

  it('nothing is said where there is one', async () => {
    const { url } = await openFresh();
    const database = { databaseUrl: new Secret(url) };
    const world = await startWorld({ database, environment: { PIPEBOT_SECRET_KEY: KEY } });
    expect(warnings(world)).toEqual([]);
    await world.stop();
  });
});
