// Who speaks and where, as permissions go by it: taken from the activity's own fields, and from nothing else.
import { describe, expect, it } from 'vitest';
import { readActivity } from '../../src/teams/received-activity.ts';
import { toTeamsEvent } from '../../src/teams/to-teams-event.ts';

const ADA = '7D1C9A52-0000-4000-8000-3B6F0E2A9C11';
const GROUP = '00000000-0000-4000-9000-00000000000A';
const NOW = Date.UTC(2026, 10, 22, 6);

/** A message as Teams posts it, in a personal chat unless changed. */
function event(change: Record<string, unknown> = {}) {
  const activity = readActivity({
    ...{
      type: 'message',
      id: '17',
      channelId: 'msteams',
      serviceUrl: 'https://smba.trafficmanager.net/emea/',
    },
    ...{ text: 'hold payments because x', from: { id: '29:ada', name: 'Ada', aadObjectId: ADA } },
    ...{
      recipient: { id: '28:bot' },
      conversation: { id: 'a:1', conversationType: 'personal', tenantId: 't' },
    },
    ...change,
  });
  const found = activity && toTeamsEvent(activity, NOW);
  if (found?.kind !== 'message') throw new Error('no message');
  return found;
}

describe('the person', () => {
  it('is known by the object id of Entra, in small letters', () => {
    expect(event().message.fromEntraId).toBe(ADA.toLowerCase());
  });

  it.each([
    ['no id', { id: '29:ada', name: 'Ada' }],
    ['an id of another form', { id: '29:ada', aadObjectId: `${ADA} or more` }],
    ['an id that is no text', { id: '29:ada', aadObjectId: [ADA] }],
    ['an id in the name', { id: '29:ada', name: ADA }],
    ['an inherited id', Object.assign(Object.create({ aadObjectId: ADA }), { id: '29:ada' })],
  ])('is not known with %s', (_case, from) => {
    const { message, conversation } = event({ from, value: { aadObjectId: ADA } });
    expect([message.fromEntraId, conversation.personEntraId]).toEqual([undefined, undefined]);
  });
});

describe('the conversation', () => {
  it('is a person’s in a personal chat', () => {
    expect(event().conversation.personEntraId).toBe(ADA.toLowerCase());
  });

  it('is a team’s in a channel, and then nobody’s own', () => {
    const channelData = {
      team: { id: '19:team@thread.tacv2', aadGroupId: GROUP },
      channel: { id: '19:c@thread.tacv2' },
    };
    const conversation = {
      id: '19:c@thread.tacv2',
      conversationType: 'channel',
      tenantId: 't',
      isGroup: true,
    };
    const entities = [
      { type: 'mention', mentioned: { id: '28:bot', name: 'PipeBot' }, text: '<at>PipeBot</at>' },
    ];
    const said = event({ channelData, conversation, entities, text: '<at>PipeBot</at> gates' });
    expect(said.conversation).toMatchObject({
      teamId: '19:team@thread.tacv2',
      teamGroupId: GROUP.toLowerCase(),
    });
    expect(said.conversation.personEntraId).toBeUndefined();
    const forged = { ...channelData, team: { id: '19:team@thread.tacv2', aadGroupId: 'x' } };
    expect(event({ channelData: forged, conversation, entities }).conversation.teamGroupId).toBeUndefined();
  });
});
