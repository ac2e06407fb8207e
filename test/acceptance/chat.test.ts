import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const DEVELOP = { branch: 'refs/heads/develop' };
const textOf = (message: StandInMessage | undefined) => JSON.stringify(message?.activity ?? '');

beforeAll(async () => {
  world = await startWorld();
  world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
});
afterAll(() => world.stop());
beforeEach(() => world.clock.advance(5_000));

describe('a question', () => {
  it.each([
    'is base ready for payments?',
    'Is the base ready for payments on develop?',
    'status payments',
    'STATUS Payments develop',
    'payments',
    'is payments ready yet?',
    'ready pay',
  ])('“%s” is answered by the card', async (text) => {
    const [card, ...more] = await world.ask(text);
    expect(more).toEqual([]);
    expect(textOf(card)).toContain('payments: Ready');
    expect(textOf(card)).toContain('succeeded');
  });

  it('is answered in the thread in which it was asked', async () => {
    const { activityId } = await world.teams.say(world.ada, world.channel, 'status payments');
    await world.app.idle();
    const answer = world.botMessages().at(-1);
    expect(answer?.replyToRoot).toBe(activityId);
  });

  it('that Teams delivers twice is answered once', async () => {
    const before = world.botMessages().length;
    const activityId = '1999999999999';
    await world.teams.say(world.ada, world.channel, 'status payments', { activityId });
    await world.teams.say(world.ada, world.channel, 'status payments', { activityId });
    await world.app.idle();
    expect(world.botMessages()).toHaveLength(before + 1);
  });

  it('with the bot mentioned twice, or without the mention’s text, is understood', async () => {
    for (const mention of ['twice', 'without-entity-text'] as const) {
      await world.teams.say(world.ada, world.channel, 'status payments', { mention });
      await world.app.idle();
      expect(textOf(world.botMessages().at(-1))).toContain('payments: Ready');
    }
  });

  it('from another tenant is refused and not stored', async () => {
    const before = world.botMessages().length;
    const { status } = await world.teams.say(world.ada, world.channel, 'status payments', {
      tenantId: '99999999-9999-4999-8999-999999999999',
    });
    await world.app.idle();
    expect(status).toBe(403);
    expect(world.botMessages()).toHaveLength(before);
  });

  it('with a forged token is refused without a word', async () => {
    for (const forge of [
      'wrong-key',
      'alg-none',
      'hs256-with-public-key',
      'expired',
      'wrong-audience',
    ] as const) {
      const { status, body } = await world.teams.say(world.ada, world.channel, 'status payments', {
        token: { forge },
      });
      expect([status, body]).toEqual([401, '{}']);
    }
  });

  it('in a personal chat is answered there', async () => {
    const chat = world.teams.addPersonalChat(world.grace);
    await world.teams.say(world.grace, chat, 'status payments');
    await world.app.idle();
    expect(textOf(world.teams.messages(chat).at(-1))).toContain('payments: Ready');
  });
});

describe('a watch', () => {
  it('on a branch without builds of the base is on the branch that answers for it', async () => {
    const [status] = await world.ask('status payments feature/tax');
    expect(textOf(status)).toContain('develop');
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.clock.advance(5_000);
    const [card] = await world.ask('watch payments feature/tax');
    expect(textOf(card)).toContain(base.buildNumber);
    expect(textOf(card)).toContain('python-base');
    const [again] = await world.ask('watch payments');
    expect(textOf(again)).toContain('already');
    await world.ask('unwatch payments');
    base.succeed();
  });
});

