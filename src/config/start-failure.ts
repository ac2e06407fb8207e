// Tells which setting is to blame when PipeBot cannot start although its settings can be read: a port that is
// taken, a database that refuses. Goes by codes alone, never by texts; what it does not know is left to others.
import { PipeBotError } from '../errors.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Config } from './environment.ts';

const DATABASE_EXAMPLE = 'DATABASE_URL=postgres://pipebot:secret@db.example.com:5432/pipebot';

/** SQLSTATE (PostgreSQL 18, appendix A) and what it means for DATABASE_URL. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'has a user or password that the server does not accept',
  '28000': 'has a user that the server does not let in, or not from here, or not without TLS',
  '3D000': 'names a database that does not exist; create it',
  '42501': 'has a user without the right to create schemas in this database; grant it',
};

/** Node's codes for a server that was not reached. */
const UNREACHED = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'ENOENT',
];

/** Node's codes for a folder that cannot be made or written to; SQLite's lock file is the first to be written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'ENOSPC', 'ERR_SQLITE_ERROR'];

/** What `error`, thrown while starting, says about a setting; undefined when it says nothing about any. */
export function explainStartFailure(error: unknown, config: Config): ConfigProblem | undefined {
  const { code, syscall } = codesOf(error);
  if (syscall === 'listen' && portOf(error) === config.operatorPort) return operatorProblem(code, config);
  if (syscall === 'listen' || syscall === 'getaddrinfo') return listenProblem(code, config);
  return 'url' in config.database ? serverProblem(error, code) : folderProblem(code, config.database.dataDir);
}

function listenProblem(code: string, { host, port }: Config): ConfigProblem | undefined {
  const elsewhere = `PORT=${port < 65_535 ? port + 1 : 3978}`;
  switch (code) {
    case 'EADDRINUSE':
      return { where: 'PORT', wrong: `${port} is taken by another program; stop it`, example: elsewhere };
    case 'EACCES':
      return { where: 'PORT', wrong: `${port} may not be used by this account`, example: 'PORT=3978' };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { where: 'HOST', wrong: `"${host}" is no address of this machine`, example: 'HOST=0.0.0.0' };
    default:
      return undefined;
  }
}

/** The other server listens on the same machine, so only the port can be to blame. */
function operatorProblem(code: string, { operatorPort = 0 }: Config): ConfigProblem | undefined {
  const where = 'PIPEBOT_OPERATOR_PORT';
  const example = `${where}=${operatorPort < 65_535 ? operatorPort + 1 : 3979}`;
  if (code === 'EADDRINUSE')
    return { where, wrong: `${operatorPort} is taken by another program; stop it`, example };
  if (code === 'EACCES') return { where, wrong: `${operatorPort} may not be used by this account`, example };
  return undefined;
}

/** Node tells the port that could not be listened on. */
function portOf(error: unknown): number {
  return error instanceof Error && 'port' in error && typeof error.port === 'number'
    ? error.port
    : Number.NaN;
}

function serverProblem(error: unknown, code: string): ConfigProblem | undefined {
  const wrong = REFUSALS[code];
  if (wrong !== undefined) return { where: 'DATABASE_URL', wrong, example: DATABASE_EXAMPLE };
  if (!(error instanceof PipeBotError) || error.code !== 'store-unavailable') return undefined;
  const reason = codesOf(error.details.cause).code;
  if (!UNREACHED.includes(reason)) return undefined;
  return {
    where: 'DATABASE_URL',
    wrong: `names a server that cannot be reached (${reason}); start it or correct the address`,
    example: DATABASE_EXAMPLE,
  };
}

function folderProblem(code: string, dataDir: string): ConfigProblem | undefined {
  if (!UNWRITABLE.includes(code)) return undefined;
  return {
    where: 'DATA_DIR',
    wrong: `"${dataDir}" is no folder that this account can write to (${code})`,
    example: 'DATA_DIR=/var/lib/pipebot',
  };
}

function codesOf(error: unknown): { readonly code: string; readonly syscall: string } {
  if (!(error instanceof Error)) return { code: '', syscall: '' };
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    code: textOf('code' in error ? error.code : ''),
    syscall: textOf('syscall' in error ? error.syscall : ''),
  };
}
