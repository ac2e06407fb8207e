// What every story of a chaos run stands on: the world, the book of what is owed, somebody to speak.
import type { Random } from '../../test/support/generated-history.ts';
import type { Book, Owed, OwedKind } from './book.ts';
import type { ChaosWorld, Room } from './chaos-world.ts';
import type { CheckBook } from './check-book.ts';
import type { GateCaller } from './gate-caller.ts';
import type { SeenMessage } from './screen.ts';
import type { Speaker } from './speaker.ts';

export interface Stage {
  readonly world: ChaosWorld;
  readonly book: Book;
  readonly speaker: Speaker;
  readonly checks: CheckBook;
  readonly caller: GateCaller;
  readonly random: Random;
  /** Aborted when nothing new is to begin. */
  readonly signal: AbortSignal;
  /** Aborted when the run is over, whatever is still waited for. */
  readonly leaving: AbortSignal;
}

/** A reading serves everybody for three seconds; who asks sooner is told of the build before. */
export const UNTIL_FRESH_MS = 3_500;

/** Writes down what a room is owed; resolves when it is seen there. */
export function owe(
  { book }: Stage,
  { conversation }: Room,
  owed: {
    readonly kind: OwedKind;
    readonly what: string;
    readonly isShownBy: (message: SeenMessage) => boolean;
  },
): Promise<void> {
  const entry: Owed = {
    ...owed,
    conversationId: conversation.id,
    what: `${owed.what} in ${conversation.name}`,
  };
  return book.owe(entry);
}

/**
 * Says something and waits for the answer. In a channel that is whatever card or text stands in the message's thread;
 * elsewhere `fits` has to tell it from others.
 */
export async function ask(
  stage: Stage,
  room: Room,
  question: {
    readonly text: string;
    readonly isCard: boolean;
    readonly fits: (message: SeenMessage) => boolean;
  },
): Promise<{ readonly id: string }> {
  const id = stage.speaker.newMessageId();
  const { text, isCard, fits } = question;
  const isChannel = room.conversation.kind === 'channel';
  const answered = owe(stage, room, {
    kind: 'reply',
    what: `answer to "${text}" (${id})`,
    isShownBy: (message) =>
      message.isCard === isCard && (isChannel ? message.replyToRoot === id : fits(message)),
  });
  await stage.speaker.say(room, text, id);
  await answered;
  return { id };
}
