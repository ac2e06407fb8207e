// One organisation's REST API, strictly: a value of the expected shape or a PipeBotError `azure-*`, never
// null and never an empty list instead of an error. Requests go to the configured address only.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { type ApiResource, type ApiVersions, negotiateApiVersions } from './api-version.ts';
import { type AnswerReaders, type ApiAnswer, type CallParts, callApi } from './azure-call.ts';
import { type Credentials, createAuthorizer } from './credentials.ts';
import { createHttpExchange, type HttpMethod } from './http-exchange.ts';
import type { JsonObject } from './json-object.ts';
import { OrganizationHealth } from './organization-health.ts';
import { untilAborted } from './until-aborted.ts';

export interface AzureOrganization {
  readonly name: string;
  /** Normalised, without a slash at the end: `https://dev.azure.com/contoso`. */
  readonly url: string;
  readonly credentials: Credentials;
}

/** A question to the Build API of one project. */
export interface BuildApiRequest<T> extends AnswerReaders<T> {
  /** Name or id, not encoded. */
  readonly project: string;
  readonly resource: ApiResource;
  /** The route below `_apis/build`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** What is asked of the organisation, or done to it. */
export interface OrganizationApiRequest<T> extends AnswerReaders<T> {
  readonly method: HttpMethod;
  /** The route below `_apis`, encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The project that it is about, if one, by name or id: a refusal says nothing about the others. */
  readonly project?: string;
  /** For errors; the organisation's name when not given. */
  readonly subject?: string;
  readonly body?: JsonObject;
  /** What is in the body and must not come back in an error. */
  readonly secrets?: readonly string[];
}

export interface AzureClient {
  readonly organization: AzureOrganization;
  /** @throws PipeBotError `azure-*`, or the signal's reason */
  get<T>(request: BuildApiRequest<T>, signal: AbortSignal): Promise<ApiAnswer<T>>;
  /** @throws PipeBotError `azure-*`, or the signal's reason; what was sent may have been done all the same */
  send<T>(request: OrganizationApiRequest<T>, signal: AbortSignal): Promise<ApiAnswer<T>>;
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

export function createAzureClient(options: AzureClientOptions): AzureClient {
  const { organization, clock, log, callTimeoutMs, closing } = options;
  const parts: CallParts = {
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
      const { path, resource, query } = request;
      const subject = `${organization.name}/${request.project}`;
      const project = encodeProject(request.project, subject);
      const versions = await untilAborted(apiVersions(), signal);
      const parameters = toQuery({ ...query, 'api-version': versions[resource] });
      const url = `${organization.url}/${project}/_apis/build/${path}?${parameters}`;
      return callApi(parts, { ...request, method: 'GET', url, subject, signal });
    },
    send: async (request, signal) => {
      const { path, query, project, subject = organization.name } = request;
      const versions = await untilAborted(apiVersions(), signal);
      const parameters = toQuery({ ...query, 'api-version': versions.others });
      const url = `${organization.url}/_apis/${path}?${parameters}`;
      return callApi(parts, { ...request, project, url, subject, signal });
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
  parts: CallParts,
  organization: AzureOrganization,
  signal: AbortSignal,
): Promise<ApiVersions> {
  const answer = await callApi(parts, {
    method: 'OPTIONS',
    url: `${organization.url}/_apis/build`,
    subject: organization.name,
    project: undefined,
    read: negotiateApiVersions,
    signal,
  });
  return answer.value;
}

/** Encoded once. A name of dots would climb out of the organisation's address. @throws PipeBotError azure-refused */
export function encodeProject(project: string, subject: string): string {
  if (project.trim() === '' || /^\.+$/.test(project) || !project.isWellFormed()) {
    throw new PipeBotError('azure-refused', { subject, detail: 'this cannot be the name of a project' });
  }
  return encodeURIComponent(project);
}

function toQuery(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString().replaceAll('+', '%20');
}
