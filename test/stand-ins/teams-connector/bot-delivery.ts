// Posts activities to the bot's endpoint, signed as asked, once or twice when a fault says so.
// Must not build activities.

import { authorizationFor, type TokenOptions } from './bot-token.ts';
import type { FaultTable } from './fault-table.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { WireActivity } from './wire-activity.ts';

/** Forged or good by options, `'none'` for no header, any other text is the whole Authorization header. */
export type TokenChoice = TokenOptions | 'none' | string;

export interface DeliveryResult {
  readonly status: number;
  readonly body: string;
}

export interface BotDeliveryOptions {
  readonly faults: FaultTable;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly botId: string;
  readonly serviceUrl: string;
}

/** Teams gives a bot this long to answer. Real time, since it guards a network call. */
const answerLimitMs = 15_000;

export class BotDelivery {
  endpoint: string | undefined;
  readonly #options: BotDeliveryOptions;

  constructor(options: BotDeliveryOptions) {
    this.#options = options;
  }

  async post(activity: WireActivity, token: TokenChoice = {}): Promise<DeliveryResult> {
    const path = `/${activity.conversation?.id ?? ''}`;
    const fault = this.#options.faults.take({
      direction: 'to-bot',
      method: 'POST',
      path,
      isConnectorRoute: true,
    });
    if (fault?.kind !== 'duplicate-delivery') return this.#postOnce(activity, token);
    if (fault.second === 'at-once') {
      const [first] = await Promise.all([this.#postOnce(activity, token), this.#postOnce(activity, token)]);
      return first;
    }
    const first = await this.#postOnce(activity, token);
    await this.#postOnce(activity, token);
    return first;
  }

  async #postOnce(activity: WireActivity, token: TokenChoice): Promise<DeliveryResult> {
    if (!this.endpoint) throw new Error('The stand-in knows no bot yet: call setBotEndpoint first.');
    const authorization = this.#authorization(activity, token);
    try {
      const response = await fetch(this.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
        body: JSON.stringify(activity),
        signal: AbortSignal.timeout(answerLimitMs),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      throw new Error(`The bot at ${this.endpoint} gave no answer: ${reasonOf(error)}.`, { cause: error });
    }
  }

  #authorization(activity: WireActivity, token: TokenChoice): string | undefined {
    if (token === 'none') return undefined;
    if (typeof token === 'string') return token;
    const { issuer, botId, keys } = this.#options;
    // The claim follows the activity, as in Teams; a claim that doesn't is a forgery with its own name.
    const serviceUrl = activity.serviceUrl ?? this.#options.serviceUrl;
    return authorizationFor({ issuer, botId, serviceUrl }, keys, token);
  }
}

/** fetch hides the reason, such as a refused connection, in the error's cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? cause.message : message;
}
