// Servers that a test writes by itself, for what the stand-in cannot do, and builds as the API spells them.
// For the tests of this folder only.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';

export interface OwnServer extends AsyncDisposable {
  readonly url: string;
  readonly sockets: readonly Socket[];
  /** Ends when every connection is closed. */
  allClosed(): Promise<void>;
}

/** A server that answers the start-up call itself and leaves everything else to `listener`. */
export async function startOwnServer(listener: RequestListener): Promise<OwnServer> {
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') sendJson(response, API_LOCATIONS);
    else listener(request, response);
  });
  // Only the client may close an idle connection.
  server.keepAliveTimeout = 0;
  return listenOn(server, () => server.closeAllConnections());
}

/** A server for those who want to write the bytes themselves, to anything but the start-up call. */
export async function startByteServer(answer: (socket: Socket) => void): Promise<OwnServer> {
  const body = JSON.stringify(API_LOCATIONS);
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n';
  const listener = (socket: Socket) => {
    socket.once('data', (bytes) => {
      if (bytes.toString().startsWith('OPTIONS')) socket.end(head + body);
      else answer(socket);
    });
  };
  return listenOn(createNetServer(listener), () => undefined);
}

async function listenOn(
  server: ReturnType<typeof createNetServer>,
  closeAll: () => void,
): Promise<OwnServer> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/contoso`,
    sockets,
    allClosed: async () => {
      await Promise.all(sockets.map(untilClosed));
    },
    [Symbol.asyncDispose]: async () => {
      closeAll();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Not events.once, which takes an error for the end of the waiting. */
async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

function location(id: string, resourceName: string, releasedVersion: string) {
  const versions = { minVersion: '1.0', maxVersion: '7.2', releasedVersion, resourceVersion: 7 };
  return { id, area: 'build', resourceName, routeTemplate: '{project}/_apis/{area}/{resource}', ...versions };
}

export function apiLocations(releasedVersion: string) {
  const value = [
    location('0CD358E1-9217-4d94-8269-1c1ee6f93dcf', 'Builds', releasedVersion),
    location('dbeaf647-6167-421a-bda9-c9327b25e2e6', 'Definitions', releasedVersion),
  ];
  return { count: value.length, value };
}

const API_LOCATIONS = apiLocations('7.1');

/** A build as the API spells it, with only what a verdict needs. */
export function buildJson(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 4201,
    buildNumber: '20261122.1',
    status: 'completed',
    result: 'succeeded',
    queueTime: '2026-11-22T05:00:00.1234567Z',
    definition: { id: 183, name: 'python-base' },
    sourceBranch: 'refs/heads/main',
    reason: 'individualCI',
    ...changes,
  };
}

export function listJson(...builds: readonly unknown[]) {
  return { count: builds.length, value: builds };
}
