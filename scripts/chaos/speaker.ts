// People and Teams itself, speaking to PipeBot while it dies: what is not answered with 200 is sent again, under the
// same id, as Teams does.
import { setTimeout as delay } from 'node:timers/promises';
import type {
  DeliveryResult,
  TeamsConnectorStandIn,
} from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { Room } from './chaos-world.ts';

const REPEAT_AFTER_MS = 100;
/** Above the ids that the stand-in gives out, which are milliseconds since the epoch. */
const FIRST_ID = 9_000_000_000_000;
const MOST_AT_ONCE = 8;

export class Speaker {
  readonly #teams: TeamsConnectorStandIn;
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #speaking = 0;
  #lastId = FIRST_ID;

  constructor(teams: TeamsConnectorStandIn, signal: AbortSignal) {
    this.#teams = teams;
    this.#signal = signal;
  }

  newMessageId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Resolves when PipeBot has taken the message. */
  say(
    { speaker, conversation, tenantId }: Room,
    text: string,
    activityId = this.newMessageId(),
  ): Promise<void> {
    return this.#untilTaken(() => this.#teams.say(speaker, conversation, text, { activityId, tenantId }));
  }

  /** Resolves when PipeBot has been told. */
  install({ conversation }: Room, kind: 'add' | 'remove'): Promise<void> {
    return this.#untilTaken(() => this.#teams.installBot(conversation, kind));
  }

  async #untilTaken(send: () => Promise<DeliveryResult>): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#turn();
      try {
        const { status } = await send();
        if (status === 200) return;
      } catch {
        // Nobody is there just now.
      } finally {
        this.#speaking -= 1;
        this.#waiting.shift()?.();
      }
      await delay(REPEAT_AFTER_MS);
    }
  }

  async #turn(): Promise<void> {
    while (this.#speaking >= MOST_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#speaking += 1;
  }
}
