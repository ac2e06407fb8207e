// The service hook subscriptions of an organisation (Subscriptions, 7.1): lists and creates those that send to web
// addresses. It must not delete or change any: they may be somebody else's. Nor may the password come back in an
// error.
import { isGuid } from '../domain/guid.ts';
import { SERVICE_HOOK_STATUSES, type ServiceHook, type ServiceHookStatus } from '../domain/hook.ts';
import type { NewServiceHook, ServiceHooks } from '../usecases/hook-ports.ts';
import { type AzureClient, encodeProject } from './azure-client.ts';
import { connectOrganizations, type OrganizationsOptions } from './connect-organizations.ts';
import {
  invalidResponse,
  isJsonObject,
  type JsonObject,
  readList,
  readOptionalText,
  readText,
  toJsonObject,
} from './json-object.ts';

const PATH = 'hooks/subscriptions';
const CONSUMER = { consumerId: 'webHooks', consumerActionId: 'httpRequest' };

/** `close` ends what is under way with azure-unavailable and drops the connections. */
export function createServiceHooks(options: OrganizationsOptions): ServiceHooks & { close(): void } {
  const { ask, close } = connectOrganizations(options);
  return {
    list: (organization) => ask(listHooks, { organization }),
    create: (organization, hook) => ask(createHook, { organization, hook }),
    getProject: (organization, project) => ask(getProject, { organization, project }),
    close,
  };
}

async function listHooks(client: AzureClient, _about: object, signal: AbortSignal): Promise<ServiceHook[]> {
  const read = (body: JsonObject) =>
    readList(body, 'the list of service hooks').flatMap((row) => {
      const hook = toJsonObject(row, 'a service hook');
      return addressOf(hook) === undefined ? [] : [toServiceHook(hook)];
    });
  const answer = await client.send({ method: 'GET', path: PATH, query: CONSUMER, read }, signal);
  return answer.value;
}

async function createHook(
  client: AzureClient,
  { hook }: { readonly hook: NewServiceHook },
  signal: AbortSignal,
): Promise<ServiceHook> {
  const { publisherId, eventType, resourceVersion, projectId, url, username } = hook;
  const password = hook.password.reveal();
  const body = {
    publisherId,
    eventType,
    resourceVersion,
    ...CONSUMER,
    publisherInputs: { projectId, ...FILTERS[publisherId] },
    consumerInputs: {
      url,
      basicAuthUsername: username,
      basicAuthPassword: password,
      // Who and what it is about is read again anyway; texts would only make the event long.
      resourceDetailsToSend: 'all',
      messagesToSend: 'none',
      detailedMessagesToSend: 'none',
    },
  };
  const request = { method: 'POST', path: PATH, query: {}, project: projectId } as const;
  const answer = await client.send({ ...request, body, secrets: [password], read: toServiceHook }, signal);
  return answer.value;
}

/** Inputs that a publisher wants to be there; empty ones filter nothing. */
const FILTERS: Readonly<Record<string, JsonObject>> = { tfs: { definitionName: '', buildStatus: '' } };

async function getProject(
  client: AzureClient,
  { organization, project }: { readonly organization: string; readonly project: string },
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly name: string }> {
  const subject = `${organization}/${project}`;
  const path = `projects/${encodeProject(project, subject)}`;
  const read = (body: JsonObject) => {
    const id = readText(body, 'id', 'a project');
    if (!isGuid(id)) throw invalidResponse('a project has no valid id');
    return { id: id.toLowerCase(), name: readText(body, 'name', 'a project') };
  };
  const answer = await client.send({ method: 'GET', path, query: {}, project, subject, read }, signal);
  return answer.value;
}

function toServiceHook(object: JsonObject): ServiceHook {
  const id = readText(object, 'id', 'a service hook');
  const what = `service hook ${id}`;
  const url = addressOf(object);
  if (url === undefined) throw invalidResponse(`${what} has no address`);
  const inputs = isJsonObject(object['publisherInputs']) ? object['publisherInputs'] : {};
  const projectId = readOptionalText(inputs, 'projectId', what);
  const resourceVersion = readOptionalText(object, 'resourceVersion', what);
  return {
    id,
    publisherId: readText(object, 'publisherId', what),
    eventType: readText(object, 'eventType', what),
    status: toStatus(readOptionalText(object, 'status', what)),
    url,
    ...(projectId ? { projectId: projectId.toLowerCase() } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}

function addressOf(object: JsonObject): string | undefined {
  const inputs = object['consumerInputs'];
  const url = isJsonObject(inputs) ? inputs['url'] : undefined;
  return typeof url === 'string' && url !== '' ? url : undefined;
}

/** In Microsoft's examples enabled subscriptions come without a status: it is the enumeration's zero. */
function toStatus(word: string | undefined): ServiceHookStatus {
  if (word === undefined) return 'enabled';
  return SERVICE_HOOK_STATUSES.find((status) => status === word) ?? 'unknown';
}
