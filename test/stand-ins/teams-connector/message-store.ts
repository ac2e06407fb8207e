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

interface Watcher {
  readonly conversationId: string;
  look(stored: Stored): void;
  abandon(): void;
}

export class MessageStore {
  readonly #clock: Clock;
  /** By conversation and id, in the order in which they came. */
  readonly #messages = new Map<string, Map<string, Stored>>();
  readonly #watchers = new Set<Watcher>();
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
    const known = this.#messages.get(conversationId) ?? new Map<string, Stored>();
    known.set(id, stored);
    this.#messages.set(conversationId, known);
    this.#changed(conversationId, stored);
  }

  update(conversationId: string, id: string, activity: WireActivity): boolean {
    const stored = this.#live(conversationId, id);
    if (!stored) return false;
    stored.versions.push(activity);
    stored.updatedAt = this.#clock.now();
    this.#changed(conversationId, stored);
    return true;
  }

  delete(conversationId: string, id: string): boolean {
    const stored = this.#live(conversationId, id);
    if (!stored) return false;
    stored.deleted = true;
    return true;
  }

  find(conversationId: string, id: string): StandInMessage | undefined {
    const stored = this.#live(conversationId, id);
    return stored && snapshot(stored);
  }

  /** Also true for a deleted message: Teams keeps its place, and its thread goes on. */
  everHad(conversationId: string, id: string): boolean {
    return this.#messages.get(conversationId)?.has(id) ?? false;
  }

  list(conversationId: string): StandInMessage[] {
    const stored = [...(this.#messages.get(conversationId)?.values() ?? [])];
    return stored.filter(({ deleted }) => !deleted).map(snapshot);
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
      const consider = (messages: readonly StandInMessage[]) => {
        try {
          const found = messages.find((message) => message.from === 'bot' && predicate(message));
          if (found) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const watcher: Watcher = {
        conversationId,
        look: (stored) => consider([snapshot(stored)]),
        abandon: () => fail('The stand-in was closed while a message was awaited.'),
      };
      const timer = setTimeout(() => fail(`No such message in ${realTimeoutMs} ms.`), realTimeoutMs);
      this.#watchers.add(watcher);
      consider(this.list(conversationId));
    });
  }

  /** Ends all waiting, so that no timer outlives the stand-in. */
  close(): void {
    for (const watcher of [...this.#watchers]) watcher.abandon();
  }

  #live(conversationId: string, id: string): Stored | undefined {
    const stored = this.#messages.get(conversationId)?.get(id);
    return stored?.deleted ? undefined : stored;
  }

  #changed(conversationId: string, stored: Stored): void {
    for (const watcher of [...this.#watchers]) {
      if (watcher.conversationId === conversationId) watcher.look(stored);
    }
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
