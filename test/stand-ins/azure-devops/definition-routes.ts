// The routes of definitions: list and one. Must not change a definition.
import { type Answer, jsonAnswer, listAnswer } from './answer.ts';
import { badRequest, definitionNotFound } from './azure-error.ts';
import { toAzureTimestamp } from './azure-timestamp.ts';
import { toBuildJson, toDefinitionJson, toRepositoryJson } from './build-json.ts';
import type { DefinitionState, OrganizationState, ProjectState } from './organization-state.ts';
import { DEFINITION_ORDER, type Query, readChoice, readIds, readNumber } from './query-filter.ts';
import { findProject, type Route, type RouteRequest } from './route.ts';

export const DEFINITION_ROUTES: readonly Route[] = [
  { method: 'GET', pattern: '{project}/_apis/build/definitions', handle: answerDefinitions },
  { method: 'GET', pattern: '{project}/_apis/build/definitions/{definitionId}', handle: answerDefinition },
];

function answerDefinitions(request: RouteRequest): Answer {
  const { state, query } = request;
  const found = sort(selectDefinitions(state, findProject(request), query), query);
  const token = query.get('continuationtoken');
  const from = token === undefined ? 0 : found.findIndex((definition) => String(definition.id) === token);
  if (from < 0) throw badRequest(`The continuation token '${token}' is not valid.`);
  const size = readNumber(query, '$top') ?? 10_000;
  const next = found[from + size];
  const headers: Record<string, string> = next ? { 'x-ms-continuationtoken': String(next.id) } : {};
  return listAnswer(
    found.slice(from, from + size).map((definition) => describe(state, definition, query)),
    headers,
  );
}

function selectDefinitions(state: OrganizationState, project: ProjectState, query: Query): DefinitionState[] {
  const ids = readIds(query, 'definitionIds');
  const name = toNamePattern(query.get('name'));
  const path = query.get('path')?.toLowerCase();
  const repositoryId = query.get('repositoryid')?.toLowerCase();
  if ((repositoryId === undefined) !== (query.get('repositorytype') === undefined)) {
    throw badRequest('The parameters repositoryId and repositoryType must be given together.');
  }
  return [...state.definitions.values()].filter(
    (definition) =>
      definition.project === project &&
      !definition.deleted &&
      (ids === undefined || ids.has(definition.id)) &&
      (name === undefined || name.test(definition.name)) &&
      (path === undefined || definition.path.toLowerCase() === path) &&
      (repositoryId === undefined || definition.repository.id.toLowerCase() === repositoryId),
  );
}

function toNamePattern(name: string | undefined): RegExp | undefined {
  if (name === undefined) return undefined;
  const parts = name.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

function sort(definitions: DefinitionState[], query: Query): DefinitionState[] {
  const order = readChoice(query, 'queryOrder', DEFINITION_ORDER) ?? 'definitionNameAscending';
  const sign = order.endsWith('Descending') ? -1 : 1;
  return definitions.toSorted((a, b) =>
    order.startsWith('lastModified')
      ? sign * (a.lastModified - b.lastModified || a.id - b.id)
      : sign * (a.name.localeCompare(b.name) || a.id - b.id),
  );
}

function describe(state: OrganizationState, definition: DefinitionState, query: Query): unknown {
  const all = query.get('includeallproperties')?.toLowerCase() === 'true';
  const latest = query.get('includelatestbuilds')?.toLowerCase() === 'true';
  return {
    ...(all ? describeFully(state, definition) : toDefinitionJson(state, definition)),
    ...(latest ? toLatestBuilds(state, definition) : {}),
  };
}

/** All branches mixed, so that nobody takes them for the answer about one branch. */
function toLatestBuilds(state: OrganizationState, definition: DefinitionState): Record<string, unknown> {
  const own = state.builds.ofDefinition(definition).filter((build) => !build.deleted);
  const latest = own.toSorted((a, b) => b.queueTime - a.queueTime || b.id - a.id)[0];
  const ended = own.filter((build) => build.status === 'completed');
  const latestCompleted = ended.toSorted(
    (a, b) => (b.finishTime ?? 0) - (a.finishTime ?? 0) || b.id - a.id,
  )[0];
  return {
    ...(latest ? { latestBuild: toBuildJson(state, latest) } : {}),
    ...(latestCompleted ? { latestCompletedBuild: toBuildJson(state, latestCompleted) } : {}),
  };
}

function describeFully(state: OrganizationState, definition: DefinitionState): Record<string, unknown> {
  return {
    ...toDefinitionJson(state, definition),
    createdDate: toAzureTimestamp(definition.lastModified),
    process: { yamlFilename: 'azure-pipelines.yml', type: 2 },
    repository: { ...toRepositoryJson(definition), defaultBranch: definition.defaultBranch },
    jobAuthorizationScope: 'project',
    jobTimeoutInMinutes: 60,
    jobCancelTimeoutInMinutes: 5,
    properties: {},
    tags: [],
    triggers: [],
  };
}

function answerDefinition(request: RouteRequest): Answer {
  const project = findProject(request);
  const wanted = request.params['definitionId'] ?? '';
  if (!/^\d+$/.test(wanted)) throw badRequest(`The value '${wanted}' is not valid for definitionId.`);
  const found = request.state.definitions.get(Number(wanted));
  if (!found || found.deleted || found.project !== project) throw definitionNotFound(wanted);
  const { query, state } = request;
  const latest = query.get('includelatestbuilds')?.toLowerCase() === 'true';
  return jsonAnswer({ ...describeFully(state, found), ...(latest ? toLatestBuilds(state, found) : {}) });
}
