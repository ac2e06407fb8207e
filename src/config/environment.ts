// The only reader of the environment: checks every variable of variables.ts and reports all mistakes together.
// It must not open anything; the services file is read by services-file.ts.
import { Secret } from '../secret.ts';
import { type BotRegistration, readRegistration } from './bot-registration.ts';
import type { ConfigProblem, Parsed } from './config-problem.ts';
import { type ConfiguredGateKey, readGateKeys } from './configured-gate-keys.ts';
import { readHookSecrets } from './hook-secrets.ts';
import { normalizeOrganizationUrl, withoutSecrets } from './organization-url.ts';
import { readSecretKeys } from './secret-keys.ts';
import type { ReadVariable, Report } from './variables.ts';

export interface Config {
  readonly isLocal: boolean;
  readonly host: string;
  readonly port: number;
  /** Absent in local mode only. */
  readonly registration?: BotRegistration;
  /** Normalised; absent when every organisation stands in the services file. */
  readonly organizationUrl?: string;
  readonly personalAccessToken?: Secret;
  readonly servicesPath: string;
  readonly database: { readonly url: Secret } | { readonly dataDir: string };
  readonly gateKeys: readonly ConfiguredGateKey[];
  /** What service hooks may send; with none they are not taken in. New subscriptions are made with the first. */
  readonly hookSecrets: readonly Secret[];
  /** What tokens are encrypted with: the first encrypts, every one decrypts. Empty when none is configured. */
  readonly secretKeys: readonly Secret[];
  /** Where the operator's routes are, on loopback; absent when they are off. */
  readonly operatorPort?: number;
  readonly logLevel: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const HOOK_SECRET_EXAMPLE = 'PIPEBOT_HOOK_SECRET=<at least 16 random characters without a semicolon>';
const SECRET_KEY_EXAMPLE = 'PIPEBOT_SECRET_KEY=<what "openssl rand -base64 32" prints>';
const GATE_KEYS_EXAMPLE = 'PIPEBOT_GATE_KEYS=shop:<at least 24 random characters>:payments,search';
const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'];

/** Reads and checks all variables; reports every problem, not just the first. */
export function parseConfig(environment: Environment): Parsed<Config> {
  const problems: ConfigProblem[] = [];
  const read = reader(environment);
  const wrong: Report = (where, what, example) => problems.push({ where, wrong: what, example });

  const isLocal = readFlag(read('PIPEBOT_LOCAL'), wrong);
  const registration = readRegistration(read, isLocal, wrong);
  const organizationUrl = readOrganizationUrl(read('AZURE_DEVOPS_ORG_URL'), isLocal, wrong);
  const ports = readPorts(read, wrong);
  const database = readDatabase(read, wrong);
  const gateKeys = readGateKeys(read('PIPEBOT_GATE_KEYS') ?? '', (what) =>
    wrong('PIPEBOT_GATE_KEYS', what, GATE_KEYS_EXAMPLE),
  );
  const hookSecrets = readHookSecrets(read('PIPEBOT_HOOK_SECRET') ?? '', (what) =>
    wrong('PIPEBOT_HOOK_SECRET', what, HOOK_SECRET_EXAMPLE),
  );
  const secretKeys = readSecretKeys(read('PIPEBOT_SECRET_KEY') ?? '', (what) =>
    wrong('PIPEBOT_SECRET_KEY', what, SECRET_KEY_EXAMPLE),
  );
  const logLevel = read('LOG_LEVEL') ?? 'info';
  if (!LOG_LEVELS.includes(logLevel)) wrong('LOG_LEVEL', `"${logLevel}" is no level`, 'LOG_LEVEL=info');
  const pat = read('AZURE_DEVOPS_PAT');
  if (!pat) wrong('AZURE_DEVOPS_PAT', 'is missing', 'AZURE_DEVOPS_PAT=<a token with the scope Build (read)>');
  if (problems.length > 0) return { problems };
  return {
    value: {
      isLocal,
      // Local mode switches authentication off, so it must not be reachable from elsewhere.
      host: isLocal ? '127.0.0.1' : (read('HOST') ?? '0.0.0.0'),
      ...ports,
      ...(registration ? { registration } : {}),
      ...(organizationUrl ? { organizationUrl } : {}),
      ...(pat ? { personalAccessToken: new Secret(pat) } : {}),
      servicesPath: locateServicesFile(environment).path,
      database,
      gateKeys,
      hookSecrets,
      secretKeys,
      logLevel,
    },
  };
}

function readFlag(text: string | undefined, wrong: Report): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') {
    wrong('PIPEBOT_LOCAL', `"${text}" is neither true nor false`, 'PIPEBOT_LOCAL=true');
  }
  return text === 'true';
}

