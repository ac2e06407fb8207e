// `subscribe`, `unsubscribe` and `subscriptions`, with what they store and what they read before.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Content } from '../../src/domain/content.ts';
import type { Health } from '../../src/domain/health.ts';
import { PipeBotError } from '../../src/errors.ts';
import { resyncSubscriptions } from '../../src/usecases/resync-subscriptions.ts';
import { recordSubscription } from '../../src/usecases/subscribe.ts';
import { buildOf } from '../support/build-of.ts';
import {
  ADA,
  CATALOG,
  type ChatBench,
  createChatBench,
  DEVELOP,
  ELSEWHERE,
  HERE,
  NOON,
  PIPELINE,
} from './chat-bench.ts';

let bench: ChatBench;
beforeEach(() => {
  bench = createChatBench();
});

type Subscribed = Extract<Content, { kind: 'subscribed' }>;

async function subscribed(text: string, who?: Parameters<ChatBench['say']>[1]): Promise<Subscribed> {
  const content = await bench.say(text, who);
  if (content.kind !== 'subscribed')
    throw new Error(`"${text}" was answered with ${JSON.stringify(content)}`);
  return content;
}

function redOf(failedBuilds: number): Health {
  const first = { id: 1, number: '1', url: 'https://x', queuedAt: 0, finishedAt: 0, colour: 'red' } as const;
  return { colour: 'red', recent: [first], red: { first, failedBuilds }, isFlapping: false };
}

