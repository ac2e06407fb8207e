// Who asked for a failed build is mentioned when they are in the conversation, and nothing waits for it for long.
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { AlertEntry } from '../../src/domain/alert.ts';
import type { Build } from '../../src/domain/build.ts';
import type { Person } from '../../src/domain/watch.ts';
import type { MessengerOptions } from '../../src/teams/messenger.ts';
import type { OutgoingMessage } from '../../src/usecases/ports.ts';
import type { StandInConversation } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { CARD, NEW, useMessengerBench } from './messenger-bench.ts';

const bench = useMessengerBench();
const MINUTE_MS = 60_000;

const BUILD: Build = {
  id: 1,
  number: '20261122.1',
  organization: 'contoso',
  project: 'Shop',
  definitionId: 184,
  definitionName: 'payments',
  branch: 'refs/heads/develop',
  status: 'completed',
  result: 'failed',
  reason: 'manual',
  queuedAt: 0,
  requestedForUniqueName: 'Ada.Miller@Contoso.com',
  url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=1',
};

function entryOf(build: Partial<Build> = {}, colour: 'red' | 'green' = 'red'): AlertEntry {
  const facts = { build: { ...BUILD, ...build }, failedBuilds: 1, colour };
  return { news: 'failing', name: 'payments', role: 'build', facts, blocks: [] };
}

function alertOf(...entries: AlertEntry[]): OutgoingMessage {
  return { ...NEW, content: { kind: 'alert', entries, at: 0 } };
}

/** Sends messages to a channel of its own, with a clock of its own; gives who was to be mentioned in each. */
function mentioning(change: Partial<MessengerOptions> = {}) {
  const mentions: (Person | undefined)[] = [];
  const time = { now: systemClock.now() };
  const messenger = bench.messengerWith({
    clock: { ...systemClock, now: () => time.now },
    render: (_message, _now, mention) => {
      mentions.push(mention);
      return CARD;
    },
    ...change,
  });
  const team = bench.teams.addTeam('Shop');
  const send = async (message: OutgoingMessage, place: StandInConversation = team.general) => {
    const conversation = { ...bench.conversationOf(place), ...(place.team ? { teamId: place.team.id } : {}) };
    expect(await messenger.send(conversation, message)).toMatchObject({ kind: 'delivered' });
  };
  return { mentions, send, time, channel: team.general };
}

const lookUps = () => bench.teams.ledger.filter(({ method }) => method === 'GET').map(({ path }) => path);

describe('The person who asked for a failed build', () => {
  test('is mentioned by the name that Teams knows, in a channel and in a chat', async () => {
    const { mentions, send, channel } = mentioning();
    const ada = { id: bench.user.id, name: 'Ada Miller' };
    await send(alertOf(entryOf()));
    await send(alertOf(entryOf()), bench.teams.addPersonalChat(bench.user));
    expect(mentions).toEqual([ada, ada]);
    expect(lookUps()[0]).toBe(`/teams/v3/conversations/${channel.id}/members/ada.miller@contoso.com`);
  });

  test('is not mentioned where they are not', async () => {
    const { mentions, send } = mentioning();
    const grace = bench.teams.addUser({ name: 'Grace Hall' });
    await send(alertOf(entryOf()), bench.teams.addGroupChat('without Ada', [grace]));
    await send(alertOf(entryOf({ requestedForUniqueName: 'nobody@contoso.com' })));
    expect(mentions).toEqual([undefined, undefined]);
    expect(lookUps()).toHaveLength(2);
  });

  test.each<[string, OutgoingMessage]>([
    ['several failures are told at once', alertOf(entryOf(), entryOf())],
    ['it has recovered', alertOf(entryOf({}, 'green'))],
    ['it is no alert', NEW],
    ['a service started it', alertOf(entryOf({ requestedForUniqueName: 'Build\\7f0c' }))],
    ['the name could mean another path', alertOf(entryOf({ requestedForUniqueName: '../x@contoso.com' }))],
    ['the name is endless', alertOf(entryOf({ requestedForUniqueName: `${'a'.repeat(300)}@contoso.com` }))],
  ])('is not looked for when %s', async (_, message) => {
    const { mentions, send } = mentioning();
    await send(message);
    expect(mentions).toEqual([undefined]);
    expect(lookUps()).toEqual([]);
  });

  test('is looked for once in a quarter of an hour, found or not', async () => {
    const { mentions, send, time } = mentioning();
    const stranger = alertOf(entryOf({ requestedForUniqueName: 'nobody@contoso.com' }));
    for (const message of [alertOf(entryOf()), stranger]) {
      for (const minutes of [0, 14, 2]) {
        time.now += minutes * MINUTE_MS;
        await send(message);
      }
    }
    expect(mentions.filter((mention) => mention !== undefined)).toHaveLength(3);
    expect(lookUps()).toHaveLength(4);
  });

  test.each([
    ['refuses', { kind: 'refuse', status: 500 }],
    ['resets', { kind: 'reset' }],
    ['answers nonsense', { kind: 'refuse', status: 200, rawBody: '<html>' }],
    ['hangs', { kind: 'hang' }],
  ] as const)('is not mentioned when Teams %s, and looked for again a minute later', async (_, effect) => {
    const { mentions, send, time } = mentioning();
    const fault = bench.teams.injectFault({ match: { method: 'GET' }, effect });
    const begun = performance.now();
    await send(alertOf(entryOf()));
    expect(performance.now() - begun).toBeLessThan(4_000);
    fault.remove();
    await send(alertOf(entryOf()));
    time.now += MINUTE_MS;
    await send(alertOf(entryOf()));
    expect(mentions.map((mention) => mention?.name)).toEqual([undefined, undefined, 'Ada Miller']);
    expect(lookUps()).toHaveLength(2);
  });

  test('does not use up the time of the message', async () => {
    const { send } = mentioning({ callTimeoutMs: 3_000 });
    const fault = bench.teams.injectFault({ match: { method: 'GET' }, effect: { kind: 'hang' } });
    await send(alertOf(entryOf()));
    fault.remove();
  });
});
