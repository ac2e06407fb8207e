// `why`: everything that is recorded about the silence, or the noise, of a service in one conversation.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alert, AlertOutcome } from '../../src/domain/alert.ts';
import type { Explanation } from '../../src/domain/content.ts';
import { explainSilence } from '../../src/usecases/explain-silence.ts';
import {
  ADA,
  CATALOG,
  type ChatBench,
  createChatBench,
  DEVELOP,
  ELSEWHERE,
  HERE,
  MAIN,
  NOON,
} from './chat-bench.ts';

const HOUR = 3_600_000;
const shop = { organization: 'contoso', project: 'Shop' };

let bench: ChatBench;
beforeEach(() => {
  bench = createChatBench();
});

async function explained(text: string, who?: Parameters<ChatBench['say']>[1]): Promise<Explanation> {
  const content = await bench.say(text, who);
  if (content.kind !== 'why') throw new Error(`"${text}" was answered with ${JSON.stringify(content)}`);
  return content.explanation;
}

function heard(definitionId: number, outcome: AlertOutcome, subscription = 0): Alert {
  return {
    subscriptionId: bench.state.subscriptions[subscription]?.id ?? '',
    ...{ conversationId: HERE, branch: DEVELOP, isOpen: false, isFlappingTold: false },
    definition: { ...shop, definitionId },
    last: { build: { id: 7, number: '7', url: 'https://x/7' }, at: NOON - HOUR, outcome },
  };
}

