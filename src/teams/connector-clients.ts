// The SDK's clients for Teams' connectors, one per service URL, without what the SDK does behind our back.
// It must not send anything itself.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { ClaimsIdentity, type ConnectorClient, type ConnectorFactory } from 'botframework-connector';
import { PipeBotError } from '../errors.ts';
import type { Registration } from './bot-registration.ts';
import { createFreshConnection, turnOver } from './fresh-connection.ts';

// One per region and cloud; more than a handful means that something is wrong with the stored URLs.
const MAX_CLIENTS = 16;

/**
 * Policies of the HTTP client that must go (@azure/core-rest-pipeline 1.24):
 * - retries repeat a POST up to three times after 5xx and resets, although Teams may have taken it;
 * - redirects repeat it at an address that nobody has allowed;
 * - a compressed answer that breaks off leaves the client waiting for ever.
 */
const UNWANTED_POLICIES = ['defaultRetryPolicy', 'redirectPolicy', 'decompressResponsePolicy'];

interface OutgoingRequest {
  readonly url: string;
  agent?: unknown;
}

/** The part of the HTTP client's pipeline that is used here; the SDK's types keep it private. */
interface Pipeline {
  removePolicy(options: { name: string }): readonly unknown[];
  addPolicy(policy: {
    name: string;
    sendRequest<Response>(
      request: OutgoingRequest,
      next: (request: OutgoingRequest) => Promise<Response>,
    ): Promise<Response>;
  }): void;
}

export class ConnectorClients {
  readonly #factory: ConnectorFactory;
  readonly #clients = new Map<string, Promise<ConnectorClient>>();

  constructor(authentication: ConfigurationBotFrameworkAuthentication, registration: Registration) {
    const appId = registration === 'none' ? [] : [{ type: 'aud', value: registration.appId }];
    this.#factory = authentication.createConnectorFactory(new ClaimsIdentity(appId, true));
  }

  /** The client for a service URL that has been found allowed. */
  get(serviceUrl: string): Promise<ConnectorClient> {
    const known = this.#clients.get(serviceUrl);
    if (known) return known;
    const [oldest] = this.#clients.keys();
    if (oldest !== undefined && this.#clients.size >= MAX_CLIENTS) this.#clients.delete(oldest);
    const created = this.#factory.create(serviceUrl).then(withPlainPipeline);
    this.#clients.set(serviceUrl, created);
    created.catch(() => this.#clients.delete(serviceUrl));
    return created;
  }
}

function withPlainPipeline(client: ConnectorClient): ConnectorClient {
  const { pipeline } = Reflect.get(client, 'client') as { pipeline: Pipeline };
  for (const name of UNWANTED_POLICIES) {
    // A new version that names it otherwise must not bring the retries back unseen.
    if (pipeline.removePolicy({ name }).length !== 1) {
      throw new PipeBotError('internal', { subject: 'botbuilder', detail: `no ${name} to remove` });
    }
  }
  pipeline.addPolicy({ name: 'freshConnectionPolicy', sendRequest: sendOnFreshConnection });
  return client;
}

const mayLeave = new AsyncLocalStorage<() => boolean>();

/** Makes a call whose request leaves only while `isAllowed` says so; after that it fails and was never sent. */
export function leavingOnlyWhile<T>(isAllowed: () => boolean, call: () => Promise<T>): Promise<T> {
  return mayLeave.run(isAllowed, call);
}

const unsent = new WeakSet<object>();

/** Whether the call that threw this failed before its connection was open, so that nothing was sent. */
export function wasNeverSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error);
}

async function sendOnFreshConnection<Response>(
  request: OutgoingRequest,
  next: (request: OutgoingRequest) => Promise<Response>,
): Promise<Response> {
  const mayOpen = mayLeave.getStore() ?? (() => true);
  if (!mayOpen()) throw neverSent(turnOver());
  // A proxy's agent, set earlier in the pipeline, is kept; nothing is known of its connections.
  if (request.agent !== undefined) return next(request);
  const connection = createFreshConnection(request.url, mayOpen);
  request.agent = connection.agent;
  try {
    return await next(request);
  } catch (error) {
    throw connection.hasOpened() ? error : neverSent(error);
  }
}

function neverSent(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) unsent.add(error);
  return error;
}
