// What delivering needs from the store: whose turn a conversation is, and how fast it may be told things.

/** A turn at a conversation. Whoever holds it is the only one who may send there. */
export interface DeliveryTurn {
  readonly conversationId: string;
  readonly token: string;
  /** Ms since the epoch, PipeBot's clock. After that somebody else may take the turn. */
  readonly leasedUntil: number;
}

export type SendPermit =
  /** Send now, and only until `leasedUntil`. */
  | { readonly kind: 'send'; readonly leasedUntil: number }
  /** Teams' limits allow the next send at `at`. */
  | { readonly kind: 'wait'; readonly at: number }
  /** Somebody else has taken the turn. */
  | { readonly kind: 'lost' };

export interface DeliveryTurns {
  /** Undefined, and when to ask again, while another's turn lasts. */
  take(
    conversationId: string,
    lease: { readonly now: number; readonly leaseMs: number },
  ): Promise<DeliveryTurn | { readonly heldUntil: number }>;
  /** Counts a send and prolongs the turn, in the transaction that records the attempt. */
  permit(
    turn: DeliveryTurn,
    send: { readonly tenantId: string; readonly now: number; readonly leaseMs: number },
  ): Promise<SendPermit>;
  /** Gives the turn back early; nothing happens when somebody else has it. */
  giveBack(turn: DeliveryTurn): Promise<void>;
  /** Turns of conversations that nobody has sent anything to since. */
  deleteBefore(leasedBefore: number): Promise<void>;
}
