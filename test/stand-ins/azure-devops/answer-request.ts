// Finds the true answer to a request: who asks, which organisation, which version, which route.
// Must not know faults or sockets.
import { type Answer, RefusedRequest } from './answer.ts';
import { checkApiVersion } from './api-version.ts';
import { badRequest, unauthorizedAnswer } from './azure-error.ts';
import { BUILD_ROUTES } from './build-routes.ts';
import { recogniseCaller, type Secrets } from './caller.ts';
import { DEFINITION_ROUTES } from './definition-routes.ts';
import type { LedgerEntry } from './ledger.ts';
import { ORGANIZATION_ROUTES } from './organization-routes.ts';
import type { OrganizationState } from './organization-state.ts';
import { PLAN_ROUTES } from './plan-routes.ts';
import type { TokenDeath } from './plan-state.ts';
import { toQuery } from './query-filter.ts';
import { findRoute } from './route.ts';
import { SERVICE_HOOK_ROUTES } from './service-hook-routes.ts';
import { errorPage, signInAnswer } from './web-pages.ts';

const ROUTES = [
  ...ORGANIZATION_ROUTES,
  ...BUILD_ROUTES,
  ...DEFINITION_ROUTES,
  ...PLAN_ROUTES,
  ...SERVICE_HOOK_ROUTES,
];

export function answerRequest(state: OrganizationState, secrets: Secrets, entry: LedgerEntry): Answer {
  try {
    return answerOrThrow(state, secrets, entry);
  } catch (error) {
    if (error instanceof RefusedRequest) return error.answer;
    throw error;
  }
}

function answerOrThrow(state: OrganizationState, secrets: Secrets, entry: LedgerEntry): Answer {
  const segments = toSegments(entry.rawUrl);
  if (segments.join('/').toLowerCase() === '_signin') return signInAnswer(200);
  const below = stripOrganization(state.name, segments);
  if (below === undefined) return errorPage(404);
  const caller = recogniseCaller(state, secrets, entry.headers['authorization']);
  if (caller.kind === 'nobody') return answerNobody(caller.death, entry.method);
  const match = findRoute(ROUTES, entry.method, below);
  if (!match) return errorPage(404);
  const query = toQuery(entry.query);
  checkApiVersion(entry.method, query.get('api-version'), entry.headers['accept'] ?? '', state.flavour);
  const { headers, body } = entry;
  return match.route.handle({ state, caller, params: match.params, query, headers, body });
}

function answerNobody(death: TokenDeath, method: string): Answer {
  const isPage = death === 'sign-in-page' || (death === 'by-method' && method === 'GET');
  return isPage ? signInAnswer() : unauthorizedAnswer();
}

function toSegments(rawUrl: string): string[] {
  const path = rawUrl.split('?')[0] ?? '';
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    throw badRequest('The address is not percent-encoded correctly.');
  }
}

/** A Server collection may have more than one segment, `tfs/DefaultCollection`. */
function stripOrganization(name: string, segments: readonly string[]): readonly string[] | undefined {
  const own = name.toLowerCase().split('/');
  const given = segments.slice(0, own.length).map((segment) => segment.toLowerCase());
  return own.join('/') === given.join('/') ? segments.slice(own.length) : undefined;
}
