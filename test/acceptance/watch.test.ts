import { afterEach, expect, it } from 'vitest';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const textOf = ({ activity }: StandInMessage) => JSON.stringify(activity);
const DEVELOP = { branch: 'refs/heads/develop' };

it('a watch follows the running base: its card changes when the base ends, and one message says so', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  const [card] = await world.ask('watch payments');
  expect(card && textOf(card)).toContain('Watching');
  await world.pass(5);
  expect(world.botMessages()).toHaveLength(1);

  base.succeed();
  await world.pass(1);
  const [changed, news, ...more] = world.botMessages();
  expect(changed?.versions).toHaveLength(2);
  expect(changed && textOf(changed)).toContain('Succeeded');
  expect(news && textOf(news)).toContain('<at>Ada Lovelace</at>');
  expect(news?.replyToRoot).toBe(changed?.replyToRoot);
  expect(more).toEqual([]);

  await world.pass(5);
  expect(world.botMessages()).toHaveLength(2);
});

it('nobody polls when nobody waits', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  base.fail({});
  await world.pass(1);
  world.azure.clearLedger();
  await world.pass(10);
  expect(world.azure.ledger).toEqual([]);
});

it('waits for the next build when none runs, and follows it from its start to its end', async () => {
  world = await startWorld();
  const [card] = await world.ask('watch payments build');
  expect(card && textOf(card)).toContain('next');
  await world.pass(2);
  const build = world.azure.queueBuild(world.shop.builds.payments, DEVELOP);
  await world.pass(1);
  expect(world.botMessages()[0]?.versions).toHaveLength(2);
  build.start();
  await world.pass(3);
  build.fail({ task: 'Unit tests', errors: ['1 test failed'] });
  await world.pass(1);
  const [changed, news] = world.botMessages();
  expect(changed && textOf(changed)).toContain('Failed');
  expect(news && textOf(news)).toContain('Failed');
});

it('a second person who watches the same is told by the same message', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  const [answer] = await world.ask('watch payments', { user: world.grace });
  expect(answer && textOf(answer)).toContain('already');
  base.succeed();
  await world.pass(1);
  const news = world
    .botMessages()
    .map(textOf)
    .filter((text) => text.includes('<at>Ada Lovelace</at>'));
  expect(news).toHaveLength(1);
  expect(news[0]).toContain('<at>Grace Hopper</at>');
});

it('unwatch ends it; the card says so and nothing more comes', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  await world.ask('unwatch payments');
  const count = world.botMessages().length;
  expect(textOf(world.botMessages()[0] as StandInMessage)).toContain('No longer watched');
  base.succeed();
  await world.pass(2);
  expect(world.botMessages()).toHaveLength(count);
});

it('a build that was rerun and ended while PipeBot was away is told', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  base.fail({});
  base.rerun();
  await world.pass(1);
  expect(world.botMessages()).toHaveLength(1);
  base.succeed();
  await world.pass(1);
  expect(textOf(world.botMessages()[1] as StandInMessage)).toContain('succeeded');
});

it('a watched build that is pushed out of the newest ones is still read to its end', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch python-base');
  base.succeed();
  for (let index = 0; index < 40; index++) world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
  await world.pass(1);
  expect(textOf(world.botMessages()[1] as StandInMessage)).toContain(base.buildNumber);
});

it('a watched build that was deleted ends the watch with its own words', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch python-base');
  base.delete();
  await world.pass(1);
  const [card, news] = world.botMessages();
  expect(card?.versions).toHaveLength(2);
  expect(news && textOf(news)).toMatch(/gone|deleted/i);
});

it('waiting for the next build also means an old one that is rerun, even if nobody saw it run', async () => {
  world = await startWorld();
  const build = world.azure.queueBuild(world.shop.builds.payments, DEVELOP);
  build.fail({});
  await world.clock.advance(60_000);
  await world.ask('watch payments build');
  build.rerun();
  await world.clock.advance(5_000);
  build.succeed();
  await world.pass(1);
  expect(textOf(world.botMessages()[1] as StandInMessage)).toContain('succeeded');
});

it('a run that waits for an approval says so once, and goes on being watched', async () => {
  world = await startWorld({ hasHooks: true });
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  base.waitForApproval();
  await world.settle();
  await world.pass(3);
  const [card, news, ...more] = world.botMessages();
  expect(card && textOf(card)).toContain('approval');
  expect(news && textOf(news)).toMatch(/<at>Ada Lovelace<\/at>.*approval/s);
  expect(more).toEqual([]);
  base.succeed();
  await world.settle();
  await world.pass(1);
  expect(world.botMessages().map(textOf).at(-1)).toContain('succeeded');
});

it('a single answer with a wrong date does not shut out the later ones', async () => {
  world = await startWorld();
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  await world.ask('watch payments');
  const tomorrow = new Date(world.clock.now() + 86_400_000).toUTCString();
  const fault = world.azure.injectFault({
    match: { path: /\/builds/ },
    effect: {
      kind: 'answer',
      status: 200,
      body: '{"count":0,"value":[]}',
      contentType: 'application/json',
      headers: { date: tomorrow },
    },
  });
  await world.pass(1);
  fault.remove();
  base.succeed();
  await world.pass(2);
  expect(world.botMessages()).toHaveLength(2);
});

it('a restart does not make more polls', async () => {
  const { mkdtempSync } = await import('node:fs');
  world = await startWorld({
    database: { dataDir: mkdtempSync(`${process.env['TMPDIR'] ?? '/tmp'}/pipebot-watch-`) },
  });
  const callsIn = async (minutes: number) => {
    world.azure.clearLedger();
    await world.pass(minutes);
    return world.azure.ledger.filter(({ path }) => path.endsWith('/builds')).length;
  };
  await world.ask('watch payments build');
  await world.ask('watch checkout build');
  const before = await callsIn(3);
  await world.restart();
  await world.pass(1);
  expect(await callsIn(3)).toBe(before);
});
