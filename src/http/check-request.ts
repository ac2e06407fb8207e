// Reads what the headers of POST /api/gate/{service} say: whether the pipeline's task waits for this answer or to be
// called back, and which task it is. Strictly: a header that is doubled, missing or badly written is refused, since the
// run's token would go where it says. It must not judge the caller, and must not show a value that may be a token.
import type { IncomingMessage } from 'node:http';
import type { CheckTarget } from '../domain/check.ts';
import { isGuid } from '../domain/guid.ts';
import type { Organization } from '../domain/link.ts';
import { findOrganization } from '../domain/plan-url.ts';
import { PipeBotError } from '../errors.ts';
import { Secret } from '../secret.ts';

export type CheckRequest =
  /** The task takes the answer itself for the verdict (completion event ApiResponse). */
  | { readonly mode: 'response'; readonly buildId?: number }
  /** The task takes a 200 for an acknowledgement and waits for the event TaskCompleted (completion event Callback). */
  | {
      readonly mode: 'callback';
      readonly target: CheckTarget;
      /** The run's own; its owner may do what the pipeline may. */
      readonly token: Secret;
      readonly buildId?: number;
    };

type Headers = ReadonlyMap<string, string>;
type Macro = keyof typeof MACROS;

/** What each header holds in Azure's own example, and in ours; also the closed list of the headers that are read. */
const MACROS = {
  PipeBotMode: 'callback',
  PlanUrl: '$(system.CollectionUri)',
  ProjectId: '$(system.TeamProjectId)',
  HubName: '$(system.HostType)',
  PlanId: '$(system.PlanId)',
  JobId: '$(system.JobId)',
  TimelineId: '$(system.TimelineId)',
  TaskInstanceId: '$(system.TaskInstanceId)',
  AuthToken: '$(system.AccessToken)',
  BuildId: '$(Build.BuildId)',
} as const;

const NAMES = Object.keys(MACROS).map((name) => name.toLowerCase());
const MODE_EXAMPLE =
  '"PipeBotMode": "callback" with the completion event Callback, or "PipeBotMode": "response" with ApiResponse';
/** Azure's hubs are single words (build, release, gates, checks, deployment); new ones need nothing from us. */
const HUB_NAME = /^[A-Za-z]{1,32}$/;
/** What Azure's own helper takes when there is none (azure-pipelines-extensions, ServerTaskHelper). */
const DEFAULT_HUB_NAME = 'Release';
const BUILD_ID = /^[1-9]\d{0,9}$/;
const UNEXPANDED = /\$[([{]/;
/**
 * Job tokens are signed texts (JWT) of some kB. Node takes 16 kB for all headers together, so that this is no limit
 * for them; it is one for what is kept if Node is ever told to take more.
 */
const MAX_TOKEN_LENGTH = 12_000;

/** Throws `check-request-invalid`, which names the header. Neither the URL nor the body is looked at. */
export function readCheckRequest(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  organizations: readonly Organization[],
): CheckRequest {
  const headers = ownHeaders(rawHeaders);
  const mode = readMode(headers);
  const buildId = readBuildId(headers);
  const known = buildId === undefined ? {} : { buildId };
  if (mode === 'response') return { mode, ...known };
  return { mode, target: readTarget(headers, organizations), token: readToken(headers), ...known };
}

/** From the raw ones, since Node joins headers that come twice, or hides the second behind the first. */
function ownHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!NAMES.includes(name)) continue;
    if (headers.has(name)) throw invalid(properName(name), 'it is given more than once');
    headers.set(name, rawHeaders[index + 1] ?? '');
  }
  return headers;
}

function readMode(headers: Headers): CheckRequest['mode'] {
  const mode = headers.get('pipebotmode')?.toLowerCase();
  if (mode === 'callback' || mode === 'response') return mode;
  const problem = mode === undefined ? 'it is missing' : 'it is neither callback nor response';
  const reason =
    'PipeBot cannot see which completion event the task has, and ApiResponse, the default of Azure Pipelines, would take an acknowledgement for the verdict';
  throw invalid('PipeBotMode', `${problem}. ${reason}. Add it to the headers of the task`, MODE_EXAMPLE);
}

function readTarget(headers: Headers, organizations: readonly Organization[]): CheckTarget {
  const organization = findOrganization(needed(headers, 'PlanUrl'), organizations);
  if (!organization) {
    throw invalid('PlanUrl', 'it is not the address of an organisation that this PipeBot is configured for');
  }
  const timelineId = optional(headers, 'TimelineId');
  return {
    organization: organization.name,
    projectId: guid('ProjectId', needed(headers, 'ProjectId')),
    hubName: readHubName(headers),
    planId: guid('PlanId', needed(headers, 'PlanId')),
    jobId: guid('JobId', needed(headers, 'JobId')),
    taskInstanceId: guid('TaskInstanceId', needed(headers, 'TaskInstanceId')),
    ...(timelineId === undefined ? {} : { timelineId: guid('TimelineId', timelineId) }),
  };
}

function readHubName(headers: Headers): string {
  const hubName = optional(headers, 'HubName') ?? DEFAULT_HUB_NAME;
  if (!HUB_NAME.test(hubName)) throw invalid('HubName', 'it is not one word of at most 32 letters');
  return hubName;
}

function readToken(headers: Headers): Secret {
  const token = new Secret(needed(headers, 'AuthToken'));
  const { length } = token.reveal();
  if (length > MAX_TOKEN_LENGTH) {
    throw invalid('AuthToken', `it has ${length} characters, and at most ${MAX_TOKEN_LENGTH} are taken`);
  }
  if (!/^[!-~]+$/.test(token.reveal())) throw invalid('AuthToken', 'it has characters that no token has');
  return token;
}

function readBuildId(headers: Headers): number | undefined {
  const buildId = optional(headers, 'BuildId');
  if (buildId !== undefined && !BUILD_ID.test(buildId)) throw invalid('BuildId', 'it is not the id of a run');
  return buildId === undefined ? undefined : Number(buildId);
}

/** Undefined also when Azure Pipelines had nothing to put in: then it sends nothing, or the macro itself. */
function optional(headers: Headers, name: Macro): string | undefined {
  const value = headers.get(name.toLowerCase()) ?? '';
  return value === '' || UNEXPANDED.test(value) ? undefined : value;
}

function needed(headers: Headers, name: Macro): string {
  const value = headers.get(name.toLowerCase());
  if (value === undefined) throw invalid(name, 'it is missing');
  if (value === '') throw invalid(name, 'it is empty');
  if (!UNEXPANDED.test(value)) return value;
  throw invalid(
    name,
    'it holds a variable that Azure Pipelines did not replace, since there is none of this name',
  );
}

function guid(name: Macro, value: string): string {
  if (!isGuid(value)) throw invalid(name, 'it is not a GUID');
  return value.toLowerCase();
}

function properName(lowerCased: string): Macro {
  const names = Object.keys(MACROS) as Macro[];
  return names.find((name) => name.toLowerCase() === lowerCased) ?? 'PipeBotMode';
}

function invalid(name: Macro, detail: string, example = `"${name}": "${MACROS[name]}"`): PipeBotError {
  return new PipeBotError('check-request-invalid', { subject: `header ${name}`, detail, example });
}
