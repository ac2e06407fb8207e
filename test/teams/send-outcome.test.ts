// What is known after a message was sent: every answer and failure of Teams, each after exactly one call.
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { MessengerOptions } from '../../src/teams/messenger.ts';
import type { FaultEffect } from '../stand-ins/teams-connector/fault-table.ts';
import { NEW, useMessengerBench } from './messenger-bench.ts';
import { registrationWith } from './stand-in-registration.ts';

const bench = useMessengerBench();

describe('When Teams answers', () => {
  const refused = (status: number, code: string, refusal: string) => ({
    kind: 'refused',
    refusal,
    detail: `${status} ${code}`,
  });
  const inDoubt = (detail: string) => ({ kind: 'in-doubt', detail });
  const cases: readonly (readonly [string, FaultEffect, object])[] = [
    ['400', refuse(400), refused(400, 'BadArgument', 'invalid')],
    ['401', refuse(401), refused(401, 'Unauthorized', 'unauthorized')],
    ['403', refuse(403), refused(403, 'BotNotInConversationRoster', 'removed')],
    [
      '403 of an administrator',
      refuse(403, 'BotDisabledByAdmin'),
      refused(403, 'BotDisabledByAdmin', 'removed'),
    ],
    ['404', refuse(404), refused(404, 'ConversationNotFound', 'not-found')],
    ['405', refuse(405), refused(405, 'Error', 'invalid')],
    ['408', refuse(408), inDoubt('408 RequestTimeout')],
    ['412', refuse(412), refused(412, 'PreconditionFailed', 'throttled')],
    ['413', refuse(413), refused(413, 'MessageSizeTooBig', 'too-large')],
    ['429', refuse(429), refused(429, 'Throttled', 'throttled')],
    ['500', refuse(500), inDoubt('500 ServiceError')],
    ['502', refuse(502), inDoubt('502 BadGateway')],
    ['503', refuse(503), inDoubt('503 ServiceUnavailable')],
    ['504', refuse(504), inDoubt('504 GatewayTimeout')],
    [
      'a gateway’s page with 502',
      { ...refuse(502), rawBody: '<html>Bad gateway</html>' },
      inDoubt('502 RestError'),
    ],
    [
      'a gateway’s page with 200',
      { ...refuse(200), rawBody: '<html>Sign in</html>' },
      inDoubt('unreadable-answer'),
    ],
    ['a page with 429', { ...refuse(429), rawBody: '<html>' }, refused(429, 'RestError', 'throttled')],
    ['504 after it took the message', { kind: 'accept-then-504' }, inDoubt('504 GatewayTimeout')],
    ['with a reset after it took the message', { kind: 'accept-then-reset' }, inDoubt('ECONNRESET')],
    ['with a reset', { kind: 'reset' }, inDoubt('ECONNRESET')],
    ['never, though it took the message', { kind: 'accept-then-hang' }, inDoubt('AbortError')],
    ['never', { kind: 'hang' }, inDoubt('AbortError')],
  ];
  test.each(cases)('%s, one call has been made and the outcome is known', async (_what, effect, expected) => {
    for (const activityId of [undefined, '1700000000000']) {
      bench.teams.clearLedger();
      const fault = bench.teams.injectFault({ match: {}, effect });
      const message = activityId === undefined ? NEW : { ...NEW, activityId };
      const isHanging = effect.kind === 'hang' || effect.kind === 'accept-then-hang';
      // A PUT on a message that isn't there would not be taken.
      if (activityId === undefined || !effect.kind.startsWith('accept')) {
        const messenger = bench.messengerWith(isHanging ? { callTimeoutMs: 200 } : {});
        expect(await messenger.send(bench.conversationOf(bench.channel), message)).toEqual(expected);
        expect(bench.writes()).toHaveLength(1);
        expect(bench.writes()[0]?.method).toBe(activityId === undefined ? 'POST' : 'PUT');
        expect(bench.log.entries.at(-1)).toMatchObject({ level: 'warn', fields: expected });
      }
      fault.remove();
    }
  });

  const waits: readonly (readonly [number, string | undefined, number | undefined])[] = [
    [429, '5', 5_000],
    [429, '0', 0],
    [429, '1.5', 1_500],
    [429, 'abc', undefined],
    [429, undefined, undefined],
    [412, '3', 3_000],
  ];
  test.each(waits)(
    '%i with Retry-After %j, it says how long to wait',
    async (status, retryAfter, retryAfterMs) => {
      const effect = { ...refuse(status), ...(retryAfter === undefined ? {} : { retryAfter }) };
      const fault = bench.teams.injectFault({ match: {}, times: 1, effect });
      const outcome = await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
      fault.remove();
      expect(outcome).toMatchObject({ kind: 'refused', refusal: 'throttled' });
      expect(outcome.kind === 'refused' ? outcome.retryAfterMs : 0).toBe(retryAfterMs);
      expect(bench.writes()).toHaveLength(1);
    },
  );

  test('429 with a date, it counts from PipeBot’s clock', async () => {
    const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 22, 6) };
    const effect = { ...refuse(429), retryAfter: 'Sun, 22 Nov 2026 06:01:00 GMT' };
    const fault = bench.teams.injectFault({ match: {}, times: 1, effect });
    const outcome = await bench.messengerWith({ clock }).send(bench.conversationOf(bench.channel), NEW);
    fault.remove();
    expect(outcome).toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe('A token for Teams', () => {
  const failing = (acquireToken: () => Promise<string>, change: Partial<MessengerOptions> = {}) => {
    const { registration, testing } = registrationWith(bench.teams);
    return bench.messengerWith({ registration, testing: { ...testing, acquireToken }, ...change });
  };

  test('that is refused means unauthorized, and nothing is sent', async () => {
    const messenger = failing(() => Promise.reject(new Error('invalid_client')));
    expect(await messenger.send(bench.conversationOf(bench.channel), NEW)).toEqual({
      kind: 'refused',
      refusal: 'unauthorized',
      detail: 'token-refused',
    });
    expect(bench.writes()).toEqual([]);
  });

  test('that never comes means unauthorized within the deadline, and what comes later is not used', async () => {
    const late = Promise.withResolvers<string>();
    const messenger = failing(() => late.promise, { callTimeoutMs: 200 });
    expect(await messenger.send(bench.conversationOf(bench.channel), NEW)).toEqual({
      kind: 'refused',
      refusal: 'unauthorized',
      detail: 'token-timed-out',
    });
    late.resolve('late');
    expect(await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW)).toMatchObject({
      kind: 'delivered',
    });
    expect(bench.writes()).toHaveLength(1);
  });

  test('that Teams does not take is unauthorized', async () => {
    const messenger = failing(() => Promise.resolve('no-good'));
    const outcome = await messenger.send(bench.conversationOf(bench.channel), NEW);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: 'unauthorized' });
  });
});

function refuse(status: number, code?: string): Extract<FaultEffect, { kind: 'refuse' }> {
  return { kind: 'refuse', status, ...(code === undefined ? {} : { code }) };
}
