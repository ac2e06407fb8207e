// What a channel hears of its subscriptions, as sentences over a scripted clock. Seconds; with service hooks, unless
// a story says otherwise.
import { afterEach, describe, expect, it } from 'vitest';
import type { StandInBuild, StandInDefinition } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import type {
  StandInConversation,
  StandInMessage,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { at, expectMessage, expectUpdate, listenTo, play } from './story.ts';
import { startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const textOf = ({ activity }: StandInMessage) => JSON.stringify(activity);
const DEVELOP = 'refs/heads/develop';

/** A definition whose builds are told in verbs. Each run is queued and started when its end is told. */
function pipeline(definition: StandInDefinition, branch = DEVELOP) {
  let last: StandInBuild | undefined;
  const run = (end: (build: StandInBuild) => void, options: { reason?: string; branch?: string } = {}) => {
    last = world.azure.queueBuild(definition, { branch, requestedFor: 'Grace Hopper', ...options });
    last.start();
    end(last);
  };
  return {
    fails: (options: { stage?: string; task?: string; reason?: string; branch?: string } = {}) => {
      const { stage, task = 'Unit tests', ...build } = options;
      const failure = { task, errors: ['1 test failed'], logLines: ['collected 3 items', '1 failed'] };
      run((started) => started.fail({ ...failure, ...(stage ? { stage } : {}) }), build);
    },
    succeeds: (options: { reason?: string; branch?: string } = {}) =>
      run((build) => build.succeed(), options),
    isCanceled: () => run((build) => build.cancel()),
    isRerun: () => last?.rerun(),
    ends: () => last?.succeed(),
  };
}

async function start(...said: readonly string[]) {
  world = await startWorld({ hasHooks: true });
  const lines = {
    base: pipeline(world.shop.pythonBase),
    payments: pipeline(world.shop.builds.payments),
    checkout: pipeline(world.shop.builds.checkout),
    accounts: pipeline(world.shop.builds.accounts),
  };
  for (const line of Object.values(lines)) line.succeeds();
  await world.settle();
  for (const text of said) await world.ask(text);
  return { ...lines, channel: world.channel };
}

function say(text: string, conversation: StandInConversation = world.channel) {
  return async () => {
    await world.teams.say(world.ada, conversation, text);
    await world.app.idle();
  };
}

describe('a subscription to failures', () => {
  it('tells the first failure within five seconds, counts the next ones on the same card, and tells the recovery', async () => {
    const { base, channel } = await start('subscribe payments failures');
    await play(
      world,
      [
        at(40, () => base.fails()),
        expectMessage(channel, 'python-base', 'Unit tests', '1 test failed', 'payments').between(40, 45),
        at(60, () => base.fails()),
        expectUpdate(channel, 'python-base', '2 runs').between(60, 65),
        at(80, () => base.fails()),
        expectUpdate(channel, '3 runs').between(80, 85),
        at(100, () => base.succeeds()),
        expectUpdate(channel, 'recovered').between(100, 105),
        expectMessage(channel, 'python-base', 'recovered', '1 min', '3 failed runs').between(100, 105),
      ],
      { until: 180 },
    );
  });

  it('is told of a rerun of the same run that fails again or succeeds', async () => {
    const { base, channel } = await start('subscribe payments');
    await play(
      world,
      [
        at(10, () => base.fails()),
        expectMessage(channel, 'python-base').between(10, 15),
        at(60, () => base.isRerun()),
        at(70, () => base.ends()),
        expectUpdate(channel, 'recovered').between(70, 75),
        expectMessage(channel, 'recovered').between(70, 75),
      ],
      { until: 120 },
    );
  });

  it('hears nothing of canceled runs, nor of what an older run says late', async () => {
    const { base, channel } = await start('subscribe payments');
    const older = world.azure.queueBuild(world.shop.pythonBase, { branch: DEVELOP });
    older.start();
    await play(
      world,
      [at(5, () => base.succeeds()), at(10, () => base.isCanceled()), at(20, () => older.fail())],
      {
        until: 90,
        silent: [channel],
      },
    );
  });

  it('hears several failures that come together as one card', async () => {
    const { payments, checkout, accounts, channel } = await start('subscribe *');
    await play(
      world,
      [
        at(10, () => payments.fails()),
        at(10, () => checkout.fails()),
        expectMessage(channel, 'payments', 'checkout').between(10, 15),
        at(15, () => accounts.fails()),
        expectMessage(channel, 'accounts').between(40, 50, 'checkout'),
      ],
      { until: 100 },
    );
  });

  it('is not bothered with services that fail because their base does; that says whom it blocks', async () => {
    const { base, payments, channel } = await start('subscribe payments');
    await play(
      world,
      [
        at(10, () => base.fails()),
        expectMessage(channel, 'python-base', 'payments').between(10, 15),
        at(30, () => payments.fails()),
        at(120, () => base.succeeds()),
        expectUpdate(channel, 'recovered').between(120, 125),
        expectMessage(channel, 'python-base', 'recovered').between(120, 125),
        expectMessage(channel, 'payments', 'python-base').between(120, 160, 'recovered after'),
      ],
      { until: 200 },
    );
  });

  it('speaks for itself where nobody hears of its base', async () => {
    const { base, payments, channel } = await start('subscribe payments reason:manual');
    await play(
      world,
      [
        at(10, () => base.fails({ reason: 'schedule' })),
        at(30, () => payments.fails({ reason: 'manual' })),
        expectMessage(channel, 'payments failed').between(30, 35),
      ],
      { until: 80 },
    );
  });

  it('tells a conversation once what it has subscribed to twice', async () => {
    const { payments, channel } = await start(
      'subscribe payments reason:manual style:flat',
      'subscribe * style:flat',
    );
    await play(
      world,
      [
        at(10, () => payments.fails({ reason: 'manual' })),
        expectMessage(channel, 'payments failed').between(10, 15),
        at(60, () => payments.fails({ reason: 'manual' })),
        expectUpdate(channel, '2 runs').between(60, 65),
        expectMessage(channel, 'payments').between(60, 65),
        at(120, () => payments.succeeds()),
        expectUpdate(channel, 'recovered').between(120, 125),
        expectMessage(channel, 'payments recovered').between(120, 125),
      ],
      { until: 180 },
    );
  });

  it('tells once that something flaps, and once how that ended', async () => {
    const { payments, channel } = await start('subscribe payments');
    const ends = [
      'fails',
      'succeeds',
      'fails',
      'succeeds',
      'fails',
      'succeeds',
      'succeeds',
      'succeeds',
    ] as const;
    const { heard } = await listenTo(
      world,
      ends.map((end, index) => at(60 * (index + 1), () => payments[end]())),
      { until: 60 * 11, silent: [channel], everySeconds: 5 },
    );
    const news = heard.filter(({ what }) => what === 'message').map(({ text }) => text);
    expect(news.map((text) => /flap|settled|stable|recovered|failed/i.exec(text)?.[0])).toEqual([
      ...['failed', 'recovered', 'failed'],
      expect.stringMatching(/flap/i),
      expect.stringMatching(/settled|stable/i),
    ]);
  });
});

describe('filters', () => {
  it('by branch: a pattern hears of branches that nobody named, and of no other', async () => {
    const { payments, channel } = await start('subscribe payments branch:release/*');
    await world.pass(1);
    await play(
      world,
      [
        at(5, () => payments.fails()),
        at(10, () => payments.fails({ branch: 'refs/heads/release/7' })),
        expectMessage(channel, 'payments', 'release/7').between(10, 15),
      ],
      { until: 80 },
    );
  });

  it('by reason, by stage and by recoveries', async () => {
    const { payments, channel } = await start();
    const others = ['schedules', 'stages', 'recoveries'].map((name) => addChannel(name));
    const [schedules, stages, recoveries] = others as [
      StandInConversation,
      StandInConversation,
      StandInConversation,
    ];
    await play(
      world,
      [
        at(0, say('subscribe payments reason:schedule', schedules)),
        expectMessage(schedules, 'schedule').between(0, 3),
        at(0, say('subscribe payments stage:Deploy*', stages)),
        expectMessage(stages, 'Deploy').between(0, 3),
        at(0, say('subscribe payments recoveries', recoveries)),
        expectMessage(recoveries, 'payments').between(0, 3),
        at(40, () => payments.fails({ reason: 'manual', stage: 'Test' })),
        at(50, () => payments.fails({ reason: 'schedule', stage: 'Test' })),
        expectMessage(schedules, 'payments').between(50, 55),
        at(60, () => payments.fails({ reason: 'manual', stage: 'Deploy to prod' })),
        expectMessage(stages, 'Deploy to prod').between(60, 65),
        // Who hears of scheduled runs alone is not disturbed, but the card tells the truth.
        expectUpdate(schedules, '3 runs').between(60, 65),
        at(120, () => payments.succeeds()),
        ...[schedules, stages].map((place) => expectUpdate(place, 'recovered').between(120, 125)),
        ...others.map((place) => expectMessage(place, 'recovered').between(120, 125)),
      ],
      { until: 180, silent: [channel] },
    );
  });
});

describe('silence on purpose', () => {
  it('a mute holds news until it ends, and only what is still true is told then', async () => {
    const { payments, checkout, channel } = await start('subscribe *', 'mute * 10m');
    await play(
      world,
      [
        at(30, () => payments.fails()),
        at(60, () => checkout.fails()),
        at(90, () => checkout.succeeds()),
        expectMessage(channel, 'payments').between(585, 615, 'checkout'),
      ],
      { until: 705, everySeconds: 15 },
    );
  });

  it('unmute tells at once what was held', async () => {
    const { payments, channel } = await start('subscribe payments', 'mute payments 2h');
    await play(
      world,
      [
        at(30, () => payments.fails()),
        at(100, say('unmute payments')),
        expectMessage(channel, /unmuted|no longer muted|hears/i).between(100, 102),
        expectMessage(channel, 'payments', 'Unit tests').between(100, 105),
      ],
      { until: 160 },
    );
  });

  it('quiet hours of the night end in the morning with one message', async () => {
    // The story begins at 06:00 UTC, which is 07:00 in Berlin in November.
    const { payments, checkout, channel } = await start('subscribe *', 'quiet 22:00-07:10 Europe/Berlin');
    await play(
      world,
      [
        at(60, () => payments.fails()),
        at(120, () => checkout.fails()),
        expectMessage(channel, 'payments', 'checkout').between(560, 640),
      ],
      { until: 705, everySeconds: 15 },
    );
  });
});

describe('styles', () => {
  it('thread: further failures and the recovery are replies to the card', async () => {
    const { payments, channel } = await start('subscribe payments style:thread');
    const heard = await play(
      world,
      [
        at(10, () => payments.fails()),
        expectMessage(channel, 'payments').between(10, 15),
        at(50, () => payments.fails()),
        expectUpdate(channel, '2 runs').between(50, 55),
        expectMessage(channel, 'payments').between(50, 55),
        at(100, () => payments.succeeds()),
        expectUpdate(channel, 'recovered').between(100, 105),
        expectMessage(channel, 'recovered').between(100, 105),
      ],
      { until: 150 },
    );
    const [card, ...replies] = heard.filter(({ what }) => what === 'message');
    expect(card?.message.replyToRoot).toBeUndefined();
    expect(replies.map(({ message }) => message.replyToRoot)).toEqual([card?.message.id, card?.message.id]);
  });

  it('thread acts as flat in a group chat, and the answer says so', async () => {
    const { payments } = await start();
    const chat = world.teams.addGroupChat('Friends', [world.ada, world.grace]);
    await play(
      world,
      [
        at(0, say('subscribe payments style:thread', chat)),
        expectMessage(chat, 'flat').between(0, 3),
        at(40, () => payments.fails()),
        expectMessage(chat, 'payments').between(40, 45),
        at(80, () => payments.fails()),
        expectUpdate(chat, '2 runs').between(80, 85),
        expectMessage(chat, 'payments').between(80, 85),
      ],
      { until: 120 },
    );
  });
});

describe('when something is lost or broken', () => {
  it('with all service hooks lost, polling alone tells within an interval and five seconds', async () => {
    const { payments, channel } = await start('subscribe payments');
    world.azure.hooks.pause();
    await play(
      world,
      [at(61, () => payments.fails()), expectMessage(channel, 'payments').between(61, 61 + 65)],
      { until: 180 },
    );
  });

  it('hooks that come a hundred times tell once', async () => {
    const { payments, channel } = await start('subscribe payments');
    world.azure.hooks.duplicate(100);
    await play(world, [at(10, () => payments.fails()), expectMessage(channel, 'payments').between(10, 15)], {
      until: 60,
    });
  });

  it('a channel that is deleted and restored hears afterwards what it missed', async () => {
    const { payments, channel } = await start('subscribe payments');
    await world.teams.deleteChannel(channel);
    await world.settle();
    payments.fails();
    await world.settle();
    await world.pass(2);
    expect(world.logLines.join('')).not.toContain('notification parked');
  });
});

describe('why', () => {
  it('names the filter that stopped a message', async () => {
    const { payments } = await start('subscribe payments reason:schedule');
    payments.fails({ reason: 'manual' });
    await world.settle();
    const [answer] = await world.ask('why payments');
    expect(answer && textOf(answer)).toMatch(/reason/);
  });

  it('says that nothing is subscribed to, and how to', async () => {
    await start();
    const [answer] = await world.ask('why payments');
    expect(answer && textOf(answer)).toContain('subscribe payments');
  });

  it('tells which base holds a message back', async () => {
    const { base, payments } = await start('subscribe payments');
    base.fails();
    await world.settle();
    await world.pass(1);
    payments.fails();
    await world.settle();
    await world.pass(1);
    const [answer] = await world.ask('why payments');
    expect(answer && textOf(answer)).toContain('python-base');
  });
});

function addChannel(name: string): StandInConversation {
  return world.teams.addChannel(world.teams.addTeam(name), name);
}
