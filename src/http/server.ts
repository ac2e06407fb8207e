// The server for the outside: its routes. What they do is handed in.
import { PipeBotError } from '../errors.ts';
import { sendJson } from './answer.ts';
import { answerGateRequest } from './gate-routes.ts';
import { createHookRoute, type HookIntake } from './hook-routes.ts';
import { cancelPostedGate, type PostedGatePorts, takePostedGate } from './posted-gate.ts';
import { readJsonBody } from './read-body.ts';
import { createRestServer, type Exchange, type HttpServer, type RestServerOptions } from './rest-server.ts';
import { createServicesRoute } from './services-route.ts';

export type { HttpServer } from './rest-server.ts';

export interface HttpServerOptions extends PostedGatePorts, Omit<RestServerOptions, 'example'> {
  /** Takes in what Teams posts; the body is JSON that has been read within limits. */
  readonly receiveActivity: (request: {
    readonly authorization: string | undefined;
    readonly body: unknown;
  }) => Promise<{ readonly status: number; readonly body?: unknown }>;
  /** Without them, or without a secret, there is no address for service hooks. */
  readonly hooks?: HookIntake;
  /** Resolves when PipeBot can do its work. */
  readonly checkReadiness: () => Promise<void>;
}

const MAX_ACTIVITY_BYTES = 256 * 1_024;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  return createRestServer({ ...options, example: 'GET /api/gate/payments?wait=30m' }, [
    {
      method: 'post',
      path: '/api/messages',
      handle: (exchange) => receiveActivity(options, exchange),
    },
    {
      method: 'get',
      path: '/api/gate/:service',
      handle: ({ request, response, parameters }) =>
        answerGateRequest(options, { request, response, serviceName: String(parameters['service']) }),
    },
    {
      method: 'post',
      path: '/api/gate/:service',
      handle: ({ request, response, parameters }) =>
        takePostedGate(options, { request, response, serviceName: String(parameters['service']) }),
    },
    {
      method: 'post',
      path: '/api/gate/:service/cancel',
      handle: ({ request, response, parameters }) =>
        cancelPostedGate(options, { request, response, serviceName: String(parameters['service']) }),
    },
    createServicesRoute(options),
    ...(options.hooks && options.hooks.secrets.length > 0 ? [createHookRoute(options.hooks, options)] : []),
    {
      method: 'get',
      path: '/health/live',
      handle: async ({ response }) => sendJson(response, { status: 200, body: { status: 'live' } }),
    },
    {
      method: 'get',
      path: '/health/ready',
      handle: async ({ response }) => {
        await options.checkReadiness();
        sendJson(response, { status: 200, body: { status: 'ready' } });
      },
    },
  ]);
}

async function receiveActivity(options: HttpServerOptions, { request, response }: Exchange): Promise<void> {
  const names = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization',
  );
  if (names.length > 1) throw new PipeBotError('activity-unauthorized');
  const body = await readJsonBody(request, MAX_ACTIVITY_BYTES);
  const { authorization } = request.headers;
  const answer = await options.receiveActivity({ authorization, body });
  sendJson(response, { status: answer.status, body: (answer.body as object | undefined) ?? {} });
}
