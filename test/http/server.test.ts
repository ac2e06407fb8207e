// The HTTP server on a real socket, spoken to as no proper client would.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';

interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: object;
}

let server: HttpServer;
const log: LogLine[] = [];
const asked: string[] = [];
const uncaught: unknown[] = [];
const noteUncaught = (error: unknown) => uncaught.push(error);

const SERVICE = {
  name: 'payments',
  aliases: [],
  bases: [],
  fallbackBranches: [],
  policy: {
    whenRunning: 'wait',
    onPartiallySucceeded: 'continue',
    onCanceled: 'previous',
    onNeverBuilt: 'stop',
    timeoutMs: 1_000,
    pollIntervalMs: 5_000,
    settleMs: 0,
  },
} as const;

beforeAll(async () => {
  process.on('uncaughtException', noteUncaught);
  server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    log: {
      info: (fields) => log.push({ level: 'info', fields }),
      warn: (fields) => log.push({ level: 'warn', fields }),
      error: (fields) => log.push({ level: 'error', fields }),
    },
    newErrorId: () => 'id-1',
    catalog: { services: [SERVICE], bases: [] },
    gate: {
      answer: async ({ service }) => {
        asked.push(service.name);
        throw new PipeBotError('gate-full');
      },
      close: () => undefined,
      waiting: 0,
    },
    clock: systemClock,
    authenticateCaller: async () => ({ id: '1', name: 'all' }),
    receiveActivity: async () => ({ status: 202 }),
    organizations: [],
    openCheck: () => Promise.reject(new TypeError('not asked here')),
    cancelCheck: () => Promise.reject(new TypeError('not asked here')),
    checkReadiness: async () => undefined,
  });
  await server.start();
});

afterAll(async () => {
  await server.stop(0);
  process.removeListener('uncaughtException', noteUncaught);
});

beforeEach(() => {
  for (const list of [log, asked, uncaught]) list.length = 0;
});

/** Sends the bytes, and resolves with all that comes back until the server closes. */
async function speak(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(Buffer.from(bytes, 'latin1'));
  await once(socket, 'close');
  return answer;
}

const request = (line: string, ...headers: string[]) =>
  [line, ...headers, 'Connection: close', '', ''].join('\r\n');
const HOST = 'Host: x';

/** The server still answers, nothing was thrown past it, nothing was taken for a bug of ours. */
async function expectAlive(): Promise<void> {
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  expect(uncaught).toEqual([]);
  expect(log.filter(({ level }) => level === 'error')).toEqual([]);
}

it.each<[string, string]>([
  ['a host that is no host', request('GET /health/live HTTP/1.1', 'Host: [')],
  ['the same with POST', request('POST /api/messages HTTP/1.1', 'Host: [', 'Content-Length: 0')],
  ['the same with HEAD', request('HEAD /health/live HTTP/1.1', 'Host: [')],
  ['the same with OPTIONS', request('OPTIONS * HTTP/1.1', 'Host: [')],
  [
    'the same that waits for a 100',
    request('POST /api/messages HTTP/1.1', 'Host: [', 'Expect: 100-continue'),
  ],
  [
    'the same that wants a websocket',
    request('GET /health/live HTTP/1.1', 'Host: [', 'Upgrade: websocket', 'Connection: Upgrade'),
  ],
  ['a port that is none', request('GET /health/live HTTP/1.1', 'Host: x:99999')],
  ['a host with a space', request('GET /health/live HTTP/1.1', 'Host: x y')],
  ['a host with a percent', request('GET /health/live HTTP/1.1', 'Host: %')],
  ['a host with a path', request('GET /live HTTP/1.1', 'Host: x/health')],
  ['a host with a query', request('GET /live HTTP/1.1', 'Host: x?')],
  ['a host with user info', request('GET /health/live HTTP/1.1', 'Host: me@x')],
  ['an absolute address with a bad host', request('GET http://[bad/ HTTP/1.1', HOST)],
  ['the same with POST', request('POST http://[bad/ HTTP/1.1', HOST, 'Content-Length: 0')],
  ['an absolute address with a bad port', request('GET http://x:99999/health/live HTTP/1.1', HOST)],
  ['an address of a file', request('GET file:///health/live HTTP/1.1', HOST)],
  ['a path that climbs', request('GET /api/gate/search/../payments HTTP/1.1', HOST)],
  ['a path that climbs in disguise', request('GET /api/gate/search/%2E%2e/payments HTTP/1.1', HOST)],
  ['a path that climbs after two slashes', request('GET //../api/gate/payments HTTP/1.1', HOST)],
  ['the same, in disguise', request('GET //api/gate/%2e/payments HTTP/1.1', HOST)],
  ['a backslash', request('GET /api/gate\\payments HTTP/1.1', HOST)],
  ['a fragment', request('GET /api/gate/payments#?wait=1m HTTP/1.1', HOST)],
])('refuses in our own shape: %s', async (_name, bytes) => {
  const answer = await speak(bytes);
  expect(answer).toMatch(/^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?400 /);
  if (!bytes.startsWith('HEAD')) expect(answer).toContain('{"error":"request-invalid"');
  expect(asked).toEqual([]);
  await expectAlive();
});

