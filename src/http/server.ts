// The HTTP server: routes, limits and time-outs. The only importer of restify. What the routes do is handed in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import restify from 'restify';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { sendError, sendJson } from './answer.ts';
import { answerGateRequest, type GateRoutePorts } from './gate-routes.ts';
import { readJsonBody } from './read-body.ts';
import { isUsableTarget } from './request-target.ts';

declare module 'restify' {
  interface Server {
    /** restify 12.0.0, lib/server.js: runs before restify touches the request; false ends it. Not in its types. */
    first(handle: (request: IncomingMessage, response: ServerResponse) => boolean): this;
  }
}

export interface HttpServerOptions extends GateRoutePorts {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly newErrorId: () => string;
  /** Takes in what Teams posts; the body is JSON that has been read within limits. */
  readonly receiveActivity: (request: {
    readonly authorization: string | undefined;
    readonly body: unknown;
  }) => Promise<{ readonly status: number; readonly body?: unknown }>;
  /** Resolves when PipeBot can do its work. */
  readonly checkReadiness: () => Promise<void>;
}

export interface HttpServer {
  start(): Promise<void>;
  /** Stops accepting at once, and waits for answers that are on their way for at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** With the port that is really bound. */
  readonly url: string;
}

const MAX_ACTIVITY_BYTES = 256 * 1_024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_CONNECTIONS = 12_000;

type Handle = (request: restify.Request, response: ServerResponse) => Promise<void>;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = restify.createServer({ name: 'pipebot', ignoreTrailingSlash: true });
  server.server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.server.maxConnections = MAX_CONNECTIONS;
  refuseMalformed(server, options);
  // restify tells handlers apart by their kind of function: it must be an async one.
  const route = (handle: Handle) => async (request: restify.Request, response: ServerResponse) => {
    await guard(options, response, { request, work: () => handle(request, response) });
  };

  server.post(
    '/api/messages',
    route((request, response) => receiveActivity(options, request, response)),
  );
  server.get(
    '/api/gate/:service',
    route((request, response) =>
      answerGateRequest(options, { request, response, serviceName: String(request.params.service) }),
    ),
  );
  server.get(
    '/health/live',
    route(async (_request, response) => sendJson(response, { status: 200, body: { status: 'live' } })),
  );
  server.get(
    '/health/ready',
    route(async (_request, response) => {
      await options.checkReadiness();
      sendJson(response, { status: 200, body: { status: 'ready' } });
    }),
  );
  explainRefusals(server, options.newErrorId);
  return toHttpServer(server, options);
}

/** Keeps from restify what it cannot take apart without ending the process. */
function refuseMalformed(server: restify.Server, options: HttpServerOptions): void {
  server.first((request, response) => {
    if (isUsableTarget(request.url ?? '', request.headers.host)) return true;
    const error = new PipeBotError('request-invalid', {
      subject: 'address',
      detail: 'its path or its Host header cannot be used',
      example: 'GET /api/gate/payments',
    });
    response.setHeader('connection', 'close');
    refuse(options, response, { request, thrown: error });
    return false;
  });
  // restify passes it on to nobody, and the connection would stay open for ever; without a listener Node answers.
  server.server.removeAllListeners('upgrade');
  server.server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
}

/** Every error leaves as our own shape. */
async function guard(
  options: HttpServerOptions,
  response: ServerResponse,
  { request, work }: { readonly request: IncomingMessage; readonly work: () => Promise<void> },
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    refuse(options, response, { request, thrown });
  }
}

/** A bug leaves only its id. */
function refuse(
  options: HttpServerOptions,
  response: ServerResponse,
  { request, thrown }: { readonly request: IncomingMessage; readonly thrown: unknown },
): void {
  const error = toPipeBotError(thrown);
  const errorId = options.newErrorId();
  const fields = { errorId, code: error.code, method: request.method, path: request.url?.split('?')[0] };
  if (error.code === 'internal') options.log.error({ ...fields, err: thrown }, 'a request met a bug');
  else options.log.info(fields, 'a request was refused');
  // The rest of a body that was too large is not read; the connection cannot be used again.
  if (error.code === 'request-too-large') response.setHeader('connection', 'close');
  sendError(response, error, errorId);
}

async function receiveActivity(
  options: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const names = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization',
  );
  if (names.length > 1) throw new PipeBotError('activity-unauthorized');
  const body = await readJsonBody(request, MAX_ACTIVITY_BYTES);
  const { authorization } = request.headers;
  const answer = await options.receiveActivity({ authorization, body });
  sendJson(response, { status: answer.status, body: (answer.body as object | undefined) ?? {} });
}

/** What restify answers by itself (no such route, wrong method) gets our shape as well. */
function explainRefusals(server: restify.Server, newErrorId: () => string): void {
  server.on(
    'restifyError',
    (
      _request: unknown,
      _response: unknown,
      error: { statusCode?: number; toJSON?: () => object },
      done: () => void,
    ) => {
      const message =
        error.statusCode === 405
          ? 'This address does not know this method. Example: GET /api/gate/payments?wait=30m'
          : 'There is nothing at this address. Example: GET /api/gate/payments';
      const id = newErrorId();
      error.toJSON = () => ({ error: 'request-invalid', message, id });
      done();
    },
  );
}

function toHttpServer(server: restify.Server, options: HttpServerOptions): HttpServer {
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
