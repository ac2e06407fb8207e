// Clears away the PostgreSQL servers of test runs that were killed. Ends a process only when its starter is
// gone and it demonstrably runs on that starter's folder.
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Removes the temporary folders that begin with `prefix` and whose starter is dead, servers first. */
export async function removeStaleServers(prefix: string): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    const starter = await readPid(join(folder, 'starter.pid'));
    if (starter === undefined || isAlive(starter)) continue;
    const server = await readPid(join(folder, 'data', 'postmaster.pid'));
    if (server !== undefined && (await runsOn(server, folder))) process.kill(server, 'SIGQUIT');
    // Somebody else's folder cannot be removed, and need not be.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined);
  }
}

async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function runsOn(pid: number, folder: string): Promise<boolean> {
  const commandLine = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  );
  return commandLine.includes(folder);
}
