// What the SDK is told about the bot: picked values, nothing from the environment, nothing half set.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { createTeamsEntry } from '../../src/teams/adapter.ts';
import { createBotAuthentication } from '../../src/teams/bot-authentication.ts';
import { type BotRegistration, botSettings } from '../../src/teams/bot-registration.ts';
import { createMessenger } from '../../src/teams/messenger.ts';
import { TEAMS_SERVICE_URLS } from '../../src/teams/service-url.ts';
import { createRecordedLog } from './recorded-log.ts';

const password = new Secret('the-password');
const singleTenant: BotRegistration = { appId: 'app', appType: 'SingleTenant', tenantId: 'tenant', password };

/** Everything that the SDK would take from a configuration (botbuilder-core 4.23.3). */
const STRAY = [
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppType',
  'MicrosoftAppTenantId',
  'OAuthUrl',
  'OAuthApiEndpoint',
  'BotOpenIdMetadata',
  'ChannelService',
  'ValidateAuthority',
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromChannelOpenIdMetadataUrl',
  'ToBotFromEmulatorOpenIdMetadataUrl',
  'CallerId',
  'CertificateThumbprint',
  'CertificatePrivateKey',
];

describe('With stray variables in the environment', () => {
  const environment = process.env;
  const read = new Set<string>();

  beforeEach(() => {
    read.clear();
    const stray = Object.fromEntries(STRAY.map((name) => [name, 'https://evil.example/']));
    process.env = new Proxy(
      { ...environment, ...stray },
      {
        get: (variables, name) => {
          read.add(String(name));
          return Reflect.get(variables, name);
        },
        ownKeys: (variables) => {
          read.add('all of them');
          return Reflect.ownKeys(variables);
        },
      },
    );
  });

  afterEach(() => {
    process.env = environment;
  });

  test('the SDK is told the registration and nothing else', () => {
    expect(botSettings(singleTenant)).toEqual({
      MicrosoftAppId: 'app',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: 'tenant',
      MicrosoftAppPassword: 'the-password',
    });
    expect(botSettings('none')).toEqual({});
  });

  test('neither door looks at them', async () => {
    const log = createRecordedLog();
    const options = { registration: singleTenant, log, clock: systemClock, serviceUrls: TEAMS_SERVICE_URLS };
    const entry = createTeamsEntry({ ...options, allowedTenants: ['tenant'], onEvent: async () => {} });
    await entry.receive({ authorization: 'Bearer x', body: { type: 'message' } });
    createMessenger({
      ...options,
      render: () => ({ kind: 'text', text: '', summary: '', mentions: [] }),
    });
    expect([...STRAY, 'all of them'].filter((name) => read.has(name))).toEqual([]);
  });
});

describe('A registration', () => {
  test('of a managed identity never hands over a password', () => {
    expect(botSettings({ ...singleTenant, appType: 'UserAssignedMSI' })).not.toHaveProperty(
      'MicrosoftAppPassword',
    );
  });

  test.each(['SingleTenant', 'UserAssignedMSI', 'MultiTenant'] as const)(
    'of type %s suits the SDK',
    (appType) => {
      expect(() => createBotAuthentication({ ...singleTenant, appType })).not.toThrow();
    },
  );

  const broken: readonly (readonly [string, BotRegistration, string])[] = [
    [
      'an empty app id, which would switch authentication off',
      { ...singleTenant, appId: ' ' },
      'MicrosoftAppId',
    ],
    ['no tenant', { ...singleTenant, tenantId: '' }, 'MicrosoftAppTenantId'],
    ['no password', { appId: 'app', appType: 'SingleTenant', tenantId: 'tenant' }, 'MicrosoftAppPassword'],
    [
      'no password (multi-tenant)',
      { appId: 'app', appType: 'MultiTenant', tenantId: 'tenant' },
      'MicrosoftAppPassword',
    ],
  ];
  test.each(broken)('with %s is refused before anything starts', (_what, registration, subject) => {
    const create = () => createBotAuthentication(registration);
    expect(create).toThrow(PipeBotError);
    expect(create).toThrow(expect.objectContaining({ code: 'config-invalid', details: { subject } }));
  });

  test('never shows its password', () => {
    const shown = JSON.stringify(createBotAuthentication(singleTenant));
    expect(JSON.stringify(singleTenant)).not.toContain('the-password');
    expect(shown).not.toContain('the-password');
  });
});
