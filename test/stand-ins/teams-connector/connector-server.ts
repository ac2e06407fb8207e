// The socket side: reads requests, keeps the ledger, carries out faults, writes answers. Must not know
// what any route means.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as realDelay } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.ts';
import { type FaultEffect, type FaultTable, refusalOf } from './fault-table.ts';
import { type ConnectorAnswer, type ConnectorRequest, refusal } from './wire-activity.ts';

export interface ConnectorLedgerEntry {
  /** Arrival, by the given clock. */
  readonly at: number;
  readonly method: string;
  /** Decoded, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Null when no answer was sent: hung, reset, or not answered yet. */
  readonly answeredStatus: number | null;
  /** The stand-in did what was asked, although the caller may not have seen the answer. */
  readonly accepted: boolean;
}

type Entry = { -readonly [Key in keyof ConnectorLedgerEntry]: ConnectorLedgerEntry[Key] };

/** A route's answer, at once or later; undefined means 404. */
export type RouteHandler = (
  request: ConnectorRequest,
) => ConnectorAnswer | undefined | Promise<ConnectorAnswer | undefined>;

export interface ConnectorServerOptions {
  readonly clock: Clock;
  readonly faults: FaultTable;
}

export class ConnectorServer {
  readonly ledger: Entry[] = [];
  readonly #options: ConnectorServerOptions;
  readonly #server: Server;
  readonly #closing = new AbortController();
  #routes: Readonly<Record<string, RouteHandler>> = {};

  constructor(options: ConnectorServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        // A client that went away is ordinary here; anything else must be seen by whoever runs the test.
        if (response.destroyed || this.#closing.signal.aborted) return;
        send(response, refusal(500, 'StandInError', String(error)));
      });
    });
    // Closing idle connections would race with a caller's next request and look like an injected reset.
    this.#server.keepAliveTimeout = 0;
  }

  /** By first path segment. Set after listening, since routes name the port in their answers. */
  setRoutes(routes: Readonly<Record<string, RouteHandler>>): void {
    this.#routes = routes;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { area, request, path } = readTarget(incoming, await readBody(incoming));
    const { method, headers, body } = request;
    const at = this.#options.clock.now();
    const entry: Entry = { at, method, path, headers, body, answeredStatus: null, accepted: false };
    this.ledger.push(entry);
    const isConnectorRoute = area === 'teams';
    const fault = this.#options.faults.take({ direction: 'to-teams', method, path, isConnectorRoute });
    const early = await this.#before(fault, incoming);
    if (early === 'silent') return;
    const answer = early ?? (await this.#route(area, request));
    if (!early) entry.accepted = answer.status < 300;
    const late = entry.accepted ? after(fault, incoming, answer) : answer;
    if (!late) return;
    entry.answeredStatus = late.status;
    send(response, late);
  }

  async #before(
    fault: FaultEffect | undefined,
    incoming: IncomingMessage,
  ): Promise<ConnectorAnswer | 'silent' | undefined> {
    if (fault?.kind === 'slow') await realDelay(fault.delayMs, undefined, { signal: this.#closing.signal });
    if (fault?.kind === 'refuse') return refusalOf(fault);
    if (fault?.kind === 'hang') return 'silent';
    if (fault?.kind !== 'reset') return undefined;
    incoming.socket.resetAndDestroy();
    return 'silent';
  }

  async #route(area: string, request: ConnectorRequest): Promise<ConnectorAnswer> {
    const answer = await this.#routes[area]?.(request);
    return answer ?? refusal(404, 'NotFound', `The stand-in has no route ${request.method} ${area}.`);
  }
}

function after(
  fault: FaultEffect | undefined,
  incoming: IncomingMessage,
  answer: ConnectorAnswer,
): ConnectorAnswer | undefined {
  if (fault?.kind === 'accept-then-504') return refusalOf({ kind: 'refuse', status: 504 });
  if (fault?.kind === 'accept-then-reset') incoming.socket.resetAndDestroy();
  return fault?.kind === 'accept-then-reset' || fault?.kind === 'accept-then-hang' ? undefined : answer;
}

function readTarget(incoming: IncomingMessage, text: string) {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const [area = '', ...segments] = url.pathname.split('/').filter(Boolean).map(decode);
  const headers = flatten(incoming);
  const body = headers['content-type']?.includes('json') ? parse(text) : text;
  const method = incoming.method ?? 'GET';
  const request: ConnectorRequest = { method, segments, query: url.searchParams, headers, body };
  return { area, request, path: `/${[area, ...segments].join('/')}${url.search}` };
}

function flatten(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function send(response: ServerResponse, { status, body, headers }: ConnectorAnswer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
