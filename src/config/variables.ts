// The table of every variable that PipeBot reads. `.env.sample` is generated from it; environment.ts checks values.

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
      'Keys of the gate: name:key or name:key:service,service, separated by semicolons; a key has at least 24 characters and no colon.',
    sample: 'shop:replace-me-by-32-random-characters:payments,search',
  },
  {
    name: 'PIPEBOT_HOOK_SECRET',
    meaning:
      'Password that service hooks of Azure DevOps send by Basic, at least 16 characters; while it is replaced two of them, separated by a semicolon, the new one first. Without it service hooks are not taken in, and PipeBot only polls.',
    sample: 'replace-me-by-32-random-characters',
  },
  {
    name: 'PIPEBOT_SECRET_KEY',
    meaning:
      'Encrypts the tokens of runs whose checks are called back: 32 bytes in base64, the same for all instances; while it is replaced several of them, separated by semicolons, the new one first. Without it the embedded database gets a key file in DATA_DIR, and on a PostgreSQL server checks cannot be called back.',
    sample: 'replace-me-by-what-openssl-rand-base64-32-prints',
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
    name: 'PIPEBOT_OPERATOR_PORT',
    meaning:
      "Port of the operator's routes, which listen on 127.0.0.1 only and ask for no key. Off unless it is set.",
    sample: '3979',
  },
  {
    name: 'PIPEBOT_LOCAL',
    meaning:
      'true: no bot registration and no authentication of incoming messages, on loopback only. For trying it out.',
    sample: 'false',
  },
  { name: 'LOG_LEVEL', meaning: 'error, warn, info or debug.', sample: 'info' },
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]['name'];

/** A variable's value without spaces around it; undefined when it is empty. */
export type ReadVariable = (name: VariableName) => string | undefined;
/** Notes a mistake: where, what is wrong, and what would be right. */
export type Report = (where: VariableName, what: string, example: string) => void;

/** The text of `.env.sample`. */
export function sampleEnvironment(): string {
  const lines = VARIABLES.flatMap((variable) => [
    `# ${variable.meaning}`,
    `${'isOn' in variable ? '' : '# '}${variable.name}=${variable.sample}`,
    '',
  ]);
  return [
    '# Copy to .env and fill in. Generated from src/config/variables.ts by "npm run generate".',
    '',
    ...lines,
  ].join('\n');
}
