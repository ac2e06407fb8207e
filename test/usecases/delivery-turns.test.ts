// One delivery at a time per conversation, at Teams' pace, whoever dies or is stopped meanwhile. On the real stores;
// only Teams is scripted.
import { expect, test } from 'vitest';
import type { SendOutcome } from '../../src/domain/notification.ts';
import { PipeBotError } from '../../src/errors.ts';
import type { Database } from '../../src/store/database.ts';
import { resumeDeliveries } from '../../src/usecases/deliver-notifications.ts';
import type { Notifications, Transactions } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { CARD, CHANNEL, DELIVERED, IN_DOUBT, openDeliveryBench, posted, refused } from './delivery-bench.ts';

const LEASE_MS = 12_000;
const unavailable = () => new PipeBotError('store-unavailable', { detail: 'the answer was lost' });

/** Does the work, and tells whoever asked that it failed; once. */
function losesItsAnswer<Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) {
  let isLost = false;
  return async (...given: Arguments): Promise<Result> => {
    const result = await work(...given);
    if (isLost) return result;
    isLost = true;
    throw unavailable();
  };
}

/** Transactions after whose first commit `happens`. */
function afterFirstCommit(database: Database, happens: () => Promise<void>): Transactions {
  let isFirst = true;
  return {
    transaction: async (work) => {
      const result = await database.transaction(work);
      if (isFirst) {
        isFirst = false;
        await happens();
      }
      return result;
    },
  };
}