describe('a pasted link', () => {
  it('to a pipeline of a service, to its base or to a run works in place of a name', async () => {
    const build = world.azure.queueBuild(world.shop.builds.payments, DEVELOP);
    build.succeed();
    const links = [
      `${world.azure.url}/Shop/_build?definitionId=184`,
      `${world.azure.url}/Shop/_build/results?buildId=${build.id}&view=logs`,
      build.webUrl,
      `vstfs:///Build/Build/${build.id}`,
      `${world.azure.url}/Shop/_apis/build/status/payments-ci`,
    ];
    for (const link of links)
      expect(textOf((await world.ask(`status ${link}`))[0]), link).toContain('payments: Ready');
    const [base] = await world.ask(`${world.azure.url}/Shop/_build?definitionId=183`);
    expect(textOf(base)).toContain('python-base: Ready');
  });

  it('to a pipeline that is not configured says so', async () => {
    const other = world.azure.addDefinition(world.azure.addProject('Other'), { id: 900, name: 'other' });
    const [answer] = await world.ask(`status ${world.azure.url}/Other/_build?definitionId=${other.id}`);
    expect(textOf(answer)).toContain('900');
    expect(textOf(answer)).not.toContain('Ready');
  });

  it('to a badge or a run that is not configured says the same, whether it exists or not', async () => {
    const { url } = world.azure;
    for (const path of ['Shop/_apis/build/status/none', 'Nowhere/_build/results?buildId=1']) {
      const [answer] = await world.ask(`status ${url}/${path}`);
      expect(textOf(answer)).toContain('belongs to a service');
    }
  });

  it('to somewhere else is never fetched', async () => {
    world.azure.clearLedger();
    const [answer] = await world.ask(
      'status https://dev.azure.com.evil.example/contoso/Shop/_build?definitionId=184',
    );
    expect(textOf(answer)).toMatch(/organi[sz]ation/);
    expect(world.azure.ledger).toEqual([]);
  });
});

describe('what is not understood gets a sentence', () => {
  it.each([
    ['statsu payments', 'status'],
    ['status paymnets', 'payments'],
    ['status payments two words here', 'status payments'],
    ['status payments a..b', 'a..b'],
    ['is payments ready on main or develop?', 'Example: status payments main'],
    ['watch', 'watch payments'],
    ['unwatch payments', 'payments'],
    ['make me a sandwich', 'help'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what somebody types.
    ['${secret} ]](javascript:alert(1))', 'help'],
  ])('“%s” → mentions “%s”', async (text, expected) => {
    const [answer] = await world.ask(text);
    expect(textOf(answer)).toContain(expected);
  });

  it('a message without end is cut short and answered', async () => {
    const [answer] = await world.ask(`status ${'payments '.repeat(2_000)}`);
    expect(textOf(answer)).toMatch(/2,?000/);
  });

  it('an empty mention shows the help, with every command', async () => {
    const [help] = await world.ask('');
    for (const word of ['status', 'watch', 'unwatch', 'services', 'help'])
      expect(textOf(help)).toContain(word);
  });
});

it('services lists them with their bases, status without a name says how all stand', async () => {
  const [services] = await world.ask('services');
  for (const word of ['payments', 'search', 'python-base', 'node-base'])
    expect(textOf(services)).toContain(word);
  for (const text of ['status', 'is base ready', 'is the base ready?']) {
    const [overview] = await world.ask(text);
    expect(textOf(overview)).toContain('Never built');
    expect(textOf(overview)).toContain('Ready');
  }
});

it('odd bodies are refused within limits, and the bot lives on', async () => {
  const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return (await fetch(`${world.app.url}/api/messages`, init)).status;
  };
  expect(await post('{"a":')).toBe(400);
  expect(await post('['.repeat(100_000))).toBe(413);
  expect(await post('{"a":'.repeat(50_000))).toBe(413);
  expect(await post(JSON.stringify({ text: 'x'.repeat(300_000) }))).toBe(413);
  expect(await post(JSON.stringify(Array.from({ length: 20_000 }, () => 1)))).toBe(413);
  expect(await post('{}', { 'content-encoding': 'gzip' })).toBe(400);
  expect(await post('{}')).toBe(401);
  expect(await post('{"__proto__":{"type":"message"}}')).toBe(401);
  expect((await fetch(`${world.app.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${world.app.url}/health/ready`)).status).toBe(200);
  expect((await fetch(`${world.app.url}/api/messages`)).status).toBe(405);
  expect((await fetch(`${world.app.url}/nothing`)).status).toBe(404);
});
