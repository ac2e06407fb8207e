// The registration and sign-in service that make PipeBot's teams/ folder talk to the stand-in, with tokens
// checked on both sides.
import type { BotRegistration, TeamsTesting } from '../../src/teams/bot-registration.ts';
import { type ServiceUrlRule, TEAMS_SERVICE_URLS } from '../../src/teams/service-url.ts';
import { fetchConnectorToken } from '../stand-ins/teams-connector/cloud-adapter-bot.ts';
import type { TeamsConnectorStandIn } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';

/** Teams' own hosts, and loopback for the stand-in. */
export const TEST_SERVICE_URLS: ServiceUrlRule = { ...TEAMS_SERVICE_URLS, isLoopbackAllowed: true };

export function registrationWith(teams: TeamsConnectorStandIn): {
  readonly registration: BotRegistration;
  readonly testing: TeamsTesting;
} {
  return {
    registration: { appId: teams.botId, appType: 'SingleTenant', tenantId: teams.tenantId },
    testing: {
      openIdMetadataUrl: teams.openIdMetadataUrl,
      emulatorOpenIdMetadataUrl: teams.emulatorOpenIdMetadataUrl,
      tokenIssuer: teams.tokenIssuer,
      acquireToken: () => fetchConnectorToken(teams),
    },
  };
}
