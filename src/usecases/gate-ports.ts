// What the gate needs from the store: gates that wait or were decided, and the keys of those who may ask.
import type { GateDecision } from '../domain/gate.ts';

/** A gate that is waiting or has been decided. */
export interface GateRecord {
  readonly id: string;
  readonly keyId: string;
  readonly service: string;
  readonly branch: string;
  readonly commit?: string;
  readonly settleMs: number;
  readonly askedAt: number;
  readonly deadlineAt: number;
  readonly buildId?: number;
  /** The last answer; final when its verdict is not `wait`. */
  readonly decision?: GateDecision;
  readonly decidedAt?: number;
}

export interface GateRecords {
  find(id: string): Promise<GateRecord | undefined>;
  /** The gate at which a caller's build waits; for callers who cannot send an id back. Never that of a check. */
  findWaiting(caller: {
    readonly keyId: string;
    readonly buildId: number;
    readonly service: string;
    /** Any branch when absent. */
    readonly branch: string | undefined;
    readonly commit: string | undefined;
    readonly answeredSince: number;
  }): Promise<GateRecord | undefined>;
  /** Adds or replaces, but never changes a decision that is final: gives back the record that now stands. */
  save(gate: GateRecord): Promise<GateRecord>;
  /** The same for many, each with an id of its own, in one statement; the records come back in the same order. */
  saveAll(gates: readonly GateRecord[]): Promise<GateRecord[]>;
  /** Services and branches (full refs) at whose gates somebody has waited since; each once. */
  listWaiting(answeredSince: number): Promise<{ readonly service: string; readonly branch: string }[]>;
  /** Gates that wait and whose callers were answered since, the one that waits longest first; at most 200. */
  listOpen(now: number, answeredSince: number): Promise<GateRecord[]>;
  deleteBefore(deadlineBefore: number): Promise<void>;
}

/** Who may ask which gates. */
export interface GateKey {
  readonly id: string;
  readonly name: string;
  /** Services it may ask; undefined means all. */
  readonly services?: readonly string[];
}

/** As somebody hands it in; `hash` is SHA-256, hex. */
export type NewGateKey = Omit<GateKey, 'id'> & { readonly hash: string };

export interface StoredGateKey extends GateKey {
  readonly hash: string;
  /** Comes from the configuration, and goes when it is no longer there. */
  readonly isConfigured: boolean;
  /** When somebody made it; unknown of those of the configuration. Ms since the epoch, like the next. */
  readonly createdAt?: number;
  /** To the minute. */
  readonly lastUsedAt?: number;
}

export interface GateKeys {
  /** Replaces the keys that came from the configuration by these. */
  replaceConfigured(keys: readonly NewGateKey[]): Promise<void>;
  /** Adds one beside all others; its name need not be its own. Gives back its id. */
  create(key: NewGateKey, createdAt: number): Promise<string>;
  /** False, and nothing is changed, when there is no such key or it comes from the configuration. */
  revoke(id: string): Promise<boolean>;
  /** By name; of the same name the oldest first. */
  list(): Promise<StoredGateKey[]>;
  touch(id: string, usedAt: number): Promise<void>;
}
