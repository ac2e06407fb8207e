// What a route is, and how a path finds one. Must not hold any route.
import type { Answer } from './answer.ts';
import { badRequest, projectNotFound } from './azure-error.ts';
import type { Caller } from './caller.ts';
import type { OrganizationState, ProjectState } from './organization-state.ts';
import type { Query } from './query-filter.ts';

export interface RouteRequest {
  readonly state: OrganizationState;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as a value, anything else as text. */
  readonly body: unknown;
}

export interface Route {
  readonly method: string;
  /** Words and `{parameters}`, below the organisation. Words match in any case. */
  readonly pattern: string;
  readonly handle: (request: RouteRequest) => Answer;
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): RouteMatch | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPattern(route.pattern.split('/'), segments);
    if (params) return { route, params };
  }
  return undefined;
}

function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, word] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(word)?.[1];
    if (name !== undefined && segment !== '') params[name] = segment;
    else if (word.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return params;
}

/** By name or GUID, in any case. */
export function findProject(request: RouteRequest): ProjectState {
  const wanted = request.params['project'] ?? '';
  const found = request.state.projects.find((project) =>
    [project.id, project.name.toLowerCase()].includes(wanted.toLowerCase()),
  );
  if (!found) throw projectNotFound(wanted);
  return found;
}

export function readObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The request body is not a JSON object.', 'VssPropertyValidationException');
  }
  return body as Readonly<Record<string, unknown>>;
}
