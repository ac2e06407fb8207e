// The bot's registration in Entra and the settings of the SDK that follow from it. It must not read the
// environment: the SDK changes its mode when a stray OAuthUrl or CallerId stands beside the settings, so they
// are picked one by one.
import { PipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';

export interface BotRegistration {
  readonly appId: string;
  readonly appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  readonly tenantId: string;
  /** Not used with UserAssignedMSI. */
  readonly password?: Secret;
}

/** `none` is local mode: nobody is authenticated, and calls carry no token. */
export type Registration = BotRegistration | 'none';

/** Stands in for Microsoft's sign-in service in tests and the demo; never set in production. */
export interface TeamsTesting {
  readonly openIdMetadataUrl: string;
  readonly emulatorOpenIdMetadataUrl: string;
  /** The issuer of Teams' tokens to the bot. */
  readonly tokenIssuer: string;
  /** Gets a token for calling Teams. */
  readonly acquireToken: () => Promise<string>;
}

/** Who issues Teams' tokens to the bot in the public cloud (Bot Connector authentication, v3.1). */
export const CHANNEL_TOKEN_ISSUER = 'https://api.botframework.com';

/**
 * Exactly the settings that ConfigurationBotFrameworkAuthentication is to see (botbuilder 4.23.3).
 * @throws PipeBotError `config-invalid` when the registration could switch authentication off or can't work
 */
export function botSettings(registration: Registration, testing?: TeamsTesting): Record<string, string> {
  if (registration === 'none') return {};
  const { appId, appType, tenantId, password } = registration;
  // An empty app id means to the SDK that nobody is to be authenticated.
  if (appId.trim() === '') throw new PipeBotError('config-invalid', { subject: 'MicrosoftAppId' });
  if (tenantId.trim() === '') throw new PipeBotError('config-invalid', { subject: 'MicrosoftAppTenantId' });
  const needsPassword = appType !== 'UserAssignedMSI' && testing === undefined;
  if (needsPassword && password === undefined) {
    throw new PipeBotError('config-invalid', { subject: 'MicrosoftAppPassword' });
  }
  const isPasswordUsed = appType !== 'UserAssignedMSI' && password !== undefined;
  return {
    MicrosoftAppId: appId,
    MicrosoftAppType: appType,
    MicrosoftAppTenantId: tenantId,
    ...(isPasswordUsed ? { MicrosoftAppPassword: password.reveal() } : {}),
    ...(testing ? testingSettings(testing) : {}),
  };
}

/** One of these switches the SDK to a mode in which all of them count, so all are given. */
function testingSettings(testing: TeamsTesting): Record<string, string> {
  return {
    ToChannelFromBotLoginUrl: testing.openIdMetadataUrl,
    ToChannelFromBotOAuthScope: CHANNEL_TOKEN_ISSUER,
    ToBotFromChannelTokenIssuer: testing.tokenIssuer,
    ToBotFromChannelOpenIdMetadataUrl: testing.openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: testing.emulatorOpenIdMetadataUrl,
    OAuthUrl: CHANNEL_TOKEN_ISSUER,
    CallerId: 'urn:botframework:azure',
    ValidateAuthority: 'false',
  };
}