describe('subscribe', () => {
  it('stores what was asked for, by whom and when', async () => {
    await subscribed('subscribe pay all on release/* reason:ci,pr stage:"Deploy to prod" style:flat');
    expect(bench.state.subscriptions).toEqual([
      {
        ...{ id: '00000000-0000-4000-8000-000000000001', conversationId: HERE, tenantId: 'tenant' },
        ...{ service: 'payments', events: 'all', branch: 'release/*', reasons: ['ci', 'pr'] },
        ...{ stage: 'Deploy to prod', style: 'flat', createdBy: ADA, createdAt: NOON },
      },
    ]);
  });

  it('hears about the definitions behind the service and sees to it that their places are polled', async () => {
    await subscribed('subscribe payments branch:release/*');
    const [definitions = []] = bench.state.definitions.values();
    expect(definitions.map(({ definitionId, branch }) => `${definitionId} ${branch}`).sort()).toEqual([
      '183 *',
      `183 ${DEVELOP}`,
      '184 *',
    ]);
    expect(bench.state.polled).toEqual([
      { organization: 'contoso', project: 'Shop', branch: '*' },
      { organization: 'contoso', project: 'Shop', branch: DEVELOP },
    ]);
  });

  it('reads each place once before, so that what has happened is no news', async () => {
    await subscribed('subscribe *');
    expect(bench.state.targets).toEqual([
      { organization: 'contoso', project: 'Shop', branch: DEVELOP, definitionIds: [183, 184] },
      { organization: 'contoso', project: 'Shop', branch: 'refs/heads/main', definitionIds: [186, 190] },
    ]);
  });

  it('works while Azure DevOps does not, but not while the store is down', async () => {
    bench.state.failure = new PipeBotError('azure-unavailable');
    expect((await subscribed('subscribe payments')).subscription.service).toBe('payments');
    bench.state.failure = new PipeBotError('store-unavailable');
    await expect(bench.say('subscribe search')).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(bench.state.subscriptions).toHaveLength(1);
  });

  it('says what fails already, on the branches that it is about', async () => {
    bench.state.healths.set(`184 ${DEVELOP}`, redOf(3));
    bench.state.healths.set(`183 ${DEVELOP}`, redOf(1));
    bench.state.healths.set('184 refs/heads/release/1', redOf(2));
    bench.state.healths.set('184 refs/heads/release/2', { recent: [], colour: 'green', isFlapping: false });
    bench.state.builds = [1, 2, 3].map((id) =>
      buildOf({ id, definitionId: 184, branch: `refs/heads/${id < 3 ? `release/${id}` : 'main'}` }),
    );
    bench.state.healths.set('184 refs/heads/main', redOf(9));
    expect((await subscribed('subscribe payments')).failing).toEqual([
      { name: 'payments', branch: DEVELOP, failedBuilds: 3 },
      { name: 'python-base', branch: DEVELOP, failedBuilds: 1 },
    ]);
    expect((await subscribed('subscribe payments branch:release/*')).failing).toEqual([
      { name: 'payments', branch: 'refs/heads/release/1', failedBuilds: 2 },
    ]);
  });

  it('changes the subscription to the same service and branch, and adds one for another branch', async () => {
    const { subscription } = await subscribed('subscribe payments on develop');
    bench.state.now += 60_000;
    const from = { id: '29:grace', name: 'Grace' };
    const changed = await subscribed('subscribe payments on refs/heads/develop all style:flat', { from });
    expect(changed).toMatchObject({ isChanged: true, subscription: { events: 'all', style: 'flat' } });
    expect(bench.state.subscriptions).toEqual([{ ...subscription, events: 'all', style: 'flat' }]);
    expect((await subscribed('subscribe payments')).isChanged).toBe(false);
    expect((await subscribed('subscribe payments', { conversationId: ELSEWHERE })).isChanged).toBe(false);
    expect(bench.state.subscriptions).toHaveLength(3);
  });

  it('to a second service is shown how to say that alone', async () => {
    expect(await bench.remarkOn('subscribe payments search')).toMatchObject({
      ...{ code: 'filter-invalid', problem: 'word', example: 'subscribe search' },
    });
  });

  it('that is clicked twice is there once', async () => {
    const first = await bench.reply('subscribe payments failures style:"flat"');
    const second = await bench.reply('subscribe payments failures style:"flat"');
    expect(await first.record?.('one')).toMatchObject({ kind: 'subscribed', isChanged: false });
    expect(await second.record?.('two')).toMatchObject({ kind: 'subscribed', isChanged: true });
    expect(bench.state.subscriptions).toHaveLength(1);
  });

  it.each([
    ['channel', false],
    ['group', true],
    ['personal', true],
  ] as const)('in a thread of a %s acts as flat: %s', async (kind, actsAsFlat) => {
    bench.state.kind = kind;
    expect(await subscribed('subscribe payments style:thread')).toMatchObject({
      actsAsFlat,
      subscription: { style: 'thread' },
    });
    expect((await subscribed('subscribe payments style:flat')).actsAsFlat).toBe(false);
  });

  it('takes a pasted link as the service, and the branch of a pipeline’s link', async () => {
    expect((await subscribed(`subscribe ${PIPELINE}`)).subscription).toMatchObject({ service: 'payments' });
    expect((await subscribed(`subscribe ${PIPELINE}&branchName=main`)).subscription.branch).toBe('main');
    const typed = await subscribed(`subscribe ${PIPELINE}&branchName=main branch:release/*`);
    expect(typed.subscription.branch).toBe('release/*');
    // A link to one run is about the pipeline, not about the branch of that run.
    const run = 'https://dev.azure.com/contoso/Shop/_build/results?buildId=7';
    expect((await subscribed(`subscribe ${run}`)).subscription).not.toHaveProperty('branch');
  });

  it.each(['subscribe', 'subscribe failures', 'subscribe branch:main', 'subscribe to'])(
    '“%s” is answered with a form',
    async (text) => {
      expect(await bench.say(text)).toEqual({
        kind: 'subscribe-form',
        services: ['payments', 'search', 'docs', 'python-base', 'ml-base', '*'],
      });
      expect(bench.state.subscriptions).toEqual([]);
    },
  );

  it.each([
    ['subscribe * all', '*'],
    ['subscribe all failures', '*'],
    ['subscribe to payments failures on develop', 'payments'],
    ['subscribe ML-BASE', 'ml-base'],
  ])('“%s” is about %s', async (text, service) => {
    expect((await subscribed(text)).subscription.service).toBe(service);
  });

  it.each([
    ['subscribe paymnets', { code: 'service-unknown', typed: 'paymnets', suggestions: ['payments'] }],
    [
      'subscribe pay branh:x',
      { code: 'filter-invalid', problem: 'word', typed: 'branh:x', example: 'subscribe payments branch:x' },
    ],
    [
      'subscribe * style:thraed',
      { code: 'filter-invalid', problem: 'style', typed: 'thraed', example: 'subscribe * style:thread' },
    ],
    [`subscribe payments ${'x '.repeat(30)}`, { code: 'argument-surplus' }],
    ['subscribe __proto__', { code: 'service-unknown' }],
  ])('“%s” is answered with what would do', async (text, remark) => {
    expect(await bench.remarkOn(text)).toMatchObject(remark);
    expect(bench.state.subscriptions).toEqual([]);
  });

  it.each([
    [
      { conversation: 50, person: 0, tenant: 0 },
      { limit: 50, whose: 'conversation' },
    ],
    [
      { conversation: 0, person: 100, tenant: 0 },
      { limit: 100, whose: 'person' },
    ],
    [
      { conversation: 0, person: 0, tenant: 5_000 },
      { limit: 5_000, whose: 'tenant' },
    ],
  ])('beyond a limit (%j) makes none, and reads nothing for it', async (others, full) => {
    bench.state.others = others;
    expect(await bench.remarkOn('subscribe payments')).toEqual({ code: 'subscriptions-full', ...full });
    expect(bench.state.targets).toEqual([]);
  });

  it('at a limit still changes what is there', async () => {
    await subscribed('subscribe payments');
    bench.state.others = { conversation: 50, person: 100, tenant: 5_000 };
    expect((await subscribed('subscribe payments all')).isChanged).toBe(true);
  });

  it('finds a limit that was reached while Azure DevOps was read', async () => {
    const { record } = await bench.reply('subscribe payments');
    bench.state.others.tenant = 5_000;
    expect(await record?.('reply')).toMatchObject({
      remark: { code: 'subscriptions-full', whose: 'tenant' },
    });
    expect(bench.state.subscriptions).toEqual([]);
    expect(bench.state.polled).toEqual([]);
  });

  it('stores nothing before its answer is stored', async () => {
    const { content } = await bench.reply('subscribe payments');
    expect(content.kind).toBe('subscribed');
    expect(bench.state.subscriptions).toEqual([]);
    if (content.kind !== 'subscribed') return;
    await recordSubscription(bench.ports, content);
    expect(bench.state.subscriptions).toHaveLength(1);
  });
});

