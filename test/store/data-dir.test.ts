// The embedded database's folder, with real processes that are killed: one at a time, nothing acknowledged lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';

const PROGRAM = fileURLToPath(new URL('./data-dir-process.ts', import.meta.url));
const ROUNDS = 5;

describe('a data folder', { timeout: 120_000 }, () => {
  let folder = '';
  let dataDir = '';
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipebot-test-data-'));
    dataDir = join(folder, 'data');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await rm(folder, { recursive: true });
  });

  function start(): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
    const child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    if (child.stdout === null) throw new Error('No output');
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  }

  /** With SIGKILL, as a crash would. */
  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  it('is refused to a second process until the first is gone, even by kill -9', async () => {
    const { child, lines } = start();
    expect((await lines.next()).value).toBe('open');
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({
      code: 'store-busy',
      details: { subject: dataDir },
    });
    await kill(child);
    const database = await openDatabase({ dataDir });
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({ code: 'store-busy' });
    await database.close();
    const again = await openDatabase({ dataDir });
    await again.close();
  });

  it('keeps every acknowledged transaction, whole, through kill -9', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { child, lines } = start();
      expect((await lines.next()).value).toBe('open');
      for (let wait = round * 7; wait > 0; wait -= 1) acknowledged = Number((await lines.next()).value);
      await kill(child);
      for await (const line of lines) acknowledged = Number(line);
    }
    const database = await openDatabase({ dataDir });
    const [seen] = await database.query<{ newest: number; rows: number; torn: number }>(
      `select max(n) as newest, count(*) as rows,
        (select count(*) from (select n from pairs group by n having count(*) <> 2) as t) as torn from pairs`,
    );
    await database.close();
    expect(acknowledged).toBeGreaterThan(ROUNDS * 7);
    expect(seen?.torn).toBe(0);
    expect(seen?.newest).toBeGreaterThanOrEqual(acknowledged);
    expect(seen?.rows).toBe(2 * (seen?.newest ?? 0));
  });
});
