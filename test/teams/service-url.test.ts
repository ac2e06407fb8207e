// The allow-list of service URLs, alone and where it counts: nothing leaves for an address outside it.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createTeamsEntry } from '../../src/teams/adapter.ts';
import { createMessenger } from '../../src/teams/messenger.ts';
import { isServiceUrlAllowed, LOCAL_SERVICE_URLS, TEAMS_SERVICE_URLS } from '../../src/teams/service-url.ts';
import { createRecordedLog } from './recorded-log.ts';

const good = [
  'https://smba.trafficmanager.net/amer/',
  'https://smba.trafficmanager.net/emea',
  'https://smba.trafficmanager.net/de/0dd7e4a7-0000-4000-8000-000000000001/',
  'https://smba.trafficmanager.net',
  'https://smba.infra.gcc.teams.microsoft.com/teams/',
  'https://smba.infra.gov.teams.microsoft.us/gov/',
  'https://smba.infra.dod.teams.microsoft.us/dod/',
];

const hostile = [
  '',
  'smba.trafficmanager.net',
  '//smba.trafficmanager.net/amer/',
  'http://smba.trafficmanager.net/amer/',
  'ftp://smba.trafficmanager.net/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'https://evil.trafficmanager.net/',
  'https://trafficmanager.net/',
  'https://smba.trafficmanager.net.evil.example/',
  'https://evilsmba.trafficmanager.net/',
  'https://smba.trafficmanager.net@evil.example/',
  'https://user:pass@smba.trafficmanager.net/',
  'https://smba.trafficmanager.net\\@evil.example/',
  'https://smba.trafficmanager.net%2eevil.example/',
  'https://smba.trafficmanager.net./amer/',
  'https://SMBA.trafficmanager.net/amer/',
  'https://smba。trafficmanager。net/',
  'https://ѕmba.trafficmanager.net/',
  'https://smba.traffic\tmanager.net/',
  'https://smba.trafficmanager.net/amer/\r\nHost: evil.example',
  ' https://smba.trafficmanager.net/',
  'https://smba.trafficmanager.net:8443/',
  'https://smba.trafficmanager.net:443/',
  'https://smba.trafficmanager.net/amer/../../x',
  'https://smba.trafficmanager.net/%2e%2e/x',
  'https://smba.trafficmanager.net/?next=https://evil.example',
  'https://smba.trafficmanager.net/#x',
  'https://evil.botframework.com/',
  'https://api.botframework.com/',
  'https://127.0.0.1/',
  'http://127.0.0.1:3978/',
  'http://localhost:3978/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest/',
  `https://smba.trafficmanager.net/${'a'.repeat(8_000)}`,
];

describe('A service URL', () => {
  test.each(good)('of Teams may be used: %s', (serviceUrl) => {
    expect(isServiceUrlAllowed(serviceUrl, TEAMS_SERVICE_URLS)).toBe(true);
  });

  test.each(hostile)('from elsewhere may not: %j', (serviceUrl) => {
    expect(isServiceUrlAllowed(serviceUrl, TEAMS_SERVICE_URLS)).toBe(false);
  });

  const local: readonly (readonly [string, boolean])[] = [
    ['http://127.0.0.1:56150/', true],
    ['http://127.0.0.1:56150', true],
    ['http://localhost:56150', true],
    ['http://[::1]:56150/', true],
    ['https://localhost/', true],
    ['http://2130706433/', false],
    ['http://127.1/', false],
    ['http://localhost.evil.example/', false],
    ['http://0.0.0.0:56150/', false],
    ['http://10.0.0.1/', false],
    ['ws://127.0.0.1/', false],
    ['https://smba.trafficmanager.net/amer/', false],
  ];
  test.each(local)('in local mode is loopback or nothing: %s → %s', (serviceUrl, isAllowed) => {
    expect(isServiceUrlAllowed(serviceUrl, LOCAL_SERVICE_URLS)).toBe(isAllowed);
  });
});

describe('A hostile service URL', () => {
  test('in a stored conversation is never called, and the message is kept for a better one', async () => {
    const log = createRecordedLog();
    const messenger = createMessenger({
      registration: 'none',
      serviceUrls: TEAMS_SERVICE_URLS,
      clock: systemClock,
      log,
      render: () => ({ kind: 'text', text: 'hello', summary: 'hello', mentions: [] }),
    });
    let sockets = 0;
    const count = () => {
      sockets += 1;
    };
    subscribe('net.client.socket', count);
    for (const serviceUrl of hostile) {
      const conversation = { id: 'c', kind: 'personal', tenantId: 't', serviceUrl, botId: 'b' } as const;
      const message = { content: { kind: 'help', entries: [] }, mayRepeat: false, shrinkStep: 0 } as const;
      const outcome = await messenger.send(conversation, message);
      expect(outcome).toEqual({
        kind: 'refused',
        refusal: 'unreachable',
        detail: 'service-url-not-allowed',
      });
    }
    unsubscribe('net.client.socket', count);
    expect(sockets).toBe(0);
    expect(log.entries).toHaveLength(hostile.length);
  });

  test('in an activity is refused before anything is stored', async () => {
    const log = createRecordedLog();
    const stored: unknown[] = [];
    const entry = createTeamsEntry({
      registration: 'none',
      log,
      clock: systemClock,
      allowedTenants: 'any',
      serviceUrls: TEAMS_SERVICE_URLS,
      onEvent: async (event) => void stored.push(event),
    });
    for (const serviceUrl of hostile) {
      const body = {
        type: 'message',
        id: '1',
        channelId: 'msteams',
        serviceUrl,
        text: 'status',
        from: { id: '29:ada' },
        recipient: { id: '28:bot' },
        conversation: { id: 'a:1', conversationType: 'personal' },
      };
      expect(await entry.receive({ authorization: undefined, body })).toEqual({ status: 403 });
    }
    expect(stored).toEqual([]);
    expect(log.entries.map(({ fields }) => fields['reason'])).toEqual(hostile.map(() => 'service-url'));
  });
});
