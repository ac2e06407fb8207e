// What delivering needs from the outside: whose turn a conversation is, how fast it may be told things, and a
// messenger that knows when the turn is over.
import type { SendOutcome } from '../domain/notification.ts';
import type { Pace } from '../domain/pace.ts';
import type { Conversation, OutgoingMessage } from './ports.ts';

/** A turn at a conversation. Whoever holds it is the only one who may send there. */
export interface DeliveryTurn {
  readonly conversationId: string;
  /** Random; whoever takes the turn next has another one. */
  readonly token: string;
  /** Ms since the epoch, PipeBot's clock. After that somebody else may take the turn. */
  readonly leasedUntil: number;
  /** What was sent there lately, by whomever. */
  readonly pace: Pace;
}

/**
 * Who delivers where. Times are those of the app's own clock, so instances need clocks that agree within a second.
 * Every call throws PipeBotError `store-unavailable` when the store is down.
 */
export interface DeliveryTurns {
  /** Undefined, and when to ask again, while another's turn lasts. */
  take(
    conversationId: string,
    lease: { readonly now: number; readonly leaseMs: number },
  ): Promise<DeliveryTurn | { readonly heldUntil: number }>;
  /** Stores the turn's new lease and pace; false, and nothing is changed, when somebody else has taken it. */
  prolong(turn: DeliveryTurn): Promise<boolean>;
  /** Whether it is still this turn, which then stays so until the transaction ends. */
  isHeld(turn: DeliveryTurn): Promise<boolean>;
  /** Gives the turn back early; nothing happens when somebody else has it. */
  giveBack(turn: DeliveryTurn): Promise<void>;
  /**
   * Reserves the next send to a tenant and gives its time; undefined, and nothing is reserved, when that is more
   * than `maxWaitMs` away. Outside of any transaction, so that nobody waits for whoever stops in the middle.
   */
  reserveSend(
    tenantId: string,
    wish: { readonly now: number; readonly intervalMs: number; readonly maxWaitMs: number },
  ): Promise<number | undefined>;
  /** Turns of conversations that nobody has sent anything to since. */
  deleteBefore(leasedBefore: number): Promise<void>;
}

/** Sends to Teams; never throws for what Teams answers, and never retries by itself. */
export interface Messenger {
  /**
   * @param until ms since the epoch, PipeBot's clock: nothing leaves after it, however long the process was
   * stopped meanwhile, and no answer is waited for
   */
  send(conversation: Conversation, message: OutgoingMessage, until?: number): Promise<SendOutcome>;
}
