// Buttons and the form, clicked in the whole app: what they do is checked at the click, as if it had been typed.
import { afterEach, describe, expect, it } from 'vitest';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const textOf = ({ activity }: StandInMessage) => JSON.stringify(activity);
const DEVELOP = { branch: 'refs/heads/develop', requestedFor: 'Grace Hopper' };

async function click(
  message: StandInMessage | undefined,
  button: string,
  fields: Readonly<Record<string, string>> = {},
  place = world.channel,
): Promise<StandInMessage[]> {
  if (!message) throw new Error('there is no message to click on');
  const before = new Set(world.teams.messages(place).map(({ id }) => id));
  await world.teams.click(world.grace, { conversation: place, message, button, inputs: fields });
  await world.app.idle();
  return world.teams.messages(place).filter(({ id, from }) => from === 'bot' && !before.has(id));
}

/** payments fails, and its card is in the channel. */
async function failedCard(): Promise<StandInMessage | undefined> {
  world = await startWorld({ hasHooks: true });
  world.azure.queueBuild(world.shop.builds.payments, DEVELOP).succeed();
  await world.ask('subscribe payments');
  world.azure.queueBuild(world.shop.builds.payments, DEVELOP).fail({ task: 'Unit tests' });
  await world.settle();
  await world.pass(0.5);
  return world.botMessages().find((message) => textOf(message).includes('payments failed'));
}

describe('the buttons of a failure', () => {
  it('mute it for two hours, by whoever clicks', async () => {
    const card = await failedCard();
    const [answer] = await click(card, 'Mute 2h');
    expect(answer && textOf(answer)).toMatch(/muted|hears nothing/i);
    expect(answer?.replyToRoot).toBe(card?.id);
    const [why] = await world.ask('why payments');
    expect(why && textOf(why)).toContain('Grace Hopper');
    // A second click changes nothing but the time.
    await click(card, 'Mute 2h');
    const [list] = await world.ask('subscriptions');
    expect(new Set(list && textOf(list).match(/unmute \w+/g))).toEqual(new Set(['unmute payments']));
  });

  it('watch the next run, and the one who clicked is told', async () => {
    const card = await failedCard();
    await click(card, 'Watch next run');
    const run = world.azure.queueBuild(world.shop.builds.payments, DEVELOP);
    run.start();
    await world.settle();
    run.succeed();
    await world.settle();
    await world.pass(1);
    expect(world.botMessages().map(textOf).join()).toContain('<at>Grace Hopper</at>');
  });
});

describe('the form', () => {
  it('subscribes with what was filled in, and says what is wrong with it', async () => {
    world = await startWorld();
    const [form] = await world.ask('subscribe');
    const [refused] = await click(form, 'Subscribe', { service: 'payments', branch: 'release/[0-9]' });
    expect(refused && textOf(refused)).toContain('branch');
    const fields = {
      service: 'payments',
      events: 'all',
      branch: 'release/*',
      reason: 'ci,pr',
      stage: 'Deploy to prod',
    };
    const [answer] = await click(form, 'Subscribe', { ...fields, style: 'flat' });
    expect(answer && textOf(answer)).toMatch(/release\/.*Deploy to prod/s);
  });
});

describe('a click that was forged', () => {
  it('cannot end the subscription of another conversation', async () => {
    world = await startWorld();
    const [answer] = await world.ask('subscribe payments');
    const id = /unsubscribe ([\w-]{36})/.exec(answer ? textOf(answer) : '')?.[1];
    expect(id).toBeDefined();
    const elsewhere = world.teams.addChannel(world.teams.addTeam('Elsewhere'), 'general');
    await world.teams.say(world.grace, elsewhere, `unsubscribe ${id}`);
    await world.app.idle();
    const [list] = await world.ask('subscriptions');
    expect(list && textOf(list)).toContain(`unsubscribe ${id}`);
  });
});

describe('the operator', () => {
  it('gets the same explanation as JSON, on its own port', async () => {
    world = await startWorld({ environment: { PIPEBOT_OPERATOR_PORT: '0' } });
    await world.ask('subscribe payments reason:schedule');
    const conversation = encodeURIComponent(world.channel.id);
    const answer = await fetch(`${world.app.operatorUrl}/api/why?conversation=${conversation}&service=pay`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      subject: 'payments',
      subscriptions: [{ subscription: { service: 'payments', reasons: ['schedule'] } }],
      lastDelivery: { state: 'delivered' },
      sentences: expect.arrayContaining([expect.any(String)]),
    });
    expect((await fetch(`${world.app.url}/api/why?conversation=x&service=payments`)).status).toBe(404);
  });
});
