// The operator's routes over real HTTP: what they answer, and that no web page can ask them.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Explanation } from '../../src/domain/content.ts';
import { createOperatorServer } from '../../src/http/operator-server.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { explainSilence } from '../../src/text/why.ts';

const CHANNEL = '19:payments@thread.tacv2';
const EXPLANATION: Explanation = {
  ...{ subject: 'payments', conversationId: CHANNEL, isSuspended: false },
  ...{ subscriptions: [], mutes: [], observations: [], answeredAt: 1_700_000_000_000 },
};

let server: HttpServer;
const asked: object[] = [];

beforeAll(async () => {
  const ignore = () => undefined;
  server = createOperatorServer({
    port: 0,
    log: { info: ignore, warn: ignore, error: ignore },
    newErrorId: () => 'id-1',
    catalog: {
      bases: [],
      services: [
        {
          ...{ name: 'payments', aliases: ['pay'], bases: [], fallbackBranches: [] },
          policy: {
            ...{ whenRunning: 'wait', onPartiallySucceeded: 'continue', onCanceled: 'previous' },
            ...{ onNeverBuilt: 'stop', timeoutMs: 1, pollIntervalMs: 1, settleMs: 0 },
          },
        },
      ],
    },
    explainSilence: async (question) => {
      asked.push(question);
      return question.service === 'payments' ? EXPLANATION : undefined;
    },
  });
  await server.start();
});

afterAll(() => server.stop(0));

const why = (query: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${server.url}/api/why?${query}`, { headers });

/** With headers that no proper client lets one set. */
async function speak(...headers: string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  const line = `GET /api/why?conversation=x&service=payments HTTP/1.1`;
  socket.write([line, ...headers, 'Connection: close', '', ''].join('\r\n'));
  await once(socket, 'close');
  return answer;
}

it('listens on this machine only', () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});

it('says why in a conversation, as a value and in sentences', async () => {
  asked.length = 0;
  const answer = await why(`conversation=${encodeURIComponent(CHANNEL)}&service=payments`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ ...EXPLANATION, sentences: explainSilence(EXPLANATION) });
  expect(asked).toEqual([{ conversationId: CHANNEL, service: 'payments' }]);
});

it.each([
  ['service=payments', 'conversation'],
  [`conversation=${CHANNEL}`, 'service'],
  [`conversation=%20&service=payments`, 'conversation'],
  [`conversation=a&conversation=b&service=payments`, 'conversation'],
  ['', 'conversation'],
])('refuses the question %j with 400 and an example', async (query, subject) => {
  const answer = await why(query);
  expect(answer.status).toBe(400);
  const { error, message } = (await answer.json()) as { error: string; message: string };
  expect([error, message]).toEqual(['request-invalid', expect.stringContaining(`(${subject}): it is `)]);
  expect(message).toContain('Example: GET /api/why?conversation=');
});

it('knows no service of that name: 404 and the nearest', async () => {
  const answer = await why(`conversation=${CHANNEL}&service=paymnets`);
  expect([answer.status, await answer.json()]).toMatchObject([
    404,
    {
      error: 'service-unknown',
      message: 'There is no service called “paymnets” here. Did you mean payments?',
    },
  ]);
});

it.each(['Host: 127.0.0.1:3979', 'Host: localhost', 'Host: LOCALHOST:1', 'Host: [::1]:3979'])(
  'answers to %s',
  async (host) => {
    expect(await speak(host)).toMatch(/^HTTP\/1\.1 200 /);
  },
);

it.each([
  ['Host: evil.example.com:3979'],
  ['Host: 127.0.0.1.evil.example.com'],
  ['Host: localhost.evil.example.com'],
  ['Host: 10.0.0.7:3979'],
  ['Host:'],
  ['Host: 127.0.0.1', 'Origin: http://127.0.0.1'],
  ['Host: 127.0.0.1', 'Origin: null'],
])('refuses to answer a browser: %s %s', async (...headers) => {
  asked.length = 0;
  const answer = await speak(...headers);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain('"error":"operator-refused"');
  expect(answer).not.toMatch(/access-control/i);
  expect(asked).toEqual([]);
});

it('knows no gate, and changes nothing', async () => {
  expect((await fetch(`${server.url}/api/gate/payments`)).status).toBe(404);
  const answer = await fetch(`${server.url}/api/why?conversation=x&service=payments`, { method: 'POST' });
  expect(answer.status).toBe(405);
  expect(await answer.text()).toContain('Example: GET /api/why');
});
