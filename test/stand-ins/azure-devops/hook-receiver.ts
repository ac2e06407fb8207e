// A web server that takes service hook events and answers as a test wants. For the tests of this folder and of the
// adapter only.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

export interface ReceivedEvent {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly events: readonly ReceivedEvent[];
  /** From now on; the connection is cut without an answer when it is 0. */
  answer(status: number): void;
}

export async function startHookReceiver(): Promise<HookReceiver> {
  const events: ReceivedEvent[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Record<string, unknown>;
    events.push({ headers: request.headers, body });
    if (status === 0) request.socket.destroy();
    else response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    events,
    answer: (next) => {
      status = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
