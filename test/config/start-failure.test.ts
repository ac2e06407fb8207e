import { expect, it } from 'vitest';
import type { Config } from '../../src/config/environment.ts';
import { explainStartFailure } from '../../src/config/start-failure.ts';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';

const SERVER = { url: new Secret('postgres://me:canary@db/pipebot') };
const FOLDER = { dataDir: '/data' };

const unavailable = (code: string) =>
  new PipeBotError('store-unavailable', { cause: Object.assign(new Error('x'), { code }) });
const coded = (code: string, syscall?: string) =>
  Object.assign(new Error('x'), { code, ...(syscall === undefined ? {} : { syscall }) });

it.each<[string, unknown, Config['database'], string | undefined]>([
  ['a taken port', coded('EADDRINUSE', 'listen'), SERVER, 'PORT 80 is taken by another program; stop it'],
  ['a forbidden port', coded('EACCES', 'listen'), FOLDER, 'PORT 80 may not be used by this account'],
  ['a foreign address', coded('EADDRNOTAVAIL', 'listen'), FOLDER, 'HOST "a" is no address of this machine'],
  [
    'a taken port of the operator’s',
    Object.assign(coded('EADDRINUSE', 'listen'), { port: 81 }),
    SERVER,
    'PIPEBOT_OPERATOR_PORT 81 is taken by another program; stop it',
  ],
  [
    'a forbidden port of the operator’s',
    Object.assign(coded('EACCES', 'listen'), { port: 81 }),
    SERVER,
    'PIPEBOT_OPERATOR_PORT 81 may not be used by this account',
  ],
  [
    'the other port',
    Object.assign(coded('EADDRINUSE', 'listen'), { port: 80 }),
    SERVER,
    'PORT 80 is taken by another program; stop it',
  ],
  ['an unknown host', coded('ENOTFOUND', 'getaddrinfo'), SERVER, 'HOST "a" is no address of this machine'],
  [
    'a wrong password',
    coded('28P01'),
    SERVER,
    'DATABASE_URL has a user or password that the server does not',
  ],
  [
    'a user that is not let in',
    coded('28000'),
    SERVER,
    'DATABASE_URL has a user that the server does not let in',
  ],
  ['an unknown database', coded('3D000'), SERVER, 'DATABASE_URL names a database that does not exist'],
  ['a user who may not', coded('42501'), SERVER, 'DATABASE_URL has a user without the right'],
  [
    'an unknown server',
    unavailable('ENOTFOUND'),
    SERVER,
    'DATABASE_URL names a server that cannot be reached (ENOT',
  ],
  ['a server that is busy', unavailable('53300'), SERVER, undefined],
  [
    'a forbidden folder',
    coded('EACCES', 'mkdir'),
    FOLDER,
    'DATA_DIR "/data" is no folder that this account can',
  ],
  [
    'a read-only folder',
    coded('ERR_SQLITE_ERROR'),
    FOLDER,
    'DATA_DIR "/data" is no folder that this account can',
  ],
  ['another process', new PipeBotError('store-busy'), FOLDER, undefined],
  ['a bug', new TypeError('x'), SERVER, undefined],
  ['something thrown', 'x', FOLDER, undefined],
])('says which setting is to blame: %s', (_name, error, database, expected) => {
  const config: Config = {
    ...{
      isLocal: false,
      host: 'a',
      port: 80,
      servicesPath: 'x',
      gateKeys: [],
      hookSecrets: [],
      secretKeys: [],
      logLevel: 'info',
    },
    database,
    operatorPort: 81,
  };
  const problem = explainStartFailure(error, config);
  expect(problem && `${problem.where} ${problem.wrong}`).toEqual(
    expected === undefined ? undefined : expect.stringContaining(expected),
  );
  expect(JSON.stringify(problem) ?? '').not.toContain('canary');
});
