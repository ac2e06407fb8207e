// The routes of the organisation itself: negotiation, who am I, projects. Must not know builds.
import { type Answer, jsonAnswer, listAnswer } from './answer.ts';
import { toPersonJson, toProjectJson } from './build-json.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import type { PersonState } from './organization-state.ts';
import { readNumber } from './query-filter.ts';
import { listResourceLocations, RESOURCE_AREAS } from './resource-locations.ts';
import { findProject, type Route, type RouteRequest } from './route.ts';

export const ORGANIZATION_ROUTES: readonly Route[] = [
  { method: 'OPTIONS', pattern: '_apis/{area}', handle: answerLocations },
  { method: 'GET', pattern: '_apis/ResourceAreas', handle: answerResourceAreas },
  { method: 'GET', pattern: '_apis/connectionData', handle: answerConnectionData },
  { method: 'GET', pattern: '_apis/projects', handle: answerProjects },
  { method: 'GET', pattern: '_apis/projects/{project}', handle: answerProject },
];

function answerLocations({ state, params }: RouteRequest): Answer {
  return listAnswer(listResourceLocations(params['area'] ?? '', state.flavour));
}

function answerResourceAreas({ state }: RouteRequest): Answer {
  if (state.flavour === 'server') return jsonAnswer({ count: 0, value: null });
  return listAnswer(RESOURCE_AREAS.map((area) => ({ ...area, locationUrl: `${state.url}/` })));
}

/** The identity behind the personal access token. */
export const BOT: PersonState = {
  id: deterministicGuid('person/PipeBot'),
  displayName: 'PipeBot',
  uniqueName: 'pipebot@contoso.com',
};

function answerConnectionData({ state, caller }: RouteRequest): Answer {
  const displayName =
    caller.kind === 'job' ? `${caller.plan.project.name} Build Service (${state.name})` : BOT.displayName;
  const person = { ...BOT, id: deterministicGuid(`person/${displayName}`), displayName };
  const user = {
    ...toPersonJson(state, person),
    providerDisplayName: displayName,
    isActive: true,
    properties: {},
  };
  return jsonAnswer({
    authenticatedUser: user,
    authorizedUser: user,
    instanceId: deterministicGuid(`organization/${state.name}`),
    deploymentId: deterministicGuid('deployment'),
    deploymentType: state.flavour === 'server' ? 'onPremises' : 'hosted',
    locationServiceData: { serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7', lastChangeId: 1 },
  });
}

function answerProjects({ state, query }: RouteRequest): Answer {
  const skip = readNumber(query, '$skip') ?? 0;
  const top = readNumber(query, '$top') ?? 100;
  const page = state.projects.slice(skip, skip + top);
  const more = skip + top < state.projects.length;
  const headers: Record<string, string> = more ? { 'x-ms-continuationtoken': String(skip + top) } : {};
  return listAnswer(
    page.map((project) => toProjectJson(state, project)),
    headers,
  );
}

function answerProject(request: RouteRequest): Answer {
  return jsonAnswer(toProjectJson(request.state, findProject(request)));
}
