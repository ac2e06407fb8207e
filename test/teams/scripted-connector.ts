// A bare connector for what the stand-in doesn't do: answers that break off, redirects, odd bodies. Keeps a
// ledger of requests and of the connections that are still open.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ScriptedConnector {
  readonly serviceUrl: string;
  readonly port: number;
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** Connections ever made. */
  readonly connections: Socket[];
  /** Resolves once all connections made so far are closed. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

/** Answers every request, after its body has come in, by `answer`. */
export async function startScriptedConnector(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<ScriptedConnector> {
  const requests: ScriptedConnector['requests'] = [];
  const connections: Socket[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      answer(response, request);
    });
  });
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const isClosed = (socket: Socket) =>
    socket.destroyed ? undefined : new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    serviceUrl: `http://127.0.0.1:${port}/`,
    port,
    requests,
    connections,
    allClosed: async () => void (await Promise.all(connections.map(isClosed))),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
