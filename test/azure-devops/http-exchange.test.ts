// Every call ends in time, and connections are kept or closed as they should be.
import { getPersonalAccessTokenHandler } from 'azure-devops-node-api';
import { expect, test, vi } from 'vitest';
import { createHttpExchange } from '../../src/azure-devops/http-exchange.ts';
import { listJson, sendJson, startByteServer, startOwnServer } from './own-server.ts';
import { connect, failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test('requests say who is asking and that connections are kept', async () => {
  await using stand = await startPipelinesUnderTest();
  await stand.list();
  for (const { headers } of stand.azure.ledger) {
    expect(headers['user-agent']).toMatch(/^PipeBot\/\d+\.\d+\.\d+$/);
    expect(headers['connection']).toBe('keep-alive');
    expect(headers['x-tfs-fedauthredirect']).toBe('Suppress');
  }
});

test('calls that follow one another share a connection', async () => {
  await using server = await startOwnServer((_request, response) => sendJson(response, listJson()));
  using bot = connect([{ name: 'contoso', url: server.url }]);
  for (let call = 0; call < 5; call++) await bot.pipelines.listBuilds(targetOf());
  expect(server.sockets.length).toBe(2);
});

test.each([502, 503, 504])('the client does not try a %i again by itself', async (status) => {
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'server-error', status });
  await failureOf(stand.pipelines.getBuild(ref));
  expect(stand.asked()).toBe(1);
});

/** A server that lets every connection carry one call and cuts it at the next, as one that has closed it meanwhile. */
function cutAtSecondCall(count: () => void = () => undefined) {
  const used = new WeakSet<object>();
  return startOwnServer((request, response) => {
    count();
    if (used.has(request.socket)) return void request.socket.resetAndDestroy();
    used.add(request.socket);
    sendJson(response, listJson());
  });
}

test('a read that was given a connection closed meanwhile is made again on another', async () => {
  await using server = await cutAtSecondCall();
  using bot = connect([{ name: 'contoso', url: server.url }]);
  for (let call = 0; call < 5; call++)
    expect(await bot.pipelines.listBuilds(targetOf())).toMatchObject({ builds: [] });
});

