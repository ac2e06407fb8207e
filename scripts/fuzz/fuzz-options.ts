// What every fuzz is told.

export interface FuzzOptions {
  /** How many cases are generated. */
  readonly count: number;
  /** The same seed makes the same cases. */
  readonly firstSeed: number;
}
