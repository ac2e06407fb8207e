// One request and its whole answer over azure-devops-node-api's HTTP client, within a deadline and a size.
// It must not judge the answer. The client's own readers are not used: they give null for a sign-in page, a
// missing build, a cut body and no body alike (17.0.1, RestClient.processResponse).
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { WebApi } from 'azure-devops-node-api';
import type { IRequestHandler } from 'azure-devops-node-api/interfaces/common/VsoBaseInterfaces.js';
import packageJson from '../../package.json' with { type: 'json' };
import { invalidResponse, type JsonObject } from './json-object.ts';
import { isLostConnection } from './lost-connection.ts';
import { untilAborted } from './until-aborted.ts';

export type HttpMethod = 'GET' | 'OPTIONS' | 'POST' | 'PATCH';

export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: string;
  /** Sent as JSON; none when absent. */
  readonly body?: JsonObject;
  /** Sent as it is, in UTF-8, as application/octet-stream, in place of `body`. */
  readonly octets?: string;
  readonly authorization: IRequestHandler;
  /** Ends the request wherever it is, and its connection with it. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of an error only the beginning, and empty when it could not be read. */
  readonly body: Uint8Array;
}

export interface HttpExchange {
  /** @throws what the connection threw, the signal's reason, or azure-invalid-response for a body over the limit */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

const MB = 1024 * 1024;
const LONGEST_ERROR_BYTES = 64 * 1024;
const MOST_CONNECTIONS = 32;
const USER_AGENT = `PipeBot/${packageJson.version}`;
const JSON_TYPE = 'application/json; charset=utf-8';
const OCTETS_TYPE = 'application/octet-stream';
// Uncompressed, so that the size that is counted is the size that is parsed; and never an older answer.
const HEADERS = { accept: 'application/json', 'accept-encoding': 'identity', 'cache-control': 'no-cache' };

export function isJson({ headers }: HttpAnswer): boolean {
  return /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * @param callTimeoutMs how long a connection may be silent at most; the signal is what keeps deadlines
 * @param longestBodyMb of a 2xx answer
 */
export function createHttpExchange(
  organizationUrl: string,
  callTimeoutMs: number,
  longestBodyMb = 10,
): HttpExchange {
  const requests = new AsyncLocalStorage<HttpRequest>();
  const options = {
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
    maxSockets: MOST_CONNECTIONS,
    socketTimeout: callTimeoutMs + 1_000,
  };
  const webApi = new WebApi(organizationUrl, perRequest(requests), options, {
    productName: 'PipeBot',
    productVersion: packageJson.version,
    userAgent: USER_AGENT,
  });
  const { client } = webApi.rest;
  return {
    send: async (request) => {
      const { signal } = request;
      signal.throwIfAborted();
      const sent = () => requests.run(request, () => sendRequest(client, request));
      // The signal goes into the request too, but reaches it only once it has a socket: a proxy may be silent.
      const answer = await untilAborted(onceMoreWhenLost(request, sent), signal);
      return readAnswer(answer.message, longestBodyMb);
    },
    close: () => client.dispose(),
  };
}

/**
 * A request that only reads is made again, once, when the connection it was given turns out to be closed: that says
 * nothing about Azure DevOps. An order is not, since it is not known whether it was carried out.
 */
async function onceMoreWhenLost<T>({ method, signal }: HttpRequest, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const reads = method === 'GET' || method === 'OPTIONS';
    if (!reads || !isLostConnection(error)) throw error;
    // A turn of the loop, in which Node hears of all the others that were closed meanwhile.
    await setImmediate();
    signal.throwIfAborted();
    return send();
  }
}

/** Never repeated by the client: it is not known whether a request without an answer was carried out. */
function sendRequest(client: WebApi['rest']['client'], request: HttpRequest) {
  const { method, url, body, octets } = request;
  const content = octets ?? JSON.stringify(body ?? {});
  const headers = { ...HEADERS, 'content-type': octets === undefined ? JSON_TYPE : OCTETS_TYPE };
  switch (method) {
    case 'GET':
      return client.get(url, { ...HEADERS });
    case 'OPTIONS':
      return client.options(url, { ...HEADERS });
    case 'POST':
      return client.post(url, content, headers);
    case 'PATCH':
      return client.patch(url, content, headers);
  }
}

/**
 * The client takes its handlers once, but deadline and token belong to one request. It calls them while the
 * request is being made, so the request is found in the asynchronous context.
 */
function perRequest(requests: AsyncLocalStorage<HttpRequest>): IRequestHandler {
  return {
    prepareRequest: (options: RequestOptions) => {
      const request = requests.getStore();
      if (!request) throw new Error('a request was made past createHttpExchange');
      request.authorization.prepareRequest(options);
      options.signal = request.signal;
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error('never asked to')),
  };
}

async function readAnswer(message: IncomingMessage, longestBodyMb: number): Promise<HttpAnswer> {
  const status = message.statusCode ?? 0;
  const { headers } = message;
  if (status >= 200 && status < 300) {
    const body = await readBody(message, longestBodyMb * MB);
    if (!body) throw invalidResponse(`the answer is larger than ${longestBodyMb} MB`);
    return { status, headers, body };
  }
  // The status is the answer here; a body that breaks off changes nothing in it.
  const body = await readBody(message, LONGEST_ERROR_BYTES).catch(() => undefined);
  return { status, headers, body: body ?? new Uint8Array() };
}

/** Undefined when there is more than the limit; the connection is given up then. */
async function readBody(message: IncomingMessage, limitBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of message) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body came as text');
    size += chunk.byteLength;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
