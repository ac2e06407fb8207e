// Every request the adapter makes is in Microsoft's own description of the APIs: path, method, parameters.
// The descriptions are not part of the repository; without them the test is skipped, and says so.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createServiceHooks } from '../../src/azure-devops/service-hooks.ts';
import { ANY_BRANCH } from '../../src/domain/place.ts';
import { Secret } from '../../src/secret.ts';
import type { LedgerEntry } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  PAT,
  type PipelinesUnderTest,
  recordLog,
  scriptClock,
  startPipelinesUnderTest,
} from './pipelines-under-test.ts';

const FOLDER = process.env['PIPEBOT_SPECS_DIR'] ?? new URL('../../../shared/specs', import.meta.url).pathname;
const FILES = [`${FOLDER}/build/7.1/build.json`, `${FOLDER}/hooks/7.1/serviceHooks.json`];
const missing = FILES.filter((file) => !existsSync(file));
if (missing.length > 0)
  process.stderr.write(`swagger.test.ts is skipped: there is no ${missing.join(', ')}\n`);

/** What the description leaves out, each with the place where it is known from. */
const KNOWN_ELSEWHERE = [
  // azure-devops-node-api 17.0.1, VsoClient.beginGetAreaLocations: how clients find out api-versions.
  { method: 'OPTIONS', path: /^\/contoso\/_apis\/build$/ },
  // BuildApi.getBuildTimeline: without the timeline's id it is the run's own.
  { method: 'GET', path: /^\/contoso\/Shop\/_apis\/build\/builds\/\d+\/timeline$/ },
  // Projects - Get, 7.1, which is described in another file.
  { method: 'GET', path: /^\/contoso\/_apis\/projects\/Shop$/ },
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

describe.skipIf(missing.length > 0)('the requests and the descriptions of the APIs 7.1', () => {
  test('agree', async () => {
    const swaggers = FILES.map(
      (file): Swagger => JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')),
    );
    const ledger = await useEverything();
    expect(ledger.length).toBeGreaterThan(16);
    expect(ledger.flatMap((entry) => findFaults(swaggers, entry))).toEqual([]);
  });
});

/** Of a build with a log, of one that waits, of one that was refused before it began. */
async function useTimelines({ azure, base, pipelines }: PipelinesUnderTest): Promise<void> {
  const [failed, waiting, refused] = [1, 2, 3].map(() => azure.queueBuild(base));
  failed?.fail();
  waiting?.waitForApproval();
  refused?.failValidation('The pool is not authorized.');
  for (const { id: buildId } of [failed, waiting, refused].filter((build) => build !== undefined)) {
    const { build } = await pipelines.getBuild({ organization: 'contoso', project: 'Shop', buildId });
    expect(await pipelines.getTimelineFacts(build)).not.toEqual({});
  }
}

async function useServiceHooks({ azure, project }: PipelinesUnderTest): Promise<void> {
  const hooks = createServiceHooks({
    organizations: [
      { name: 'contoso', url: azure.url, credentials: { kind: 'pat', token: new Secret(PAT) } },
    ],
    clock: scriptClock().clock,
    log: recordLog().log,
  });
  const { id: projectId } = await hooks.getProject('contoso', project.name);
  const about = { publisherId: 'tfs', eventType: 'build.complete', resourceVersion: '2.0', projectId };
  const where = { url: 'https://bot.example/hook', username: 'pipebot', password: new Secret('x') };
  await hooks.create('contoso', { ...about, ...where });
  await hooks.list('contoso');
  hooks.close();
}

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
  await stand.pipelines.listBuilds({ ...stand.target, branch: ANY_BRANCH });
  await stand.pipelines.listBuilds({ ...stand.target, repositoryIds: { 183: stand.base.repository.id } });
  await stand.pipelines.getBuild({ ...where, buildId: build.id });
  await stand.pipelines.getDefinition({ ...where, definition: 183 });
  await stand.pipelines.getDefinition({ ...where, definition: 'python-base' });
  await useTimelines(stand);
  await useServiceHooks(stand);
  return [...stand.azure.ledger];
}

function findFaults(swaggers: readonly Swagger[], entry: LedgerEntry): string[] {
  if (KNOWN_ELSEWHERE.some(({ method, path }) => method === entry.method && path.test(entry.path))) return [];
  const swagger = swaggers.find((candidate) => findOperation(candidate, entry));
  const operation = swagger && findOperation(swagger, entry);
  if (!swagger || !operation) return [`${entry.method} ${entry.path} is not described`];
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