eachMigratedDatabase('a turn to deliver', (open) => {
  const openBench = async () => openDeliveryBench(await open());

  test('keeps a second instance from sending, which comes back when the turn may be over', async () => {
    const { clock, sent, outcomes, enqueued, owe, deliver } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push(async () => {
      await deliver();
      return DELIVERED;
    });
    await deliver();
    expect(sent).toHaveLength(2);
    expect(enqueued).toEqual([clock.now() + LEASE_MS]);
  });

  test('is given back when nothing is left, when something waits, and when the store fails', async () => {
    const { ports, sent, outcomes, owe, deliver, deliverAfter } = await openBench();
    await owe({});
    await deliver();
    await owe({ key: 'throttled' });
    outcomes.push(refused('throttled'));
    await deliver();
    const notifications: Notifications = {
      ...ports.notifications,
      nextFor: () => Promise.reject(unavailable()),
    };
    await expect(deliver({ notifications })).rejects.toThrow('store-unavailable');
    await deliverAfter(5_000);
    expect(sent).toHaveLength(3);
  });

  test('whose holder was killed while sending is taken over when its lease has run out, and it says so', async () => {
    const { clock, ports, sent, outcomes, enqueued, owe, deliver, repeats } = await openBench();
    await owe({}, { key: 'next' });
    outcomes.push('crash');
    // Who is killed gives nothing back.
    const turns = { ...ports.turns, giveBack: () => Promise.resolve() };
    await expect(deliver({ turns })).rejects.toThrow('killed');
    await clock.advance(LEASE_MS - 1);
    await deliver();
    expect(sent).toHaveLength(1);
    expect(enqueued).toEqual([clock.now() + 1]);
    await clock.advance(1);
    await deliver();
    expect(repeats()).toEqual([false, true, false]);
  });

  test('that ended while its holder was stopped before the attempt lets it send nothing', async () => {
    const { clock, ports, sent, enqueued, owe, deliver, repeats } = await openBench();
    await owe({}, { key: 'next' });
    let isFirst = true;
    const notifications: Notifications = {
      ...ports.notifications,
      nextFor: async (conversationId) => {
        const next = await ports.notifications.nextFor(conversationId);
        if (!isFirst) return next;
        isFirst = false;
        await clock.advance(LEASE_MS);
        await deliver();
        expect(sent).toHaveLength(2);
        return next;
      },
    };
    await deliver({ notifications });
    expect(repeats()).toEqual([false, false]);
    expect(enqueued).toEqual([clock.now() + LEASE_MS]);
  });

  test('that ended while its holder was stopped right before the call lets it send nothing', async () => {
    const { database, clock, sent, owe, deliver, repeats, states } = await openBench();
    await owe({}, { key: 'next' });
    const transactions = afterFirstCommit(database, async () => {
      await clock.advance(LEASE_MS);
      await deliver();
      expect(sent).toHaveLength(2);
    });
    await deliver({ transactions });
    // The one who took over could not know that nothing was sent.
    expect(repeats()).toEqual([true, false]);
    expect(await states()).toEqual({ card: 'delivered', next: 'delivered' });
  });

  test('that is about to end when the call would be made is known to have sent nothing', async () => {
    const { database, clock, sent, owe, deliver, deliverAfter, repeats } = await openBench();
    await owe({});
    await deliver({ transactions: afterFirstCommit(database, () => clock.advance(LEASE_MS - 1_000)) });
    expect(sent).toHaveLength(0);
    await deliverAfter(5_000);
    expect(repeats()).toEqual([false]);
  });

  test('tells the messenger when it must have let go', async () => {
    const { clock, sent, owe, deliver } = await openBench();
    await owe({});
    await deliver();
    expect(sent[0]?.until).toBe(clock.now() + LEASE_MS - 1_000);
  });

  test('that ended during the call does not let its holder record a refusal', async () => {
    const { clock, ports, outcomes, owe, deliver, deliverAfter, sent } = await openBench();
    await owe({});
    outcomes.push(async () => {
      await clock.advance(LEASE_MS);
      outcomes.push(refused('throttled'));
      await deliver();
      return refused('invalid');
    });
    await deliver();
    expect(await ports.notifications.nextFor(CHANNEL.id)).toMatchObject({ state: 'queued', attempts: 2 });
    await deliverAfter(60_000);
    expect(sent).toHaveLength(3);
  });

  test('that somebody else has taken during the call does not let its holder suspend the conversation', async () => {
    const { clock, ports, outcomes, owe, deliver, states } = await openBench();
    await owe({});
    outcomes.push(async () => {
      await clock.advance(LEASE_MS);
      await ports.turns.take(CHANNEL.id, { now: clock.now(), leaseMs: LEASE_MS });
      return refused('removed');
    });
    await deliver();
    expect(await ports.conversations.find(CHANNEL.id)).toMatchObject({ isSuspended: false });
    expect(await states()).toEqual({ card: 'sending' });
  });

  test('that ended during the call still lets its holder record that the message has arrived', async () => {
    const { clock, ports, sent, outcomes, owe, deliver, states } = await openBench();
    await owe({});
    outcomes.push(async () => {
      await clock.advance(LEASE_MS);
      expect(await ports.turns.take(CHANNEL.id, { now: clock.now(), leaseMs: 0 })).toHaveProperty('token');
      return posted('activity-1');
    });
    await deliver();
    await deliver();
    expect(sent).toHaveLength(1);
    expect(await states()).toEqual({ card: 'delivered' });
    expect(await ports.notifications.activityIdOf('card')).toBe('activity-1');
  });

  test('that ended during the call leaves one message when both have sent it, and the second says so', async () => {
    const { clock, ports, outcomes, owe, deliver, repeats } = await openBench();
    await owe({}, { key: 'update', updatesKey: 'card' });
    outcomes.push(async () => {
      await clock.advance(LEASE_MS);
      outcomes.push(posted('second'), posted('second'));
      await deliver();
      return posted('first');
    });
    await deliver();
    expect(repeats()).toEqual([false, true, false]);
    expect(await ports.notifications.activityIdOf('card')).toBe('second');
  });

  test('of an instance whose clock had run far ahead binds nobody once that is right again', async () => {
    const { clock, ports, sent, owe, deliver } = await openDeliveryBench(await open());
    const wrong = clock.now() + 24 * 3_600_000;
    await ports.notifications.add(CARD, wrong);
    const turn = await ports.turns.take(CHANNEL.id, { now: wrong, leaseMs: LEASE_MS });
    if ('heldUntil' in turn) throw new Error('nobody has the turn');
    await ports.turns.prolong({ ...turn, pace: { recent: Array(59).fill(wrong), minutes: [] } });
    await ports.turns.reserveSend(CHANNEL.tenantId, { now: wrong, intervalMs: 25, maxWaitMs: 1_000 });
    await owe({ key: 'later' });
    await deliver();
    expect(sent).toHaveLength(2);
  });

  test('goes on with the next one when what it had read was superseded', async () => {
    const { ports, sent, owe, deliver, states } = await openBench();
    await owe({}, { key: 'progress', updatesKey: 'card', isProgress: true });
    let reads = 0;
    const notifications: Notifications = {
      ...ports.notifications,
      nextFor: async (conversationId) => {
        const next = await ports.notifications.nextFor(conversationId);
        reads += 1;
        if (reads === 2) await owe({ key: 'end', updatesKey: 'card' });
        return next;
      },
    };
    await deliver({ notifications });
    expect(sent).toHaveLength(2);
    expect(await states()).toEqual({ card: 'delivered', progress: 'superseded', end: 'delivered' });
  });

  test('an attempt whose beginning was stored, though the store said that it failed, is made unmarked', async () => {
    const { database, ports, owe, deliver, repeats } = await openBench();
    await owe({});
    const transactions: Transactions = {
      transaction: (work) => once(() => database.transaction(work), 'statement'),
    };
    const once = losesItsAnswer((work: () => Promise<unknown>) => work()) as Transactions['transaction'];
    await expect(deliver({ transactions })).rejects.toThrow('store-unavailable');
    expect(await ports.notifications.nextFor(CHANNEL.id)).toMatchObject({ state: 'queued', attempts: 1 });
    await deliver();
    expect(repeats()).toEqual([false]);
  });

  test('what came of a send is recorded even if the store says once that it failed', async () => {
    for (const outcome of [DELIVERED, IN_DOUBT, refused('not-found')] satisfies SendOutcome[]) {
      const { database, ports, sent, outcomes, owe, deliver, states } = await openBench();
      await owe({});
      outcomes.push(outcome);
      const markDelivered = losesItsAnswer(ports.notifications.markDelivered);
      let transactions = 0;
      const flaky: Transactions = {
        transaction: async (work) => {
          transactions += 1;
          const result = await database.transaction(work);
          if (transactions === 2) throw unavailable();
          return result;
        },
      };
      await deliver({ notifications: { ...ports.notifications, markDelivered }, transactions: flaky });
      expect(sent).toHaveLength(1);
      const state = { delivered: 'delivered', 'in-doubt': 'queued', refused: 'parked' }[outcome.kind];
      expect(await states()).toEqual({ card: state });
    }
  });

  test('what came of a send that cannot be recorded is in doubt', async () => {
    const { ports, owe, deliver, repeats } = await openBench();
    await owe({});
    const markDelivered = () => Promise.reject(unavailable());
    const down = deliver({ notifications: { ...ports.notifications, markDelivered } });
    await expect(down).rejects.toThrow('store-unavailable');
    await deliver();
    expect(repeats()).toEqual([false, true]);
  });

  test('after a start every conversation that is owed something has its job', async () => {
    const { ports, enqueued, owe } = await openBench();
    await owe({}, { key: 'other', conversationId: 'a:1ada' }, { key: 'next' });
    await resumeDeliveries(ports);
    expect(enqueued).toHaveLength(2);
  });
});

