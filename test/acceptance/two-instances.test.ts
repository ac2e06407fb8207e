import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { Secret } from '../../src/secret.ts';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { administrate } from '../support/databases.ts';
import { startWorld, type World } from './world.ts';

const DEVELOP = { branch: 'refs/heads/develop' };
const textOf = ({ activity }: StandInMessage) => JSON.stringify(activity);

describe.skipIf(inject('postgresUrl') === '')('two instances on one PostgreSQL server', () => {
  let world: World;
  let other: App;
  let name: string;

  async function startBoth(): Promise<void> {
    name = `test_${randomBytes(8).toString('hex')}`;
    await administrate(`create database ${name} template template0`);
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${name}`;
    world = await startWorld({ database: { databaseUrl: new Secret(url.href) } });
    other = await world.startAnother();
  }

  afterEach(async () => {
    await other.stop();
    await world.stop();
    await administrate(`drop database ${name} with (force)`);
  });

  async function pass(minutes: number): Promise<void> {
    await world.pass(minutes);
    await other.idle();
  }

  it('tell the end of a watched build once, whichever of them was asked', async () => {
    await startBoth();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    await world.ask('watch payments');
    world.teams.setBotEndpoint(`${other.url}/api/messages`);
    await world.teams.say(world.grace, world.channel, 'watch checkout');
    await pass(1);
    base.succeed();
    await pass(2);
    const news = world
      .botMessages()
      .map(textOf)
      .filter((text) => text.includes('**Succeeded'));
    expect(news).toHaveLength(1);
    expect(news[0]).toContain('<at>Ada Lovelace</at>');
    expect(news[0]).toContain('<at>Grace Hopper</at>');
  });

  it('share a gate: who waited at one gets the same deadline and answer from the other', async () => {
    await startBoth();
    const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
    base.start();
    const { body } = await world.gate('payments');
    const app = world.app;
    world.app = other;
    expect((await world.gate(`payments?id=${body.id}`)).body).toMatchObject({
      id: body.id,
      decision: 'wait',
    });
    base.succeed();
    await world.clock.advance(5_000);
    expect((await world.gate(`payments?id=${body.id}`)).status).toBe(200);
    world.app = app;
    base.rerun();
    await world.clock.advance(5_000);
    expect((await world.gate(`payments?id=${body.id}`)).status).toBe(200);
  });
});
