// Reads the bot's registration out of the variables that the Bot Framework has named.
import { isGuid } from '../domain/guid.ts';
import { Secret } from '../secret.ts';
import type { ReadVariable, Report } from './variables.ts';

export interface BotRegistration {
  readonly appId: string;
  readonly appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  readonly tenantId: string;
  readonly password?: Secret;
}

/** Undefined without an app id, which is right in local mode only. */
export function readRegistration(
  read: ReadVariable,
  isLocal: boolean,
  wrong: Report,
): BotRegistration | undefined {
  const appId = read('MicrosoftAppId');
  if (!appId) {
    if (!isLocal) {
      wrong(
        'MicrosoftAppId',
        'is missing, and without it nobody could tell who is calling',
        'MicrosoftAppId=<guid>, or PIPEBOT_LOCAL=true to try it out on this machine only',
      );
    }
    return undefined;
  }
  if (!isGuid(appId))
    wrong('MicrosoftAppId', 'is no GUID', 'MicrosoftAppId=11111111-2222-3333-4444-555555555555');
  const appType = read('MicrosoftAppType');
  if (appType !== 'SingleTenant' && appType !== 'UserAssignedMSI' && appType !== 'MultiTenant') {
    wrong(
      'MicrosoftAppType',
      appType ? `"${appType}" is no type` : 'is missing',
      'MicrosoftAppType=SingleTenant',
    );
  }
  const tenantId = read('MicrosoftAppTenantId');
  if (!tenantId || !isGuid(tenantId)) {
    wrong(
      'MicrosoftAppTenantId',
      tenantId ? 'is no GUID' : 'is missing',
      'MicrosoftAppTenantId=11111111-2222-3333-4444-555555555555',
    );
  }
  const password = read('MicrosoftAppPassword');
  if (!password && appType !== 'UserAssignedMSI') {
    wrong('MicrosoftAppPassword', 'is missing', "MicrosoftAppPassword=<the registration's client secret>");
  }
  return {
    appId,
    appType: appType as BotRegistration['appType'],
    tenantId: tenantId ?? '',
    ...(password ? { password: new Secret(password) } : {}),
  };
}
