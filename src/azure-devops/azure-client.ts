// One organisation's Build API, strictly: a value of the expected shape or a PipeBotError `azure-*`, never
// null and never an empty list instead of an error. Requests go to the configured address only.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { type ApiVersions, type BuildResource, negotiateApiVersions } from './api-version.ts';
import { classifyAnswer, parseAnswer } from './classify-answer.ts';
import { type Authorization, type Credentials, createAuthorizer } from './credentials.ts';
import { createHttpExchange, type HttpAnswer, type HttpExchange } from './http-exchange.ts';
import type { JsonObject } from './json-object.ts';
import { isDeadline, toUnavailable } from './network-failure.ts';
import { OrganizationHealth, type Outcome } from './organization-health.ts';
import { parseRetryAfter, UNREADABLE_RETRY_AFTER_MS } from './retry-after.ts';
import { untilAborted } from './until-aborted.ts';

export interface AzureOrganization {
  readonly name: string;
  /** Normalised, without a slash at the end: `https://dev.azure.com/contoso`. */
  readonly url: string;
  readonly credentials: Credentials;
}

export interface BuildApiRequest<T> {
  /** Name or id, not encoded. */
  readonly project: string;
  readonly resource: BuildResource;
  /** The route below `_apis/build`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Throws azure-invalid-response when the body has another shape. */
  readonly read: (body: JsonObject) => T;
}

export interface BuildApiAnswer<T> {
  readonly value: T;
  /** Ms since the epoch by Azure DevOps' clock. */
  readonly observedAt: number;
  /** Present when the list goes on (header x-ms-continuationtoken). */
  readonly continuationToken?: string;
}

export interface AzureClient {
  readonly organization: AzureOrganization;
  /** @throws PipeBotError `azure-*`, or the signal's reason */
  get<T>(request: BuildApiRequest<T>, signal: AbortSignal): Promise<BuildApiAnswer<T>>;
  close(): void;
}

export interface AzureClientOptions {
  readonly organization: AzureOrganization;
  readonly clock: Clock;
  readonly log: Log;
  readonly callTimeoutMs: number;
  /** Aborted when nothing is to be sent any more. */
  readonly closing: AbortSignal;
}

interface Call<T> {
  readonly method: 'GET' | 'OPTIONS';
  readonly url: string;
  readonly subject: string;
  /** Undefined for the start-up call. */
  readonly project: string | undefined;
  readonly read: (body: JsonObject) => T;
  readonly signal: AbortSignal;
}

export function createAzureClient(options: AzureClientOptions): AzureClient {
  const { organization, clock, log, callTimeoutMs, closing } = options;
  const parts: ClientParts = {
    clock,
    exchange: createHttpExchange(organization.url, callTimeoutMs),
    authorize: createAuthorizer(organization.credentials),
    health: new OrganizationHealth({ organization: organization.name, clock, log }),
  };
  const apiVersions = onceUnlessFailed(() => {
    // Shared by all who wait for it, so it has a deadline of its own: a little before that of its first
    // caller, whose next call must not find it still under way.
    const signal = AbortSignal.any([AbortSignal.timeout(Math.ceil(callTimeoutMs * 0.9)), closing]);
    return askApiVersions(parts, organization, signal);
  });
  return {
    organization,
    get: async (request, signal) => {
      const subject = `${organization.name}/${request.project}`;
      const project = encodeProject(request.project, subject);
      const versions = await untilAborted(apiVersions(), signal);
      const query = toQuery({ ...request.query, 'api-version': versions[request.resource] });
      const url = `${organization.url}/${project}/_apis/build/${request.path}?${query}`;
      return guardedCall(parts, { ...request, method: 'GET', url, subject, signal });
    },
    close: () => parts.exchange.close(),
  };
}

/** Runs `ask` once for all; a failure is forgotten, so that the next caller asks again. */
function onceUnlessFailed<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    if (known) return known;
    const asked = ask();
    known = asked;
    asked.catch(() => {
      known = undefined;
    });
    return asked;
  };
}

async function askApiVersions(
  parts: ClientParts,
  organization: AzureOrganization,
  signal: AbortSignal,
): Promise<ApiVersions> {
  const answer = await guardedCall(parts, {
    method: 'OPTIONS',
    url: `${organization.url}/_apis/build`,
    subject: organization.name,
    project: undefined,
    read: negotiateApiVersions,
    signal,
  });
  return answer.value;
}

interface ClientParts {
  readonly clock: Clock;
  readonly exchange: HttpExchange;
  readonly authorize: () => Promise<Authorization>;
  readonly health: OrganizationHealth;
}

function guardedCall<T>(parts: ClientParts, call: Call<T>): Promise<BuildApiAnswer<T>> {
  return parts.health.guard(call, () => makeCall(parts, call));
}

async function makeCall<T>(parts: ClientParts, call: Call<T>): Promise<Outcome<BuildApiAnswer<T>>> {
  const { method, url, subject, signal } = call;
  try {
    const { handler, secrets } = await untilAborted(parts.authorize(), signal);
    const answer = await parts.exchange.send({ method, url, authorization: handler, signal });
    const observedAt = readDate(answer) ?? parts.clock.now();
    const retryAfterMs = readRetryAfter(answer, observedAt);
    if (retryAfterMs !== undefined) parts.health.slowDown(retryAfterMs);
    const error = classifyAnswer(answer, { subject, secrets, retryAfterMs });
    if (error) return { kind: 'failed', error, scope: answer.status === 403 ? 'project' : 'organization' };
    const token = answer.headers['x-ms-continuationtoken'];
    const value = call.read(parseAnswer(answer));
    const isLast = typeof token !== 'string' || token === '';
    return {
      kind: 'answered',
      value: { value, observedAt, ...(isLast ? {} : { continuationToken: token }) },
    };
  } catch (thrown) {
    const error = withSubject(toUnavailable(thrown, signal, subject), subject);
    if (signal.aborted && !isDeadline(signal)) return { kind: 'abandoned', error };
    return { kind: 'failed', error, scope: 'organization' };
  }
}

/** Those who read bodies do not know whom they were asked of. */
function withSubject(error: PipeBotError, subject: string): PipeBotError {
  if (error.details.subject !== undefined) return error;
  return new PipeBotError(error.code, { ...error.details, subject });
}

function readDate(answer: HttpAnswer): number | undefined {
  const date = Date.parse(answer.headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/** Azure DevOps sends it with 200 too, once it begins to delay (rate limits, docs of 2025). */
function readRetryAfter(answer: HttpAnswer, observedAt: number): number | undefined {
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], observedAt);
  return answer.status === 429 ? (retryAfterMs ?? UNREADABLE_RETRY_AFTER_MS) : retryAfterMs;
}

/** Encoded once. A name of dots would climb out of the organisation's address. */
function encodeProject(project: string, subject: string): string {
  if (project.trim() === '' || /^\.+$/.test(project) || !project.isWellFormed()) {
    throw new PipeBotError('azure-refused', { subject, detail: 'this cannot be the name of a project' });
  }
  return encodeURIComponent(project);
}

function toQuery(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString().replaceAll('+', '%20');
}
