// People hold gates and release them, in the whole app: who may, what the waiting pipeline hears and when, and what is
// on record afterwards.
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createHolds } from '../../src/store/holds.ts';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { type GateResponse, startWorld, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.stop());

const DEVELOP = { branch: 'refs/heads/develop' };
const textOf = (messages: readonly StandInMessage[]) =>
  JSON.stringify(messages.map(({ activity }) => activity));

const operatedByAda: NonNullable<WorldOptions['services']> = (sample, { ada }) =>
  sample.replace('\ngate:', `\ngate:\n  operators: [${ada}]`);

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({ services: operatedByAda, ...options });
}

/** Waits, in real time, until the app holds so many callers. */
async function waiting(count: number): Promise<void> {
  await expect.poll(() => world.app.waitingGates, { timeout: 5_000 }).toBe(count);
}

async function answerWithin(seconds: number, answer: Promise<GateResponse>): Promise<GateResponse> {
  let response: GateResponse | undefined;
  void answer.then((arrived) => {
    response = arrived;
  });
  for (let second = 0; second < seconds && !response; second++) {
    await world.clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

describe('a service that is held', () => {
  it('makes its pipelines wait although the base is ready, and says who, why and until when', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    const said = textOf(await world.ask('hold payments 2h because migration: step 2'));
    expect(said).toContain('payments is held');
    expect(said).toContain('migration: step 2');
    const { status, body } = await world.gate('payments');
    expect([status, body.decision, body.reason]).toEqual([503, 'wait', 'held']);
    expect(body.message).toBe(
      'Ada Lovelace has just begun to hold this gate: migration: step 2. It waits until it is released, for another 2 h at most.',
    );
    expect((await world.gate('checkout')).body.decision).toBe('continue');
    expect(textOf(await world.ask('status payments'))).toMatch(/Held.*by Ada Lovelace since/);
  });

  it('is released: the caller that waits continues at once, without another reading', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    await world.ask('hold payments because migration');
    const answer = world.gate('payments?wait=30m&buildId=77');
    await waiting(1);
    expect(textOf(await world.ask('gates'))).toMatch(/Run 77.*payments on develop/);
    expect(textOf(await world.ask('release payments'))).toContain('payments is no longer held');
    // No scripted second passes.
    expect(await answer).toMatchObject({ status: 200, body: { reason: 'base-succeeded' } });
  });

  it('is noticed at once by a caller that was waiting for the base', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const answer = world.gate('payments?wait=30m');
    await waiting(1);
    await world.ask('hold payments stop because the image lacks libpq');
    expect(await answer).toMatchObject({ status: 424, body: { decision: 'stop', reason: 'held' } });
    expect((await answer).body.message).toContain('the image lacks libpq');
  });

  it('is free again when its time is over, without anybody saying so', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    await world.ask('hold payments 30 because restart');
    expect((await world.gate('payments')).body.decision).toBe('continue');
    await world.ask('hold payments 1m because restart');
    const answer = world.gate('payments?wait=5m');
    await waiting(1);
    expect(await answerWithin(70, answer)).toMatchObject({ status: 200, body: { reason: 'base-succeeded' } });
  });

  it('does not change what was decided before', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    const { body } = await world.gate('payments');
    await world.ask('hold payments because migration');
    expect(await world.gate(`payments?id=${body.id}`)).toMatchObject({ status: 200 });
  });
});

describe('a single pipeline that is released', () => {
  it('continues at once although its base runs; the next one waits', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const answer = world.gate('payments?wait=30m&buildId=77');
    const other = world.gate('payments?wait=30m&buildId=78');
    await waiting(2);
    expect(textOf(await world.ask('release 77 because only the docs changed'))).toContain('Run 77 continues');
    const { status, body } = await answer;
    expect([status, body.reason]).toEqual([200, 'released']);
    expect(body.message).toContain('Ada Lovelace released this gate just now: only the docs changed.');
    await waiting(1);
    expect((await world.gate('payments?buildId=77')).body.decision).toBe('wait');
    expect(textOf(await world.ask('release 77'))).toContain('Run 77 continues');
    expect(textOf(await world.ask('release 4711'))).toContain('No pipeline waits');
    await answerWithin(70, other);
  });

  it('continues although Azure DevOps cannot be asked, since a person says so of this one', async () => {
    await start();
    world.azure.injectFault({ match: { path: /\/builds/ }, effect: { kind: 'server-error', status: 503 } });
    const answer = world.gate('payments?wait=30m&buildId=77');
    await waiting(1);
    await world.ask('release 77');
    expect((await answer).body.reason).toBe('released');
  });

  it('is released by the button of the list, when the one who clicks may', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    const answer = world.gate('payments?wait=30m&buildId=77');
    await waiting(1);
    const [list] = await world.ask('gates');
    if (!list) throw new Error('no list');
    const click = async (user: World['ada']) => {
      await world.teams.click(user, {
        conversation: world.channel,
        message: list,
        button: 'Release',
      });
      await world.app.idle();
      return textOf(world.botMessages().slice(-1));
    };
    expect(await click(world.grace)).toContain('you are not among them');
    expect(world.app.waitingGates).toBe(1);
    expect(await click(world.ada)).toContain('Run 77 continues');
    expect((await answer).status).toBe(200);
    expect(await click(world.ada)).toContain('No pipeline waits');
  });
});

