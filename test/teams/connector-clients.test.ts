// Connectors that misbehave below HTTP, and what the SDK must not do behind our back.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { describe, expect, test, vi } from 'vitest';
import { createBotAuthentication } from '../../src/teams/bot-authentication.ts';
import { ConnectorClients } from '../../src/teams/connector-clients.ts';
import { NEW, useMessengerBench } from './messenger-bench.ts';
import { type ScriptedConnector, startScriptedConnector } from './scripted-connector.ts';
import { registrationWith } from './stand-in-registration.ts';

const bench = useMessengerBench();

describe('A connector', () => {
  let connector: ScriptedConnector | undefined;
  const sendTo = async (answer: Parameters<typeof startScriptedConnector>[0], times = 1) => {
    connector = await startScriptedConnector(answer);
    const messenger = bench.messengerWith({ callTimeoutMs: 500 });
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: connector.serviceUrl };
    let outcome = await messenger.send(conversation, NEW);
    for (let sent = 1; sent < times; sent++) outcome = await messenger.send(conversation, NEW);
    return { outcome, requests: connector.requests, connections: connector.connections };
  };

  test('that hangs has its connection closed at the deadline', async () => {
    const { outcome, requests } = await sendTo(() => {});
    expect(outcome).toEqual({ kind: 'in-doubt', detail: 'AbortError' });
    expect(requests).toHaveLength(1);
    await connector?.allClosed();
    await connector?.close();
  });

  test('that stops in the middle of its answer leaves the message in doubt', async () => {
    const { outcome } = await sendTo((response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":');
    });
    expect(outcome.kind).toBe('in-doubt');
    await connector?.allClosed();
    await connector?.close();
  });

  test('that breaks off its answer leaves the message in doubt at once', async () => {
    const { outcome, requests } = await sendTo((response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    });
    expect(outcome).toEqual({ kind: 'in-doubt', detail: 'PARSE_ERROR' });
    expect(requests).toHaveLength(1);
    await connector?.close();
  });

  test('is never asked for a compressed answer, which could break off unnoticed', async () => {
    const { requests } = await sendTo((response) => response.writeHead(201).end('{"id":"1"}'));
    expect(requests[0]?.headers).not.toHaveProperty('accept-encoding');
    await connector?.close();
  });

  test.each([301, 302, 303, 307, 308])('that redirects with %i is not followed', async (status) => {
    const { outcome, requests } = await sendTo((response, request) => {
      const isFirst = request.url?.includes('/v3/') === true;
      response.writeHead(isFirst ? status : 201, isFirst ? { location: '/elsewhere' } : {}).end('{"id":"1"}');
    });
    expect(outcome.kind).toBe('in-doubt');
    expect(requests).toHaveLength(1);
    await connector?.close();
  });

  test('gets a fresh connection for each message, since an idle one may be dead', async () => {
    const { connections, requests } = await sendTo(
      (response) => response.writeHead(201).end('{"id":"1"}'),
      3,
    );
    expect(requests).toHaveLength(3);
    expect(connections).toHaveLength(3);
    await connector?.close();
  });

  test('that is not there, or speaks no TLS, was never sent anything', async () => {
    const plain = await startScriptedConnector((response) => response.end());
    const messenger = bench.messengerWith();
    const tls = { ...bench.conversationOf(bench.channel), serviceUrl: `https://127.0.0.1:${plain.port}/` };
    expect(await messenger.send(tls, NEW)).toMatchObject({ kind: 'refused', refusal: 'unreachable' });
    expect(plain.requests).toEqual([]);
    await plain.close();
    const gone = { ...bench.conversationOf(bench.channel), serviceUrl: plain.serviceUrl };
    expect(await messenger.send(gone, NEW)).toEqual({
      kind: 'refused',
      refusal: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });

  test('that lets nobody in before the deadline was never sent anything', async () => {
    // Takes the connection and never answers the TLS handshake, as a dead gateway does.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: `https://127.0.0.1:${port}/` };
    const accepted = once(silent, 'connection');
    const sent = bench.messengerWith({ callTimeoutMs: 300 }).send(conversation, NEW);
    const [socket]: Socket[] = await accepted;
    const closed = socket && once(socket.resume(), 'close');
    expect(await sent).toEqual({ kind: 'refused', refusal: 'unreachable', detail: 'AbortError' });
    await closed;
    await new Promise((resolve) => silent.close(resolve));
  });

  test('that could not be prepared once is prepared anew for the next message', async () => {
    const failure = new Error('identity service not ready');
    let isReady = false;
    const authentication = new ConfigurationBotFrameworkAuthentication(
      { MicrosoftAppId: 'app' },
      {
        isValidAppId: async () => true,
        isAuthenticationDisabled: async () => false,
        createCredentials: async () => {
          if (!isReady) throw failure;
          return { signRequest: async (request) => request };
        },
      },
    );
    const clients = new ConnectorClients(authentication, registrationWith(bench.teams).registration);
    await expect(clients.get('http://127.0.0.1/')).rejects.toBe(failure);
    isReady = true;
    await expect(clients.get('http://127.0.0.1/')).resolves.toBeDefined();
  });

  test('behind a proxy is reached through it', async () => {
    const proxy = await startScriptedConnector((response) => response.writeHead(201).end('{"id":"1"}'));
    vi.stubEnv('HTTP_PROXY', proxy.serviceUrl);
    vi.stubEnv('NO_PROXY', '');
    const messenger = bench.messengerWith({ registration: 'none' });
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: 'http://127.0.0.1:9/' };
    const outcome = await messenger.send(conversation, NEW);
    vi.unstubAllEnvs();
    expect(outcome).toEqual({ kind: 'delivered', activityId: '1' });
    expect(proxy.requests[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:9\/v3\/conversations\//);
    await proxy.close();
  });

  test('keeps its client, but PipeBot does not keep a client for every address there ever was', async () => {
    const { registration, testing } = registrationWith(bench.teams);
    const clients = new ConnectorClients(createBotAuthentication(registration, testing), registration);
    const first = await clients.get('http://127.0.0.1/region-0/');
    expect(await clients.get('http://127.0.0.1/region-0/')).toBe(first);
    for (let region = 1; region < 40; region++) await clients.get(`http://127.0.0.1/region-${region}/`);
    expect(await clients.get('http://127.0.0.1/region-0/')).not.toBe(first);
  });
});
