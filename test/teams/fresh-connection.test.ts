// A process can be stopped at any moment, also between the beginning of a call and its connection.
import { once } from 'node:events';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFreshConnection } from '../../src/teams/fresh-connection.ts';

describe('A connection that may not open any more', () => {
  const received: string[] = [];
  let server: ReturnType<typeof createServer>;
  let ended: Promise<unknown>;

  beforeEach(async () => {
    received.splice(0);
    const closed = Promise.withResolvers<void>();
    ended = closed.promise;
    server = createServer((socket: Socket) => {
      socket.on('data', (chunk) => received.push(chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => closed.resolve());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.close();
  });

  const url = (protocol: string) => `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/v3`;

  test.each([
    ['http', getHttp],
    ['https', getHttps],
  ] as const)('lets nothing of the request leave over %s', async (protocol, get) => {
    let asked = 0;
    const connection = createFreshConnection(url(protocol), () => {
      asked += 1;
      return false;
    });
    expect(asked).toBe(0);
    const [error] = await once(get(url(protocol), { agent: connection.agent }), 'error');
    expect(error).toMatchObject({ code: 'turn-over' });
    await ended;
    // Of TLS the first greeting may have left, which says nothing of the request.
    if (protocol === 'http') expect(received).toEqual([]);
    expect(asked).toBe(1);
    expect(connection.hasOpened()).toBe(false);
  });

  test('is open and sends as long as it may', async () => {
    const connection = createFreshConnection(url('http'), () => true);
    const request = getHttp(url('http'), { agent: connection.agent });
    request.on('error', () => undefined);
    await once(request, 'finish');
    await expect.poll(() => received.join('')).toContain('GET /v3');
    expect(connection.hasOpened()).toBe(true);
    request.destroy();
  });
});
