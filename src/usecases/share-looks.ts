// What the looks at many checks share while a change has woken all of them: one read of what is stored, one statement that
// saves their decisions, one poll. It must not let anybody go by what was read before it was woken.
import type { RunCheckPorts } from './check-at-work.ts';
import type { Observer } from './observe-builds.ts';
import { ensurePolledTogether } from './poll-builds.ts';
import type { GateRecords, Transactions } from './ports.ts';
import { createSaveGate } from './save-gates.ts';

export interface ShareLooksPorts {
  readonly observer: Pick<Observer, 'latestStored'>;
  readonly gates: Pick<GateRecords, 'saveAll'>;
  readonly transactions: Transactions;
  readonly ensurePolled: RunCheckPorts['ensurePolled'];
}

export function shareLooks(
  ports: ShareLooksPorts,
): Pick<RunCheckPorts, 'observer' | 'saveGate' | 'ensurePolled'> {
  return {
    // Woken by what any instance has stored, they must not go by what this one remembers.
    observer: { latest: ports.observer.latestStored },
    saveGate: createSaveGate({
      saveAll: (gates) => ports.transactions.transaction(() => ports.gates.saveAll(gates), 'store-verdict'),
    }),
    ensurePolled: ensurePolledTogether(ports.ensurePolled),
  };
}
