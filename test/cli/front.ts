// What stands before PipeBot in the tests of the command line, as a proxy does: it hands requests on, or answers for a
// PipeBot that is away.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FrontAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Front {
  readonly url: string;
  /** Every request as it came: path with query, and the key. */
  readonly requests: { readonly target: string; readonly key: string | undefined }[];
  /** One for each of the next requests; afterwards they are handed on. */
  readonly answers: (FrontAnswer | 'reset')[];
  close(): Promise<void>;
}

export const PROXY_PAGE: FrontAnswer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><h1>502 Bad Gateway</h1></html>',
};

const nothing = (): string => {
  throw new Error('nothing is behind this');
};

/** @param target the address behind, asked for anew each time; throws while there is none */
export async function startFront(target: () => string = nothing): Promise<Front> {
  const requests: Front['requests'] = [];
  const answers: Front['answers'] = [];
  const server = createServer((request, response) => {
    const key = request.headers['x-pipebot-key'];
    requests.push({ target: request.url ?? '', key: typeof key === 'string' ? key : undefined });
    const answer = answers.shift();
    if (answer === 'reset') request.socket.resetAndDestroy();
    else if (answer) send(response, answer);
    else void handOn(request, response, target);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handOn(
  request: IncomingMessage,
  response: ServerResponse,
  target: () => string,
): Promise<void> {
  let told: FrontAnswer = PROXY_PAGE;
  try {
    const headers = { 'x-pipebot-key': String(request.headers['x-pipebot-key']) };
    const answer = await fetch(`${target()}${request.url}`, { headers, redirect: 'manual' });
    const body = await answer.text();
    told = { status: answer.status, headers: Object.fromEntries(answer.headers), body };
  } catch {
    // Nothing answers behind.
  }
  send(response, told);
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: FrontAnswer): void {
  const { 'content-length': _, connection: _closed, 'transfer-encoding': _coding, ...rest } = headers;
  // In two steps, since what restify puts in the place of writeHead gives nothing back.
  response.writeHead(status, { ...rest, connection: 'close' });
  response.end(body);
}
