// A bare bot on the real CloudAdapter, to prove that the SDK gets on with the stand-in. Must not be used
// to test PipeBot: its own adapter has rules this one lacks.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder';
import type { TeamsConnectorStandIn } from './teams-connector-stand-in.ts';

export interface CloudAdapterBot {
  readonly adapter: CloudAdapter;
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startCloudAdapterBot(
  teams: TeamsConnectorStandIn,
  logic: (context: TurnContext) => Promise<void>,
): Promise<CloudAdapterBot> {
  const adapter = new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication(authenticationSettings(teams), credentialsFactory(teams)),
  );
  const server = createServer((request, response) => {
    handle(adapter, request, response, logic).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { adapter, endpoint: `http://127.0.0.1:${port}/api/messages`, close };
}

function authenticationSettings(teams: TeamsConnectorStandIn) {
  return {
    MicrosoftAppId: teams.botId,
    MicrosoftAppTenantId: teams.tenantId,
    ToChannelFromBotLoginUrl: teams.tokenUrl,
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: teams.tokenIssuer,
    ToBotFromChannelOpenIdMetadataUrl: teams.openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: teams.emulatorOpenIdMetadataUrl,
    OAuthUrl: 'https://token.botframework.com/',
    CallerId: 'urn:botframework:azure',
    ValidateAuthority: false,
  };
}

interface SignableRequest {
  headers: { set(name: string, value: string): void };
}

// Not built on the SDK's AppCredentials: their token cache is the process's, and outlives a stand-in.
function credentialsFactory(teams: TeamsConnectorStandIn) {
  let token: Promise<string> | undefined;
  async function signRequest<T extends SignableRequest>(request: T): Promise<T> {
    token ??= fetchConnectorToken(teams);
    request.headers.set('authorization', `Bearer ${await token}`);
    return request;
  }
  return {
    isValidAppId: async (appId: string) => appId === teams.botId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => ({ signRequest }),
  };
}

/** Gets a token for calling the stand-in, as a confidential client does. */
export async function fetchConnectorToken(teams: TeamsConnectorStandIn): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: teams.botId,
    client_secret: 'any secret will do',
    scope: 'https://api.botframework.com/.default',
  };
  const response = await fetch(teams.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (!token) throw new Error(`The stand-in gave no token: HTTP ${response.status}.`);
  return token;
}

async function handle(
  adapter: CloudAdapter,
  request: IncomingMessage,
  response: ServerResponse,
  logic: (context: TurnContext) => Promise<void>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const framed = {
    method: request.method ?? '',
    headers: request.headers,
    body: body as Record<string, unknown>,
  };
  await adapter.process(framed, asFrameworkResponse(response), logic);
}

/** The few methods the adapter expects of a web framework's response. */
function asFrameworkResponse(response: ServerResponse) {
  return {
    socket: response.socket,
    end: (): unknown => response.end(),
    header: (name: string, value: string): unknown => response.setHeader(name, value),
    send: (body: unknown): unknown => response.write(typeof body === 'string' ? body : JSON.stringify(body)),
    status: (code: number): unknown => {
      response.statusCode = code;
      return response;
    },
  };
}
