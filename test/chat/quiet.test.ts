// `mute`, `unmute` and `quiet`: what is not to be heard, and what becomes of news that was held back.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alert, HoldReason } from '../../src/domain/alert.ts';
import { ADA, type ChatBench, createChatBench, DEVELOP, ELSEWHERE, HERE, NOON } from './chat-bench.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let bench: ChatBench;
beforeEach(() => {
  bench = createChatBench();
});

function held(definitionId: number, heldBy: HoldReason, conversationId = HERE): Alert {
  return {
    ...{ subscriptionId: 'subscription', conversationId, branch: DEVELOP, isOpen: false },
    ...{ definition: { organization: 'contoso', project: 'Shop', definitionId }, isFlappingTold: false },
    pending: { news: 'failing', since: NOON - HOUR, dueAt: NOON + DAY, heldBy },
  };
}

function dueAts(): (number | undefined)[] {
  return bench.state.alerts.map(({ pending }) => pending?.dueAt);
}

describe('mute', () => {
  it.each([
    ['mute payments', 'payments', 2 * HOUR],
    ['mute PAY 30m', 'payments', HOUR / 2],
    ['mute payments for 3 h', 'payments', 3 * HOUR],
    ['mute payments 90', 'payments', 90_000],
    ['mute payments 30d', 'payments', 30 * DAY],
    ['mute *', '*', 2 * HOUR],
    ['mute all 1d', '*', DAY],
    ['mute python-base 1m', 'python-base', 60_000],
  ])('“%s” holds %s back for %d ms', async (text, service, durationMs) => {
    const mute = { conversationId: HERE, service, until: NOON + durationMs, by: ADA };
    expect(await bench.remarkOn(text)).toEqual({ code: 'muted', mute });
    expect(bench.state.mutes).toEqual([mute]);
  });

  it.each([
    ['mute payments soon', 'soon'],
    ['mute payments 31d', '31d'],
    ['mute payments 0s', '0s'],
    ['mute payments 5', '5'],
    ['mute payments -1h', '-1h'],
    ['mute payments 2 hours', '2 hours'],
  ])('“%s” is answered with an example', async (text, typed) => {
    expect(await bench.remarkOn(text)).toEqual({
      ...{ code: 'duration-invalid', typed, example: 'mute payments 2h', maxMs: 30 * DAY },
    });
    expect(bench.state.mutes).toEqual([]);
  });

  it.each([
    ['mute', { code: 'argument-missing', example: 'mute payments 2h' }],
    ['mute 2h', { code: 'argument-missing', example: 'mute payments 2h' }],
    ['mute serch', { code: 'service-unknown', suggestions: ['search'] }],
  ])('“%s” lacks a service', async (text, remark) =>
    expect(await bench.remarkOn(text)).toMatchObject(remark),
  );

  it('replaces an earlier one, and has what that one holds looked at', async () => {
    await bench.say('mute payments 2d');
    bench.state.alerts = [held(184, 'muted'), held(183, 'quiet-hours')];
    await bench.say('mute payments 1h');
    expect(bench.state.mutes).toMatchObject([{ until: NOON + HOUR }]);
    expect(dueAts()).toEqual([NOON, NOON + DAY]);
    expect(bench.state.jobs).toEqual([{ name: 'release-alerts', runAt: NOON }]);
  });
});

describe('unmute', () => {
  beforeEach(async () => {
    for (const text of ['mute payments', 'mute search']) await bench.say(text);
    bench.state.alerts = [held(184, 'muted'), held(183, 'inhibited'), held(190, 'muted', ELSEWHERE)];
  });

  it('has what was held looked at once more, and nothing of other conversations', async () => {
    expect(await bench.remarkOn('unmute pay')).toEqual({ code: 'unmuted', service: 'payments' });
    expect(bench.state.mutes).toMatchObject([{ service: 'search' }]);
    expect(dueAts()).toEqual([NOON, NOON + DAY, NOON + DAY]);
    expect(bench.state.alerts[0]?.pending).toMatchObject({ heldBy: 'muted', since: NOON - HOUR });
    expect(bench.state.jobs).toEqual([{ name: 'release-alerts', runAt: NOON }]);
  });

  it('without a name ends all of them', async () => {
    await bench.say('mute *');
    expect(await bench.remarkOn('unmute')).toEqual({ code: 'unmuted' });
    expect(bench.state.mutes).toEqual([]);
    expect(await bench.remarkOn('unmute')).toEqual({ code: 'not-muted' });
  });

  it('of everything ends that mute, and leaves those of single services', async () => {
    await bench.say('mute *');
    expect(await bench.remarkOn('unmute *')).toEqual({ code: 'unmuted', service: '*' });
    expect(bench.state.mutes.map(({ service }) => service)).toEqual(['payments', 'search']);
  });

  it('of a service that is silent because of another mute says which', async () => {
    await bench.say('mute *');
    for (const service of ['docs', 'payments'])
      expect(await bench.remarkOn(`unmute ${service}`)).toMatchObject({
        ...{ code: 'muted', mute: { service: '*' } },
      });
    expect(bench.state.mutes.map(({ service }) => service)).toEqual(['search', '*']);
  });

  it('ends a mute of a service that is gone from the services file', async () => {
    bench.state.mutes.push({ conversationId: HERE, service: 'gone', until: NOON + HOUR, by: ADA });
    expect(await bench.remarkOn('unmute Gone')).toEqual({ code: 'unmuted', service: 'gone' });
  });

  it('that is clicked twice, or comes after the mute’s end, finds nothing', async () => {
    const [first, second] = [await bench.reply('unmute payments'), await bench.reply('unmute payments')];
    expect(await first.record?.('one')).toMatchObject({ remark: { code: 'unmuted' } });
    expect((await second.record?.('two')) ?? second.content).toMatchObject({ remark: { code: 'not-muted' } });
    bench.state.now += 3 * HOUR;
    expect(await bench.remarkOn('unmute search')).toEqual({ code: 'not-muted', service: 'search' });
  });
});

