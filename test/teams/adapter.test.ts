// The door for Teams' activities with the real SDK behind it: what is answered, what is told.
import { describe, expect, test } from 'vitest';
import { type ErrorCode, PipeBotError } from '../../src/errors.ts';
import type { TeamsEntryOptions } from '../../src/teams/adapter.ts';
import { LOCAL_SERVICE_URLS } from '../../src/teams/service-url.ts';
import { inTenants, useEntryBench } from './entry-bench.ts';

const OTHER_TENANT = '0dd7e4a7-0000-4000-8000-000000000bad';

const bench = useEntryBench();

describe('What Teams delivers', () => {
  test('as a message is told with its thread and answered 200 with an empty body', async () => {
    const said = await bench.teams.say(bench.user, bench.channel, 'status payments');
    expect(said).toMatchObject({ status: 200, body: '' });
    expect(bench.events).toMatchObject([
      {
        kind: 'message',
        message: {
          conversationId: bench.channel.id,
          activityId: said.activityId,
          threadId: said.activityId,
          text: 'status payments',
          from: { id: bench.user.id, name: bench.user.name },
        },
        conversation: {
          id: bench.channel.id,
          kind: 'channel',
          name: 'payments',
          serviceUrl: bench.teams.serviceUrl,
        },
      },
    ]);
  });

  test('as a reply in a thread names the root of that thread', async () => {
    const root = await bench.teams.say(bench.user, bench.channel, 'status payments');
    await bench.teams.say(bench.user, bench.channel, 'watch payments', { inThread: root.activityId });
    expect(bench.events[1]).toMatchObject({
      message: { threadId: root.activityId, conversationId: bench.channel.id },
    });
  });

  test('is answered with 200 only after it has been stored', async () => {
    const order: string[] = [];
    const stored = Promise.withResolvers<void>();
    const slow = bench.entryWith({
      onEvent: async () => {
        await stored.promise;
        order.push('stored');
      },
    });
    await bench.deliveringTo(slow, async () => {
      const answered = bench.teams.say(bench.user, bench.channel, 'help').then(() => order.push('answered'));
      stored.resolve();
      await answered;
    });
    expect(order).toEqual(['stored', 'answered']);
  });

  test('as installation, upgrade and removal is told apart', async () => {
    for (const kind of ['add', 'add-upgrade', 'remove-upgrade', 'remove'] as const) {
      expect((await bench.teams.installBot(bench.channel, kind)).status).toBe(200);
    }
    await bench.teams.installBot(bench.channel, 'add');
    const kinds = bench.events.map(({ kind }) => kind);
    expect(kinds).toEqual(['installed', 'conversation-seen', 'uninstalled', 'installed']);
  });

  test('as a new name of a channel is told with that name', async () => {
    await bench.teams.renameChannel(bench.channel, 'payments-ci');
    await bench.teams.renameChannel(bench.channel, 'payments');
    expect(bench.events).toMatchObject([
      { kind: 'conversation-seen', conversation: { id: bench.channel.id, name: 'payments-ci' } },
      { kind: 'conversation-seen', conversation: { id: bench.channel.id, name: 'payments' } },
    ]);
  });

  test('sends nothing to Teams during the turn', async () => {
    bench.teams.clearLedger();
    await bench.teams.say(bench.user, bench.channel, 'status payments');
    expect(bench.teams.ledger.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('as an invoke of an unknown kind is answered in its shape, never with 501', async () => {
    const activity = { ...bench.message(), type: 'invoke', name: 'adaptiveCard/action', value: {} };
    const known = await bench.teams.postActivity(activity);
    expect(known.status).toBe(200);
    expect(JSON.parse(known.body)).toMatchObject({
      statusCode: 400,
      type: 'application/vnd.microsoft.error',
    });
    expect((await bench.teams.postActivity({ ...activity, name: 'no/such' })).status).toBe(400);
    expect(bench.events).toEqual([]);
  });
});

describe('An activity with a good token', () => {
  const refusals: readonly (readonly [string, object | (() => object), string])[] = [
    ['another tenant', inTenants(OTHER_TENANT, OTHER_TENANT), 'tenant'],
    ['another tenant in channelData only', () => inTenants(bench.teams.tenantId, OTHER_TENANT), 'tenant'],
    [
      'another tenant in the conversation only',
      () => inTenants(OTHER_TENANT, bench.teams.tenantId),
      'tenant',
    ],
    [
      'a person of another tenant in a channel that is shared with it',
      { from: { id: '29:guest', name: 'Guest', tenantId: OTHER_TENANT } },
      'tenant',
    ],
    ['no tenant at all', inTenants(undefined, undefined), 'tenant'],
    ['another channel', { channelId: 'webchat' }, 'channel'],
    ['the emulator', { channelId: 'emulator' }, 'channel'],
    ['the App Service extension', { channelId: 'AseChannel' }, 'channel'],
    ['no channel', { channelId: undefined }, 'channel'],
    ['a service URL that is not Teams’', { serviceUrl: 'https://evil.trafficmanager.net/' }, 'service-url'],
  ];
  test.each(refusals)('from %s is refused with 403, and the log says why', async (_what, change, reason) => {
    const fields = typeof change === 'function' ? change() : change;
    expect(await bench.teams.postActivity({ ...bench.message(), ...fields })).toEqual({
      status: 403,
      body: '',
    });
    expect(bench.events).toEqual([]);
    expect(bench.log.entries).toMatchObject([
      { level: 'warn', fields: { reason }, message: 'activity refused' },
    ]);
  });

  test('without a service URL is refused, since its token is bound to none', async () => {
    const token = { claims: { serviceurl: 'https://elsewhere.example/' } };
    const posted = await bench.teams.postActivity({ ...bench.message(), serviceUrl: undefined }, { token });
    expect(posted.status).toBe(403);
  });

  test('from a tenant that is written in other letters is welcome', async () => {
    const upper = bench.teams.tenantId.toUpperCase();
    expect((await bench.teams.postActivity({ ...bench.message(), ...inTenants(upper, upper) })).status).toBe(
      200,
    );
  });

  test('is not changed by being read', async () => {
    const body = { ...bench.message(), timestamp: '2026-11-22T06:00:00Z' };
    const before = structuredClone(body);
    const entry = bench.entryWith({ registration: 'none', serviceUrls: LOCAL_SERVICE_URLS });
    expect(await entry.receive({ authorization: undefined, body })).toEqual({ status: 200 });
    expect(body).toEqual(before);
  });
});

describe('When storing fails', () => {
  const failures: readonly (readonly [string, unknown, number])[] = [
    ['the store is down', new PipeBotError('store-unavailable'), 503],
    ['PipeBot is shutting down', new PipeBotError('shutting-down'), 503],
    ['of a bug', new TypeError('secret detail'), 500],
    ['of another known error', new PipeBotError('request-invalid' satisfies ErrorCode), 500],
    ['something odd is thrown', 'a string', 500],
  ];
  test.each(failures)('because %s, Teams hears so without any detail', async (_what, thrown, status) => {
    bench.failure = thrown;
    expect(await bench.teams.say(bench.user, bench.channel, 'status')).toMatchObject({ status, body: '' });
    expect(bench.log.entries).toMatchObject([{ level: 'error', message: 'activity not stored' }]);
  });
});

describe('Local mode', () => {
  const local = (change: Partial<TeamsEntryOptions> = {}) =>
    bench.entryWith({
      registration: 'none',
      allowedTenants: 'any',
      serviceUrls: LOCAL_SERVICE_URLS,
      ...change,
    });

  test.each(['msteams', 'emulator'])('takes activities of %s from anybody', async (channelId) => {
    const body = { ...bench.message(), channelId, ...inTenants(undefined, undefined) };
    expect(await local().receive({ authorization: undefined, body })).toEqual({ status: 200 });
    expect(await local().receive({ authorization: 'Bearer nonsense', body })).toEqual({ status: 200 });
    expect(bench.events).toHaveLength(2);
  });

  test('still refuses other channels and service URLs outside this machine', async () => {
    const webchat = { ...bench.message(), channelId: 'webchat' };
    const outside = { ...bench.message(), serviceUrl: 'https://smba.trafficmanager.net/amer/' };
    expect(await local().receive({ authorization: undefined, body: webchat })).toEqual({ status: 403 });
    expect(await local().receive({ authorization: undefined, body: outside })).toEqual({ status: 403 });
  });
});
