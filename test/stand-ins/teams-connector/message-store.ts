// The messages of all conversations with every version they had, and waiting for one to appear.
// Must not know HTTP, nor decide whether a message is allowed.

import type { Clock } from '../../../src/clock.ts';
import type { WireActivity } from './wire-activity.ts';

export interface StandInMessage {
  readonly id: string;
  readonly from: 'bot' | 'user';
  /** The newest version. */
  readonly activity: WireActivity;
  /** Oldest first; the last one is `activity`. */
  readonly versions: readonly WireActivity[];
  /** By the given clock, in milliseconds. */
  readonly createdAt: number;
  readonly updatedAt?: number;
  /** In a channel, the message whose thread this one is in; absent on the root itself. */
  readonly replyToRoot?: string;
}

interface Stored {
  id: string;
  from: 'bot' | 'user';
  versions: WireActivity[];
  createdAt: number;
  updatedAt?: number;
  replyToRoot?: string;
  deleted: boolean;
}

export interface WaitOptions {
  readonly realTimeoutMs?: number;
}

export class MessageStore {
  readonly #clock: Clock;
  readonly #messages = new Map<string, Stored[]>();
  readonly #watchers = new Set<{ look(): void; abandon(): void }>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Like Teams' ids: milliseconds since the epoch, and never the same twice. */
  newId(): string {
    this.#lastId = Math.max(this.#lastId + 1, this.#clock.now());
    return String(this.#lastId);
  }

  add(
    conversationId: string,
    message: { id: string; from: 'bot' | 'user'; activity: WireActivity; replyToRoot?: string | undefined },
  ): void {
    const { id, from, activity, replyToRoot } = message;
    const stored: Stored = { id, from, versions: [activity], createdAt: this.#clock.now(), deleted: false };
    if (replyToRoot !== undefined) stored.replyToRoot = replyToRoot;
    const list = this.#messages.get(conversationId) ?? [];
    list.push(stored);
    this.#messages.set(conversationId, list);
    this.#changed();
  }

  update(conversationId: string, id: string, activity: WireActivity): boolean {
    const stored = this.#live(conversationId, id);
    if (!stored) return false;
    stored.versions.push(activity);
    stored.updatedAt = this.#clock.now();
    this.#changed();
    return true;
  }

  delete(conversationId: string, id: string): boolean {
    const stored = this.#live(conversationId, id);
    if (!stored) return false;
    stored.deleted = true;
    this.#changed();
    return true;
  }

  find(conversationId: string, id: string): StandInMessage | undefined {
    const stored = this.#live(conversationId, id);
    return stored && snapshot(stored);
  }

  /** Also true for a deleted message: Teams keeps its place, and its thread goes on. */
  everHad(conversationId: string, id: string): boolean {
    return this.#messages.get(conversationId)?.some((stored) => stored.id === id) ?? false;
  }

  list(conversationId: string): StandInMessage[] {
    return (this.#messages.get(conversationId) ?? []).filter(({ deleted }) => !deleted).map(snapshot);
  }

  /** Only the bot's messages count: the caller knows the users' own. */
  waitFor(
    conversationId: string,
    predicate: (message: StandInMessage) => boolean,
    { realTimeoutMs = 10_000 }: WaitOptions = {},
  ): Promise<StandInMessage> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        act();
      };
      const fail = (reason: string) =>
        settle(() => reject(new Error(`${reason} ${this.#describe(conversationId)}`)));
      const look = () => {
        try {
          const own = this.list(conversationId).filter(({ from }) => from === 'bot');
          const found = own.find(predicate);
          if (found) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const watcher = { look, abandon: () => fail('The stand-in was closed while a message was awaited.') };
      const timer = setTimeout(() => fail(`No such message in ${realTimeoutMs} ms.`), realTimeoutMs);
      this.#watchers.add(watcher);
      look();
    });
  }

  /** Ends all waiting, so that no timer outlives the stand-in. */
  close(): void {
    for (const watcher of [...this.#watchers]) watcher.abandon();
  }

  #live(conversationId: string, id: string): Stored | undefined {
    return this.#messages.get(conversationId)?.find((stored) => stored.id === id && !stored.deleted);
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher.look();
  }

  #describe(conversationId: string): string {
    const lines = this.list(conversationId).map(({ id, from, activity, versions }) => {
      const content = activity.text ?? activity.summary ?? JSON.stringify(activity.attachments ?? activity);
      return `  ${from} ${id} (version ${versions.length}): ${content.slice(0, 500)}`;
    });
    return lines.length === 0 ? 'The conversation is empty.' : `There were:\n${lines.join('\n')}`;
  }
}

function snapshot(stored: Stored): StandInMessage {
  const { deleted: _deleted, versions, ...rest } = stored;
  return { ...rest, versions: [...versions], activity: versions.at(-1) ?? {} };
}
