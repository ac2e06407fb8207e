import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createIncomingMessages } from '../../src/store/incoming-messages.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { FaultEffect as AzureFault } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import type {
  StandInMessage,
  FaultEffect as TeamsFault,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

const DEVELOP = { branch: 'refs/heads/develop' };
const BUILDS = { path: /\/_apis\/build\/builds/i };
const textOf = (message: StandInMessage | undefined) => JSON.stringify(message?.activity ?? '');

describe('while Azure DevOps cannot be asked', () => {
  const faults: [string, AzureFault][] = [
    ['answers the sign-in page with 203', { kind: 'sign-in-page' }],
    ['redirects to sign-in', { kind: 'redirect' }],
    ['says 401', { kind: 'unauthorized', as: 'json' }],
    ['says 404', { kind: 'not-found', as: 'json' }],
    ['says 429', { kind: 'throttled', retryAfter: '7' }],
    ['says 503', { kind: 'server-error', status: 503 }],
    ['answers HTML with 200', { kind: 'html' }],
    ['answers half of its JSON', { kind: 'truncated' }],
    ['answers nothing', { kind: 'empty-body' }],
    ['answers an empty object', { kind: 'json', value: {} }],
    ['never answers', { kind: 'never-answer' }],
    ['resets the connection', { kind: 'reset' }],
  ];
  it.each(faults)(
    'because it %s, a gate waits, the card says unknown with what was known, and it heals',
    async (_name, effect) => {
      world = await startWorld({ callTimeoutMs: 400 });
      world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
      expect((await world.gate('payments')).status).toBe(200);
      await world.clock.advance(60_000);

      const fault = world.azure.injectFault({ match: BUILDS, effect });
      const doubtful = await world.gate('payments');
      expect(doubtful).toMatchObject({ status: 503, body: { decision: 'wait', reason: 'unknown' } });
      expect(Number(doubtful.retryAfter)).toBeGreaterThanOrEqual(7);
      const [card] = await world.ask('status payments');
      expect(textOf(card)).toContain('Unknown');
      expect(textOf(card)).toContain('succeeded');

      fault.remove();
      await world.clock.advance(120_000);
      expect((await world.gate('payments')).status).toBe(200);
    },
  );

  it('a gate that waits is stopped at its deadline, never let through', async () => {
    world = await startWorld({ callTimeoutMs: 400 });
    world.azure.injectFault({ match: BUILDS, effect: { kind: 'server-error', status: 500 } });
    const { body } = await world.gate('payments?timeout=1m');
    expect(body).toMatchObject({ decision: 'wait', reason: 'unknown' });
    await world.clock.advance(60_000);
    expect(await world.gate(`payments?id=${body.id}`)).toMatchObject({
      status: 424,
      body: { reason: 'timed-out' },
    });
  });

  it('a watch keeps polling and tells the end when it is back', async () => {
    world = await startWorld({ callTimeoutMs: 400 });
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.ask('watch payments');
    const fault = world.azure.injectFault({ match: BUILDS, effect: { kind: 'sign-in-page' } });
    base.succeed();
    await world.pass(3);
    expect(world.botMessages()).toHaveLength(1);
    fault.remove();
    await world.pass(3);
    expect(textOf(world.botMessages()[1])).toContain('succeeded');
  });
});

