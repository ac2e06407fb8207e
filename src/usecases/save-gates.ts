// Saves the gates of many callers in few statements: when a base ends, everybody who waited for it is decided in the
// same moment. It must not change what is saved.
import { toPipeBotError } from '../errors.ts';
import { inBatches } from './in-batches.ts';
import type { GateRecord, GateRecords } from './ports.ts';

/** Some ten parameters each, and a statement may have 65,535 of them. */
const LARGEST_BATCH = 200;

/** As `GateRecords.save`; throws what that throws. Not for use inside a transaction, which would not be joined. */
export type SaveGate = (gate: GateRecord) => Promise<GateRecord>;

interface Saving {
  readonly gate: GateRecord;
  /** Counted in the order of asking. */
  readonly number: number;
  standing?: GateRecord | undefined;
}

export function createSaveGate(gates: Pick<GateRecords, 'saveAll'>): SaveGate {
  let asked = 0;
  let failure: { readonly error: unknown; readonly upTo: number } | undefined;

  async function saveBatch(batch: readonly Saving[]): Promise<void> {
    // Who was waiting already when the store failed is told so at once, and not after one time-out more.
    if (failure && batch.every(({ number }) => number <= (failure?.upTo ?? 0))) throw failure.error;
    try {
      for (const round of roundsOf(batch)) {
        const standing = await gates.saveAll(round.map(({ gate }) => gate));
        for (const [index, saving] of round.entries()) saving.standing = standing[index];
      }
    } catch (error) {
      if (toPipeBotError(error).code === 'store-unavailable') failure = { error, upTo: asked };
      throw error;
    }
  }

  const saveInBatches = inBatches<Saving>(saveBatch, LARGEST_BATCH);
  return async (gate) => {
    const saving: Saving = { gate, number: ++asked };
    await saveInBatches(saving);
    if (!saving.standing) throw new TypeError('a gate was saved and did not come back');
    return saving.standing;
  };
}

/** A statement takes each gate once; whoever saves the same one a second time comes after, as it would alone. */
function roundsOf(batch: readonly Saving[]): Saving[][] {
  const rounds: Saving[][] = [];
  const seen = new Map<string, number>();
  for (const saving of batch) {
    const index = seen.get(saving.gate.id) ?? 0;
    seen.set(saving.gate.id, index + 1);
    const round = rounds[index] ?? [];
    round.push(saving);
    rounds[index] = round;
  }
  return rounds;
}
