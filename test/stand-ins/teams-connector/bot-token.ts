// Makes the tokens Teams sends to a bot: good ones and every forgery a bot has to refuse.
// Token times are real, not the scripted clock's: the library that checks them can't be given a clock.

import { createHmac, randomUUID, sign } from 'node:crypto';
import { type SigningKeys, trustedKeyId, unendorsedKeyId } from './signing-keys.ts';

export type TokenForgery =
  | 'none'
  | 'garbage'
  | 'alg-none'
  | 'hs256-with-public-key'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'wrong-service-url'
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-kid'
  | 'wrong-key'
  | 'missing-endorsement'
  | 'other-tenant'
  | 'emulator-issuer'
  | 'skill';

export interface TokenOptions {
  readonly forge?: TokenForgery;
  /** Laid over the claims last, so that a test can forge what has no name yet. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface TokenSubject {
  readonly issuer: string;
  readonly botId: string;
  readonly serviceUrl: string;
}

const hour = 3600;
const otherTenant = '0dd7e4a7-0000-4000-8000-000000000bad';
// One of the issuers the SDK accepts for the Bot Framework Emulator.
const emulatorIssuer = 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/';

/** The Authorization header for a delivery to the bot, or undefined when there is to be none. */
export function authorizationFor(
  subject: TokenSubject,
  keys: SigningKeys,
  options: TokenOptions,
): string | undefined {
  if (options.forge === 'none') return undefined;
  if (options.forge === 'garbage') return 'Bearer this.is.not-a-token';
  return `Bearer ${signToken(headerFor(options.forge), claimsFor(subject, options), keys, options.forge)}`;
}

function headerFor(forge: TokenForgery | undefined): Record<string, unknown> {
  switch (forge) {
    case 'alg-none':
      return { typ: 'JWT', alg: 'none', kid: trustedKeyId };
    case 'hs256-with-public-key':
      return { typ: 'JWT', alg: 'HS256', kid: trustedKeyId };
    case 'unknown-kid':
      return { typ: 'JWT', alg: 'RS256', kid: 'no-such-key' };
    case 'missing-endorsement':
      return { typ: 'JWT', alg: 'RS256', kid: unendorsedKeyId };
    default:
      return { typ: 'JWT', alg: 'RS256', kid: trustedKeyId };
  }
}

function claimsFor(subject: TokenSubject, options: TokenOptions): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: subject.issuer,
    aud: subject.botId,
    serviceurl: subject.serviceUrl,
    nbf: now - 60,
    exp: now + hour,
    ...forgedClaims(subject, options.forge, now),
    ...options.claims,
  };
}

function forgedClaims(subject: TokenSubject, forge: TokenForgery | undefined, now: number) {
  switch (forge) {
    case 'wrong-audience':
      return { aud: '00000000-0000-4000-8000-0000000000ff' };
    case 'wrong-issuer':
      return { iss: 'https://issuer.example' };
    case 'wrong-service-url':
      return { serviceurl: 'https://elsewhere.example/teams/' };
    // Beyond the five minutes by which clocks may differ.
    case 'expired':
      return { nbf: now - 2 * hour, exp: now - hour };
    case 'not-yet-valid':
      return { nbf: now + hour, exp: now + 2 * hour };
    case 'other-tenant':
      return { tid: otherTenant };
    case 'emulator-issuer':
      return { iss: emulatorIssuer, ver: '1.0', appid: subject.botId };
    case 'skill':
      return { iss: emulatorIssuer, ver: '1.0', appid: '00000000-0000-4000-8000-0000000000aa' };
    default:
      return {};
  }
}

function signToken(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  keys: SigningKeys,
  forge?: TokenForgery,
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  if (forge === 'alg-none') return `${signed}.`;
  if (forge === 'hs256-with-public-key') {
    return `${signed}.${createHmac('sha256', keys.publicPem).update(signed).digest('base64url')}`;
  }
  const key = forge === 'wrong-key' ? keys.stranger : keys.trusted;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** A token of the kind the bot gets for calling Teams. */
export function connectorToken(
  keys: SigningKeys,
  issuer: string,
  clientId: string,
  lifetimeS: number,
): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: 'https://api.botframework.com',
    appid: clientId,
    jti: randomUUID(),
    nbf: now,
    exp: now + lifetimeS,
  };
  return signToken(headerFor(undefined), claims, keys);
}

function encode(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