describe('while Teams is difficult', () => {
  const POST = { method: 'POST', path: /\/activities/ };
  const answers = () => world.botMessages().filter((message) => textOf(message).includes('Ready'));

  async function askUnder(effect: TeamsFault, times = 1): Promise<void> {
    world = await startWorld({ callTimeoutMs: 400 });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    world.teams.injectFault({ match: POST, times, effect });
    await world.ask('status payments');
    await world.pass(2);
  }

  it.each<[string, TeamsFault]>([
    ['429', { kind: 'refuse', status: 429, retryAfter: '3' }],
    ['429 without a time', { kind: 'refuse', status: 429 }],
    ['412', { kind: 'refuse', status: 412 }],
    ['413', { kind: 'refuse', status: 413 }],
  ])('and refuses with %s, the answer comes once, later, and bears no doubt', async (_name, effect) => {
    await askUnder(effect);
    expect(world.botMessages()).toHaveLength(1);
    expect(textOf(world.botMessages()[0])).not.toMatch(/may have seen this before/);
  });

  it.each<[string, TeamsFault, number]>([
    ['500 before it was taken', { kind: 'refuse', status: 500 }, 1],
    ['502 before it was taken', { kind: 'refuse', status: 502 }, 1],
    ['no answer at all', { kind: 'hang' }, 1],
    ['504 although it was taken', { kind: 'accept-then-504' }, 2],
    ['a reset although it was taken', { kind: 'accept-then-reset' }, 2],
    ['silence although it was taken', { kind: 'accept-then-hang' }, 2],
  ])('and there is %s, the repeat says that it may be one', async (_name, effect, messages) => {
    await askUnder(effect);
    expect(answers()).toHaveLength(messages);
    expect(textOf(answers().at(-1))).toMatch(/may have seen this before/);
  });

  it('and answers 502 to everything for half an hour, what was said then comes afterwards', async () => {
    world = await startWorld({ callTimeoutMs: 400 });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    const fault = world.teams.injectFault({ match: POST, effect: { kind: 'refuse', status: 502 } });
    await world.ask('status payments');
    await world.ask('services');
    await world.pass(30);
    fault.remove();
    expect(world.botMessages()).toEqual([]);
    await world.pass(15);
    const [first, second, ...more] = world.botMessages();
    expect(textOf(first)).toContain('may have seen this before');
    expect(textOf(second)).toContain('node-base');
    expect(more).toEqual([]);
  });

  it('and takes messages without ever confirming them, a handful of marked copies come and no more', async () => {
    world = await startWorld({ callTimeoutMs: 400 });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    world.teams.injectFault({ match: POST, effect: { kind: 'accept-then-504' } });
    await world.ask('status payments');
    await world.pass(20);
    const marks = answers().map((message) => textOf(message).includes('may have seen this before'));
    expect(marks).toEqual([false, true, true, true]);
  });

  it('and refuses once as if the bot were gone, whoever talks to it there wakes it up', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    world.teams.injectFault({ match: POST, times: 1, effect: { kind: 'refuse', status: 403 } });
    expect(await world.ask('status payments')).toEqual([]);
    await world.ask('services');
    const [first, second, ...more] = world.botMessages();
    expect(textOf(first)).toContain('Ready');
    expect(textOf(second)).toContain('node-base');
    expect(more).toEqual([]);
  });

  it('and tells only of the bot as a new member of the team, what is owed to its channels is sent', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    world.teams.injectFault({ match: POST, times: 1, effect: { kind: 'refuse', status: 403 } });
    expect(await world.ask('status payments')).toEqual([]);
    await world.teams.addBotAsMember(world.general);
    await world.app.idle();
    expect(answers()).toHaveLength(1);
  });

  it('and brings two wishes at once, they are met one after the other', async () => {
    world = await startWorld();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const wishes = ['watch payments', 'watch payments', 'unwatch payments', 'unwatch payments'];
    const said: Promise<unknown>[] = [];
    for (const wish of wishes.slice(0, 2)) said.push(world.teams.say(world.ada, world.channel, wish));
    await Promise.all(said);
    for (const wish of wishes.slice(2)) await world.teams.say(world.ada, world.channel, wish);
    await world.app.idle();
    const cards = world.botMessages().filter(({ versions }) => versions.length > 1);
    expect(cards).toHaveLength(1);
    expect(world.botMessages()).toHaveLength(4);
  });

  it('and the card update is in doubt, it is repeated in place and shown once', async () => {
    world = await startWorld({ callTimeoutMs: 400 });
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.ask('watch payments');
    world.teams.injectFault({ match: { method: 'PUT' }, times: 2, effect: { kind: 'accept-then-504' } });
    base.succeed();
    await world.pass(2);
    const [card, news, ...more] = world.botMessages();
    expect(textOf(card)).toContain('Succeeded');
    expect(textOf(card)).not.toMatch(/may have seen this before/);
    expect(textOf(news)).toContain('<at>Ada Lovelace</at>');
    expect(more).toEqual([]);
  });

  it('and the card was deleted meanwhile, it is posted anew', async () => {
    world = await startWorld();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const [card] = await world.ask('watch payments');
    world.teams.deleteMessage(world.channel, card?.id ?? '');
    base.succeed();
    await world.pass(2);
    expect(
      world
        .botMessages()
        .map(textOf)
        .filter((text) => text.includes('Succeeded')),
    ).toHaveLength(2);
  });

  it('and the card was deleted meanwhile, the new one is followed from then on', async () => {
    world = await startWorld();
    const [card] = await world.ask('watch python-base');
    world.teams.deleteMessage(world.channel, card?.id ?? '');
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.pass(2);
    base.succeed();
    await world.pass(2);
    const cards = world.botMessages().filter((message) => textOf(message).includes('AdaptiveCard'));
    const following = cards.filter(({ versions }) => versions.length > 1);
    expect(following).toHaveLength(1);
    expect(textOf(following[0])).toContain('Succeeded');
  });

  it('and has removed the bot from the team, everything waits until it is installed again in any channel', async () => {
    world = await startWorld();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.ask('watch payments');
    await world.teams.installBot(world.general, 'remove');
    base.succeed();
    world.teams.clearLedger();
    await world.pass(3);
    expect(world.teams.ledger.filter(({ method }) => method !== 'GET')).toEqual([]);
    await world.teams.installBot(world.general, 'add');
    await world.app.idle();
    await world.pass(1);
    expect(textOf(world.botMessages()[0])).toContain('Succeeded');
    expect(textOf(world.botMessages()[1])).toContain('<at>Ada Lovelace</at>');
  });
});

it('a message whose job was lost with an old database is answered after the start', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipebot-outage-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase({ dataDir });
  await migrate(database);
  const ids = { conversationId: 'a:1ada', activityId: '1' };
  const said = { text: 'services', from: { id: '29:ada', name: 'Ada Lovelace' } };
  const receivedAt = Date.UTC(2026, 10, 22, 6);
  await createIncomingMessages(database).add({ ...ids, ...said, receivedAt });
  await database.close();

  world = await startWorld({ database: { dataDir } });
  await world.app.idle();
  await world.app.stop();
  const reopened = await openDatabase({ dataDir });
  const pending = await createIncomingMessages(reopened).listPending();
  await reopened.close();
  expect(pending).toEqual([]);
});
