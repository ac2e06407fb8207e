// The only reader of the environment: one table of variables, validated together. It must not open anything;
// the services file is read by services-file.ts. `.env.sample` is generated from the same table.
import { Secret } from './secret.ts';

export interface BotRegistration {
  readonly appId: string;
  readonly appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  readonly tenantId: string;
  readonly password?: Secret;
}

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
  readonly logLevel: string;
}

export interface ConfiguredGateKey {
  readonly name: string;
  readonly key: Secret;
  readonly services?: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  readonly meaning: string;
  readonly sample: string;
  /** Whether the sample line is switched on in `.env.sample`. */
  readonly isOn?: true;
}

/** Every variable that PipeBot reads, in the order of `.env.sample`. */
export const VARIABLES = [
  {
    name: 'MicrosoftAppId',
    meaning: "The bot registration's application (client) id.",
    sample: '00000000-0000-0000-0000-000000000000',
    isOn: true,
  },
  {
    name: 'MicrosoftAppType',
    meaning: 'SingleTenant, UserAssignedMSI or MultiTenant (legacy).',
    sample: 'SingleTenant',
    isOn: true,
  },
  {
    name: 'MicrosoftAppTenantId',
    meaning: 'The tenant whose people may talk to the bot.',
    sample: '00000000-0000-0000-0000-000000000000',
    isOn: true,
  },
  {
    name: 'MicrosoftAppPassword',
    meaning: "The registration's client secret; not needed with UserAssignedMSI.",
    sample: 'secret',
    isOn: true,
  },
  {
    name: 'AZURE_DEVOPS_ORG_URL',
    meaning: 'Organisation or Server collection. More of them can stand in the services file.',
    sample: 'https://dev.azure.com/contoso',
    isOn: true,
  },
  {
    name: 'AZURE_DEVOPS_PAT',
    meaning: 'Personal access token with the scope Build (read).',
    sample: 'secret',
    isOn: true,
  },
  { name: 'PIPEBOT_CONFIG', meaning: 'The services file.', sample: 'pipebot.yaml' },
  {
    name: 'PIPEBOT_GATE_KEYS',
    meaning:
      'Keys of the gate: name:key or name:key:service,service, separated by semicolons; a key has at least 24 characters.',
    sample: 'shop:replace-me-by-32-random-characters:payments,search',
  },
  {
    name: 'DATABASE_URL',
    meaning:
      'A PostgreSQL server, for production. Without it the embedded database in DATA_DIR is used, which survives a crash of the process but not of the power.',
    sample: 'postgres://pipebot:secret@localhost:5432/pipebot',
  },
  { name: 'DATA_DIR', meaning: "The embedded database's folder.", sample: '.pipebot' },
  { name: 'PORT', meaning: 'Where to listen.', sample: '3978' },
  { name: 'HOST', meaning: 'Address to listen on; in local mode always loopback.', sample: '0.0.0.0' },
  {
    name: 'PIPEBOT_LOCAL',
    meaning:
      'true: no bot registration and no authentication of incoming messages, on loopback only. For trying it out.',
    sample: 'false',
  },
  { name: 'LOG_LEVEL', meaning: 'error, warn, info or debug.', sample: 'info' },
] as const satisfies readonly Variable[];

type VariableName = (typeof VARIABLES)[number]['name'];

/** One configuration mistake: where, what is wrong, and what would be right. */
export interface ConfigProblem {
  readonly where: string;
  readonly wrong: string;
  readonly example: string;
}

export type Parsed<Value> = { readonly value: Value } | { readonly problems: readonly ConfigProblem[] };

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'];
const MIN_KEY_LENGTH = 24;

/** Reads and checks all variables; reports every problem, not just the first. */
export function parseConfig(environment: Environment): Parsed<Config> {
  const problems: ConfigProblem[] = [];
  const read = (name: VariableName): string | undefined => environment[name]?.trim() || undefined;
  const wrong = (where: VariableName, what: string, example: string) =>
    problems.push({ where, wrong: what, example });

  const isLocal = readFlag(read('PIPEBOT_LOCAL'), wrong);
  const registration = readRegistration(read, isLocal, wrong);
  const organizationUrl = readOrganizationUrl(read('AZURE_DEVOPS_ORG_URL'), isLocal, wrong);
  const port = readPort(read('PORT'), wrong);
  const database = readDatabase(read, wrong);
  const gateKeys = readGateKeys(read('PIPEBOT_GATE_KEYS'), wrong);
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
      port,
      ...(registration ? { registration } : {}),
      ...(organizationUrl ? { organizationUrl } : {}),
      ...(pat ? { personalAccessToken: new Secret(pat) } : {}),
      servicesPath: read('PIPEBOT_CONFIG') ?? 'pipebot.yaml',
      database,
      gateKeys,
      logLevel,
    },
  };
}

