// The book of what PipeBot owes to whom: written by those who play the outside world, compared with what people see.
// It knows nothing of PipeBot's own records, so it also finds what those have lost.
import { newestText, type Screen, type SeenMessage } from './screen.ts';

/** An answer, a change of a card, or a message that nobody asked for at that moment. */
export type OwedKind = 'reply' | 'update' | 'news';

export interface Owed {
  readonly kind: OwedKind;
  readonly conversationId: string;
  /** For people who look for what was lost. */
  readonly what: string;
  /** Whether a message is it. An update may be any message that has come to this; the others are one message. */
  readonly isShownBy: (message: SeenMessage) => boolean;
}

interface Entry extends Owed {
  readonly owedAt: number;
  seenAt: number | undefined;
  readonly onSeen: () => void;
}

export interface Comparison {
  /** Of each kind, how many were told. */
  readonly told: Readonly<Record<OwedKind, number>>;
  readonly lost: readonly string[];
  /** Messages that were told once more, and say so. */
  readonly marked: number;
  /** Told once more without a word. */
  readonly duplicates: readonly string[];
  /** Seen by people although nobody was owed it. */
  readonly unexpected: readonly string[];
}

export function isBroken({ lost, duplicates, unexpected }: Comparison): boolean {
  return lost.length + duplicates.length + unexpected.length > 0;
}

export class Book {
  readonly #screen: Screen;
  readonly #entries = new Map<string, Entry[]>();
  readonly #open = new Map<string, Set<Entry>>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Resolves when it is seen. */
  owe(owed: Owed): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Entry = { ...owed, owedAt: Date.now(), seenAt: undefined, onSeen: resolve };
    const { conversationId } = owed;
    this.#open.set(conversationId, (this.#open.get(conversationId) ?? new Set()).add(entry));
    this.#entries.set(conversationId, [...(this.#entries.get(conversationId) ?? []), entry]);
    return promise;
  }

  /** Ticks off what has come since the last look. */
  tick(): void {
    for (const conversationId of this.#screen.look()) {
      const messages = this.#screen.messagesIn(conversationId);
      for (const entry of this.#open.get(conversationId) ?? []) {
        if (!messages.some(entry.isShownBy)) continue;
        entry.seenAt = Date.now();
        this.#open.get(conversationId)?.delete(entry);
        entry.onSeen();
      }
    }
  }

  get openCount(): number {
    return sum([...this.#open.values()].map(({ size }) => size));
  }

  get toldCount(): number {
    return sum([...this.#entries.values()].map(({ length }) => length)) - this.openCount;
  }

  /** Milliseconds from the owing to the seeing of each that was seen. */
  get waits(): number[] {
    return [...this.#entries.values()]
      .flat()
      .flatMap(({ owedAt, seenAt }) => (seenAt === undefined ? [] : [seenAt - owedAt]));
  }

  /** Everything that is owed against everything that is seen. */
  compare(): Comparison {
    const rooms = this.#screen.conversationIds.map((id) =>
      compareRoom(this.#entries.get(id) ?? [], this.#screen.messagesIn(id)),
    );
    const told = (kind: OwedKind) =>
      sum(rooms.map((room) => room.told.filter((each) => each === kind).length));
    return {
      told: { reply: told('reply'), update: told('update'), news: told('news') },
      lost: rooms.flatMap(({ lost }) => lost),
      marked: sum(rooms.map(({ marked }) => marked)),
      duplicates: rooms.flatMap(({ duplicates }) => duplicates),
      unexpected: rooms.flatMap(({ unexpected }) => unexpected),
    };
  }
}

function compareRoom(entries: readonly Entry[], messages: readonly SeenMessage[]) {
  const told: OwedKind[] = [];
  const lost: string[] = [];
  const duplicates = new Set<string>();
  const explained = new Set<SeenMessage>();
  for (const { kind, what, isShownBy } of entries) {
    const copies = messages.filter(isShownBy);
    if (copies.length === 0) lost.push(`${kind} ${what}`);
    else told.push(kind);
    if (kind === 'update') continue;
    for (const copy of copies) explained.add(copy);
    const unmarked = copies.filter(({ isMarked }) => !isMarked);
    if (unmarked.length > 1) duplicates.add(`${what}: ${unmarked.map(({ id }) => id).join(', ')}`);
  }
  const unexpected = messages.filter((message) => !explained.has(message));
  return {
    ...{ told, lost, duplicates: [...duplicates] },
    marked: messages.filter(({ isMarked }) => isMarked).length,
    unexpected: unexpected.map((message) => newestText(message).slice(0, 700)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