describe('somebody', () => {
  it('who is no operator gets a sentence, and nothing is held', async () => {
    await start();
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).succeed();
    const said = textOf(await world.ask('hold payments because I can', { user: world.grace }));
    expect(said).toContain('Only its operators may hold and release the gates of payments');
    expect((await world.gate('payments')).status).toBe(200);
    await world.ask('hold payments because migration');
    expect(textOf(await world.ask('release payments', { user: world.grace }))).toContain(
      'Only its operators',
    );
    expect((await world.gate('payments')).status).toBe(503);
  });

  it('may not where the services file names nobody', async () => {
    await start({ services: (sample) => sample });
    expect(textOf(await world.ask('hold payments because migration'))).toContain('names no operators');
  });

  it('who calls himself like an operator is none', async () => {
    await start();
    const impostor = world.teams.addUser({ name: 'Ada Lovelace' });
    expect(textOf(await world.ask('hold payments because I can', { user: impostor }))).toContain(
      'Only its operators',
    );
  });
});

describe('what a team may not see', () => {
  const hidden = (sample: string) =>
    sample.replace('  payments:\n', '  payments:\n    visibleTo: ["19:other@thread.tacv2"]\n');

  it('is told like what is not there, whatever is asked', async () => {
    await start({ services: hidden });
    const say = async (text: string) => {
      // Teams takes only so many messages at a time.
      await world.clock.advance(5_000);
      return textOf(await world.ask(text));
    };
    const unknown = 'There is no service or base called';
    for (const text of [
      'status payments',
      'status paymnts',
      'watch payments',
      'subscribe payments',
      'why payments',
    ])
      expect(await say(text), text).toContain(unknown);
    for (const text of ['hold payments because x', 'release payments', 'mute payments', 'status pay'])
      expect(await say(text), text).toContain(unknown);
    expect(await say('status paymnts')).not.toContain('Did you mean');
    for (const text of ['services', 'status', 'gates', 'subscribe'])
      expect(await say(text), text).not.toContain('payments');
    const link = `${world.azure.url}/Shop/_build?definitionId=184`;
    expect(await say(`status ${link}`)).toMatch(/belongs to no service|leads to nothing/);
    expect(await say('status checkout')).toContain('checkout');
  });

  it('is no longer told of to those who subscribed and watched before', async () => {
    let edit = (sample: string) => sample;
    const { mkdtempSync } = await import('node:fs');
    await start({
      services: (sample) => edit(sample),
      database: { dataDir: mkdtempSync('/tmp/pipebot-hold-') },
      hasHooks: true,
    });
    const payments = world.shop.builds.payments;
    world.azure.queueBuild(payments, DEVELOP).succeed();
    await world.ask('subscribe payments all');
    await world.ask('watch payments build');
    edit = hidden;
    await world.restart();
    const before = world.botMessages().length;
    world.azure.queueBuild(payments, DEVELOP).succeed();
    await world.settle();
    await world.pass(1);
    world.azure.queueBuild(payments, DEVELOP).fail({ task: 'Unit tests' });
    await world.settle();
    await world.pass(2);
    expect(
      world
        .botMessages()
        .slice(before)
        .map((message) => textOf([message])),
    ).toEqual([]);
  });
});

describe('what was ordered', () => {
  it('is on record with who, when and why, after it is over', async () => {
    const { mkdtempSync } = await import('node:fs');
    const dataDir = mkdtempSync('/tmp/pipebot-hold-');
    await start({ database: { dataDir } });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    await world.ask('hold payments 2h because migration');
    await world.gate('payments?buildId=77');
    await world.ask('release 77 because the migration does not touch it');
    await world.ask('release payments');
    await world.app.stop();
    const database = await openDatabase({ dataDir });
    const record = await createHolds(database).listRecord('payments');
    await database.close();
    const { id, name, aadObjectId } = world.ada;
    const by = { id, name, entraId: aadObjectId };
    expect(record).toMatchObject({
      holds: [{ service: 'payments', verdict: 'wait', by, because: 'migration', endedBy: by }],
      releases: [{ by, because: 'the migration does not touch it', buildId: 77 }],
    });
  });
});

describe('a pipeline that asks for its own base', () => {
  it('is stopped at once', async () => {
    await start();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const { status, body } = await world.gate(`payments?wait=30m&buildId=${base.id}`);
    expect([status, body.reason]).toEqual([424, 'gate-cycle']);
    expect(body.message).toContain('waits for the run that asks');
  });
});
