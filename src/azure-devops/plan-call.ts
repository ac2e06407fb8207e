// One call to one plan with a run's own token: to the configured address, within a deadline and a size, and with one of
// the outcomes of PlanAnswer whatever comes back. It must not use PipeBot's own credentials, and must not repeat a call
// that may have been carried out.
//
// It shares nothing with the client that reads builds, neither OrganizationHealth nor connections: each job token is an
// identity of its own, so what is said to one of them (401, 403, 429) says nothing about PipeBot's reads nor about another
// run, and a refusal of PipeBot's own token must not keep a verdict back. Nor is there a memory of trouble in here: each
// check has its own pauses, which its answers tell it.
import { getBearerHandler } from 'azure-devops-node-api';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import type { PlanAnswer, PlanTask } from '../usecases/check-ports.ts';
import type { AzureOrganization } from './azure-client.ts';
import { createHttpExchange, type HttpAnswer, type HttpExchange } from './http-exchange.ts';
import type { JsonObject } from './json-object.ts';
import { toUnavailable } from './network-failure.ts';
import { type PlanReaders, readTypeKey, toPlanAnswer } from './plan-answer.ts';
import { toPlanUrl } from './plan-url.ts';

export interface PlanRequest<Value> extends PlanReaders<Value> {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Names the route: a server may know a newer version of one than of another. */
  readonly route: 'plan' | 'events' | 'records' | 'feed' | 'logs' | 'log';
  /** Below the plan, encoded; it begins with a slash or is empty. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** Sent as it is. */
  readonly octets?: string;
}

export interface PlanConnections {
  /** Throws nothing. */
  call<Value>(task: PlanTask, token: Secret, request: PlanRequest<Value>): Promise<PlanAnswer<Value>>;
  /** Ends what is under way with `failed` and drops the connections. */
  close(): void;
}

export interface PlansOptions {
  readonly organizations: readonly Pick<AzureOrganization, 'name' | 'url'>[];
  /** For the times in logs and of pauses; deadlines are real time. */
  readonly clock: Clock;
  /** All the time one call may take; 10 s when not given. */
  readonly callTimeoutMs?: number;
}

interface Organization {
  readonly url: string;
  readonly exchange: HttpExchange;
  /** Which of API_VERSIONS each route takes; the first when not known. */
  readonly versions: Map<PlanRequest<unknown>['route'], number>;
}

const CALL_TIMEOUT_MS = 10_000;
const LONGEST_BODY_MB = 1;
/** Those of Services and Server 2022, of Server 2020, of 2019, and the first one that had these routes. */
const API_VERSIONS = ['7.1', '7.1-preview', '6.0', '5.0', '2.0-preview.1'];
/** A server says so before it does anything. */
const VERSION_REFUSALS = ['VssVersionOutOfRangeException', 'VssInvalidPreviewVersionException'];

export function connectPlans(options: PlansOptions): PlanConnections {
  const { clock, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const closing = new AbortController();
  const organizations = new Map<string, Organization>(
    options.organizations.map(({ name, url }) => {
      const exchange = createHttpExchange(url, callTimeoutMs, LONGEST_BODY_MB);
      return [name.toLowerCase(), { url, exchange, versions: new Map() }];
    }),
  );
  return {
    call: async (task, token, request) => {
      const organization = organizations.get(task.organization.toLowerCase());
      // It may be configured again before the check's deadline.
      if (!organization) return { kind: 'failed', detail: 'this organisation is not configured' };
      const planUrl = toPlanUrl(organization.url, task);
      if (planUrl === undefined) return { kind: 'refused', detail: 'these ids cannot be those of a plan' };
      const value = token.reveal();
      if (!isToken(value)) return { kind: 'token-dead', detail: 'what was given cannot be a token' };
      const signal = AbortSignal.any([AbortSignal.timeout(callTimeoutMs), closing.signal]);
      try {
        const sent = { organization, url: `${planUrl}${request.path}`, token: value, signal };
        const answer = await send(sent, request);
        const context = {
          origin: new URL(organization.url).origin,
          secrets: formsOf(value),
          observedAt: readDate(answer) ?? clock.now(),
        };
        return toPlanAnswer(answer, request, context);
      } catch (error) {
        const { detail = 'no answer' } = toUnavailable(error, signal, task.organization).details;
        return { kind: 'failed', detail };
      }
    },
    close: () => {
      closing.abort();
      for (const { exchange } of organizations.values()) exchange.close();
    },
  };
}

interface Sending {
  readonly organization: Organization;
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Again only when the version was refused, with the next older one; what is found is remembered. */
async function send(
  { organization, url, token, signal }: Sending,
  { method, route, body, octets }: PlanRequest<unknown>,
): Promise<HttpAnswer> {
  for (let at = organization.versions.get(route) ?? 0; ; at += 1) {
    const answer = await organization.exchange.send({
      method,
      url: `${url}?api-version=${API_VERSIONS[at]}`,
      // The second argument keeps the token from any other host (azure-devops-node-api 17.0.1).
      authorization: getBearerHandler(token, false),
      signal,
      ...(body === undefined ? {} : { body }),
      ...(octets === undefined ? {} : { octets }),
    });
    const isRefused = answer.status === 400 && VERSION_REFUSALS.includes(readTypeKey(answer) ?? '');
    if (!isRefused) {
      // Only from an answer that can come from nowhere else: a proxy knows no versions.
      if (at > 0 && answer.status < 300) organization.versions.set(route, at);
      return answer;
    }
    if (at === API_VERSIONS.length - 1) return answer;
  }
}

/** What can stand in a header; anything else was never one. */
function isToken(value: string): boolean {
  return /^[\x21-\x7e]{1,16384}$/.test(value);
}

function formsOf(token: string): string[] {
  const basic = [token, `:${token}`].map((text) => Buffer.from(text).toString('base64'));
  return [token, encodeURIComponent(token), ...basic];
}

function readDate({ headers }: HttpAnswer): number | undefined {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}
