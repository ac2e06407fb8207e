// Where service hooks come in. What comes with the right secret is stored and answered 200, however odd it is:
// any other 4xx, and a 500, would make Azure DevOps drop events and at last disable the subscription, while 503
// makes it try again within minutes. It must not understand what it takes in.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HOOK_PATH } from '../domain/hook.ts';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { errorSentence } from '../text/error.ts';
import { sendJson } from './answer.ts';
import { presentedKey } from './presented-key.ts';
import { isShallow, readBeginning } from './read-body.ts';
import { type RestServerOptions, type Route, reportRefusal } from './rest-server.ts';
import { sha256 } from './sha256.ts';
import { createTurnstile } from './turnstile.ts';

export interface HookIntake {
  /** Any of them lets a service hook in. */
  readonly secrets: readonly Secret[];
  /** Resolves when it is stored: parsed JSON, or as a text what could not be parsed. */
  readonly receive: (body: unknown) => Promise<void>;
}

/** Azure DevOps sends no more (service hooks, payload limit). */
const MAX_HOOK_BYTES = 2 * 1_024 * 1_024;
const MAX_DRAINED_BYTES = 8 * 1_024 * 1_024;
/** So that bodies of the largest kind take 64 MB at most; small ones pass faster than they come. */
const MOST_BODIES_READ = 32;
/** Read, and waiting to be stored. */
const MOST_IN_HAND = 2_000;
const RETRY_AFTER_SECONDS = 10;

export function createHookRoute(
  { secrets, receive }: HookIntake,
  report: Pick<RestServerOptions, 'log' | 'newErrorId'>,
): Route {
  const accepted = secrets.map((secret) => sha256(secret.reveal()));
  const turnstile = createTurnstile(MOST_BODIES_READ);
  let inHand = 0;

  async function takeIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (inHand >= MOST_IN_HAND) throw new PipeBotError('hook-full');
    inHand++;
    try {
      await receive(await turnstile(() => readHookBody(request, response)));
    } finally {
      inHand--;
    }
  }

  return {
    method: 'post',
    path: HOOK_PATH,
    async handle({ request, response }) {
      if (!isAccepted(accepted, presentedKey(request))) throw new PipeBotError('hook-unauthorized');
      try {
        await takeIn(request, response);
        sendJson(response, { status: 200, body: { message: 'PipeBot has taken this in.' } });
      } catch (thrown) {
        const error = toPipeBotError(thrown);
        const id = reportRefusal(report, request, thrown);
        const body = { error: error.code, message: errorSentence(error), id };
        sendJson(response, { status: 503, body, retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
    },
  };
}

async function readHookBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  // Who has hung up while waiting sends it again.
  if (request.destroyed) throw new PipeBotError('request-invalid', { subject: 'body' });
  const limits = { keptBytes: MAX_HOOK_BYTES, drainedBytes: MAX_DRAINED_BYTES };
  const { bytes, isCut, isDrained } = await readBeginning(request, limits);
  if (!isDrained) response.setHeader('connection', 'close');
  const text = new TextDecoder().decode(bytes);
  return isCut || !isShallow(text) ? text : parsed(text);
}

/** A text that is no JSON stays a text, which no hook is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Compares with every secret, whichever fits, so that the time taken tells nothing. */
function isAccepted(accepted: readonly Buffer[], presented: string | undefined): boolean {
  const hash = sha256(presented ?? '');
  const fits = accepted.filter((candidate) => timingSafeEqual(candidate, hash));
  return presented !== undefined && fits.length > 0;
}
