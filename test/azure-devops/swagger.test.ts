// Every request the adapter makes is in Microsoft's own description of the Build API: path, method, parameters.
// The description is not part of the repository; without it the test is skipped, and says so.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { startPipelinesUnderTest } from './pipelines-under-test.ts';

const FOLDER = process.env['PIPEBOT_SPECS_DIR'] ?? new URL('../../../shared/specs', import.meta.url).pathname;
const FILE = `${FOLDER}/build/7.1/build.json`;
const isThere = existsSync(FILE);
if (!isThere) process.stderr.write(`swagger.test.ts is skipped: there is no ${FILE}\n`);

/** What the description leaves out, each with the place where it is known from. */
const KNOWN_ELSEWHERE = [
  // azure-devops-node-api 17.0.1, VsoClient.beginGetAreaLocations: how clients find out api-versions.
  { method: 'OPTIONS', path: '/contoso/_apis/build' },
] as const;

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly enum?: readonly string[];
}

interface Swagger {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters: readonly Parameter[] }>>>
  >;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

describe.skipIf(!isThere)('the requests and the description of the Build API 7.1', () => {
  test('agree', async () => {
    const swagger: Swagger = JSON.parse(readFileSync(FILE, 'utf8').replace(/^\uFEFF/, ''));
    const ledger = await useEverything();
    expect(ledger.length).toBeGreaterThan(8);
    expect(ledger.flatMap((entry) => findFaults(swagger, entry))).toEqual([]);
  });
});

/** Calls every function of the port, with paging and with several definitions. */
async function useEverything(): Promise<readonly LedgerEntry[]> {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  build.succeed();
  for (let index = 0; index < 30; index++) {
    stand.scripted.advance(60_000);
    stand.azure.queueBuild(stand.base).cancel();
  }
  for (let index = 0; index < 210; index++) stand.azure.queueBuild(stand.base);
  stand.azure.addDefinition(stand.project, { id: 184, name: 'ml-base' });
  const where = { organization: 'contoso', project: 'Shop' };
  await stand.list();
  await stand.pipelines.listBuilds({ ...stand.target, definitionIds: [183, 184] });
  await stand.pipelines.listBuilds({ ...stand.target, repositoryId: stand.base.repository.id });
  await stand.pipelines.getBuild({ ...where, buildId: build.id });
  await stand.pipelines.getDefinition({ ...where, definition: 183 });
  await stand.pipelines.getDefinition({ ...where, definition: 'python-base' });
  return [...stand.azure.ledger];
}

function findFaults(swagger: Swagger, entry: LedgerEntry): string[] {
  if (KNOWN_ELSEWHERE.some(({ method, path }) => method === entry.method && path === entry.path)) return [];
  const operation = findOperation(swagger, entry);
  if (!operation) return [`${entry.method} ${entry.path} is not described`];
  const parameters = operation.parameters.map((parameter) => resolve(swagger, parameter));
  return Object.entries(entry.query).flatMap(([name, value]) => {
    const parameter = parameters.find((candidate) => candidate.in === 'query' && candidate.name === name);
    if (!parameter) return [`${entry.path} has no parameter ${name}`];
    const words = parameter.enum;
    const odd = value.split(',').filter((word) => words && !words.includes(word));
    return odd.map((word) => `${entry.path}: ${name} knows no ${word}`);
  });
}

function findOperation({ paths }: Swagger, { method, path }: LedgerEntry) {
  const given = path.split('/');
  const found = Object.keys(paths).find((candidate) => {
    const words = candidate.split('/');
    const fits = (word: string, index: number) => /^\{.+\}$/.test(word) || word === given[index];
    return words.length === given.length && words.every(fits);
  });
  return found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
}

function resolve({ parameters }: Swagger, parameter: Parameter): Parameter {
  const name = parameter.$ref?.split('/').at(-1);
  return (name === undefined ? undefined : parameters[name]) ?? parameter;
}
