// How PipeBot proves to an organisation who it is. A new source of tokens is plugged in here and nowhere
// else. It must not keep Entra tokens: they end after an hour, and their source knows when.
import { getBearerHandler, getPersonalAccessTokenHandler } from 'azure-devops-node-api';
import type { IRequestHandler } from 'azure-devops-node-api/interfaces/common/VsoBaseInterfaces.js';
import { PipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';

export type Credentials =
  | { readonly kind: 'pat'; readonly token: Secret }
  | { readonly kind: 'entra'; readonly getToken: () => Promise<Secret> };

/** What one request carries. */
export interface Authorization {
  readonly handler: IRequestHandler;
  /** The forms in which an answer could give the credential back; they must not reach an error's text. */
  readonly secrets: readonly string[];
}

/**
 * A function to be asked before each request.
 * It throws PipeBotError: the token source's own when that is an `azure-*` one, else azure-unavailable.
 */
export function createAuthorizer(credentials: Credentials): () => Promise<Authorization> {
  if (credentials.kind === 'entra') return () => authorizeByToken(credentials.getToken);
  const token = credentials.token.reveal();
  const authorization: Authorization = {
    // The second argument matters: by default the handler sends the token to any host it is redirected to
    // (azure-devops-node-api 17.0.1).
    handler: getPersonalAccessTokenHandler(token, false),
    secrets: [token, Buffer.from(`PAT:${token}`).toString('base64')],
  };
  return async () => authorization;
}

async function authorizeByToken(getToken: () => Promise<Secret>): Promise<Authorization> {
  try {
    const token = (await getToken()).reveal();
    return { handler: getBearerHandler(token, false), secrets: [token] };
  } catch (error) {
    if (error instanceof PipeBotError && error.isFromAzureDevOps) throw error;
    // Only its name: the message of a failed login may hold what was sent.
    const name = error instanceof Error ? ` (${error.name})` : '';
    throw new PipeBotError('azure-unavailable', { detail: `no Entra token could be had${name}` });
  }
}