type ReadVariable = (name: VariableName) => string | undefined;
type Report = (where: VariableName, what: string, example: string) => void;

function readFlag(text: string | undefined, wrong: Report): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') {
    wrong('PIPEBOT_LOCAL', `"${text}" is neither true nor false`, 'PIPEBOT_LOCAL=true');
  }
  return text === 'true';
}

function readRegistration(read: ReadVariable, isLocal: boolean, wrong: Report): BotRegistration | undefined {
  const appId = read('MicrosoftAppId');
  if (!appId) {
    if (!isLocal) {
      wrong(
        'MicrosoftAppId',
        'is missing, and without it nobody could tell who is calling',
        'MicrosoftAppId=<guid>, or PIPEBOT_LOCAL=true to try it out on this machine only',
      );
    }
    return undefined;
  }
  if (!GUID.test(appId))
    wrong('MicrosoftAppId', 'is no GUID', 'MicrosoftAppId=11111111-2222-3333-4444-555555555555');
  const appType = read('MicrosoftAppType');
  if (appType !== 'SingleTenant' && appType !== 'UserAssignedMSI' && appType !== 'MultiTenant') {
    wrong(
      'MicrosoftAppType',
      appType ? `"${appType}" is no type` : 'is missing',
      'MicrosoftAppType=SingleTenant',
    );
  }
  const tenantId = read('MicrosoftAppTenantId');
  if (!tenantId || !GUID.test(tenantId)) {
    wrong(
      'MicrosoftAppTenantId',
      tenantId ? 'is no GUID' : 'is missing',
      'MicrosoftAppTenantId=11111111-2222-3333-4444-555555555555',
    );
  }
  const password = read('MicrosoftAppPassword');
  if (!password && appType !== 'UserAssignedMSI') {
    wrong('MicrosoftAppPassword', 'is missing', "MicrosoftAppPassword=<the registration's client secret>");
  }
  return {
    appId,
    appType: appType as BotRegistration['appType'],
    tenantId: tenantId ?? '',
    ...(password ? { password: new Secret(password) } : {}),
  };
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

/** Https with a path and nothing else; plain http only on loopback and in local mode. Undefined when unusable. */
export function normalizeOrganizationUrl(text: string, isLocal: boolean): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const isPlainAllowed = url.protocol === 'http:' && isLocal && isLoopback;
  if (url.protocol !== 'https:' && !isPlainAllowed) return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  const needsPath = !url.hostname.endsWith('.visualstudio.com');
  return path === '' && needsPath ? undefined : `${url.origin}${path}`;
}

function readPort(text: string | undefined, wrong: Report): number {
  const port = Number(text ?? 3978);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    wrong('PORT', `"${text}" is no port`, 'PORT=3978');
  return port;
}

function readDatabase(read: ReadVariable, wrong: Report): Config['database'] {
  const url = read('DATABASE_URL');
  if (!url) return { dataDir: read('DATA_DIR') ?? '.pipebot' };
  if (!/^postgres(ql)?:\/\//.test(url)) {
    wrong(
      'DATABASE_URL',
      'is no address of a PostgreSQL server',
      'DATABASE_URL=postgres://pipebot:secret@db.example.com:5432/pipebot',
    );
  }
  return { url: new Secret(url) };
}

function readGateKeys(text: string | undefined, wrong: Report): ConfiguredGateKey[] {
  const example = 'PIPEBOT_GATE_KEYS=shop:<at least 24 random characters>:payments,search';
  const entries = (text ?? '')
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.flatMap((entry, index) => {
    const [name = '', key = '', services, ...surplus] = entry.split(':').map((part) => part.trim());
    const place = `entry ${index + 1}`;
    if (!/^[\w.-]{1,60}$/.test(name) || surplus.length > 0) {
      wrong('PIPEBOT_GATE_KEYS', `${place} is not name:key or name:key:services`, example);
      return [];
    }
    if (key.length < MIN_KEY_LENGTH) {
      wrong('PIPEBOT_GATE_KEYS', `the key of "${name}" has fewer than ${MIN_KEY_LENGTH} characters`, example);
      return [];
    }
    const named = services
      ?.split(',')
      .map((service) => service.trim())
      .filter((service) => service !== '');
    return [{ name, key: new Secret(key), ...(named?.length ? { services: named } : {}) }];
  });
}

/** The text of `.env.sample`. */
export function sampleEnvironment(): string {
  const lines = VARIABLES.flatMap((variable) => [
    `# ${variable.meaning}`,
    `${'isOn' in variable ? '' : '# '}${variable.name}=${variable.sample}`,
    '',
  ]);
  return [
    '# Copy to .env and fill in. Generated from src/config.ts by "npm run generate".',
    '',
    ...lines,
  ].join('\n');
}
