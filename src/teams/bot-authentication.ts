// Makes the SDK's authentication from the bot's registration, with tokens that are waited for no longer than
// the call they are for. It must not decide who may speak to the bot.
import {
  ConfigurationBotFrameworkAuthentication,
  ConfigurationServiceClientCredentialFactory,
} from 'botbuilder';
import type { ServiceClientCredentials, ServiceClientCredentialsFactory } from 'botframework-connector';
import { PipeBotError } from '../errors.ts';
import { botSettings, type Registration, type TeamsTesting } from './bot-registration.ts';

/**
 * @throws PipeBotError `config-invalid` when the registration is unusable
 */
export function createBotAuthentication(
  registration: Registration,
  testing?: TeamsTesting,
): ConfigurationBotFrameworkAuthentication {
  const settings = botSettings(registration, testing);
  const credentials =
    registration !== 'none' && testing
      ? testingCredentials(registration.appId, testing)
      : new ConfigurationServiceClientCredentialFactory(settings);
  return new ConfigurationBotFrameworkAuthentication(settings, withinTheCall(credentials));
}

/** Credentials whose failure can be told from the failure of the call, and that give up when the call does. */
function withinTheCall(inner: ServiceClientCredentialsFactory): ServiceClientCredentialsFactory {
  return {
    isValidAppId: (appId) => inner.isValidAppId(appId),
    isAuthenticationDisabled: () => inner.isAuthenticationDisabled(),
    createCredentials: async (...target) => {
      const credentials = await inner.createCredentials(...target);
      return { signRequest: (request) => signWithinTheCall(credentials, request) };
    },
  };
}

type SignRequest = ServiceClientCredentials['signRequest'];
type SignableRequest = Parameters<SignRequest>[0];

/**
 * Signs a request, or throws PipeBotError `activity-unauthorized` when no token could be had before the
 * request was aborted. The sign-in library itself can't be aborted; what it gets later is not used.
 */
async function signWithinTheCall(
  credentials: ServiceClientCredentials,
  request: SignableRequest,
): ReturnType<SignRequest> {
  const { abortSignal } = request;
  const aborted = Promise.withResolvers<never>();
  const onAbort = () =>
    aborted.reject(new PipeBotError('activity-unauthorized', { detail: 'token-timed-out' }));
  abortSignal?.addEventListener('abort', onAbort);
  try {
    if (abortSignal?.aborted) onAbort();
    return await Promise.race([aborted.promise, credentials.signRequest(request)]);
  } catch (error) {
    return refuseToken(error);
  } finally {
    abortSignal?.removeEventListener('abort', onAbort);
  }
}

function refuseToken(error: unknown): never {
  if (error instanceof PipeBotError) throw error;
  throw new PipeBotError('activity-unauthorized', { detail: 'token-refused', cause: error });
}

// Not built on the SDK's own credentials: those demand https and keep their tokens for the whole process.
function testingCredentials(appId: string, testing: TeamsTesting): ServiceClientCredentialsFactory {
  const signRequest: SignRequest = async (request) => {
    request.headers.set('Authorization', `Bearer ${await testing.acquireToken()}`);
    return request;
  };
  return {
    isValidAppId: async (candidate) => candidate === appId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => ({ signRequest }),
  };
}
