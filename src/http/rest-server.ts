// An HTTP server with our limits, time-outs and errors, for the routes that it is given. The only importer of
// restify. It must not know what any route is for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import restify from 'restify';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { sendError } from './answer.ts';
import { isUsableTarget, withoutDoubledStart } from './request-target.ts';

declare module 'restify' {
  interface Server {
    /** restify 12.0.0, lib/server.js: runs before restify touches the request; false ends it. Not in its types. */
    first(handle: (request: IncomingMessage, response: ServerResponse) => boolean): this;
  }
}

export interface RestServerOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly newErrorId: () => string;
  /** A request that would have been right, for those that were not: `GET /api/gate/payments`. */
  readonly example: string;
}

export interface HttpServer {
  start(): Promise<void>;
  /** Stops accepting at once, and waits for answers that are on their way for at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** With the port that is really bound. */
  readonly url: string;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands in the path where the route has `:name`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  /** Answers, or throws a PipeBotError that is answered in our shape. */
  readonly handle: (exchange: Exchange) => Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_CONNECTIONS = 12_000;

export function createRestServer(options: RestServerOptions, routes: readonly Route[]): HttpServer {
  const server = restify.createServer({ name: 'pipebot', ignoreTrailingSlash: true });
  server.server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.server.maxConnections = MAX_CONNECTIONS;
  refuseMalformed(server, options);
  for (const { method, path, handle } of routes) {
    // restify tells handlers apart by their kind of function: it must be an async one.
    server[method](path, async (request: restify.Request, response: ServerResponse) => {
      await guard(options, response, {
        request,
        work: () => handle({ request, response, parameters: request.params ?? {} }),
      });
    });
  }
  explainRefusals(server, options);
  return toHttpServer(server, options);
}

/** Keeps from restify what it cannot take apart without ending the process. */
function refuseMalformed(server: restify.Server, options: RestServerOptions): void {
  server.first((request, response) => {
    if (isUsableTarget(request.url ?? '', request.headers.host)) {
      request.url = withoutDoubledStart(request.url ?? '');
      return true;
    }
    const error = new PipeBotError('request-invalid', {
      subject: 'address',
      detail: 'its path or its Host header cannot be used',
      example: options.example,
    });
    response.setHeader('connection', 'close');
    refuse(options, response, { request, thrown: error });
    return false;
  });
  // restify passes it on to nobody, and the connection would stay open for ever; without a listener Node answers.
  server.server.removeAllListeners('upgrade');
  server.server.on('clientError', (error, socket) => {
    // Who was merely too slow may try again: Azure DevOps gives up on a service hook that is answered 400.
    const isLate = 'code' in error && error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const status = isLate ? '408 Request Timeout' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
}

/** Every error leaves as our own shape. */
async function guard(
  options: RestServerOptions,
  response: ServerResponse,
  { request, work }: { readonly request: IncomingMessage; readonly work: () => Promise<void> },
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    refuse(options, response, { request, thrown });
  }
}

function refuse(
  options: RestServerOptions,
  response: ServerResponse,
  { request, thrown }: { readonly request: IncomingMessage; readonly thrown: unknown },
): void {
  const error = toPipeBotError(thrown);
  const errorId = reportRefusal(options, request, thrown);
  // The rest of a body that was too large is not read; the connection cannot be used again.
  if (error.code === 'request-too-large') response.setHeader('connection', 'close');
  sendError(response, error, errorId);
}

/** Logs why a request is refused and gives the id that its answer shows. Of a bug, that id is all that leaves. */
export function reportRefusal(
  { log, newErrorId }: Pick<RestServerOptions, 'log' | 'newErrorId'>,
  request: IncomingMessage,
  thrown: unknown,
): string {
  const { code } = toPipeBotError(thrown);
  const errorId = newErrorId();
  const fields = { errorId, code, method: request.method, path: request.url?.split('?')[0] };
  if (code === 'internal') log.error({ ...fields, err: thrown }, 'a request met a bug');
  else log.info(fields, 'a request was refused');
  return errorId;
}

/** What restify answers by itself (no such route, wrong method) gets our shape as well. */
function explainRefusals(server: restify.Server, { newErrorId, example }: RestServerOptions): void {
  server.on(
    'restifyError',
    (
      _request: unknown,
      _response: unknown,
      error: { statusCode?: number; toJSON?: () => object },
      done: () => void,
    ) => {
      const what =
        error.statusCode === 405
          ? 'This address does not know this method.'
          : 'There is nothing at this address.';
      const id = newErrorId();
      error.toJSON = () => ({ error: 'request-invalid', message: `${what} Example: ${example}`, id });
      done();
    },
  );
}

function toHttpServer(server: restify.Server, options: RestServerOptions): HttpServer {
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.removeListener('error', reject);
          resolve();
        });
      }),
    stop: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.server.closeIdleConnections();
      }),
    get url() {
      const address = server.address();
      return `http://${options.host}:${address.port}`;
    },
  };
}