it.each<[string, string]>([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ['no host', request('GET /health/live HTTP/1.1')],
  ['an address that is none of http', request('GET javascript:alert(1) HTTP/1.1', HOST)],
  ['bytes that are no text', request('GET /api/gate/\xff\xfe HTTP/1.1', HOST)],
  ['two lengths', request('POST /api/messages HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Length: 2')],
  [
    'a length and chunks',
    request('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked'),
  ],
  ['headers without end', request('GET /health/live HTTP/1.1', HOST, `X: ${'x'.repeat(100_000)}`)],
  ['a line break in a header', request('GET /health/live HTTP/1.1', HOST, 'X: a\rb')],
])('hangs up with 400: %s', async (_name, bytes) => {
  expect(await speak(bytes)).toMatch(/^HTTP\/1\.1 400 /);
  await expectAlive();
});

it.each<[string, string, number]>([
  ['an empty host', request('GET /health/live HTTP/1.1', 'Host:'), 200],
  ['an address of IPv6', request('GET /health/live HTTP/1.1', 'Host: [::1]:80'), 200],
  ['HTTP/1.0 without a host', request('GET /health/live HTTP/1.0'), 200],
  ['an absolute address', request('GET http://y/health/live HTTP/1.1', HOST), 200],
  [
    'a websocket that nobody serves',
    request('GET /health/live HTTP/1.1', HOST, 'Upgrade: websocket', 'Connection: Upgrade'),
    200,
  ],
  ['two slashes', request('GET //health/live HTTP/1.1', HOST), 200],
  ['two slashes in the middle', request('GET /health//live HTTP/1.1', HOST), 404],
  ['a percent sign alone', request('GET /api/gate/% HTTP/1.1', HOST), 404],
  ['a broken escape', request('GET /api/gate/%E0%A4%A HTTP/1.1', HOST), 404],
  ['an escaped slash', request('GET /api/gate/search%2Fpayments HTTP/1.1', HOST), 404],
  ['an escaped slash that climbs', request('GET /api/gate/search%2F..%2Fpayments HTTP/1.1', HOST), 404],
  ['more of a path', request('GET /api/gate/search/payments HTTP/1.1', HOST), 404],
  ['a name of the prototype', request('GET /api/gate/__proto__ HTTP/1.1', HOST), 404],
  ['no name', request('GET /api/gate/ HTTP/1.1', HOST), 404],
  ['two hosts', request('GET /health/live HTTP/1.1', HOST, 'Host: y'), 200],
  ['a rare method', request('PROPFIND /health/live HTTP/1.1', HOST), 405],
  ['an asterisk', request('OPTIONS * HTTP/1.1', HOST), 200],
  ['an unknown version', request('GET /health/live HTTP/1.1', HOST, 'Accept-Version: ~9'), 200],
  ['a picture wanted', request('GET /nothing HTTP/1.1', HOST, 'Accept: image/png;q=x'), 404],
  [
    'odd headers',
    request('GET /health/live HTTP/1.1', HOST, 'Date: ?', 'Content-Type: /', 'X-Request-Id: \xff'),
    200,
  ],
])('takes calmly: %s', async (_name, bytes, status) => {
  expect(await speak(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(asked).toEqual([]);
  await expectAlive();
});

it('an address of the connection that ends in a slash does no harm', async () => {
  for (const path of ['//api/gate/payments?wait=1s', '///api/gate/payments', '//api/gate/payments/'])
    expect(await speak(request(`GET ${path} HTTP/1.1`, HOST))).toMatch(/^HTTP\/1\.1 503 /);
  expect(asked).toEqual(['payments', 'payments', 'payments']);
  // Not the address of another host either.
  expect(await speak(request('GET //evil.example/api/gate/payments HTTP/1.1', HOST))).toMatch(
    /^HTTP\/1\.1 404 /,
  );
  await expectAlive();
});

it('asks the gate for the service that the path names', async () => {
  for (const path of ['payments', 'payments/', 'p%61yments'])
    expect((await fetch(`${server.url}/api/gate/${path}`)).status).toBe(503);
  expect(asked).toEqual(['payments', 'payments', 'payments']);
});

it('a caller who hangs up in the middle of its body is no bug of ours', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"a":');
  await once(socket, 'connect');
  socket.end();
  await expect.poll(() => log).toHaveLength(1);
  expect(log).toMatchObject([{ level: 'info', fields: { code: 'request-invalid' } }]);
});

it('a body in chunks that grows too large is refused with 413', async () => {
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  const answer = await speak(
    `POST /api/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('{"error":"request-too-large"');
  await expectAlive();
});
