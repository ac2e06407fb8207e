// What people see in Teams: the messages of the bot in every conversation, looked at again where something has
// changed. It must not judge what it sees.
import type {
  StandInConversation,
  StandInMessage,
  TeamsConnectorStandIn,
} from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';

export class Screen {
  readonly #teams: TeamsConnectorStandIn;
  readonly #conversations: ReadonlyMap<string, StandInConversation>;
  readonly #messages = new Map<string, readonly SeenMessage[]>();
  #seen = 0;

  constructor(teams: TeamsConnectorStandIn, conversations: readonly StandInConversation[]) {
    this.#teams = teams;
    this.#conversations = new Map(conversations.map((conversation) => [conversation.id, conversation]));
  }

  /** The conversations in which something was sent since the last look. */
  look(): Set<string> {
    const { ledger } = this.#teams;
    const changed = new Set<string>();
    for (; this.#seen < ledger.length; this.#seen += 1) {
      const id = conversationIn(ledger[this.#seen]?.path ?? '');
      if (id !== undefined && this.#conversations.has(id)) changed.add(id);
    }
    for (const id of changed) this.#read(id);
    return changed;
  }

  /** The bot's messages, oldest first, as they were when they were last looked at. */
  messagesIn(conversationId: string): readonly SeenMessage[] {
    return this.#messages.get(conversationId) ?? [];
  }

  get conversationIds(): string[] {
    return [...this.#conversations.keys()];
  }

  /** For the record: every message with the builds that each of its versions links to. */
  toJSON(): unknown {
    return [...this.#conversations].map(([id, { name }]) => ({
      id,
      name,
      messages: this.messagesIn(id).map(({ versions, ...message }) => ({
        ...message,
        versions: versions.map(({ buildIds, text }) => ({ buildIds: [...buildIds], text })),
      })),
    }));
  }

  /** A message keeps its identity as long as it does not change, and is taken apart only once. */
  #read(id: string): void {
    const conversation = this.#conversations.get(id);
    if (!conversation) return;
    const known = new Map(this.messagesIn(id).map((message) => [message.id, message]));
    const messages = this.#teams.messages(conversation).filter(({ from }) => from === 'bot');
    this.#messages.set(
      id,
      messages.map((message) => {
        const before = known.get(message.id);
        return before?.versions.length === message.versions.length ? before : see(message, before);
      }),
    );
  }
}

/** A message as people saw it over time. */
export interface SeenMessage {
  readonly id: string;
  readonly isCard: boolean;
  readonly replyToRoot: string | undefined;
  readonly createdAt: number;
  /** Says that it may have been seen before. */
  readonly isMarked: boolean;
  /** The JSON of each version, and the ids of the builds that it links to. */
  readonly versions: readonly { readonly text: string; readonly buildIds: ReadonlySet<number> }[];
}

function see({ id, versions, replyToRoot, createdAt }: StandInMessage, before?: SeenMessage): SeenMessage {
  const known = before?.versions ?? [];
  const fresh = versions.slice(known.length).map((version) => {
    const text = JSON.stringify(version);
    return { text, buildIds: new Set([...text.matchAll(BUILD_LINK)].map(([, number]) => Number(number))) };
  });
  const isCard = (versions[0]?.attachments?.length ?? 0) > 0;
  const isMarked = before?.isMarked ?? (fresh[0]?.text.includes(REPEAT_NOTE) || false);
  return { id, isCard, replyToRoot, createdAt, isMarked, versions: [...known, ...fresh] };
}

const BUILD_LINK = /buildId=(\d+)/g;
const REPEAT_NOTE = 'may have seen this before';

/** Of a request to Teams that concerns one conversation. */
export function conversationIn(path: string): string | undefined {
  return /^\/teams\/v3\/conversations\/([^/;]+)/.exec(path)?.[1];
}

/** It was posted about this build. */
export function beganWith({ versions: [first] }: SeenMessage, buildId: number): boolean {
  return first?.buildIds.has(buildId) ?? false;
}

/** One of its versions is about this build. */
export function everTold({ versions }: SeenMessage, buildId: number): boolean {
  return versions.some(({ buildIds }) => buildIds.has(buildId));
}

/** It was brought to this build, and not back to an older one. */
export function cameTo({ versions }: SeenMessage, buildId: number, olderIds: readonly number[]): boolean {
  const at = versions.findLastIndex(({ buildIds }) => buildIds.has(buildId));
  const isOver = (version: SeenMessage['versions'][number]) =>
    !olderIds.some((id) => version.buildIds.has(id));
  return at > 0 && versions.slice(at).every(isOver);
}

export function newestText({ versions }: SeenMessage): string {
  return versions.at(-1)?.text ?? '';
}
