// Brings the environment and the services file together into what createApp needs, and checks them against each
// other. Reports every mistake of both at once. It must not open a database or a connection.

import type { ServiceCatalog } from '../domain/service.ts';
import type { Secret } from '../secret.ts';
import type { ConfigProblem, Parsed } from './config-problem.ts';
import { checkKeyScopes } from './configured-gate-keys.ts';
import { type Config, type Environment, locateServicesFile, parseConfig, readSecret } from './environment.ts';
import { parseServicesFile } from './services-file.ts';

export interface Settings {
  readonly config: Config;
  readonly organizations: readonly { readonly name: string; readonly url: string; readonly token: Secret }[];
  readonly catalog: ServiceCatalog;
}

/** `readFile` throws when the file is not there; its message is not shown. */
export function loadSettings(environment: Environment, readFile: (path: string) => string): Parsed<Settings> {
  const config = parseConfig(environment);
  const problems: ConfigProblem[] = 'problems' in config ? [...config.problems] : [];
  const location = locateServicesFile(environment);
  const { path } = location;
  const text = readText(path, readFile);
  if (text === undefined) {
    problems.push({
      where: path,
      wrong: 'cannot be read',
      example: 'cp docs/pipebot.sample.yaml pipebot.yaml, or PIPEBOT_CONFIG=/etc/pipebot.yaml',
    });
    return { problems };
  }
  const file = parseServicesFile(text, location);
  if ('problems' in file) return { problems: [...problems, ...file.problems] };
  const organizations = file.value.organizations.flatMap(({ name, url, tokenVariable }) => {
    const token = readSecret(environment, tokenVariable);
    // The table of variables reports the default token itself.
    if (!token && tokenVariable !== 'AZURE_DEVOPS_PAT') {
      problems.push({
        where: tokenVariable,
        wrong: `is missing; ${path} names it for ${name}`,
        example: `${tokenVariable}=<a token with the scope Build (read)>`,
      });
    }
    return token ? [{ name, url, token }] : [];
  });
  if ('problems' in config) return { problems };
  const names = file.value.catalog.services.map((service) => service.name);
  for (const problem of checkKeyScopes(config.value.gateKeys, names))
    problems.push({ where: 'PIPEBOT_GATE_KEYS', ...problem });
  if (problems.length > 0) return { problems };
  return { value: { config: config.value, organizations, catalog: file.value.catalog } };
}

/** For programs that only ask Azure DevOps: as loadSettings, but without a bot there need be no registration. */
export function loadToolSettings(
  environment: Environment,
  readFile: (path: string) => string,
): Parsed<Settings> {
  const { MicrosoftAppId: _, ...rest } = environment;
  return loadSettings({ ...rest, PIPEBOT_LOCAL: 'true' }, readFile);
}

function readText(path: string, readFile: (path: string) => string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined;
  }
}

/** One line per problem: where, what is wrong, what would be right. */
export function problemLines(problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ where, wrong, example }) => `${where} ${wrong}. Example: ${example}`);
}
