// The faults a test has injected: which requests they match and what they do. Must not touch a socket:
// the server carries them out.

import { type Random, seededRandom } from '../../support/generated-history.ts';
import type { ConnectorAnswer } from './wire-activity.ts';

export type FaultEffect =
  /** Answers without taking the effect. `retryAfter` is sent as it is, however odd. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: string;
      /** Instead of the JSON error: a proxy's HTML page, for example. */
      readonly rawBody?: string;
    }
  | { readonly kind: 'accept-then-reset' }
  | { readonly kind: 'accept-then-504' }
  | { readonly kind: 'accept-then-hang' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  /** Handles the request after a real delay, whether or not the caller is still there. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Delivers a matching conversation's activities to the bot twice, with the same activity id. */
  | { readonly kind: 'duplicate-delivery'; readonly second?: 'at-once' | 'after-answer' };

export interface FaultMatch {
  readonly method?: string;
  /** Against the decoded path. Without it only the connector's routes match, not token and key routes. */
  readonly path?: RegExp;
  readonly conversation?: { readonly id: string };
  /** Hits only this share of the requests that match otherwise, the same ones for the same seed and order. */
  readonly share?: { readonly probability: number; readonly seed: number };
}

export interface Fault {
  readonly match: FaultMatch;
  /** How many requests it hits; until removed when absent. */
  readonly times?: number;
  readonly effect: FaultEffect;
}

export interface FaultSubject {
  readonly direction: 'to-teams' | 'to-bot';
  readonly method: string;
  readonly path: string;
  readonly isConnectorRoute: boolean;
}

const defaultCodes: Readonly<Record<number, string>> = {
  400: 'BadArgument',
  401: 'Unauthorized',
  403: 'BotNotInConversationRoster',
  404: 'ConversationNotFound',
  408: 'RequestTimeout',
  412: 'PreconditionFailed',
  413: 'MessageSizeTooBig',
  429: 'Throttled',
  500: 'ServiceError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

interface Injected {
  readonly fault: Fault;
  readonly random: Random;
  left: number;
}

export class FaultTable {
  readonly #faults = new Set<Injected>();

  inject(fault: Fault): { remove(): void } {
    const random = seededRandom(fault.match.share?.seed ?? 0);
    const entry = { fault, random, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#faults.add(entry);
    return { remove: () => void this.#faults.delete(entry) };
  }

  /** The first injected fault that matches, used up by one. */
  take(subject: FaultSubject): FaultEffect | undefined {
    for (const entry of this.#faults) {
      const { fault, random } = entry;
      if (!matches(fault, subject) || random() >= (fault.match.share?.probability ?? 1)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#faults.delete(entry);
      return fault.effect;
    }
    return undefined;
  }
}

function matches({ match, effect }: Fault, subject: FaultSubject): boolean {
  const direction = effect.kind === 'duplicate-delivery' ? 'to-bot' : 'to-teams';
  if (direction !== subject.direction) return false;
  if (match.method && match.method.toUpperCase() !== subject.method) return false;
  if (match.path ? subject.path.search(match.path) < 0 : !subject.isConnectorRoute) return false;
  return match.conversation === undefined || subject.path.includes(match.conversation.id);
}

export function refusalOf(effect: Extract<FaultEffect, { kind: 'refuse' }>): ConnectorAnswer {
  const code = effect.code ?? defaultCodes[effect.status] ?? 'Error';
  return {
    status: effect.status,
    body: effect.rawBody ?? { error: { code, message: effect.message ?? code } },
    headers: effect.retryAfter === undefined ? {} : { 'retry-after': effect.retryAfter },
  };
}

/** Every way Retry-After has been seen, good and bad; undefined stands for no header. */
export function retryAfterForms(nowMs: number): readonly (string | undefined)[] {
  const inFiveSeconds = new Date(nowMs + 5000).toUTCString();
  const longAgo = new Date(nowMs - 3_600_000).toUTCString();
  return [undefined, '5', inFiveSeconds, longAgo, '0', '-1', '1.5', 'abc', '', '1000000000000'];
}
