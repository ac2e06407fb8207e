// Messages on their way to Teams through the real SDK: what is posted where.
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createMessenger } from '../../src/teams/messenger.ts';
import { startTeamsConnectorStandIn } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { CARD, NEW, TEXT, useMessengerBench } from './messenger-bench.ts';
import { startScriptedConnector } from './scripted-connector.ts';
import { registrationWith, TEST_SERVICE_URLS } from './stand-in-registration.ts';

const bench = useMessengerBench();

describe('A new message', () => {
  test('is one POST to the conversation, and its id comes back', async () => {
    const outcome = await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    const [call] = bench.writes();
    expect(bench.writes()).toHaveLength(1);
    expect(call).toMatchObject({
      method: 'POST',
      path: `/teams/v3/conversations/${bench.channel.id}/activities`,
      answeredStatus: 201,
    });
    expect(call?.headers['authorization']).toMatch(/^Bearer ey/);
    expect(outcome).toEqual({
      kind: 'delivered',
      activityId: bench.teams.messages(bench.channel).at(-1)?.id,
    });
  });

  test('as a card has a summary and no text, so that Teams gives its id', async () => {
    await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    const body = bench.writes()[0]?.body;
    expect(body).toMatchObject({
      type: 'message',
      summary: 'payments is ready',
      from: { id: `28:${bench.teams.botId}` },
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: bench.rendered.kind === 'card' && bench.rendered.card,
        },
      ],
    });
    expect(body).not.toHaveProperty('text');
  });

  test('as text is Markdown with its mentions as entities', async () => {
    const mention = { id: bench.user.id, name: bench.user.name };
    bench.rendered = { ...TEXT, text: '<at>Ada Miller</at> **ready**', mentions: [mention] };
    await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    expect(bench.writes()[0]?.body).toMatchObject({
      type: 'message',
      text: '<at>Ada Miller</at> **ready**',
      textFormat: 'markdown',
      summary: 'ready',
      entities: [{ type: 'mention', text: '<at>Ada Miller</at>', mentioned: mention }],
    });
  });

  test('as a card carries its mentions inside, unless the card has its own', async () => {
    const mention = { id: bench.user.id, name: bench.user.name };
    const entities = [{ type: 'mention', text: '<at>Ada Miller</at>', mentioned: mention }];
    bench.rendered = {
      ...CARD,
      card: { type: 'AdaptiveCard', msteams: { width: 'Full' } },
      mentions: [mention],
    };
    await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    bench.rendered = {
      ...CARD,
      card: { type: 'AdaptiveCard', msteams: { entities: [] } },
      mentions: [mention],
    };
    await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    const cards = bench.writes().map(({ body }) => body);
    expect(cards[0]).toMatchObject({ attachments: [{ content: { msteams: { width: 'Full', entities } } }] });
    expect(cards[1]).toMatchObject({ attachments: [{ content: { msteams: { entities: [] } } }] });
  });

  test('in a thread of a channel goes to the id with the root message', async () => {
    const root = await bench.messengerWith().send(bench.conversationOf(bench.channel), NEW);
    const threadId = root.kind === 'delivered' ? root.activityId : undefined;
    if (threadId === undefined) throw new Error('the root was not delivered');
    await bench.messengerWith().send(bench.conversationOf(bench.channel), { ...NEW, threadId });
    expect(bench.writes()[1]?.path).toBe(
      `/teams/v3/conversations/${bench.channel.id};messageid=${threadId}/activities`,
    );
    expect(bench.teams.messages(bench.channel).at(-1)?.replyToRoot).toBe(threadId);
  });

  test('in a chat never has a thread', async () => {
    const chat = bench.teams.addPersonalChat(bench.user);
    await bench.messengerWith().send(bench.conversationOf(chat), { ...NEW, threadId: '1700' });
    expect(bench.writes()[0]?.path).toBe(`/teams/v3/conversations/${chat.id}/activities`);
  });

  test('for which Teams gives no id is delivered without one', async () => {
    const connector = await startScriptedConnector((response) => response.writeHead(202).end());
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: connector.serviceUrl };
    expect(await bench.messengerWith().send(conversation, NEW)).toEqual({ kind: 'delivered' });
    await connector.close();
  });

  test('in local mode carries no token', async () => {
    const open = await startTeamsConnectorStandIn({ clock: systemClock, requireToken: false });
    const place = open.addChannel(open.addTeam('Shop'), 'payments');
    const messenger = createMessenger({
      registration: 'none',
      render: () => bench.rendered,
      serviceUrls: TEST_SERVICE_URLS,
      clock: systemClock,
      log: bench.log,
    });
    const conversation = { ...bench.conversationOf(place), serviceUrl: open.serviceUrl };
    expect(await messenger.send(conversation, NEW)).toMatchObject({ kind: 'delivered' });
    expect(open.ledger).toHaveLength(1);
    expect(open.ledger[0]?.headers).not.toHaveProperty('authorization');
    await open.close();
  });

  test('that can’t be rendered is refused, and nothing is sent', async () => {
    const messenger = bench.messengerWith({
      render: () => {
        throw new Error('no such template');
      },
    });
    const refused = { kind: 'refused', refusal: 'invalid', detail: 'render-failed' };
    expect(await messenger.send(bench.conversationOf(bench.channel), NEW)).toEqual(refused);
    expect(bench.writes()).toEqual([]);
  });
});

