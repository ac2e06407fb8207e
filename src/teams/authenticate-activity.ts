// Decides whether a request comes from Teams: the SDK checks the token, this file keeps from the SDK what it
// is too trusting with and turns its errors into statuses. It must not look at the activity's meaning.
import type { Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { type AuthenticateRequestResult, AuthenticationError } from 'botframework-connector';
import {
  type BotRegistration,
  CHANNEL_TOKEN_ISSUER,
  type Registration,
  type TeamsTesting,
} from './bot-registration.ts';

export type Authentication =
  | { readonly kind: 'authenticated'; readonly result: AuthenticateRequestResult }
  /** 401: the token is no good; 403: another tenant's; 503: Teams' signing keys can't be had at the moment. */
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 503; readonly reason: string };

export interface AuthenticationContext {
  readonly authentication: ConfigurationBotFrameworkAuthentication;
  readonly registration: Registration;
  readonly allowedTenants: readonly string[] | 'any';
  /** For fetching the signing keys; the SDK has no limit of its own. */
  readonly authenticationTimeoutMs: number;
  readonly testing?: TeamsTesting;
}

/**
 * Checks the Authorization header of a request with the given service URL (as its activity says).
 * The channel is always taken to be Teams: what the body says is not known to be true yet, and the SDK has
 * weaker rules for some other channels.
 */
export async function authenticateActivity(
  request: { readonly authorization: string | undefined; readonly serviceUrl: string },
  context: AuthenticationContext,
): Promise<Authentication> {
  const header = request.authorization ?? '';
  const refusal =
    context.registration === 'none' ? undefined : refuseEarly(header, context.registration, context);
  if (refusal) return refusal;
  const envelope: Partial<Activity> = { channelId: 'msteams', serviceUrl: request.serviceUrl };
  try {
    const result = await withinTime(
      context.authentication.authenticateRequest(envelope as Activity, header),
      context.authenticationTimeoutMs,
    );
    return { kind: 'authenticated', result };
  } catch (error) {
    return isKeyFetchFailure(error)
      ? { kind: 'refused', status: 503, reason: 'signing-keys-unavailable' }
      : { kind: 'refused', status: 401, reason: 'token-invalid' };
  }
}

/**
 * What must not reach the SDK, by claims that nobody has verified yet. A token that is not issued for channels
 * would be tried as the Emulator's, which may come from any tenant and isn't bound to a service URL. A `tid`
 * the SDK has not seen is added to its list of trusted issuers, for good and before any check
 * (EmulatorValidation.isTokenFromEmulator, 4.23.3): strangers could make that list grow without end.
 */
function refuseEarly(
  header: string,
  registration: BotRegistration,
  { allowedTenants, testing }: AuthenticationContext,
): Authentication | undefined {
  const claims = readClaims(header);
  if (claims?.issuer !== (testing?.tokenIssuer ?? CHANNEL_TOKEN_ISSUER)) {
    return { kind: 'refused', status: 401, reason: 'token-issuer' };
  }
  const known = [registration.tenantId, ...(allowedTenants === 'any' ? [] : allowedTenants)];
  const isForeign = claims.tenant !== undefined && !known.some((tenant) => tenant === claims.tenant);
  return isForeign ? { kind: 'refused', status: 403, reason: 'token-tenant' } : undefined;
}

const BEARER_TOKEN = /^Bearer [\w-]{1,20000}\.([\w-]{1,20000})\.[\w-]{0,20000}$/;

function readClaims(header: string): { readonly issuer: unknown; readonly tenant: unknown } | undefined {
  const payload = BEARER_TOKEN.exec(header)?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null) return undefined;
    return { issuer: Reflect.get(claims, 'iss'), tenant: Reflect.get(claims, 'tid') };
  } catch {
    return undefined;
  }
}

/** The SDK's own error says 500 for an answer it can't use; its HTTP client's errors are FetchErrors. */
function isKeyFetchFailure(error: unknown): boolean {
  if (error instanceof AuthenticationError) return error.statusCode >= 500;
  return error instanceof Error && (error.name === 'FetchError' || error.name === 'TimeoutError');
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const late = Promise.withResolvers<never>();
  const onAbort = () => late.reject(deadline.reason);
  deadline.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    deadline.removeEventListener('abort', onAbort);
  }
}
