// Proves each injected fault, and that `accepted` tells what the caller can't see.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type ConnectorCaller, createConnectorCaller, message } from './connector-caller.ts';
import { type FaultEffect, retryAfterForms } from './fault-table.ts';
import { startTeamsConnectorStandIn, type TeamsConnectorStandIn } from './teams-connector-stand-in.ts';
import type { StandInConversation } from './teams-world.ts';

let teams: TeamsConnectorStandIn;
let call: ConnectorCaller;
let channel: StandInConversation;
let activities: string;

beforeAll(async () => {
  teams = await startTeamsConnectorStandIn({ clock: systemClock });
  call = await createConnectorCaller(teams);
});

afterAll(() => teams.close());

beforeEach(() => {
  channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
  activities = `conversations/${encodeURIComponent(channel.id)}/activities`;
  teams.clearLedger();
});

function inject(effect: FaultEffect, times = 1) {
  return teams.injectFault({ match: { method: 'POST', conversation: channel }, times, effect });
}

describe('refused before acceptance', () => {
  test.each([
    [403, 'BotNotInConversationRoster'],
    [404, 'ConversationNotFound'],
    [408, 'RequestTimeout'],
    [412, 'PreconditionFailed'],
    [413, 'MessageSizeTooBig'],
    [429, 'Throttled'],
    [500, 'ServiceError'],
    [502, 'BadGateway'],
    [503, 'ServiceUnavailable'],
    [504, 'GatewayTimeout'],
  ])('%i %s takes no effect', async (status, code) => {
    inject({ kind: 'refuse', status });
    const answer = await call('POST', activities, message('x'));
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(teams.messages(channel)).toEqual([]);
    expect(teams.ledger).toMatchObject([{ method: 'POST', answeredStatus: status, accepted: false }]);
  });

  test('with a code of its own, or a proxy’s page', async () => {
    inject({ kind: 'refuse', status: 403, code: 'BotDisabledByAdmin' });
    const own = await call('POST', activities, message('x'));
    expect(own.body).toMatchObject({ error: { code: 'BotDisabledByAdmin' } });
    inject({ kind: 'refuse', status: 502, rawBody: '<html>Bad gateway</html>' });
    expect((await call('POST', activities, message('x'))).headers.get('content-type')).toBe('text/html');
  });

  test('with every form of Retry-After', async () => {
    for (const retryAfter of retryAfterForms(Date.now())) {
      inject({ kind: 'refuse', status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) });
      const { headers } = await call('POST', activities, message('x'));
      expect(headers.get('retry-after')).toBe(retryAfter ?? null);
    }
  });
});

describe('accepted, though the caller can’t know', () => {
  test('accept-then-504', async () => {
    inject({ kind: 'accept-then-504' });
    expect((await call('POST', activities, message('x'))).status).toBe(504);
    expect(teams.ledger).toMatchObject([{ answeredStatus: 504, accepted: true }]);
    expect(teams.messages(channel)).toHaveLength(1);
  });

  test('accept-then-reset', async () => {
    inject({ kind: 'accept-then-reset' });
    await expect(call('POST', activities, message('x'))).rejects.toThrow('fetch failed');
    expect(teams.ledger).toMatchObject([{ answeredStatus: null, accepted: true }]);
    expect(teams.messages(channel)).toHaveLength(1);
  });

  test('accept-then-hang', async () => {
    inject({ kind: 'accept-then-hang' });
    await expect(call('POST', activities, message('x'), 200)).rejects.toThrow(/timeout/);
    expect(teams.ledger).toMatchObject([{ answeredStatus: null, accepted: true }]);
    expect(teams.messages(channel)).toHaveLength(1);
  });

  test('but what the route refuses stays refused', async () => {
    inject({ kind: 'accept-then-504' });
    expect((await call('POST', activities, ['no activity'])).status).toBe(400);
    expect(teams.ledger).toMatchObject([{ answeredStatus: 400, accepted: false }]);
  });
});

describe('neither answered nor accepted', () => {
  test('hang', async () => {
    inject({ kind: 'hang' });
    await expect(call('POST', activities, message('x'), 200)).rejects.toThrow(/timeout/);
    expect(teams.ledger).toMatchObject([{ answeredStatus: null, accepted: false }]);
    expect(teams.messages(channel)).toEqual([]);
  });

  test('reset', async () => {
    inject({ kind: 'reset' });
    await expect(call('POST', activities, message('x'))).rejects.toThrow('fetch failed');
    expect(teams.ledger).toMatchObject([{ answeredStatus: null, accepted: false }]);
    expect(teams.messages(channel)).toEqual([]);
  });
});

describe('a fault', () => {
  test('slow answers late, and takes its effect even for a caller who left', async () => {
    inject({ kind: 'slow', delayMs: 150 }, 2);
    const begun = performance.now();
    expect((await call('POST', activities, message('waited'))).status).toBe(201);
    expect(performance.now() - begun).toBeGreaterThan(140);
    await expect(call('POST', activities, message('left'), 50)).rejects.toThrow(/timeout/);
    await teams.waitForMessage(channel, ({ activity }) => activity.text === 'left');
  });

  test('hits as often as told, and only what it matches', async () => {
    const elsewhere = teams.addChannel(teams.addTeam('Other'), 'other');
    inject({ kind: 'refuse', status: 503 }, 2);
    const other = `conversations/${elsewhere.id}/activities`;
    expect((await call('POST', other, message('x'))).status).toBe(201);
    expect((await call('GET', `conversations/${channel.id}/members`)).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await call('POST', activities, message('x'))).status);
    expect(statuses).toEqual([503, 503, 201]);
  });

  test('lasts until removed when no number is given', async () => {
    const fault = teams.injectFault({
      match: { path: /activities$/ },
      effect: { kind: 'refuse', status: 412 },
    });
    expect((await call('POST', activities, message('x'))).status).toBe(412);
    expect((await call('POST', activities, message('x'))).status).toBe(412);
    fault.remove();
    expect((await call('POST', activities, message('x'))).status).toBe(201);
  });

  test('can hit a share of the requests, the same ones for the same seed', async () => {
    const hits = async (seed: number) => {
      const share = { probability: 0.3, seed };
      const fault = teams.injectFault({ match: { share }, effect: { kind: 'refuse', status: 503 } });
      const statuses: number[] = [];
      for (let nth = 0; nth < 40; nth++) statuses.push((await call('POST', activities, message('x'))).status);
      fault.remove();
      return statuses;
    };
    const first = await hits(7);
    expect(first.filter((status) => status === 503).length).toBeGreaterThan(4);
    expect(first.filter((status) => status === 503).length).toBeLessThan(24);
    expect(await hits(7)).toEqual(first);
    expect(await hits(8)).not.toEqual(first);
  });

  test('that misses leaves the request to the next one', async () => {
    teams.injectFault({
      match: { share: { probability: 0, seed: 1 } },
      effect: { kind: 'refuse', status: 503 },
    });
    teams.injectFault({ match: {}, effect: { kind: 'refuse', status: 429 } });
    expect((await call('POST', activities, message('x'))).status).toBe(429);
  });

  test('reaches the token endpoint only by path', async () => {
    const everywhere = teams.injectFault({ match: {}, effect: { kind: 'refuse', status: 500 } });
    await createConnectorCaller(teams);
    everywhere.remove();
    const down = teams.injectFault({ match: { path: /\/token$/ }, effect: { kind: 'refuse', status: 503 } });
    await expect(createConnectorCaller(teams)).rejects.toThrow('HTTP 503');
    down.remove();
  });
});
