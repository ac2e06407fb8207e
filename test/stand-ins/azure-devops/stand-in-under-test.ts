// Starts the stand-in for its own tests, with a clock that is moved by hand and a terse client.
// Must not be used outside this folder.
import { systemClock } from '../../../src/clock.ts';
import {
  type AzureDevOpsStandIn,
  type AzureDevOpsStandInOptions,
  type StandInDefinition,
  type StandInPlan,
  type StandInProject,
  startAzureDevOpsStandIn,
} from './azure-devops-stand-in.ts';

export interface StandInUnderTest extends AsyncDisposable {
  readonly azure: AzureDevOpsStandIn;
  readonly project: StandInProject;
  readonly base: StandInDefinition;
  advance(minutes: number): void;
  /** A path below the project `Shop`, or below the organisation when it begins with a slash. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  builds(query?: string): Promise<Record<string, unknown>[]>;
}

export const START = Date.parse('2026-11-22T06:00:00.123Z');

export async function startStandInUnderTest(
  options: Partial<AzureDevOpsStandInOptions> = {},
): Promise<StandInUnderTest> {
  let now = START;
  const azure = await startAzureDevOpsStandIn({ clock: { ...systemClock, now: () => now }, ...options });
  const project = azure.addProject('Shop');
  const base = azure.addDefinition(project, { id: 183, name: 'python-base' });
  const get = (path: string, headers: Record<string, string> = {}) => {
    const below = path.startsWith('/') ? path : `/Shop/_apis/${path}`;
    const authorization = basic(azure.personalAccessToken);
    return fetch(azure.url + below, { headers: { authorization, ...headers }, redirect: 'manual' });
  };
  return {
    azure,
    project,
    base,
    advance: (minutes) => {
      now += minutes * 60_000;
    },
    get,
    builds: async (query = '') => readList(await get(`build/builds${query}`)),
    [Symbol.asyncDispose]: () => azure.close(),
  };
}

export function basic(password: string): string {
  return `Basic ${Buffer.from(`:${password}`).toString('base64')}`;
}

export async function readObject(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

export async function readList(response: Response): Promise<Record<string, unknown>[]> {
  const body = await readObject(response);
  return body['value'] as Record<string, unknown>[];
}

export interface PlanCall {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly contentType?: string;
  readonly apiVersion?: string;
}

/** Calls the hub as a gate does; `path` is below the plan. */
export function callPlan(plan: StandInPlan, path: string, call: PlanCall = {}): Promise<Response> {
  const url = `${plan.planUrl}${plan.projectId}/_apis/distributedtask/hubs/${plan.hub}/plans/${plan.planId}${path}`;
  const { method = 'POST', body, token = plan.jobToken, contentType = 'application/json' } = call;
  return fetch(`${url}?api-version=${call.apiVersion ?? '7.1'}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}
