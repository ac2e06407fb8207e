// POST /api/gate/{service}: a task of Azure Pipelines asks. In mode `response` it is answered like a GET, but never by a
// stream, which begins with 200 whatever the decision will be. In mode `callback` it is told that its question is stored,
// at once and before anything outside is called; the verdict comes later, on the pipeline's own timeline. It must not say
// anything that could be taken for a verdict.
import type { Organization } from '../domain/link.ts';
import { PipeBotError } from '../errors.ts';
import type { CancelCheck } from '../usecases/cancel-check.ts';
import type { OpenCheck } from '../usecases/open-check.ts';
import { sendJson } from './answer.ts';
import { type CheckRequest, readCheckRequest } from './check-request.ts';
import { type GateParameters, readGateParameters } from './gate-request.ts';
import { admitCaller, answerGateQuestion, type GateExchange, type GateRoutePorts } from './gate-routes.ts';
import { readGateBody } from './read-gate-body.ts';
import { queryOf } from './request-target.ts';

export interface PostedGatePorts extends GateRoutePorts {
  /** Whose pipelines may ask to be called back. */
  readonly organizations: readonly Organization[];
  readonly openCheck: OpenCheck;
  readonly cancelCheck: CancelCheck;
}

/** Throws PipeBotError for what cannot be asked, and when it could not be stored. */
export async function takePostedGate(ports: PostedGatePorts, exchange: GateExchange): Promise<void> {
  const caller = await admitCaller(ports, exchange);
  const asked = readCheckRequest(exchange.request, ports.organizations);
  const parameters = await readParameters(exchange, asked);
  if (asked.mode === 'response') return answerGateQuestion(ports, exchange, { ...caller, parameters });
  const { id: named, waitMs: _, ...question } = parameters;
  if (named !== undefined) {
    const detail = 'a task that is called back is known by its own ids';
    throw new PipeBotError('gate-request-invalid', { subject: 'id', detail, example: 'leave it out' });
  }
  const { target, token } = asked;
  const { id, end } = await ports.openCheck({
    service: caller.service,
    keyId: caller.key.id,
    ...question,
    target,
    token,
  });
  const message = end
    ? `PipeBot knows this task already; its gate for ${caller.service.name} is over.`
    : `PipeBot has taken this in and calls back. The verdict on ${caller.service.name} follows in the log of this task.`;
  sendJson(exchange.response, { status: 200, body: { id, message } });
}

/** The run no longer waits. Throws PipeBotError gate-unknown when it never did. */
export async function cancelPostedGate(ports: PostedGatePorts, exchange: GateExchange): Promise<void> {
  const { key, service } = await admitCaller(ports, exchange);
  const asked = readCheckRequest(exchange.request, ports.organizations);
  if (asked.mode !== 'callback') {
    const detail = 'only who is called back can take that back';
    const example = '"PipeBotMode": "callback"';
    throw new PipeBotError('check-request-invalid', { subject: 'header PipeBotMode', detail, example });
  }
  await ports.cancelCheck({ target: asked.target, service: service.name, keyId: key.id });
  sendJson(exchange.response, { status: 200, body: { message: 'PipeBot no longer calls this task back.' } });
}

async function readParameters({ request }: GateExchange, { buildId }: CheckRequest): Promise<GateParameters> {
  const body = await readGateBody(request);
  const posted = { body, ...(buildId === undefined ? {} : { buildId }) };
  return readGateParameters(queryOf(request.url ?? ''), posted);
}
