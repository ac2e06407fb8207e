// The sign-in side: the token endpoint the bot gets its tokens from, and the key list with which the bot
// checks Teams' tokens. Must not know conversations.

import { connectorToken } from './bot-token.ts';
import { keySet, type SigningKeys } from './signing-keys.ts';
import type { ConnectorAnswer, ConnectorRequest } from './wire-activity.ts';

const lifetimeS = 3600;

export interface LoginOptions {
  readonly baseUrl: string;
  readonly issuer: string;
  readonly botId: string;
  readonly tenantId: string;
  readonly keys: SigningKeys;
}

export class LoginRoutes {
  readonly #options: LoginOptions;
  /** Token to its real expiry time. */
  readonly #issued = new Map<string, number>();

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  answer(request: ConnectorRequest): ConnectorAnswer | undefined {
    const { baseUrl, issuer, tenantId, keys } = this.#options;
    const route = `${request.method} ${request.segments.join('/')}`;
    if (route === `POST ${tenantId}/oauth2/v2.0/token`) return this.#issueToken(request.body);
    if (route === 'GET openid') return metadata(issuer, `${baseUrl}keys`);
    if (route === 'GET keys') return { status: 200, body: keySet(keys) };
    // Emulator and skill tokens are to be checked against a list that has none of our keys.
    if (route === 'GET emulator/openid') return metadata(issuer, `${baseUrl}emulator/keys`);
    if (route === 'GET emulator/keys') return { status: 200, body: { keys: [] } };
    return undefined;
  }

  isGood(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    return token !== undefined && (this.#issued.get(token) ?? 0) > Date.now();
  }

  #issueToken(body: unknown): ConnectorAnswer {
    const form = new URLSearchParams(typeof body === 'string' ? body : '');
    const { issuer, botId, keys } = this.#options;
    if (form.get('grant_type') !== 'client_credentials') return oauthError(400, 'unsupported_grant_type');
    const hasProof = form.get('client_secret') || form.get('client_assertion');
    if (form.get('client_id') !== botId || !hasProof) return oauthError(401, 'invalid_client');
    if (!form.get('scope')) return oauthError(400, 'invalid_scope');
    const token = connectorToken(keys, issuer, botId, lifetimeS);
    this.#issued.set(token, Date.now() + lifetimeS * 1000);
    const body200 = {
      token_type: 'Bearer',
      expires_in: lifetimeS,
      ext_expires_in: lifetimeS,
      access_token: token,
    };
    return { status: 200, body: body200 };
  }
}

function metadata(issuer: string, keysUrl: string): ConnectorAnswer {
  return {
    status: 200,
    body: { issuer, jwks_uri: keysUrl, id_token_signing_alg_values_supported: ['RS256'] },
  };
}

function oauthError(status: number, error: string): ConnectorAnswer {
  return { status, body: { error, error_description: `The stand-in refused the token request: ${error}.` } };
}
