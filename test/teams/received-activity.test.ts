// Bodies that are no activity, or one with fields of every wrong kind: read without an error, or not at all.
import { describe, expect, test } from 'vitest';
import { readActivity } from '../../src/teams/received-activity.ts';
import { toTeamsEvent } from '../../src/teams/to-teams-event.ts';

const NOW = Date.UTC(2026, 10, 22, 6);
const MESSAGE = {
  type: 'message',
  id: '1700000000001',
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/amer/',
  text: '<at>PipeBot</at> status payments',
  entities: [{ type: 'mention', mentioned: { id: '28:bot', name: 'PipeBot' } }],
  from: { id: '29:ada', name: 'Ada Miller' },
  recipient: { id: '28:bot', name: 'PipeBot' },
  conversation: { id: 'a:1', conversationType: 'personal', tenantId: 'tenant' },
  channelData: { tenant: { id: 'tenant' } },
};

function eventOf(body: unknown) {
  const activity = readActivity(body);
  return activity && toTeamsEvent(activity, NOW);
}

describe('A body that is no activity', () => {
  test.each([undefined, null, 7, 'message', [], {}, { type: 7 }, { type: '' }, [{ type: 'message' }]])(
    'is read as none: %j',
    (body) => {
      expect(readActivity(body)).toBeUndefined();
    },
  );

  test('whose fields have the wrong types or are missing gives no event, and no error', () => {
    const wrong = [null, 7, 'x', [], {}, true];
    const fields = Object.keys(MESSAGE).filter((field) => field !== 'type');
    for (const type of ['message', 'installationUpdate', 'conversationUpdate']) {
      expect(() => eventOf({ type })).not.toThrow();
      for (const field of [...fields, 'membersAdded', 'value', 'action']) {
        for (const value of wrong) expect(() => eventOf({ ...MESSAGE, type, [field]: value })).not.toThrow();
      }
    }
  });

  test('takes nothing from a prototype', () => {
    const body: unknown = JSON.parse(
      '{"type":"message","__proto__":{"text":"help","id":"1"},"constructor":{"prototype":{"id":"2"}}}',
    );
    const inherited: unknown = Object.create({ type: 'message' });
    expect(readActivity(body)).not.toHaveProperty('id');
    expect(readActivity(inherited)).toBeUndefined();
  });

  test('holds no character that a database refuses', () => {
    const event = eventOf({ ...MESSAGE, text: 'he\0lp \ud800', from: { id: '29:a\0da', name: 'A\ud800' } });
    expect(JSON.stringify(event)).not.toContain('\\u0000');
    expect(event?.kind === 'message' && event.message.text.isWellFormed()).toBe(true);
    expect(event?.kind === 'message' && event.message.from).toEqual({ id: '29:ada', name: 'A\ufffd' });
  });
});
