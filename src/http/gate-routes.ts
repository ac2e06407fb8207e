// GET /api/gate/{service}: 200 only for `continue`, 503 with Retry-After for `wait`, 424 for `stop`, so that a
// caller who looks at nothing but the status can never pass on doubt.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GateVerdict } from '../domain/gate.ts';
import type { Readiness } from '../domain/readiness.ts';
import { findNamed, namesOf, nearestNames, type Service, type ServiceCatalog } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import { explainDecision } from '../text/decision.ts';
import type { Gate, GateAnswer, GateRequest } from '../usecases/answer-gate.ts';
import type { GateKey } from '../usecases/ports.ts';
import { sendJson } from './answer.ts';
import type { AuthenticateCaller } from './gate-keys.ts';
import { readGateParameters } from './gate-request.ts';
import { queryOf } from './request-target.ts';
import { visibleServices } from './visible-services.ts';

const STATUS = { continue: 200, wait: 503, stop: 424 } as const satisfies Record<GateVerdict, number>;

export interface GateRoutePorts {
  readonly catalog: ServiceCatalog;
  readonly gate: Gate;
  readonly authenticateCaller: AuthenticateCaller;
}

export interface GateExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As the router read it. */
  readonly serviceName: string;
}

/** Answers one question; throws PipeBotError for what cannot be asked. */
export async function answerGateRequest(ports: GateRoutePorts, exchange: GateExchange): Promise<void> {
  const caller = await knowCaller(ports, exchange);
  await answerQuestion(ports, exchange, {
    ...caller,
    ...readGateParameters(queryOf(exchange.request.url ?? '')),
  });
}

/** Who asks, and about which service that this key may see. */
export async function knowCaller(
  ports: Pick<GateRoutePorts, 'authenticateCaller' | 'catalog'>,
  { request, serviceName }: GateExchange,
): Promise<{ readonly keyId: string; readonly service: Service }> {
  const key = await ports.authenticateCaller(request);
  if (!key) throw new PipeBotError('gate-unauthorized');
  return { keyId: key.id, service: findService(ports.catalog, key, serviceName) };
}

/** Answers at once, or when it is decided. */
export async function answerQuestion(
  ports: Pick<GateRoutePorts, 'gate'>,
  { response }: GateExchange,
  question: Omit<GateRequest, 'signal'>,
): Promise<void> {
  const hangUp = new AbortController();
  response.on('close', () => {
    if (!response.writableEnded) hangUp.abort();
  });
  const answer = await ports.gate.answer({ ...question, signal: hangUp.signal });
  if (hangUp.signal.aborted) return;
  const body = toBody(answer);
  sendJson(response, {
    status: STATUS[body.decision],
    body,
    ...(body.decision === 'wait' ? { retryAfterSeconds: body.retryAfterSeconds ?? 1 } : {}),
  });
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

/** The body that pipelines read; its fields are an interface that stays. */
export interface GateBody {
  readonly id: string;
  readonly decision: GateVerdict;
  readonly reason: string;
  readonly message: string;
  readonly service: string;
  readonly branch: string;
  readonly base: Readonly<Record<string, unknown>>;
  readonly observedAt?: string;
  readonly retryAfterSeconds?: number;
}

/** The answer as pipelines read it. */
export function toBody(answered: GateAnswer): GateBody {
  const { decision } = answered.answer;
  const { base, readiness, observedAt } = decision.assessment;
  const { build } = readiness;
  return {
    id: answered.id,
    decision: decision.verdict,
    reason: decision.reason,
    message: explainDecision(answered.answer),
    service: answered.service,
    branch: answered.branch,
    base: {
      name: base.name,
      definitionId: base.definition.definitionId,
      ...(build
        ? {
            buildId: build.id,
            buildNumber: build.number,
            status: build.status,
            result: build.result,
            url: build.url,
            ...(readiness.status === 'running' ? timesOf(readiness) : {}),
          }
        : {}),
    },
    ...(observedAt === undefined ? {} : { observedAt: new Date(observedAt).toISOString() }),
    ...(decision.verdict === 'wait' ? { retryAfterSeconds: Math.ceil(answered.retryAfterMs / 1_000) } : {}),
  };
}

/** Since when a base runs, and when it will probably end, as far as that is known. */
function timesOf({ build, expectedEndAt }: Readiness): object {
  const toText = (at: number) => new Date(at).toISOString();
  return {
    ...(build?.startedAt === undefined ? {} : { startedAt: toText(build.startedAt) }),
    ...(expectedEndAt === undefined ? {} : { expectedEndAt: toText(expectedEndAt) }),
  };
}
