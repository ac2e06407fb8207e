// What people's orders about gates need from the store.
import type { Hold } from '../domain/gate.ts';

export interface Holds {
  /**
   * The order that counts for a gate at this moment: the release of this very gate before the hold of its service; one
   * that has expired counts no more. `gateId` is absent for a question of which no gate is known.
   */
  findFor(
    gate: { readonly service: string; readonly gateId?: string },
    now: number,
  ): Promise<Hold | undefined>;
}
