// People's orders about gates as they are kept: the hold of a service, the release of one gate. Pure values and limits;
// what an order does to a decision stands in gate.ts, and who may give one in permission.ts.
import type { Hold } from './gate.ts';
import type { Person } from './watch.ts';

/** Who ordered something: the person, and the Entra object id by which it was allowed. */
export interface Orderer extends Person {
  readonly entraId?: string;
}

/** A hold of every gate of a service. What has ended is kept as a record. */
export interface HoldRecord {
  readonly id: string;
  readonly service: string;
  readonly verdict: 'wait' | 'stop';
  readonly by: Orderer;
  readonly because: string;
  /** Ms since the epoch, PipeBot's clock. */
  readonly at: number;
  readonly until: number;
  /** By a person; absent while it counts, and when its time came. */
  readonly endedAt?: number;
  readonly endedBy?: Orderer;
}

/** One gate that a person let continue. */
export interface GateRelease {
  readonly gateId: string;
  readonly service: string;
  readonly by: Orderer;
  /** Empty when nothing was said. */
  readonly because: string;
  readonly at: number;
  /** The gate's deadline: a release must not outlive its gate. */
  readonly until: number;
  /** The caller's run. */
  readonly buildId?: number;
}

/** People forget a hold, and the pipelines behind it wait: it ends by itself. */
export const DEFAULT_HOLD_MS = 24 * 3_600_000;
/** The shortest: a bare number counts as seconds, and nobody means so few. */
export const MIN_HOLD_MS = 60_000;
/** The longest; what is to be closed for longer belongs into the services file. */
export const MAX_HOLD_MS = 30 * 24 * 3_600_000;

/** The hold as the gates of its service meet it. */
export function toHold({ verdict, by, because, at, until }: HoldRecord): Hold {
  return { kind: 'held', verdict, by: by.name, because, at, until };
}
