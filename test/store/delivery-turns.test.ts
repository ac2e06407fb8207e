import { expect, test } from 'vitest';
import { NO_SENDS, paceAfter } from '../../src/domain/pace.ts';
import { createDeliveryTurns } from '../../src/store/delivery-turns.ts';
import type { DeliveryTurn } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, race } from './examples.ts';

const GENERAL = '19:general@thread.tacv2';
const LEASE = { now: NOW, leaseMs: 12_000 };
const SLOT = { now: NOW, intervalMs: 25, maxWaitMs: 1_000 };

function held(taken: DeliveryTurn | { readonly heldUntil: number }): DeliveryTurn {
  if ('heldUntil' in taken) throw new Error('somebody else has the turn');
  return taken;
}

eachMigratedDatabase('turns to deliver', (open) => {
  async function openTurns() {
    const database = await open();
    return { database, turns: createDeliveryTurns(database) };
  }

  test('a conversation that nobody has sent to is taken with nothing sent, for as long as was asked', async () => {
    const { turns } = await openTurns();
    expect(await turns.take(GENERAL, LEASE)).toEqual({
      conversationId: GENERAL,
      token: expect.any(String),
      leasedUntil: NOW + 12_000,
      pace: NO_SENDS,
    });
  });

  test('while somebody has the turn nobody else gets it, and hears how long it lasts', async () => {
    const { turns } = await openTurns();
    await turns.take(GENERAL, LEASE);
    expect(await turns.take(GENERAL, { ...LEASE, now: NOW + 11_999 })).toEqual({ heldUntil: NOW + 12_000 });
    expect(held(await turns.take('a:1ada', LEASE)).conversationId).toBe('a:1ada');
  });

  test('of two who take it at once one gets it', async () => {
    const { database, turns } = await openTurns();
    const first: object[] = [];
    const second = await race(database, {
      first: async () => first.push(await turns.take(GENERAL, LEASE)),
      meanwhile: () => Promise.resolve(),
      second: () => turns.take(GENERAL, LEASE),
    });
    expect(first[0]).toHaveProperty('token');
    expect(second).toEqual({ heldUntil: NOW + 12_000 });
  });

  test('a turn that is given back can be taken at once', async () => {
    const { turns } = await openTurns();
    const first = held(await turns.take(GENERAL, LEASE));
    await turns.giveBack(first);
    expect(held(await turns.take(GENERAL, LEASE)).token).not.toBe(first.token);
  });

  test('whose lease has run out keeps the turn until somebody takes it, and then can do nothing any more', async () => {
    const { turns } = await openTurns();
    const stopped = held(await turns.take(GENERAL, LEASE));
    expect(await turns.isHeld(stopped)).toBe(true);
    expect(await turns.prolong({ ...stopped, leasedUntil: NOW + 40_000 })).toBe(true);
    const next = held(await turns.take(GENERAL, { ...LEASE, now: NOW + 40_000 }));
    expect(await turns.isHeld(stopped)).toBe(false);
    expect(await turns.prolong({ ...stopped, leasedUntil: NOW + 99_000 })).toBe(false);
    await turns.giveBack(stopped);
    expect(await turns.isHeld(next)).toBe(true);
    expect(await turns.take(GENERAL, { ...LEASE, now: NOW + 51_999 })).toEqual({ heldUntil: NOW + 52_000 });
  });

  test('what was sent is known to whoever has the next turn', async () => {
    const { turns } = await openTurns();
    const first = held(await turns.take(GENERAL, LEASE));
    const pace = paceAfter(paceAfter(first.pace, NOW), NOW + 5);
    await turns.prolong({ ...first, pace, leasedUntil: NOW + 20_000 });
    expect(await turns.take(GENERAL, { ...LEASE, now: NOW + 12_000 })).toEqual({ heldUntil: NOW + 20_000 });
    await turns.giveBack(first);
    expect(held(await turns.take(GENERAL, LEASE)).pace).toEqual(pace);
  });

  test('nobody can take it while somebody still records what came of a send', async () => {
    const { database, turns } = await openTurns();
    const first = held(await turns.take(GENERAL, LEASE));
    const later = { ...LEASE, now: NOW + 12_000 };
    const events: string[] = [];
    await race(database, {
      first: () => turns.isHeld(first),
      meanwhile: async () => void events.push('recorded'),
      second: async () => {
        await turns.take(GENERAL, later);
        events.push('taken');
      },
    });
    expect(events).toEqual(['recorded', 'taken']);
  });

  test('conversations with long ids are kept apart', async () => {
    const { turns } = await openTurns();
    for (const variant of ['one', 'two']) held(await turns.take(longKey(variant), LEASE));
    expect(await turns.take(longKey('one'), LEASE)).toHaveProperty('heldUntil');
  });

  test('a taking of which nobody hears is undone', async () => {
    const { database, turns } = await openTurns();
    let isLost = true;
    const deaf = createDeliveryTurns({
      query: async (sql, parameters) => {
        const rows = await database.query(sql, parameters);
        if (isLost) {
          isLost = false;
          throw new Error('the answer was lost');
        }
        return rows as never;
      },
    });
    await expect(deaf.take(GENERAL, LEASE)).rejects.toThrow('the answer was lost');
    held(await turns.take(GENERAL, LEASE));
  });

  test('turns are forgotten that nobody has used since, and no others', async () => {
    const { database, turns } = await openTurns();
    await turns.giveBack(held(await turns.take('old', LEASE)));
    await turns.take('left behind', LEASE);
    await turns.take('new', { ...LEASE, now: NOW + 1 });
    await turns.deleteBefore(NOW + 12_001);
    const sql = 'select conversation_id as id from pipebot.delivery_turns';
    expect(await database.query(sql)).toEqual([{ id: 'new' }]);
  });
});

eachMigratedDatabase('sends to a tenant', (open) => {
  test('are handed out one after another, whoever asks, and never before their time', async () => {
    const turns = createDeliveryTurns(await open());
    const at = async (now: number) => ((await turns.reserveSend('contoso', { ...SLOT, now })) ?? 0) - NOW;
    expect([await at(NOW), await at(NOW), await at(NOW - 300), await at(NOW + 60)]).toEqual([0, 25, 50, 75]);
    expect([await at(NOW + 500), await at(NOW + 500)]).toEqual([500, 525]);
  });

  test('of another tenant are counted by themselves', async () => {
    const turns = createDeliveryTurns(await open());
    await turns.reserveSend('contoso', SLOT);
    expect(await turns.reserveSend('fabrikam', SLOT)).toBe(NOW);
  });

  test('are not handed out further ahead than somebody waits', async () => {
    const turns = createDeliveryTurns(await open());
    const wish = { ...SLOT, maxWaitMs: 50 };
    const times: (number | undefined)[] = [];
    for (let nth = 0; nth < 5; nth++) times.push(await turns.reserveSend('contoso', wish));
    expect(times).toEqual([NOW, NOW + 25, NOW + 50, undefined, undefined]);
    expect(await turns.reserveSend('contoso', { ...wish, now: NOW + 25 })).toBe(NOW + 75);
  });

  test('asked for at once are two', async () => {
    const database = await open();
    const turns = createDeliveryTurns(database);
    const times: (number | undefined)[] = [];
    const second = await race(database, {
      first: async () => times.push(await turns.reserveSend('contoso', SLOT)),
      meanwhile: () => Promise.resolve(),
      second: () => turns.reserveSend('contoso', SLOT),
    });
    expect([...times, second]).toEqual([NOW, NOW + 25]);
  });
});
