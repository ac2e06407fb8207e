// The server for whoever operates PipeBot, on this machine only and without a key: so no web page that is open
// in a browser here may use it. It must not change anything.
import type { IncomingMessage } from 'node:http';
import type { Explanation } from '../domain/content.ts';
import { namesOf, nearestNames, type ServiceCatalog } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import { explainSilence } from '../text/why.ts';
import { sendJson } from './answer.ts';
import { queryOf } from './request-target.ts';
import { createRestServer, type Exchange, type HttpServer, type RestServerOptions } from './rest-server.ts';

export interface OperatorServerOptions extends Omit<RestServerOptions, 'example' | 'host'> {
  readonly catalog: ServiceCatalog;
  /** Undefined when nothing is called so, now or in a subscription of the conversation. */
  readonly explainSilence: (question: {
    readonly conversationId: string;
    /** As it was typed: a service, an alias, a base or `*`. */
    readonly service: string;
  }) => Promise<Explanation | undefined>;
}

const EXAMPLE = 'GET /api/why?conversation=19:…@thread.tacv2&service=payments';
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

export function createOperatorServer(options: OperatorServerOptions): HttpServer {
  return createRestServer({ ...options, host: '127.0.0.1', example: EXAMPLE }, [
    { method: 'get', path: '/api/why', handle: (exchange) => answerWhy(options, exchange) },
  ]);
}

async function answerWhy(options: OperatorServerOptions, { request, response }: Exchange): Promise<void> {
  refuseBrowsers(request);
  const query = queryOf(request.url ?? '');
  const conversationId = parameter(query, 'conversation');
  const service = parameter(query, 'service');
  const explanation = await options.explainSilence({ conversationId, service });
  if (!explanation) {
    const suggestions = nearestNames(namesOf(options.catalog), service);
    throw new PipeBotError('service-unknown', { subject: service.slice(0, 100), suggestions });
  }
  sendJson(response, { status: 200, body: { ...explanation, sentences: explainSilence(explanation) } });
}

/** A page can reach this machine by a name of its own that it makes point here; its Host header gives it away. */
function refuseBrowsers({ headers }: IncomingMessage): void {
  const detail =
    headers.origin !== undefined
      ? 'a web page asked'
      : LOOPBACK_HOST.test(headers.host ?? '')
        ? undefined
        : 'it was asked by another name than 127.0.0.1 or localhost';
  if (detail !== undefined) throw new PipeBotError('operator-refused', { detail });
}

function parameter(query: URLSearchParams, name: string): string {
  const [value = '', ...more] = query.getAll(name);
  if (value.trim() !== '' && more.length === 0) return value.trim();
  const detail = more.length > 0 ? 'it is given more than once' : 'it is missing';
  throw new PipeBotError('request-invalid', { subject: name, detail, example: EXAMPLE });
}
