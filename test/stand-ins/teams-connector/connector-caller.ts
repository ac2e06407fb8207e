// Calls the stand-in as a bot would, without any SDK between, for this folder's tests only.

import { fetchConnectorToken } from './cloud-adapter-bot.ts';
import type { TeamsConnectorStandIn } from './teams-connector-stand-in.ts';

export interface CallResult {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export type ConnectorCaller = (
  method: string,
  path: string,
  body?: unknown,
  timeoutMs?: number,
) => Promise<CallResult>;

export async function createConnectorCaller(teams: TeamsConnectorStandIn): Promise<ConnectorCaller> {
  const token = await fetchConnectorToken(teams);
  return async function call(method, path, body, timeoutMs = 5000) {
    const response = await fetch(`${teams.serviceUrl}v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('<') ? {} : JSON.parse(text),
    };
  };
}

export function message(text: string): Record<string, unknown> {
  return { type: 'message', text };
}

export function card(title: string): Record<string, unknown> {
  const content = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: title }] };
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  return { type: 'message', summary: title, attachments };
}
