// Turns a build as the Build API spells it (Builds - List, 7.1) into the domain's. Enums stay words and
// unknown words become `unknown`: Microsoft's client turns them into 0, which in places means success.
import type { Build, BuildResult, BuildStatus } from '../domain/build.ts';
import {
  invalidResponse,
  isJsonObject,
  type JsonObject,
  readId,
  readOptionalText,
  readText,
  toJsonObject,
} from './json-object.ts';
import { readTimestamp } from './timestamp.ts';
import { buildWebUrl } from './web-url.ts';

/** Where the build was asked for; it answers to these names, whatever its project is called by now. */
export interface BuildSource {
  readonly organization: string;
  readonly project: string;
  readonly organizationUrl: string;
}

// Maps, since `constructor` is a key of every object.
const STATUSES: ReadonlyMap<string, BuildStatus> = new Map([
  ['none', 'none'],
  ['inProgress', 'inProgress'],
  ['completed', 'completed'],
  ['cancelling', 'cancelling'],
  ['postponed', 'postponed'],
  ['notStarted', 'notStarted'],
  ['abandoned', 'abandoned'],
]);

const RESULTS: ReadonlyMap<string, BuildResult> = new Map([
  ['none', 'none'],
  ['succeeded', 'succeeded'],
  ['partiallySucceeded', 'partiallySucceeded'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
]);

/** @throws PipeBotError azure-invalid-response when a field is missing that a verdict depends on */
export function toBuild(json: unknown, source: BuildSource): Build {
  const object = toJsonObject(json, 'a build');
  const id = readId(object, 'id', 'a build');
  const what = `build ${id}`;
  const definition = toJsonObject(object['definition'], `the definition of ${what}`);
  const definitionId = readId(definition, 'id', `the definition of ${what}`);
  const result = readOptionalText(object, 'result', what);
  return {
    id,
    number: readOptionalText(object, 'buildNumber', what) ?? String(id),
    organization: source.organization,
    project: source.project,
    definitionId,
    definitionName: readOptionalText(definition, 'name', what) ?? String(definitionId),
    branch: readOptionalText(object, 'sourceBranch', what) ?? '',
    status: STATUSES.get(readText(object, 'status', what)) ?? 'unknown',
    ...(result === undefined ? {} : { result: RESULTS.get(result) ?? 'unknown' }),
    reason: readOptionalText(object, 'reason', what) ?? 'none',
    ...readTimes(object, what),
    ...readOrigin(object),
    url: buildWebUrl(object['_links'], { ...source, buildId: id }),
  };
}

/** A build that retention or a person has deleted and that Azure DevOps still tells about. */
export function isDeleted(json: unknown): boolean {
  return isJsonObject(json) && json['deleted'] === true;
}

function readTimes(object: JsonObject, what: string): Pick<Build, 'queuedAt' | 'startedAt' | 'finishedAt'> {
  const queuedAt = readTimestamp(object, 'queueTime', what);
  const startedAt = readTimestamp(object, 'startTime', what);
  const finishedAt = readTimestamp(object, 'finishTime', what);
  if (queuedAt === undefined) throw invalidResponse(`${what} has no queueTime`);
  return {
    queuedAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

type Origin = Pick<Build, 'sourceVersion' | 'requestedFor' | 'requestedForUniqueName' | 'repositoryId'>;

/** What people are shown beside the verdict: nothing depends on it, so an odd value is left out. */
function readOrigin(object: JsonObject): Origin {
  const sourceVersion = object['sourceVersion'];
  const requester = isJsonObject(object['requestedFor']) ? object['requestedFor'] : {};
  const requestedFor = requester['displayName'];
  const uniqueName = requester['uniqueName'];
  const repositoryId = isJsonObject(object['repository']) ? object['repository']['id'] : '';
  return {
    ...(isFilled(sourceVersion) ? { sourceVersion } : {}),
    ...(isFilled(requestedFor) ? { requestedFor } : {}),
    ...(isFilled(uniqueName) && isPerson(requester) ? { requestedForUniqueName: uniqueName } : {}),
    ...(isFilled(repositoryId) ? { repositoryId } : {}),
  };
}

/**
 * Builds that nobody asked for are requested for an identity of Azure DevOps' own: the service itself, whose unique
 * name looks like an e-mail address, or a build service (`Build\\…`). Their kind stands before the descriptor's
 * point: services (s2s, svc), service principals (aadsp), groups (vssgp, aadgp).
 */
function isPerson({ id, uniqueName, descriptor, isContainer }: JsonObject): boolean {
  const names = [id, uniqueName].filter(isFilled);
  return (
    isContainer !== true &&
    !names.some((name) => /^(?:00000002-0000-8888-8000-000000000000|Build\\|vstfs:)/i.test(name)) &&
    !(isFilled(descriptor) && /^(?:s2s|svc|aadsp|vssgp|aadgp)\./i.test(descriptor))
  );
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
