// Puts a Teams entry behind a bare HTTP server, so that the stand-in can deliver to it. PipeBot's own HTTP
// layer has its own tests.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TeamsEntry } from '../../src/teams/adapter.ts';

export interface EntryServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startEntryServer(entry: TeamsEntry): Promise<EntryServer> {
  const server = createServer((request, response) => {
    deliver(entry, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { endpoint: `http://127.0.0.1:${port}/api/messages`, close };
}

async function deliver(entry: TeamsEntry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const answer = await entry.receive({ authorization: request.headers.authorization, body });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}
