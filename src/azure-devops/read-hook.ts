// Reads the envelopes of service hook events (Azure DevOps, service hooks events) for what they hint at. Every field
// but the type may be missing, null or damaged: an odd one is left out. It must not take anything in them for a fact.
import { isGuid } from '../domain/guid.ts';
import type { HookHint } from '../domain/hook.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

const LONGEST_TEXT = 200;

/** What hints at the build and its definition, for each type of event that is known. */
const BUILD_SOURCES: ReadonlyMap<string, (resource: JsonObject) => Sources> = new Map([
  ['build.complete', fromBuild],
  ['ms.vss-pipelines.run-state-changed-event', fromRun],
  ['ms.vss-pipelines.stage-state-changed-event', fromRun],
  ['ms.vss-pipelines.job-state-changed-event', fromRun],
  ['ms.vss-pipelinechecks-events.approval-pending', fromApproval],
  ['ms.vss-pipelinechecks-events.approval-completed', fromApproval],
]);

/** Values that may name the build and the definition, the best first. */
interface Sources {
  readonly builds: readonly unknown[];
  readonly definitions: readonly unknown[];
}

/** `unreadable` when it is no event at all. Never throws. */
export function readHook(body: unknown): HookHint | 'unreadable' {
  const envelope = toObject(body);
  const eventType = toText(envelope['eventType']);
  if (eventType === undefined) return 'unreadable';
  const resource = toObject(envelope['resource']);
  const readSources = BUILD_SOURCES.get(eventType);
  const { builds, definitions } = readSources?.(resource) ?? { builds: [], definitions: [] };
  const found = {
    id: readEventId(envelope),
    organizationUrl: readOrganizationUrl(envelope, resource),
    projectId: readProjectId(envelope, resource),
    definitionId: first(definitions, toId),
    buildId: first(builds, toId),
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return { eventType, isKnownEvent: readSources !== undefined, ...Object.fromEntries(known) };
}

function readEventId(envelope: JsonObject): string | undefined {
  const own = toText(envelope['id']);
  if (own !== undefined) return own;
  const subscriptionId = toText(envelope['subscriptionId']);
  const notificationId = toId(envelope['notificationId']);
  return subscriptionId === undefined || notificationId === undefined
    ? undefined
    : `${subscriptionId}/${notificationId}`;
}

/** 2.0 is a build as the Build API spells it; 1.0 has the same ids under other words (the XAML builds' ones). */
function fromBuild(resource: JsonObject): Sources {
  return {
    builds: [resource['id'], resource['uri'], resource['url'], linkOf(resource, 'web')],
    definitions: [at(resource, 'definition', 'id'), at(resource, 'definition', 'url')],
  };
}

/** Runs are builds: their ids are the same. Only a link tells the run of a job. */
function fromRun(resource: JsonObject): Sources {
  const parts = ['run', 'stage', 'job'].map((name) => toObject(resource[name]));
  const links = parts.flatMap((part) => [linkOf(part, 'web'), part['url']]);
  const pipelineLinks = parts.map((part) => linkOf(part, 'pipeline.web'));
  return {
    builds: [at(resource, 'run', 'id'), resource['runId'], ...links],
    definitions: [at(resource, 'pipeline', 'id'), at(resource, 'run', 'pipeline', 'id'), ...pipelineLinks],
  };
}

function fromApproval(resource: JsonObject): Sources {
  return {
    builds: [
      at(resource, 'approval', 'pipeline', 'owner', 'id'),
      resource['runId'],
      at(resource, 'run', 'id'),
      linkOf(toObject(at(resource, 'approval', 'pipeline', 'owner')), 'web'),
    ],
    definitions: [at(resource, 'pipeline', 'id'), at(resource, 'approval', 'pipeline', 'id')],
  };
}

function readProjectId(envelope: JsonObject, resource: JsonObject): string | undefined {
  const values = [
    at(envelope, 'resourceContainers', 'project', 'id'),
    resource['projectId'],
    at(resource, 'project', 'id'),
    at(resource, 'definition', 'project', 'id'),
  ];
  return first(values, (value) => {
    const text = toText(value);
    return text !== undefined && isGuid(text) ? text.toLowerCase() : undefined;
  });
}

/** What the event names, else what comes before the project in one of its links. */
function readOrganizationUrl(envelope: JsonObject, resource: JsonObject): string | undefined {
  const containers = ['collection', 'account', 'project'];
  const named = containers.map((name) => at(envelope, 'resourceContainers', name, 'baseUrl'));
  const parts = [resource, ...['run', 'stage', 'job', 'pipeline'].map((name) => toObject(resource[name]))];
  const links = parts.flatMap((part) => [part['url'], linkOf(part, 'self'), linkOf(part, 'web')]);
  return first(named, toAddress) ?? first(links, cutAtProject);
}

function cutAtProject(link: unknown): string | undefined {
  const address = toAddress(link);
  return /^(.+?)\/[^/]+\/(?:_build|_apis\/(?:build|pipelines))(?:\/|$)/i.exec(address ?? '')?.[1];
}

/** Without name and password, query and the slash at the end. */
function toAddress(value: unknown): string | undefined {
  const url = typeof value === 'string' && value.length <= 2_000 ? URL.parse(value) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** A positive whole number, as such, as text, or at the place where a link or an artifact's URI has it. */
function toId(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 2_000) return undefined;
  const match = /^(\d{1,15})$/.exec(text) ?? ID_IN_LINK.exec(text);
  const id = Number(match?.[1] ?? 0);
  return id > 0 ? id : undefined;
}

const ID_IN_LINK =
  /(?:[?&](?:buildId|definitionId)=|\/Build\/(?:Build|Definition)\/|\/Builds\/|\/Definitions\/|\/runs\/)(\d{1,15})(?=$|[/?&#])/i;

function linkOf(object: JsonObject, name: string): unknown {
  return at(object, '_links', name, 'href');
}

function at(object: JsonObject, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => toObject(value)[name], object);
}

function toObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Undefined for what is no text, is empty, or is too long to be kept. */
function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? value : undefined;
}

function first<T>(values: readonly unknown[], read: (value: unknown) => T | undefined): T | undefined {
  for (const value of values) {
    const found = read(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
