// Answers a gate's question: 200 only for `continue`, 503 with Retry-After for `wait`, 424 for `stop`, so that a
// caller who looks at nothing but the status can never pass on doubt. Who asks for a stream gets one instead.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { GateVerdict } from '../domain/gate.ts';
import { findNamed, namesOf, nearestNames, type Service, type ServiceCatalog } from '../domain/service.ts';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import { errorSentence } from '../text/error.ts';
import type { Gate, GateAnswer, GateRequest } from '../usecases/answer-gate.ts';
import type { GateKey } from '../usecases/ports.ts';
import { retryAfterSecondsOf, sendJson } from './answer.ts';
import { toGateBody, toGateProgressBody } from './gate-body.ts';
import type { AuthenticateCaller } from './gate-keys.ts';
import { type GateParameters, readGateParameters } from './gate-request.ts';
import { GateStream } from './gate-stream.ts';
import { queryOf } from './request-target.ts';
import { type RestServerOptions, reportRefusal } from './rest-server.ts';
import { type StreamFormat, streamFormatOf } from './stream-format.ts';
import { visibleServices } from './visible-services.ts';

const STATUS = { continue: 200, wait: 503, stop: 424 } as const satisfies Record<GateVerdict, number>;

export interface GateRoutePorts extends Pick<RestServerOptions, 'log' | 'newErrorId'> {
  readonly catalog: ServiceCatalog;
  readonly gate: Gate;
  readonly authenticateCaller: AuthenticateCaller;
  readonly clock: Clock;
}

export interface GateExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As the router read it. */
  readonly serviceName: string;
}

/** Who asks, about what; both have been looked at. */
export interface AdmittedCaller {
  readonly key: GateKey;
  readonly service: Service;
}

/** Answers `GET /api/gate/{service}`; throws PipeBotError for what cannot be asked. */
export async function answerGateRequest(ports: GateRoutePorts, exchange: GateExchange): Promise<void> {
  const caller = await admitCaller(ports, exchange);
  const parameters = readGateParameters(queryOf(exchange.request.url ?? ''));
  const format = streamFormatOf(exchange.request.headers.accept);
  await answerGateQuestion(ports, exchange, { ...caller, parameters, ...(format ? { format } : {}) });
}

/** Throws `gate-unauthorized`, or `service-unknown` for what the key may not see as well as for what is not there. */
export async function admitCaller(
  ports: Pick<GateRoutePorts, 'authenticateCaller' | 'catalog'>,
  { request, serviceName }: Pick<GateExchange, 'request' | 'serviceName'>,
): Promise<AdmittedCaller> {
  const key = await ports.authenticateCaller(request);
  if (!key) throw new PipeBotError('gate-unauthorized');
  return { key, service: findService(ports.catalog, key, serviceName) };
}

interface ReadQuestion extends AdmittedCaller {
  readonly parameters: GateParameters;
  /** Of a stream, for who has asked for one and does not take its 200 for a verdict. */
  readonly format?: StreamFormat;
}

/**
 * Answers a question that has been read, whichever way it came; what the request's body said must have been read. Holds
 * the caller as long as its `waitMs` says and it does not hang up. Throws PipeBotError, unless a stream has begun.
 */
export async function answerGateQuestion(
  ports: GateRoutePorts,
  { request, response }: Pick<GateExchange, 'request' | 'response'>,
  { key, service, parameters, format }: ReadQuestion,
): Promise<void> {
  const hangUp = hangUpOf(response);
  const question: GateRequest = { ...parameters, service, keyId: key.id, signal: hangUp };
  try {
    if (format) {
      const stream = new GateStream(response, format, ports.clock);
      await streamAnswer(ports, { request, question, stream });
    } else {
      const answer = await ports.gate.answer(question);
      if (!hangUp.aborted) sendAnswer(response, answer);
    }
  } catch (thrown) {
    // Nobody is there to be refused; a bug is told of all the same.
    if (!hangUp.aborted || toPipeBotError(thrown).code === 'internal') throw thrown;
  }
}

/** Aborted as soon as the connection is gone before it was answered. */
function hangUpOf(response: ServerResponse): AbortSignal {
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) hangUp.abort();
  });
  if (response.destroyed || response.closed) hangUp.abort();
  return hangUp.signal;
}

function sendAnswer(response: ServerResponse, answer: GateAnswer): void {
  const body = toGateBody(answer);
  sendJson(response, {
    status: STATUS[body.decision],
    body,
    ...(body.decision === 'wait' ? { retryAfterSeconds: body.retryAfterSeconds ?? 1 } : {}),
  });
}

/** What goes wrong before the first byte is thrown; after it, it is the stream's last event. */
async function streamAnswer(
  ports: GateRoutePorts,
  {
    request,
    question,
    stream,
  }: { readonly request: IncomingMessage; readonly question: GateRequest; readonly stream: GateStream },
): Promise<void> {
  let id: string | undefined;
  const listener = {
    onHeld: () => stream.begin(),
    onWait: (answer: GateAnswer) => {
      id = answer.id;
      stream.progress(toGateProgressBody(answer));
    },
  };
  const fail = (thrown: unknown) => {
    const error = toPipeBotError(thrown);
    const retryAfterSeconds = retryAfterSecondsOf(error);
    stream.end('error', {
      ...(id === undefined ? {} : { id }),
      error: error.code,
      message: errorSentence(error),
      errorId: reportRefusal(ports, request, thrown),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  };
  try {
    const answer = await ports.gate.answer({ ...question, listener });
    id = answer.id;
    const { retryAfterMs } = answer;
    if (answer.isCutShort) fail(new PipeBotError('shutting-down', { retryAfterMs }));
    else stream.end('decision', toGateBody(answer));
  } catch (thrown) {
    if (!stream.isBegun || question.signal.aborted) throw thrown;
    fail(thrown);
  }
}

/** What the key may not see does not exist for it: the same answer, and names only from what it may see. */
function findService(catalog: ServiceCatalog, key: GateKey, name: string): Service {
  const visible = { services: visibleServices(catalog, key), bases: [] };
  const named = findNamed(visible, name);
  if (named?.kind === 'service') return named.service;
  throw new PipeBotError('service-unknown', {
    subject: name.slice(0, 100),
    suggestions: nearestNames(namesOf(visible), name),
  });
}
