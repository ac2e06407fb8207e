// One run of a pipeline as Azure Pipelines knows it, and the service connections that PipeBot's templates name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceConnection, TaskDefinition, Texts } from '../support/expand-task-request.ts';

export const INFRA = join(import.meta.dirname, '..', '..', 'infra');
export const TEMPLATES = join(INFRA, 'azure-pipelines');
export const KEY = 'key-of-24-characters-or-so';

export const readJson = (...path: string[]) => JSON.parse(readFileSync(join(INFRA, ...path), 'utf8'));

export const PIPEBOT_GATE: TaskDefinition = readJson('azure-devops-extension', 'PipeBotGate', 'task.json');

export const RUN_VARIABLES: Texts = {
  'System.CollectionUri': 'https://dev.azure.com/contoso/',
  'System.TeamProjectId': '69f48e94-bdb4-42d7-a560-0f2b54f91cc8',
  'System.HostType': 'build',
  'System.PlanId': 'c672e778-a9e9-444a-b1e0-92f839c061e0',
  'System.JobId': '12f1170f-54f2-53f3-20dd-22fc7dff55f9',
  'System.TimelineId': 'c672e778-a9e9-444a-b1e0-92f839c061e1',
  'System.TaskInstanceId': 'b0b0b0b0-347e-5f06-a6a1-ce2102bd68eb',
  'System.AccessToken': 'token-of-the-job',
  'Build.BuildId': '4242',
  'Build.SourceBranch': 'refs/heads/develop',
  'Build.SourceVersion': '0123456789abcdef0123456789abcdef01234567',
};

/** What a gate that calls back is told by the headers, from {@link RUN_VARIABLES}. */
export const CALLBACK_HEADERS: Texts = {
  'Content-Type': 'application/json',
  PipeBotMode: 'callback',
  PlanUrl: 'https://dev.azure.com/contoso/',
  ProjectId: '69f48e94-bdb4-42d7-a560-0f2b54f91cc8',
  HubName: 'build',
  PlanId: 'c672e778-a9e9-444a-b1e0-92f839c061e0',
  JobId: '12f1170f-54f2-53f3-20dd-22fc7dff55f9',
  TimelineId: 'c672e778-a9e9-444a-b1e0-92f839c061e1',
  TaskInstanceId: 'b0b0b0b0-347e-5f06-a6a1-ce2102bd68eb',
  AuthToken: 'token-of-the-job',
  BuildId: '4242',
};

export const runOn = (branch: string): Texts => ({ ...RUN_VARIABLES, 'Build.SourceBranch': branch });

/** Of the type Generic. */
export const genericConnection = (name: string, url = 'https://pipebot.example.com'): ServiceConnection => ({
  name,
  url,
  authorization: { scheme: 'basic', username: 'pipelines', password: KEY },
});

/** Of the extension's own type, with the header that its manifest gives. */
export function pipebotConnection(name: string, url = 'https://pipebot.example.com'): ServiceConnection {
  const [{ properties }] = readJson('azure-devops-extension', 'vss-extension.json').contributions;
  const [header] = properties.authenticationSchemes[0].headers;
  return { name, url, authorization: { scheme: 'token', apiToken: KEY, header: header.value } };
}

interface Step {
  readonly task?: string;
  readonly inputs?: Record<string, unknown>;
}

/** The inputs of the one task of this name, wherever in a compiled pipeline it stands; texts, as Azure holds them. */
export function inputsOf(pipeline: unknown, task: string): Texts {
  const steps = findSteps(pipeline).filter((step) => step.task === task);
  const [step] = steps;
  if (steps.length !== 1 || !step) throw new Error(`${task} stands there ${steps.length} times`);
  return Object.fromEntries(Object.entries(step.inputs ?? {}).map(([name, value]) => [name, String(value)]));
}

function findSteps(node: unknown): Step[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'task' in node ? [node as Step] : [];
  return [...own, ...Object.values(node).flatMap(findSteps)];
}
