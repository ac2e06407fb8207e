// Takes requests off the wire, writes the ledger and lets faults have their way. Must not know any route.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { answerRequest } from './answer-request.ts';
import type { Secrets } from './caller.ts';
import { deliverAnswer, pause } from './deliver-answer.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import { type ArmedFault, needsTrueAnswer, takeFault } from './fault.ts';
import { toFaultAnswer } from './fault-answer.ts';
import { type OpenLedgerEntry, openLedgerEntry, readBody } from './ledger.ts';
import type { OrganizationState } from './organization-state.ts';

export interface ListenerParts {
  readonly state: OrganizationState;
  readonly secrets: Secrets;
  readonly ledger: OpenLedgerEntry[];
  readonly faults: readonly ArmedFault[];
  readonly latencyMs: number;
  readonly closing: AbortSignal;
}

const NOTHING = { status: 200, headers: {}, body: '' } as const;

export async function listenToRequest(
  parts: ListenerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entry = openLedgerEntry({
    at: parts.state.clock.now(),
    method: request.method ?? 'GET',
    rawUrl: request.url ?? '/',
    headers: request.headers,
  });
  const number = parts.ledger.push(entry);
  // A client that hangs up in the middle of its body has told us all it will.
  const raw = await text(request).catch(() => undefined);
  if (raw === undefined) return;
  entry.body = readBody(raw, entry.headers['content-type'] ?? '');
  response.setHeader('ActivityId', deterministicGuid(`activity/${number}`));
  await answerEntry(parts, entry, response);
}

async function answerEntry(
  parts: ListenerParts,
  entry: OpenLedgerEntry,
  response: ServerResponse,
): Promise<void> {
  const { state, secrets, closing } = parts;
  if (parts.latencyMs > 0) await pause(parts.latencyMs, closing);
  const fault = takeFault(parts.faults, entry);
  const carriedOut = !fault || fault.applied === true || needsTrueAnswer(fault);
  const truth = carriedOut ? answerRequest(state, secrets, entry) : NOTHING;
  const origin = new URL(state.url).origin;
  const answer = fault ? toFaultAnswer(fault.effect, truth, origin) : truth;
  // Clients measure skew by this header, so it must follow the scripted clock, not the machine's.
  response.setHeader('Date', new Date(state.clock.now()).toUTCString());
  entry.answeredStatus = await deliverAnswer(response, answer, fault?.effect, closing);
}