eachMigratedDatabase('the pace of delivering', (open) => {
  const openBench = async () => openDeliveryBench(await open());
  const many = (count: number) => Array.from({ length: count }, (_, nth) => ({ key: `notification-${nth}` }));

  test('is kept in a burst: what may not be sent yet leaves a job for when it may', async () => {
    const { clock, sent, enqueued, owe, deliver } = await openBench();
    const begun = clock.now();
    await owe(...many(75));
    await deliver();
    expect(sent).toHaveLength(6);
    while (sent.length < 75) {
      const next = enqueued.at(-1) ?? Number.NaN;
      expect(next).toBeGreaterThan(clock.now());
      await clock.advance(next - clock.now());
      await deliver();
    }
    const times = sent.map(({ at }) => at);
    for (const { count, ms } of [
      { count: 7, ms: 1_000 },
      { count: 8, ms: 2_000 },
      { count: 60, ms: 30_000 },
    ]) {
      const isWithin = (time: number, nth: number) => time - (times[nth - count] ?? begun - ms) >= ms;
      expect(times.every(isWithin)).toBe(true);
    }
    expect((times.at(-1) ?? 0) - begun).toBeLessThan(40_000);
  });

  test('counts updates and attempts that failed, and outlives the instance', async () => {
    const { sent, outcomes, enqueued, clock, owe, deliver } = await openBench();
    await owe({}, { key: 'update', updatesKey: 'card' }, { key: 'large' });
    outcomes.push(posted('a'), posted('a'), refused('too-large'), refused('too-large'));
    await deliver();
    await owe(...many(3));
    await deliver();
    expect(sent).toHaveLength(6);
    expect(enqueued).toEqual([clock.now() + 1_000]);
  });

  test('of a tenant that is far ahead sends this one later, and counts no attempt', async () => {
    const { clock, ports, sent, enqueued, owe, deliver } = await openBench();
    await owe({});
    const wish = { now: clock.now() + 1_000, intervalMs: 1, maxWaitMs: 0 };
    await ports.turns.reserveSend(CHANNEL.tenantId, wish);
    await deliver();
    expect(sent).toHaveLength(0);
    expect(enqueued).toEqual([clock.now() + 1_000]);
    expect(await ports.notifications.nextFor(CHANNEL.id)).toMatchObject({ state: 'queued', attempts: 0 });
    await clock.advance(1_001);
    await deliver();
    expect(sent).toHaveLength(1);
  });

  test('of a tenant is kept between conversations, in real time', async () => {
    const { ports, clock, sent, owe, deliver } = await openBench();
    await owe({});
    await ports.turns.reserveSend(CHANNEL.tenantId, { now: clock.now(), intervalMs: 60, maxWaitMs: 0 });
    const begun = performance.now();
    await deliver();
    expect(performance.now() - begun).toBeGreaterThan(58);
    expect(sent).toHaveLength(1);
  });
});
