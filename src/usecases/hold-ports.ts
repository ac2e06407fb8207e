// What people's orders about gates need from the store, and how those who wait hear of them.
import type { Hold } from '../domain/gate.ts';
import type { GateRelease, HoldRecord, Orderer } from '../domain/hold.ts';

/** Every call throws PipeBotError `store-unavailable` when the store is down. */
export interface Holds {
  /**
   * The order that counts for a gate at this moment: the release of this very gate before the hold of its service; one
   * that has expired counts no more. `gateId` is absent for a question of which no gate is known.
   */
  findFor(
    gate: { readonly service: string; readonly gateId?: string },
    now: number,
  ): Promise<Hold | undefined>;
  /** Places a hold. One that is in force for the service is ended by it; gives that one back. */
  place(hold: HoldRecord): Promise<HoldRecord | undefined>;
  /** Ends the hold that is in force; undefined when there is none, or when somebody was quicker. */
  end(service: string, by: Orderer, now: number): Promise<HoldRecord | undefined>;
  /** Lets a gate continue. False, and nothing is changed, when it does not wait, or was released before. */
  release(release: GateRelease): Promise<boolean>;
  /** Those in force, by service. */
  listActive(now: number): Promise<HoldRecord[]>;
  /** Everything that was ordered about a service, the newest first; at most 100 each. */
  listRecord(
    service: string,
  ): Promise<{ readonly holds: readonly HoldRecord[]; readonly releases: readonly GateRelease[] }>;
  /** What ended, or would have ended, before. */
  deleteBefore(endedBefore: number): Promise<void>;
}

/** How an order about a service reaches those who wait at its gates, in every instance. */
export interface GateSignals {
  /** Wakes them; inside a transaction, when that has committed. */
  announce(service: string): Promise<void>;
  /** Resolves, never rejects, at the next announcement or when the signal is aborted. */
  next(service: string, signal: AbortSignal): Promise<void>;
}
