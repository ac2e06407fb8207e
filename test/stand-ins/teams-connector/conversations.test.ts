// Proves what the stand-in does with a bot's calls: threads, updates, refusals, rosters. Must not inject
// faults: they have their own file.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { type ConnectorCaller, card, createConnectorCaller, message } from './connector-caller.ts';
import { startTeamsConnectorStandIn, type TeamsConnectorStandIn } from './teams-connector-stand-in.ts';
import type { StandInConversation, StandInTeam, StandInUser } from './teams-world.ts';

let teams: TeamsConnectorStandIn;
let call: ConnectorCaller;
let user: StandInUser;
let team: StandInTeam;
let channel: StandInConversation;
const time = { now: 1_790_000_000_000 };
const clock: Clock = { ...systemClock, now: () => time.now };

beforeEach(async () => {
  time.now = 1_790_000_000_000;
  teams = await startTeamsConnectorStandIn({ clock });
  call = await createConnectorCaller(teams);
  user = teams.addUser({ name: 'Ada Miller' });
  team = teams.addTeam('Shop');
  channel = teams.addChannel(team, 'payments');
});

afterEach(() => teams.close());

function activitiesOf(id: string, activityId?: string): string {
  const tail = activityId === undefined ? '' : `/${activityId}`;
  return `conversations/${encodeURIComponent(id)}/activities${tail}`;
}

async function createThread(activity: object) {
  const channelData = { channel: { id: channel.id } };
  return (await call('POST', 'conversations', { isGroup: true, channelData, activity })).body;
}

describe('a channel', () => {
  test('gets a thread, and replies by thread id and by activity id', async () => {
    const thread = await createThread(message('payments failed'));
    const root = String(thread['activityId']);
    expect(thread).toEqual({ id: `${channel.id};messageid=${root}`, activityId: root });
    await call('POST', activitiesOf(String(thread['id'])), message('by thread'));
    await call('POST', activitiesOf(channel.id, root), message('by activity'));
    await call('POST', activitiesOf(channel.id), message('flat'));
    const seen = teams.messages(channel).map(({ activity, replyToRoot }) => [activity.text, replyToRoot]);
    expect(seen).toEqual([
      ['payments failed', undefined],
      ['by thread', root],
      ['by activity', root],
      ['flat', undefined],
    ]);
  });

  test('takes the raw and the encoded form of a thread id', async () => {
    const thread = String((await createThread(message('root')))['id']);
    expect((await call('POST', `conversations/${thread}/activities`, message('raw'))).status).toBe(201);
    expect((await call('POST', activitiesOf(thread), message('encoded'))).status).toBe(201);
    expect(teams.ledger.slice(-2).map(({ path }) => path)).toEqual(
      Array(2).fill(`/teams/v3/conversations/${thread}/activities`),
    );
  });

  test('keeps every version of a message updated in place', async () => {
    const { activityId, id } = await createThread(card('running'));
    time.now += 5000;
    const updated = await call('PUT', activitiesOf(String(id), String(activityId)), card('failed'));
    expect(updated).toMatchObject({ status: 200, body: { id: activityId } });
    const [only, ...others] = teams.messages(channel);
    expect(others).toEqual([]);
    expect(only?.versions.map(({ summary }) => summary)).toEqual(['running', 'failed']);
    expect(only?.activity.summary).toBe('failed');
    expect([only?.createdAt, only?.updatedAt]).toEqual([1_790_000_000_000, 1_790_000_005_000]);
  });

  test('splits text with a card in two and names neither', async () => {
    const answer = await call('POST', activitiesOf(channel.id), { ...card('failed'), text: 'look' });
    expect(answer).toMatchObject({ status: 201, body: {} });
    expect(answer.body['id']).toBeUndefined();
    const parts = teams
      .messages(channel)
      .map(({ activity }) => [activity.text, activity.attachments?.length]);
    expect(parts).toEqual([
      ['look', undefined],
      [undefined, 1],
    ]);
  });
});

