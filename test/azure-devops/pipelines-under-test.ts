// Starts the Pipelines adapter against the Azure DevOps stand-in, or against any address, with a clock moved by hand and a log that is kept. For the tests of this folder only.
import { type AzureOrganization, createPipelines } from '../../src/azure-devops/pipelines.ts';
import { systemClock } from '../../src/clock.ts';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { BuildsTarget, Log, Pipelines } from '../../src/usecases/ports.ts';
import {
  type AzureDevOpsStandIn,
  type AzureDevOpsStandInOptions,
  type Fault,
  type FaultEffect,
  type StandInDefinition,
  type StandInProject,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';

export const START = Date.parse('2026-11-22T06:00:00Z');
export const PAT = 'canary-personal-access-token-7f3a';
export const BUILDS = /_apis\/build\/builds/;

export interface ScriptedClock {
  advance(ms: number): void;
  readonly clock: typeof systemClock;
}

export function scriptClock(): ScriptedClock {
  let now = START;
  return {
    advance: (ms) => {
      now += ms;
    },
    clock: { ...systemClock, now: () => now },
  };
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export function recordLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: Record<string, unknown>, message: string) => {
    lines.push({ level, fields, message });
  };
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

export interface Connected extends Disposable {
  readonly pipelines: Pipelines & { close(): void };
  readonly lines: LogLine[];
  readonly scripted: ScriptedClock;
}

export interface ConnectOptions {
  readonly callTimeoutMs?: number;
  readonly scripted?: ScriptedClock;
}

export function connect(
  organizations: readonly (Omit<AzureOrganization, 'credentials'> & Partial<AzureOrganization>)[],
  options: ConnectOptions = {},
): Connected {
  const { scripted = scriptClock(), ...rest } = options;
  const { log, lines } = recordLog();
  const credentials = { kind: 'pat', token: new Secret(PAT) } as const;
  const pipelines = createPipelines({
    organizations: organizations.map((organization) => ({ credentials, ...organization })),
    clock: scripted.clock,
    log,
    ...rest,
  });
  return { pipelines, lines, scripted, [Symbol.dispose]: () => pipelines.close() };
}

export interface PipelinesUnderTest extends AsyncDisposable, Omit<Connected, typeof Symbol.dispose> {
  readonly azure: AzureDevOpsStandIn;
  readonly project: StandInProject;
  readonly base: StandInDefinition;
  readonly target: BuildsTarget;
  list(): ReturnType<Pipelines['listBuilds']>;
  fault(effect: FaultEffect, more?: Partial<Fault>): { remove(): void };
  /** Requests for builds that arrived, without the start-up call. */
  asked(): number;
}

export async function startPipelinesUnderTest(
  options: ConnectOptions & {
    readonly azure?: Partial<AzureDevOpsStandInOptions>;
    readonly name?: string;
  } = {},
): Promise<PipelinesUnderTest> {
  const scripted = options.scripted ?? scriptClock();
  const azure = await startAzureDevOpsStandIn({
    clock: scripted.clock,
    personalAccessToken: PAT,
    ...options.azure,
  });
  const project = azure.addProject('Shop');
  const base = azure.addDefinition(project, { id: 183, name: 'python-base' });
  const name = options.name ?? 'contoso';
  const connected = connect([{ name, url: azure.url }], { ...options, scripted });
  const target = targetOf({ organization: name });
  return {
    ...connected,
    ...{ azure, project, base, target },
    list: () => connected.pipelines.listBuilds(target),
    fault: (effect, more = {}) => azure.injectFault({ match: { path: BUILDS }, effect, ...more }),
    asked: () => azure.ledger.filter((entry) => entry.method === 'GET' && BUILDS.test(entry.path)).length,
    [Symbol.asyncDispose]: async () => {
      connected.pipelines.close();
      await azure.close();
    },
  };
}

export function targetOf(changes: Partial<BuildsTarget> = {}): BuildsTarget {
  const definitionIds = [183];
  return { organization: 'contoso', project: 'Shop', branch: 'refs/heads/main', definitionIds, ...changes };
}

/** The error a promise ends with; a success is a failure of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<PipeBotError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`it succeeded: ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof PipeBotError)) throw outcome.error;
  return outcome.error;
}
