// The bot is let into a conversation again at the very moment at which something is set aside because it was not
// there. On the real stores; only Teams is scripted.
import { expect, test } from 'vitest';
import { joinConversation, leaveConversation } from '../../src/usecases/receive-message.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { CHANNEL, DELIVERED, openDeliveryBench, refused } from './delivery-bench.ts';

eachMigratedDatabase('a bot that comes back', (open) => {
  async function openBench() {
    const bench = await openDeliveryBench(await open());
    const ports = { ...bench.ports, messages: { add: async () => true } as never };
    const membership = { conversation: CHANNEL, isWholeTeam: false };
    return {
      ...bench,
      joins: async () => {
        await bench.clock.advance(1);
        await joinConversation(ports, membership);
      },
      leaves: async () => {
        await bench.clock.advance(1);
        await leaveConversation(ports, membership);
      },
    };
  }

  test('is told what was about to be set aside', async () => {
    const { ports, owe, deliver, states, joins, leaves } = await openBench();
    await leaves();
    await owe({}, { key: 'next' });
    let isBack = false;
    const conversations = {
      ...ports.conversations,
      find: async (id: string) => {
        const found = await ports.conversations.find(id);
        if (!isBack) await joins();
        isBack = true;
        return found;
      },
    };
    await deliver({ conversations });
    expect(await states()).toEqual({ card: 'delivered', next: 'delivered' });
  });

  test('is told soon what Teams refused just before', async () => {
    const { ports, outcomes, owe, deliver, deliverAfter, states, joins } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(async () => {
      await joins();
      return refused('removed');
    });
    await deliver();
    expect(await states()).toEqual({ card: 'queued', next: 'queued' });
    expect((await ports.conversations.find(CHANNEL.id))?.isSuspended).toBe(false);
    outcomes.push(DELIVERED);
    await deliverAfter(5_000);
    expect(await states()).toEqual({ card: 'delivered', next: 'delivered' });
  });

  test('and is taken out again meanwhile is told nothing', async () => {
    const { outcomes, owe, deliver, states, sent, joins, leaves } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(async () => {
      await joins();
      await leaves();
      return refused('removed');
    });
    await deliver();
    expect(await states()).toEqual({ card: 'suspended', next: 'suspended' });
    expect(sent).toHaveLength(1);
  });
});