describe('why', () => {
  it('tells which subscription matched and which filter stopped what', async () => {
    await bench.say('subscribe payments reason:ci');
    bench.state.alerts = [
      heard(184, { code: 'filtered', by: 'reason' }),
      heard(183, { code: 'told', notificationKey: 'alert:1' }),
      heard(190, { code: 'counted' }),
    ];
    const { subject, subscriptions, conversationId } = await explained('why payments');
    expect({ subject, conversationId }).toEqual({ subject: 'payments', conversationId: HERE });
    expect(subscriptions).toMatchObject([
      {
        subscription: { service: 'payments', reasons: ['ci'] },
        alerts: [
          { name: 'payments', branch: DEVELOP, outcome: { code: 'filtered', by: 'reason' }, at: NOON - HOUR },
          { name: 'python-base', outcome: { code: 'told' }, build: { number: '7' }, isOpen: false },
        ],
      },
    ]);
    expect(subscriptions[0]?.alerts).toHaveLength(2);
  });

  it.each([
    ['payments', ['payments', '*', 'python-base']],
    ['search', ['*', 'python-base']],
    ['python-base', ['payments', '*', 'python-base']],
    ['ml-base', ['*']],
    ['*', ['payments', '*', 'python-base']],
  ])('%s names the subscriptions that cover it: %j', async (subject, services) => {
    for (const service of ['payments', '*', 'python-base']) await bench.say(`subscribe ${service}`);
    await bench.say('subscribe payments', { conversationId: ELSEWHERE });
    const { subscriptions } = await explained(`why ${subject}`);
    expect(subscriptions.map(({ subscription }) => subscription.service)).toEqual(services);
  });

  it('of one service shows only its part of what a subscription to everything has heard', async () => {
    await bench.say('subscribe *');
    bench.state.alerts = [
      ...Array.from({ length: 40 }, () => heard(190, { code: 'counted' })),
      heard(184, { code: 'no-news' }),
    ];
    const { subscriptions } = await explained('why payments');
    expect(subscriptions[0]?.alerts.map(({ name }) => name)).toEqual(['payments']);
  });

  it('tells when the builds were last read, where the subscriptions look', async () => {
    await bench.say('subscribe payments on main');
    bench.state.readTimes = [
      { ...shop, branch: MAIN, definitionId: 184, readAt: NOON - 20_000, observedAt: NOON },
      {
        ...shop,
        project: 'SHOP',
        branch: DEVELOP,
        definitionId: 183,
        readAt: NOON - 40_000,
        observedAt: NOON,
      },
    ];
    expect((await explained('why payments')).observations).toEqual([
      { name: 'python-base', branch: MAIN },
      { name: 'python-base', branch: DEVELOP, readAt: NOON - 40_000 },
      { name: 'payments', branch: MAIN, readAt: NOON - 20_000 },
    ]);
  });

  it('tells where it would look when nobody has subscribed', async () => {
    const { subscriptions, observations } = await explained('why pay');
    expect(subscriptions).toEqual([]);
    expect(observations).toEqual([
      { name: 'payments', branch: DEVELOP },
      { name: 'python-base', branch: DEVELOP },
    ]);
  });

  it('tells the mutes that concern it and the quiet hours', async () => {
    bench.state.now = Date.UTC(2026, 10, 22, 23);
    for (const text of ['payments', 'search', 'python-base', '*']) await bench.say(`mute ${text} 1h`);
    await bench.say('quiet 22:00-07:00 Europe/Berlin');
    const { mutes, quiet } = await explained('why payments');
    expect(mutes.map(({ service }) => service)).toEqual(['payments', 'python-base', '*']);
    expect(quiet).toEqual({
      ...{ fromMinute: 1_320, toMinute: 420, timeZone: 'Europe/Berlin' },
      isQuietUntil: Date.UTC(2026, 10, 23, 6),
    });
    bench.state.now = NOON;
    expect((await explained('why payments')).quiet).not.toHaveProperty('isQuietUntil');
  });

  it('of a base tells the mute of a service whose subscription covers it', async () => {
    await bench.say('subscribe payments');
    await bench.say('mute payments');
    expect((await explained('why python-base')).mutes).toMatchObject([{ service: 'payments' }]);
  });

  it('tells the last delivery, the last hook and whether the conversation is suspended', async () => {
    bench.state.isSuspended = true;
    bench.state.lastHookAt = NOON - 5_000;
    bench.state.lastDelivery = {
      state: 'parked',
      isInDoubt: true,
      attempts: 4,
      at: NOON,
      detail: 'HTTP 400',
    };
    expect(await explained('why payments')).toMatchObject({
      ...{ isSuspended: true, lastHookAt: NOON - 5_000, answeredAt: NOON },
      lastDelivery: { state: 'parked', isInDoubt: true, attempts: 4, at: NOON, detail: 'HTTP 400' },
    });
    bench.state.lastDelivery = { state: 'superseded', isInDoubt: false, attempts: 0, at: NOON };
    bench.state.lastHookAt = undefined;
    const explanation = await explained('why payments');
    expect(explanation).not.toHaveProperty('lastDelivery');
    expect(explanation).not.toHaveProperty('lastHookAt');
  });

  it('tells of a service that is gone from the services file that nobody looks at it', async () => {
    await bench.say('subscribe search');
    bench.state.alerts = [heard(190, { code: 'counted' })];
    const catalog = { ...CATALOG, services: CATALOG.services.filter(({ name }) => name !== 'search') };
    const ports = { ...bench.ports, catalog };
    expect(await explainSilence(ports, { conversationId: HERE, service: 'SEARCH' })).toMatchObject({
      subject: 'search',
      subscriptions: [{ subscription: { createdBy: ADA }, alerts: [{ outcome: { code: 'counted' } }] }],
      observations: [],
    });
    expect(await explainSilence(ports, { conversationId: ELSEWHERE, service: 'search' })).toBeUndefined();
  });

  it.each(['why did nobody hear of payments', 'why no message about payments?'])(
    '“%s” is about payments',
    async (text) => expect((await explained(text)).subject).toBe('payments'),
  );

  it.each([
    ['why', { code: 'argument-missing', example: 'why payments' }],
    ['why serch', { code: 'service-unknown', suggestions: ['search'] }],
    ['why __proto__', { code: 'service-unknown' }],
  ])('“%s” says what is missing', async (text, remark) =>
    expect(await bench.remarkOn(text)).toMatchObject(remark),
  );

  it('does not show what was heard elsewhere', async () => {
    await bench.say('subscribe payments');
    bench.state.alerts = [heard(184, { code: 'counted' })];
    expect(await explained('why payments', { conversationId: ELSEWHERE })).toMatchObject({
      subscriptions: [],
    });
  });
});