describe('unsubscribe', () => {
  beforeEach(async () => {
    for (const text of ['payments', 'payments on release/*', 'search', '*']) {
      await bench.say(`subscribe ${text}`);
    }
    await bench.say('subscribe payments', { conversationId: ELSEWHERE });
  });
  const left = () =>
    bench.state.subscriptions.map(({ service, branch = '' }) => `${service} ${branch}`.trim());

  it.each([
    ['unsubscribe payments', ['search', '*', 'payments']],
    ['unsubscribe from PAY', ['search', '*', 'payments']],
    [`unsubscribe ${PIPELINE}`, ['search', '*', 'payments']],
    ['unsubscribe *', ['payments', 'payments release/*', 'search', 'payments']],
    ['unsubscribe all', ['payments']],
    ['unsubscribe everything', ['payments']],
    ['unsubscribe 00000000-0000-4000-8000-000000000002', ['payments', 'search', '*', 'payments']],
  ])('“%s” leaves %j', async (text, expected) => {
    expect((await bench.remarkOn(text)).code).toBe('unsubscribed');
    expect(left()).toEqual(expected);
  });

  it('ends what is gone from the services file', async () => {
    bench.state.catalog = { ...CATALOG, services: [] };
    expect(await bench.remarkOn('unsubscribe Search')).toMatchObject({ code: 'unsubscribed' });
    expect(left()).not.toContain('search');
  });

  it('of several shows them, and of one takes that', async () => {
    expect(await bench.say('unsubscribe')).toMatchObject({ kind: 'subscriptions' });
    expect(left()).toHaveLength(5);
    await bench.say('unsubscribe', { conversationId: ELSEWHERE });
    expect(left()).toHaveLength(4);
    const remark = await bench.remarkOn('unsubscribe', { conversationId: ELSEWHERE });
    expect(remark).toEqual({ code: 'not-subscribed' });
  });

  it('never ends what belongs to another conversation', async () => {
    const theirs = bench.state.subscriptions.at(-1)?.id;
    expect((await bench.say(`unsubscribe ${theirs}`)).kind).toBe('subscriptions');
    expect(left()).toHaveLength(5);
  });

  it('that is clicked twice ends it once', async () => {
    const id = bench.state.subscriptions[2]?.id;
    const [first, second] = [await bench.reply(`unsubscribe ${id}`), await bench.reply(`unsubscribe ${id}`)];
    expect(await first.record?.('one')).toMatchObject({ remark: { code: 'unsubscribed' } });
    expect((await second.record?.('two')) ?? second.content).toEqual({
      kind: 'remark',
      remark: { code: 'not-subscribed' },
    });
    expect((await bench.say(`unsubscribe ${id}`)).kind).toBe('subscriptions');
    expect(left()).toHaveLength(4);
  });

  it.each([
    ['unsubscribe docs', { code: 'not-subscribed', subject: 'docs' }],
    ['unsubscribe serch', { code: 'service-unknown', suggestions: ['search'] }],
    ['unsubscribe payments search', { code: 'argument-surplus', surplus: 'search' }],
  ])('“%s” ends nothing', async (text, remark) => {
    expect(await bench.remarkOn(text)).toMatchObject(remark);
    expect(left()).toHaveLength(5);
  });
});

describe('subscriptions', () => {
  it('shows what this conversation has set up, and nothing of others', async () => {
    await bench.say('subscribe payments');
    await bench.say('watch search');
    await bench.say('mute docs 1h');
    await bench.say('quiet 22:00-07:00 Europe/Berlin');
    expect(await bench.say('subscriptions')).toMatchObject({
      subscriptions: [{ service: 'payments' }],
      watches: [{ subject: 'search' }],
      mutes: [{ service: 'docs' }],
      quiet: { timeZone: 'Europe/Berlin' },
    });
    expect(await bench.say('subs', { conversationId: ELSEWHERE })).toEqual({
      ...{ kind: 'subscriptions', subscriptions: [], watches: [], mutes: [] },
    });
  });
});

describe('after a start', () => {
  it('every subscription hears about what the services file names now', async () => {
    await bench.say('subscribe payments on main');
    await bench.say('subscribe search');
    bench.state.catalog = { ...CATALOG, services: CATALOG.services.filter(({ name }) => name !== 'search') };
    for (const [id, [first]] of bench.state.definitions)
      bench.state.definitions.set(id, first ? [first] : []);
    await resyncSubscriptions(bench.ports);
    expect(bench.state.subscriptions.map(({ service }) => service)).toEqual(['payments', 'search']);
    expect([...bench.state.definitions.values()].map(({ length }) => length)).toEqual([3, 0]);
  });
});