describe('A message whose time is over', () => {
  const over = { kind: 'refused', refusal: 'unreachable', detail: 'turn-over' };

  test('when it is to be sent is not sent', async () => {
    const clock = { ...systemClock, now: () => 1_000 };
    const conversation = bench.conversationOf(bench.channel);
    expect(await bench.messengerWith({ clock }).send(conversation, NEW, 1_000)).toEqual(over);
    expect(bench.writes()).toEqual([]);
    expect(await bench.messengerWith({ clock }).send(conversation, NEW, 9_000)).toMatchObject({
      kind: 'delivered',
    });
  });

  test('before its token has come is not sent, as new message and as update', async () => {
    const { registration, testing } = registrationWith(bench.teams);
    const time = { now: 1_000 };
    const acquireToken = async () => {
      time.now = 9_000;
      return testing.acquireToken();
    };
    for (const message of [NEW, { ...NEW, activityId: '1700000000000' }]) {
      time.now = 1_000;
      const messenger = bench.messengerWith({
        registration,
        testing: { ...testing, acquireToken },
        clock: { ...systemClock, now: () => time.now },
      });
      expect(await messenger.send(bench.conversationOf(bench.channel), message, 9_000)).toEqual(over);
    }
    expect(bench.writes()).toEqual([]);
  });

  test('before the connection is there is not sent', async () => {
    const connector = await startScriptedConnector((response) => response.writeHead(201).end('{"id":"1"}'));
    // The third look is at the beginning of the request, the fourth when it could leave.
    let looks = 0;
    const clock = { ...systemClock, now: () => (++looks < 4 ? 1_000 : 9_000) };
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: connector.serviceUrl };
    expect(await bench.messengerWith({ clock }).send(conversation, NEW, 9_000)).toEqual(over);
    expect(connector.connections).toHaveLength(1);
    await connector.allClosed();
    expect(connector.requests).toEqual([]);
    await connector.close();
  });

  test('while Teams is silent is in doubt', async () => {
    const fault = bench.teams.injectFault({ match: {}, effect: { kind: 'accept-then-hang' } });
    const clock = { ...systemClock, now: () => 1_000 };
    const conversation = bench.conversationOf(bench.channel);
    const outcome = await bench.messengerWith({ clock }).send(conversation, NEW, 1_200);
    fault.remove();
    expect(outcome).toEqual({ kind: 'in-doubt', detail: 'AbortError' });
    expect(bench.writes()).toHaveLength(1);
  });
});

describe('An update', () => {
  test('is one PUT on the message, which changes in place', async () => {
    const messenger = bench.messengerWith();
    const first = await messenger.send(bench.conversationOf(bench.channel), NEW);
    const activityId = first.kind === 'delivered' ? (first.activityId ?? '') : '';
    const before = bench.teams.messages(bench.channel).length;
    bench.teams.clearLedger();
    bench.rendered = { ...CARD, summary: 'payments failed' };
    expect(await messenger.send(bench.conversationOf(bench.channel), { ...NEW, activityId })).toEqual({
      kind: 'delivered',
      activityId,
    });
    expect(bench.writes()).toMatchObject([
      { method: 'PUT', path: `/teams/v3/conversations/${bench.channel.id}/activities/${activityId}` },
    ]);
    const messages = bench.teams.messages(bench.channel);
    expect(messages).toHaveLength(before);
    expect(messages.at(-1)).toMatchObject({ id: activityId, activity: { summary: 'payments failed' } });
  });

  test('keeps the id of its message, whatever Teams calls it in its answer', async () => {
    const connector = await startScriptedConnector((response) => response.writeHead(200).end('{}'));
    const conversation = { ...bench.conversationOf(bench.channel), serviceUrl: connector.serviceUrl };
    const outcome = await bench.messengerWith().send(conversation, { ...NEW, activityId: '1700' });
    expect(outcome).toEqual({ kind: 'delivered', activityId: '1700' });
    await connector.close();
  });

  test('of a message that was deleted is not found', async () => {
    const messenger = bench.messengerWith();
    const first = await messenger.send(bench.conversationOf(bench.channel), NEW);
    const activityId = first.kind === 'delivered' ? (first.activityId ?? '') : '';
    bench.teams.deleteMessage(bench.channel, activityId);
    expect(await messenger.send(bench.conversationOf(bench.channel), { ...NEW, activityId })).toEqual({
      kind: 'refused',
      refusal: 'not-found',
      detail: '404 ActivityNotFoundInConversation',
    });
  });
});