function readOrganizationUrl(text: string | undefined, isLocal: boolean, wrong: Report): string | undefined {
  if (!text) return undefined;
  const url = normalizeOrganizationUrl(text, isLocal);
  if (!url)
    wrong(
      'AZURE_DEVOPS_ORG_URL',
      'is no https address of an organisation or collection',
      'AZURE_DEVOPS_ORG_URL=https://dev.azure.com/contoso',
    );
  return url;
}

function readPorts(read: ReadVariable, wrong: Report): Pick<Config, 'port' | 'operatorPort'> {
  const port = readPort(read, 'PORT', wrong) ?? 3978;
  const operatorPort = readPort(read, 'PIPEBOT_OPERATOR_PORT', wrong);
  if (operatorPort === undefined) return { port };
  // Both may be left to the system.
  if (operatorPort === port && port !== 0)
    wrong('PIPEBOT_OPERATOR_PORT', 'is the same as PORT', 'PIPEBOT_OPERATOR_PORT=3979');
  return { port, operatorPort };
}

function readPort(
  read: ReadVariable,
  name: 'PORT' | 'PIPEBOT_OPERATOR_PORT',
  wrong: Report,
): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    wrong(name, `"${text}" is no port`, `${name}=${name === 'PORT' ? 3978 : 3979}`);
  return port;
}

function readDatabase(read: ReadVariable, wrong: Report): Config['database'] {
  const url = read('DATABASE_URL');
  if (!url) return { dataDir: read('DATA_DIR') ?? '.pipebot' };
  if (!isDatabaseUrl(url)) {
    wrong(
      'DATABASE_URL',
      'is no address of a PostgreSQL server',
      'DATABASE_URL=postgres://pipebot:secret@db.example.com:5432/pipebot',
    );
  }
  return { url: new Secret(url) };
}

/** Whether pg can take the address apart: what it throws otherwise says nothing to a person. */
function isDatabaseUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text)) return false;
  try {
    // As pg-connection-string 2.x does it: a lone percent sign stands for itself, and the host may be left out.
    const hasLonePercent = / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(text);
    const encoded = hasLonePercent ? encodeURI(text).replace(/%25(\d\d)/g, '%$1') : text;
    const url = new URL(URL.canParse(encoded) ? encoded : encoded.replace('@/', '@localhost/'));
    for (const part of [url.username, url.password, url.hostname, url.pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What the services file is read with; known even where other variables are wrong. */
export function locateServicesFile(environment: Environment): {
  readonly path: string;
  readonly isLocal: boolean;
  readonly defaultOrganizationUrl?: string;
} {
  const read = reader(environment);
  const isLocal = read('PIPEBOT_LOCAL') === 'true';
  const typedUrl = read('AZURE_DEVOPS_ORG_URL') ?? '';
  // One that is refused is reported once, by parseConfig; the file's own mistakes are still worth telling.
  const url = normalizeOrganizationUrl(typedUrl, isLocal) ?? withoutSecrets(typedUrl);
  return {
    path: read('PIPEBOT_CONFIG') ?? 'pipebot.yaml',
    isLocal,
    ...(url === undefined ? {} : { defaultOrganizationUrl: url }),
  };
}

function reader(environment: Environment): ReadVariable {
  return (name) => environment[name]?.trim() || undefined;
}

/** A secret from a variable that the services file names. */
export function readSecret(environment: Environment, name: string): Secret | undefined {
  const value = environment[name]?.trim();
  return value ? new Secret(value) : undefined;
}
