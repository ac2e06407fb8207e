// Puts an answer on the wire, whole or in one of the ways in which networks break it.
// Its waits are real time: they play the network, whose deadlines clients keep by real time too.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, JSON_TYPE } from './answer.ts';
import type { FaultEffect } from './fault.ts';

/** Says which status was sent, undefined when none was. */
export async function deliverAnswer(
  response: ServerResponse,
  answer: Answer,
  effect: FaultEffect | undefined,
  closing: AbortSignal,
): Promise<number | undefined> {
  switch (effect?.kind) {
    case 'never-answer':
      return undefined;
    case 'reset':
      response.socket?.resetAndDestroy();
      return undefined;
    case 'stalled':
      sendHead(response, answer);
      response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)));
      return answer.status;
    case 'drip':
      sendHead(response, answer);
      void drip(response, answer.body, effect.intervalMs, closing);
      return answer.status;
    case 'huge-body':
      response.writeHead(200, { 'content-type': JSON_TYPE });
      Readable.from(hugeJson(effect.bytes)).pipe(response);
      return 200;
    case 'delayed':
      await pause(effect.delayMs, closing);
      return sendWhole(response, answer);
    default:
      return sendWhole(response, answer);
  }
}

function sendWhole(response: ServerResponse, answer: Answer): number {
  sendHead(response, answer);
  response.end(answer.body);
  return answer.status;
}

function sendHead(response: ServerResponse, answer: Answer): void {
  const length = answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(answer.body)) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.flushHeaders();
}

async function drip(
  response: ServerResponse,
  body: string,
  intervalMs: number,
  closing: AbortSignal,
): Promise<void> {
  for (const byte of Buffer.from(body)) {
    await pause(intervalMs, closing);
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
  }
  response.end();
}

/** Ends early, without throwing, when the server closes. */
export async function pause(delayMs: number, closing: AbortSignal): Promise<void> {
  await wait(delayMs, undefined, { signal: closing }).catch(() => undefined);
}

function* hugeJson(bytes: number): Generator<string> {
  const row = `{"pad":"${'x'.repeat(16_384)}"}`;
  yield '{"count":1,"value":[{}';
  for (let sent = 0; sent < bytes; sent += row.length + 1) yield `,${row}`;
  yield ']}';
}
