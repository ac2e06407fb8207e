// GET /api/services over a real socket: each key hears of what it may see, and of nothing else.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import { PipeBotError } from '../../src/errors.ts';
import { presentedKey } from '../../src/http/presented-key.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import type { GateKey } from '../../src/usecases/ports.ts';

const serviceOf = (name: string, aliases: readonly string[] = []): Service => ({
  ...{ name, aliases, bases: [], fallbackBranches: [], policy: DEFAULT_GATE_POLICY },
});

/** Not in order, and as a services file may have them. */
const SERVICES = [
  serviceOf('search', ['find', 'Suche']),
  serviceOf('payments', ['pay', 'billing']),
  serviceOf('canary/secret service'),
  serviceOf('Accounts'),
];

const KEYS: Readonly<Record<string, GateKey>> = {
  all: { id: '1', name: 'all' },
  some: { id: '2', name: 'some', services: ['search', 'payments', 'gone'] },
  none: { id: '3', name: 'none', services: [] },
};

let server: HttpServer;

beforeAll(async () => {
  const ignore = () => undefined;
  server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, log: { info: ignore, warn: ignore, error: ignore } },
    newErrorId: () => 'id-1',
    catalog: { services: SERVICES, bases: [] },
    gate: {
      answer: async ({ service }) => {
        throw new PipeBotError('gate-full', { detail: service.name });
      },
      close: ignore,
      waiting: 0,
    },
    authenticateCaller: async (request) => KEYS[presentedKey(request) ?? ''],
    receiveActivity: async () => ({ status: 202 }),
    organizations: [],
    clock: systemClock,
    openCheck: () => Promise.reject(new TypeError('not asked here')),
    cancelCheck: () => Promise.reject(new TypeError('not asked here')),
    checkReadiness: async () => undefined,
  });
  await server.start();
});
afterAll(() => server.stop(0));

async function ask(headers: Readonly<Record<string, string>>, query = '') {
  const response = await fetch(`${server.url}/api/services${query}`, { headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Body,
  };
}

interface Body {
  readonly error?: string;
  readonly message?: string;
  readonly services?: readonly { readonly name: string; readonly gate: string }[];
}

const SEARCH = { name: 'search', aliases: ['Suche', 'find'], gate: '/api/gate/search' };
const PAYMENTS = { name: 'payments', aliases: ['billing', 'pay'], gate: '/api/gate/payments' };

it('lists every service for a key that may ask all, in order', async () => {
  const { status, type, body } = await ask({ 'X-PipeBot-Key': 'all' });
  expect([status, type]).toEqual([200, expect.stringContaining('application/json')]);
  expect(body).toStrictEqual({
    services: [
      { name: 'Accounts', aliases: [], gate: '/api/gate/Accounts' },
      { name: 'canary/secret service', aliases: [], gate: '/api/gate/canary%2Fsecret%20service' },
      PAYMENTS,
      SEARCH,
    ],
  });
});

it('lists what the key may see and is there, however the key is sent', async () => {
  for (const headers of [
    { 'X-PipeBot-Key': 'some' },
    { authorization: 'Bearer some' },
    { authorization: `Basic ${Buffer.from('x:some').toString('base64')}` },
  ] as Record<string, string>[])
    expect(await ask(headers)).toMatchObject({ status: 200, body: { services: [PAYMENTS, SEARCH] } });
});

it('lists nothing for a key that may see nothing', async () => {
  expect((await ask({ 'X-PipeBot-Key': 'none' })).body).toStrictEqual({ services: [] });
});

it('says nothing without a key, with a wrong one, two of them or one in the address', async () => {
  const two = { 'X-PipeBot-Key': 'all', authorization: 'Bearer all' };
  for (const [headers, query] of [
    [{}, ''],
    [{ 'X-PipeBot-Key': 'wrong' }, ''],
    [two, ''],
    [{}, '?key=all'],
  ] as const) {
    const { status, body } = await ask(headers, query);
    expect([status, body.error]).toEqual([401, 'gate-unauthorized']);
    expect(JSON.stringify(body)).not.toMatch(/payments|canary/);
  }
});

it('the path of each gate is one that the gate answers', async () => {
  const { body } = await ask({ 'X-PipeBot-Key': 'all' });
  expect(body.services).toHaveLength(SERVICES.length);
  for (const { name, gate } of body.services ?? []) {
    const response = await fetch(`${server.url}${gate}`, { headers: { 'X-PipeBot-Key': 'all' } });
    expect((await response.json()) as Body).toMatchObject({
      error: 'gate-full',
      message: expect.stringContaining(name),
    });
  }
});