describe('a refusal', () => {
  test('404 for an unknown conversation, thread or activity', async () => {
    const unknown = await call('POST', activitiesOf('19:nowhere@thread.tacv2'), message('x'));
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
    const noThread = await call('POST', activitiesOf(`${channel.id};messageid=1`), message('x'));
    expect(noThread).toMatchObject({ status: 404, body: { error: { code: 'ConversationNotFound' } } });
    const noActivity = await call('PUT', activitiesOf(channel.id, '1'), message('x'));
    const code = 'ActivityNotFoundInConversation';
    expect(noActivity).toMatchObject({ status: 404, body: { error: { code } } });
  });

  test('404 for the update of a message that a person or the bot deleted', async () => {
    const { activityId, id } = await createThread(card('running'));
    teams.deleteMessage(channel, String(activityId));
    expect((await call('PUT', activitiesOf(String(id), String(activityId)), card('x'))).status).toBe(404);
    expect(teams.messages(channel)).toEqual([]);
    const second = String((await createThread(card('running')))['activityId']);
    expect((await call('DELETE', activitiesOf(channel.id, second))).status).toBe(200);
    expect((await call('PUT', activitiesOf(channel.id, second), card('x'))).status).toBe(404);
  });

  test('413 above 100 KB counted as UTF-16, 201 just below', async () => {
    const room = 51_200 - JSON.stringify(message('')).length;
    expect((await call('POST', activitiesOf(channel.id), message('é'.repeat(room)))).status).toBe(201);
    const tooBig = await call('POST', activitiesOf(channel.id), message('é'.repeat(room + 1)));
    expect(tooBig).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } });
    expect(teams.messages(channel)).toHaveLength(1);
    expect(teams.ledger.at(-1)).toMatchObject({ answeredStatus: 413, accepted: false });
  });

  test('401 without a token of its own, unless none is required', async () => {
    const url = `v3/conversations/${channel.id}/members`;
    expect((await fetch(`${teams.serviceUrl}${url}`)).status).toBe(401);
    const headers = { authorization: 'Bearer made-up' };
    expect((await fetch(`${teams.serviceUrl}${url}`, { headers })).status).toBe(401);
    const open = await startTeamsConnectorStandIn({ clock, requireToken: false });
    const { id } = open.addTeam('Open');
    expect((await fetch(`${open.serviceUrl}v3/teams/${id}`)).status).toBe(200);
    await open.close();
  });

  test('403 for another’s message and 400 for a body that is no activity', async () => {
    const someone = await teams.say(user, channel, 'hello').catch(() => undefined);
    expect(someone).toBeUndefined();
    const [own] = teams.messages(channel);
    const denied = await call('PUT', activitiesOf(channel.id, own?.id), message('x'));
    expect(denied).toMatchObject({ status: 403, body: { error: { code: 'NotEnoughPermissions' } } });
    expect((await call('POST', activitiesOf(channel.id), ['x'])).status).toBe(400);
  });
});

describe('people and teams', () => {
  test('a personal chat is opened by member id, once', async () => {
    const first = await call('POST', 'conversations', {
      members: [{ id: user.id }],
      activity: message('hi'),
    });
    const again = await call('POST', 'conversations', { members: [{ id: user.aadObjectId }] });
    expect(again.body['id']).toBe(first.body['id']);
    const chat = teams.addPersonalChat(user);
    expect(teams.messages(chat).map(({ id }) => id)).toEqual([first.body['activityId']]);
    expect((await call('POST', 'conversations', { members: [user, user] })).status).toBe(400);
  });

  test('members come whole, one by one and in pages', async () => {
    const other = teams.addUser({ name: 'Grace Hall' });
    const base = `conversations/${encodeURIComponent(channel.id)}`;
    expect((await call('GET', `${base}/members`)).body).toMatchObject([{ id: user.id }, { id: other.id }]);
    expect((await call('GET', `${base}/members/${other.aadObjectId}`)).body['name']).toBe('Grace Hall');
    expect((await call('GET', `${base}/members/nobody`)).status).toBe(404);
    const byName = await call('GET', `${base}/members/Grace.Hall@contoso.com`);
    expect(byName.body).toMatchObject({
      id: other.id,
      email: 'grace.hall@contoso.com',
      userPrincipalName: other.principalName,
    });
    const chat = `conversations/${teams.addPersonalChat(user).id}`;
    expect((await call('GET', `${chat}/members/${other.principalName}`)).status).toBe(404);
    const page = (await call('GET', `${base}/pagedmembers?pageSize=1`)).body;
    expect(page['members']).toMatchObject([{ id: user.id }]);
    const next = `${base}/pagedmembers?pageSize=1&continuationToken=${page['continuationToken']}`;
    expect((await call('GET', next)).body).toEqual({ members: [expect.objectContaining({ id: other.id })] });
  });

  test('a team tells its name and channels', async () => {
    expect((await call('GET', `teams/${team.id}`)).body).toMatchObject({ name: 'Shop', channelCount: 2 });
    const { conversations } = (await call('GET', `teams/${team.id}/conversations`)).body;
    expect(conversations).toEqual([
      { id: team.id, type: 'standard' },
      { id: channel.id, name: 'payments', type: 'standard' },
    ]);
  });

  test('ids are the same in every run', async () => {
    const twin = await startTeamsConnectorStandIn({ clock });
    expect(twin.addUser({ name: 'Ada Miller' }).id).toBe(user.id);
    expect(twin.addChannel(twin.addTeam('Shop'), 'payments').id).toBe(channel.id);
    await twin.close();
  });
});

describe('waiting for a message', () => {
  test('sees a later update', async () => {
    const { activityId } = await createThread(card('running'));
    const waiting = teams.waitForMessage(channel, ({ activity }) => activity.summary === 'succeeded');
    await call('PUT', activitiesOf(channel.id, String(activityId)), card('succeeded'));
    expect((await waiting).id).toBe(activityId);
  });

  test('looks at every message once, however many there are', async () => {
    const looked: string[] = [];
    const waiting = teams.waitForMessage(channel, ({ activity }) => {
      looked.push(activity.text ?? '');
      return activity.text === 'last';
    });
    const elsewhere = teams.addPersonalChat(user);
    await call('POST', activitiesOf(elsewhere.id), message('elsewhere'));
    for (const text of ['first', 'second', 'last'])
      await call('POST', activitiesOf(channel.id), message(text));
    expect((await waiting).activity.text).toBe('last');
    expect(looked).toEqual(['first', 'second', 'last']);
  });

  test('says what was there when nothing fits', async () => {
    await createThread(card('running'));
    const waiting = teams.waitForMessage(channel, () => false, { realTimeoutMs: 30 });
    await expect(waiting).rejects.toThrow(/in 30 ms.*bot \d+ \(version 1\): running/s);
  });
});