test.each(['POST', 'PATCH'] as const)('a %s there is not: it may have been carried out', async (method) => {
  let asked = 0;
  await using server = await cutAtSecondCall(() => asked++);
  const exchange = createHttpExchange(server.url, 1_000);
  const { signal } = new AbortController();
  const request = { url: server.url, authorization: getPersonalAccessTokenHandler('none'), signal };
  await exchange.send({ ...request, method: 'GET' });
  await expect(exchange.send({ ...request, method })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(asked).toBe(2);
  exchange.close();
});

test('a read is made again once and no more, and only if the connection had been used', async () => {
  let asked = 0;
  await using server = await startOwnServer((request, response) => {
    if (++asked > 1) request.socket.resetAndDestroy();
    else sendJson(response, {});
  });
  const exchange = createHttpExchange(server.url, 1_000);
  const { signal } = new AbortController();
  const request = { url: server.url, authorization: getPersonalAccessTokenHandler('none'), signal } as const;
  await exchange.send({ ...request, method: 'GET' });
  await expect(exchange.send({ ...request, method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(asked).toBe(3);
  await expect(exchange.send({ ...request, method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(asked).toBe(4);
  exchange.close();
});

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n';

test.each([
  ['never answers', '', 0],
  ['sends its headers byte by byte', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(10_000)}`, 1],
  ['sends its body byte by byte', `${HEAD}{"count":0,${' '.repeat(90_000)}`, HEAD.length],
  ['stops in the middle of its body', `${HEAD}{"count":0,`, HEAD.length + 11],
])('a server that %s is given up in time, and its connection with it', async (_name, text, atOnce) => {
  await using server = await startByteServer((socket) => {
    let sent = atOnce;
    socket.write(text.slice(0, sent));
    const drip = setInterval(() => socket.write(text.slice(sent, ++sent)), 5);
    socket.once('close', () => clearInterval(drip));
  });
  using bot = connect([{ name: 'contoso', url: server.url }], { callTimeoutMs: 250 });
  const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
  expect(error.code).toBe('azure-unavailable');
  expect(error.details.detail).toBe('no answer in time');
  await server.allClosed();
});

test.each([
  ['drip', { kind: 'drip', intervalMs: 5 } as const],
  ['stalled', { kind: 'stalled' } as const],
  ['never-answer', { kind: 'never-answer' } as const],
])('a list that comes as %s ends in time', async (_name, effect) => {
  await using stand = await startPipelinesUnderTest({ callTimeoutMs: 250 });
  for (let index = 0; index < 5; index++) stand.azure.queueBuild(stand.base).succeed();
  stand.fault(effect);
  expect((await failureOf(stand.list())).code).toBe('azure-unavailable');
});

test('pages that come slowly do not add up to more than the deadline', async () => {
  let page = 0;
  await using server = await startOwnServer((_request, response) => {
    const token = { 'x-ms-continuationtoken': `page-${++page}` };
    setTimeout(() => sendJson(response, listJson(), token), 200);
  });
  using bot = connect([{ name: 'contoso', url: server.url }], { callTimeoutMs: 500 });
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).details.detail).toBe('no answer in time');
});

test('more calls than there are connections all end in time', async () => {
  await using stand = await startPipelinesUnderTest({ callTimeoutMs: 1_000 });
  await stand.pipelines.getDefinition({ ...ref, definition: 183 });
  stand.fault({ kind: 'never-answer' });
  const calls = Array.from({ length: 60 }, () => failureOf(stand.pipelines.getBuild(ref)));
  const codes = new Set((await Promise.all(calls)).map((error) => error.code));
  expect([...codes]).toEqual(['azure-unavailable']);
});

test('a proxy that never answers is given up in time', async () => {
  await using proxy = await startByteServer(() => undefined);
  vi.stubEnv('HTTP_PROXY', new URL(proxy.url).origin);
  try {
    using bot = connect([{ name: 'contoso', url: 'http://pipebot-nowhere.invalid/contoso' }], {
      callTimeoutMs: 250,
    });
    for (let attempt = 1; attempt <= 2; attempt++) {
      const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
      expect([error.code, error.details.detail]).toEqual(['azure-unavailable', 'no answer in time']);
      expect(proxy.sockets).toHaveLength(attempt);
    }
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a body without an end is given up at 10 MB, and its connection with it', async () => {
  await using server = await startOwnServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const pour = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  const error = await failureOf(bot.pipelines.getBuild(ref));
  expect([error.code, error.details.detail]).toEqual([
    'azure-invalid-response',
    'the answer is larger than 10 MB',
  ]);
  await server.allClosed();
});

test('a refusal whose body breaks off is a refusal all the same', async () => {
  const head = HEAD.replace('200 OK', '401 Unauthorized');
  await using server = await startByteServer((socket) => socket.end(`${head}{"mess`));
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await failureOf(bot.pipelines.getBuild(ref))).code).toBe('azure-unauthorized');
});

test('a body that ends before its announced length is no answer', async () => {
  await using server = await startByteServer((socket) => socket.end(`${HEAD}{}`));
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).code).toBe('azure-unavailable');
});

test.each([
  ['not HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['headers of 100 KB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
])('%s is no answer', async (_name, bytes) => {
  await using server = await startByteServer((socket) => socket.end(bytes));
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).code).toBe('azure-unavailable');
});

test('a server that is not there, a name that is not known and a TLS that is none are "unavailable"', async () => {
  const closed = await startOwnServer(() => undefined);
  await closed[Symbol.asyncDispose]();
  await using plain = await startOwnServer((_request, response) => sendJson(response, listJson()));
  const urls = [closed.url, 'http://pipebot-nowhere.invalid/contoso', plain.url.replace('http:', 'https:')];
  const details: (string | undefined)[] = [];
  for (const url of urls) {
    using bot = connect([{ name: 'contoso', url }]);
    const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
    expect(error.code).toBe('azure-unavailable');
    details.push(error.details.detail);
  }
  expect(details[0]).toBe('the connection was refused');
  expect(details[1]).toMatch(/^its host name/);
  expect(details[2]).toMatch(/^the connection failed \(.+\)$/);
});
