// Brings the environment and the services file together into what createApp needs, and checks them against each
// other. Reports every mistake of both at once. It must not open a database or a connection.

import { nearestNames, type ServiceCatalog } from '../domain/service.ts';
import type { Secret } from '../secret.ts';
import {
  type Config,
  type ConfigProblem,
  type Environment,
  normalizeOrganizationUrl,
  type Parsed,
  parseConfig,
  readSecret,
} from './environment.ts';
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
  const path = environment['PIPEBOT_CONFIG']?.trim() || 'pipebot.yaml';
  const isLocal = environment['PIPEBOT_LOCAL']?.trim() === 'true';
  const typedUrl = environment['AZURE_DEVOPS_ORG_URL']?.trim() ?? '';
  // One that is refused is reported once, by the environment; the file's own mistakes are still worth telling.
  const defaultUrl =
    normalizeOrganizationUrl(typedUrl, isLocal) ?? (URL.canParse(typedUrl) ? typedUrl : undefined);
  const text = readText(path, readFile);
  if (text === undefined) {
    problems.push({
      where: path,
      wrong: 'cannot be read',
      example: 'cp pipebot.sample.yaml pipebot.yaml, or PIPEBOT_CONFIG=/etc/pipebot.yaml',
    });
    return { problems };
  }
  const file = parseServicesFile(text, {
    path,
    isLocal,
    ...(defaultUrl ? { defaultOrganizationUrl: defaultUrl } : {}),
  });
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
  problems.push(...checkKeyScopes(config.value, file.value.catalog));
  if (problems.length > 0) return { problems };
  return { value: { config: config.value, organizations, catalog: file.value.catalog } };
}

function readText(path: string, readFile: (path: string) => string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined;
  }
}

function checkKeyScopes(config: Config, catalog: ServiceCatalog): ConfigProblem[] {
  const names = catalog.services.map((service) => service.name);
  return config.gateKeys.flatMap((key) =>
    (key.services ?? [])
      .filter((service) => !names.includes(service))
      .map((service) => ({
        where: 'PIPEBOT_GATE_KEYS',
        wrong: `the key "${key.name}" names the unknown service "${service}"`,
        example: `${key.name}:<key>:${nearestNames(names, service)[0] ?? names[0] ?? 'payments'}`,
      })),
  );
}

/** One line per problem: where, what is wrong, what would be right. */
export function problemLines(problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ where, wrong, example }) => `${where} ${wrong}. Example: ${example}`);
}