describe('quiet', () => {
  const BERLIN = { fromMinute: 22 * 60, toMinute: 7 * 60, timeZone: 'Europe/Berlin' };

  it.each([
    'quiet 22:00-07:00 Europe/Berlin',
    'quiet 22:00 - 07:00 europe/berlin',
    'quiet 22-7 in Europe/Berlin',
    'quiet from 22:00 to 7:00 in EUROPE/BERLIN',
    'quiet hours 22:00–07:00 Europe/Berlin.',
  ])('“%s” sets them', async (text) => {
    expect(await bench.remarkOn(text)).toEqual({ code: 'quiet-hours', quiet: BERLIN });
    expect(bench.state.quiet.get(HERE)).toEqual(BERLIN);
  });

  it('shows them, and keeps the time zone when only the hours change', async () => {
    expect(await bench.remarkOn('quiet')).toEqual({ code: 'quiet-hours' });
    await bench.say('quiet 22:00-07:00 America/New York');
    const quiet = { fromMinute: 60, toMinute: 120, timeZone: 'America/New_York' };
    expect(await bench.remarkOn('quiet 1:00-2:00')).toEqual({ code: 'quiet-hours', quiet });
    expect(await bench.remarkOn('quiet')).toEqual({ code: 'quiet-hours', quiet });
    expect(await bench.remarkOn('quiet', { conversationId: ELSEWHERE })).toEqual({ code: 'quiet-hours' });
  });

  it.each([
    ['quiet 22:00-07:00 Europe/Berln', 'time-zone', 'Europe/Berln', 'quiet 22:00-07:00 Europe/Berlin'],
    ['quiet 22-7 berlin', 'time-zone', 'berlin', 'quiet 22-7 Europe/Berlin'],
    ['quiet 22:00-07:00 +02:00', 'time-zone', '+02:00', 'quiet 22:00-07:00 Europe/Berlin'],
    [
      'quiet 25:00-07:00 Europe/Berlin',
      'span',
      '25:00-07:00 Europe/Berlin',
      'quiet 22:00-07:00 Europe/Berlin',
    ],
    ['quiet at night', 'span', 'at night', 'quiet 22:00-07:00 Europe/Berlin'],
    [
      'quiet 07:00-07:00 Europe/Berlin',
      'span',
      '07:00-07:00 Europe/Berlin',
      'quiet 22:00-07:00 Europe/Berlin',
    ],
  ])('“%s” is answered with an example', async (text, problem, typed, example) => {
    expect(await bench.remarkOn(text)).toEqual({ code: 'quiet-hours-invalid', problem, typed, example });
    expect(bench.state.quiet.size).toBe(0);
  });

  it('asks for a time zone when it knows none', async () => {
    expect(await bench.remarkOn('quiet 22:00-07:00')).toMatchObject({
      ...{ code: 'argument-missing', example: 'quiet 22:00-07:00 Europe/Berlin' },
    });
  });

  it.each(['quiet off', 'quiet 01:00-02:00 Europe/Berlin'])(
    '“%s” has what was held looked at once more',
    async (text) => {
      await bench.say('quiet 22:00-07:00 Europe/Berlin');
      bench.state.alerts = [
        held(184, 'quiet-hours'),
        held(183, 'muted'),
        held(190, 'quiet-hours', ELSEWHERE),
      ];
      await bench.say(text);
      expect(dueAts()).toEqual([NOON, NOON + DAY, NOON + DAY]);
      expect(bench.state.jobs).toEqual([{ name: 'release-alerts', runAt: NOON }]);
    },
  );

  it('off switches them off, as often as it is said', async () => {
    await bench.say('quiet 22:00-07:00 Europe/Berlin');
    for (let time = 0; time < 2; time++) {
      expect(await bench.remarkOn('quiet off')).toEqual({ code: 'quiet-hours' });
      expect(bench.state.quiet.size).toBe(0);
    }
  });
});
