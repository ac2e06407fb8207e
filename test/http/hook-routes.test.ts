// Service hooks over real HTTP: who is let in, and that whatever comes with the right secret is stored and answered
// 200, or 503 when it cannot be stored; anything else would make Azure DevOps disable the subscription.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { PipeBotError } from '../../src/errors.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/secret.ts';

const OLD = 'canary-old-secret-of-hooks';
const NEW = 'canary:new secret of hooks ü';

type Body = string | Uint8Array | ReadableStream;

interface Bench {
  readonly server: HttpServer;
  readonly received: unknown[];
  readonly logLines: string[];
  /** Posts with the right secret unless told otherwise. */
  post(body: Body, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(0);
});

async function startBench({
  secrets = [OLD, NEW],
  receive,
}: {
  readonly secrets?: readonly string[];
  readonly receive?: (body: unknown) => Promise<void>;
} = {}): Promise<Bench> {
  const received: unknown[] = [];
  const logLines: string[] = [];
  const log = (fields: object) => void logLines.push(JSON.stringify(fields));
  const server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, catalog: { services: [], bases: [] } },
    log: { info: log, warn: log, error: log },
    newErrorId: () => 'id-1',
    gate: { answer: () => Promise.reject(new Error('not asked')), close: () => undefined, waiting: 0 },
    clock: systemClock,
    authenticateCaller: async () => undefined,
    receiveActivity: async () => ({ status: 202 }),
    hooks: {
      secrets: secrets.map((secret) => new Secret(secret)),
      receive: receive ?? (async (body) => void received.push(body)),
    },
    organizations: [],
    openCheck: () => Promise.reject(new TypeError('not asked here')),
    cancelCheck: () => Promise.reject(new TypeError('not asked here')),
    checkReadiness: async () => undefined,
  });
  servers.push(server);
  await server.start();
  const post = (body: Body, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${server.url}/api/hooks/azure-devops`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { authorization: basic(OLD), 'content-type': 'application/json', ...headers },
    } as RequestInit);
  return { server, received, logLines, post };
}

function basic(password: string, user = 'pipebot'): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Sends the bytes, and resolves with all that comes back until the server closes. */
async function speak(server: HttpServer, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

function request(body: string, ...headers: string[]): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const lines = ['POST /api/hooks/azure-devops HTTP/1.1', 'Host: x', 'Connection: close', length, ...headers];
  return [...lines, '', body].join('\r\n');
}

describe('the secret', () => {
  it.each<[string, Record<string, string>]>([
    ['the password of Basic', { authorization: basic(OLD) }],
    ['the other of two secrets', { authorization: basic(NEW) }],
    ['the password of a user without a name', { authorization: basic(OLD, '') }],
    ['a Bearer token', { authorization: `bearer ${OLD}` }],
  ])('is let in as %s', async (_name, headers) => {
    const { post, received } = await startBench();
    const answer = await post('{"eventType":"x"}', headers);
    expect([answer.status, await answer.json()]).toEqual([200, { message: 'PipeBot has taken this in.' }]);
    expect(received).toEqual([{ eventType: 'x' }]);
  });

  it('is let in as X-PipeBot-Key', async () => {
    const { server, received } = await startBench();
    expect(await speak(server, request('{}', `X-PipeBot-Key: ${OLD}`))).toMatch(/^HTTP\/1\.1 200 /);
    expect(received).toEqual([{}]);
  });

  it.each<[string, string[]]>([
    ['there is none', []],
    ['it is wrong', [`Authorization: ${basic('wrong-secret-of-hooks-1')}`]],
    ['it is empty', [`Authorization: ${basic('')}`]],
    ['it is the beginning of the right one', [`Authorization: ${basic(OLD.slice(0, -1))}`]],
    ['it is both at once', [`Authorization: ${basic(`${OLD};${NEW}`)}`]],
    ['it stands where the user should', [`Authorization: ${basic('', OLD)}`]],
    ['it is no base64', ['Authorization: Basic ???']],
    ['its scheme is unknown', [`Authorization: Digest ${OLD}`]],
    ['it comes twice', [`Authorization: ${basic(OLD)}`, `Authorization: ${basic(OLD)}`]],
    ['it hides a wrong one', [`Authorization: ${basic(OLD)}`, 'X-PipeBot-Key: wrong-secret-of-hooks-1']],
    ['it hides behind a wrong one', ['X-PipeBot-Key: wrong', `Authorization: ${basic(OLD)}`]],
  ])('is refused with 401, and nothing is read, when %s', async (_name, headers) => {
    const { server, received, logLines } = await startBench();
    const answer = await speak(server, request('{}', ...headers));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain(
      '{"error":"hook-unauthorized","message":"The service hook does not send the secret',
    );
    expect(received).toEqual([]);
    expect(logLines.join()).not.toContain('canary');
  });

  it('in the address counts for nothing', async () => {
    const { server } = await startBench();
    const url = `${server.url}/api/hooks/azure-devops?key=${OLD}`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('that was never set leaves no address at all', async () => {
    const { post } = await startBench({ secrets: [] });
    const answer = await post('{}');
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: 'request-invalid' }]);
  });
});

describe('with the right secret', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each<[string, string, unknown]>([
    [
      'an event',
      '{"eventType":"build.complete","resource":{"id":1}}',
      {
        eventType: 'build.complete',
        resource: { id: 1 },
      },
    ],
    [
      'an event about nothing',
      '{"eventType":"build.complete","resource":null}',
      {
        eventType: 'build.complete',
        resource: null,
      },
    ],
    ['a byte order mark', '\ufeff{"id":"1"}', { id: '1' }],
    ['a name of the prototype', '{"__proto__":{"id":1}}', JSON.parse('{"__proto__":{"id":1}}')],
    ['half a letter', '{"id":"\\ud800"}', { id: '\ud800' }],
    ['a list', '[]', []],
    ['null', 'null', null],
    ['nothing', '', ''],
    ['broken JSON', '{"id":', '{"id":'],
    ['a form', 'a=b&c=d', 'a=b&c=d'],
    ['an unfinished text', '{"id":"\\', '{"id":"\\'],
    ['JSON nested too deep', deep(200_000), deep(200_000)],
    ['JSON with too many members', `[${'1,'.repeat(20_000)}1]`, `[${'1,'.repeat(20_000)}1]`],
  ])('%s is stored and answered 200', async (_name, body, stored) => {
    const { post, received, logLines } = await startBench();
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toEqual([200, { message: 'PipeBot has taken this in.' }]);
    expect(received).toEqual([stored]);
    expect(logLines).toEqual([]);
  });

  it.each([
    ['text', 'text/plain'],
    ['a form', 'multipart/form-data'],
    ['no type', ''],
    ['a type that is none', '/;;'],
  ])('JSON that is called %s is read as JSON', async (_name, type) => {
    const { post, received } = await startBench();
    expect((await post('{"id":1}', { 'content-type': type })).status).toBe(200);
    expect(received).toEqual([{ id: 1 }]);
  });

  it('a compressed body is stored unread', async () => {
    const { post, received } = await startBench();
    const answer = await post(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(200);
    expect(received).toEqual([expect.any(String)]);
  });

  it('two megabytes are read, and one byte more is stored unread', async () => {
    const { post, received } = await startBench();
    const most = 2 * 1_024 * 1_024;
    const body = `{"id":"${'x'.repeat(most - 9)}"}`;
    for (const sent of [body, `${body} `]) expect((await post(sent)).status).toBe(200);
    expect(received).toEqual([{ id: 'x'.repeat(most - 9) }, body]);
  });

  it('five megabytes in chunks are drained and stored cut', async () => {
    const { post, received } = await startBench();
    let left = 80;
    const chunks = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(Buffer.alloc(65_536, 'x'));
        else controller.close();
      },
    });
    expect((await post(chunks)).status).toBe(200);
    expect(received).toEqual(['x'.repeat(2 * 1_024 * 1_024)]);
  });

  it('a body without end is answered 200 before it ends, and the connection closed', async () => {
    const { server, received } = await startBench();
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const headers = `POST /api/hooks/azure-devops HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(OLD)}`;
    const sent = `${headers}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(140)}`;
    expect(await speak(server, sent)).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close/i);
    expect(received).toEqual([' '.repeat(2 * 1_024 * 1_024)]);
  });

  it('a hundred of the same at once are all answered 200', async () => {
    const { post, received } = await startBench();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('{"id":"1"}')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(received).toHaveLength(100);
  });
});

describe('what cannot be stored', () => {
  it.each<[string, unknown, string]>([
    ['the store is down', new PipeBotError('store-unavailable'), 'store-unavailable'],
    ['the store is newer', new PipeBotError('store-newer'), 'store-newer'],
    ['there is a bug', new TypeError('canary'), 'internal'],
    ['something odd is thrown', 'canary', 'internal'],
  ])('is answered 503 with Retry-After when %s', async (_name, thrown, error) => {
    const { post } = await startBench({ receive: () => Promise.reject(thrown) });
    const answer = await post('{"eventType":"x"}');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    const body = await answer.text();
    expect(JSON.parse(body)).toMatchObject({ error, id: 'id-1' });
    expect(body).not.toContain('canary');
  });

  it('is taken in when it comes again', async () => {
    let isDown = true;
    const { post } = await startBench({
      receive: () => (isDown ? Promise.reject(new PipeBotError('store-unavailable')) : Promise.resolve()),
    });
    expect((await post('{}')).status).toBe(503);
    isDown = false;
    expect((await post('{}')).status).toBe(200);
  });

  it('of a caller who hangs up in the middle is not handed on', async () => {
    const { server, received, logLines } = await startBench();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(request('x'.repeat(1_000), `Authorization: ${basic(OLD)}`).slice(0, -500));
    await once(socket, 'connect');
    socket.end();
    await expect.poll(() => logLines).toHaveLength(1);
    expect(received).toEqual([]);
  });
});

it('when more come in than can be stored, 2,000 wait, and the rest may come again', async () => {
  const gate = Promise.withResolvers<void>();
  const { post } = await startBench({ receive: () => gate.promise });
  const statuses: number[] = [];
  const posts = Array.from({ length: 2_100 }, async () => {
    const answer = await post('{}');
    statuses.push(answer.status);
    if (answer.status === 503) expect(await answer.json()).toMatchObject({ error: 'hook-full' });
  });
  await expect.poll(() => statuses.length, { timeout: 30_000 }).toBe(100);
  expect(new Set(statuses)).toEqual(new Set([503]));
  gate.resolve();
  await Promise.all(posts);
  expect(statuses.filter((status) => status === 200)).toHaveLength(2_000);
  expect((await post('{}')).status).toBe(200);
});
