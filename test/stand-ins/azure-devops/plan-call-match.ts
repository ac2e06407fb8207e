// Which requests are which call of a plan, for faults that hit one of them only. Must not know what is answered.
import type { Fault } from './fault.ts';

/** Named as the calls of PipeBot's port. Both events are raised on one route. */
export const PLAN_CALLS = {
  readVersion: { method: 'GET', path: /\/plans\/[^/?]+(?:\?|$)/ },
  event: { method: 'POST', path: /\/plans\/[^/]+\/events(?:\?|$)/ },
  updateRecord: { method: 'PATCH', path: /\/timelines\/[^/]+\/records(?:\?|$)/ },
  writeConsole: { method: 'POST', path: /\/records\/[^/]+\/feed(?:\?|$)/ },
  createLog: { method: 'POST', path: /\/plans\/[^/]+\/logs(?:\?|$)/ },
  appendLog: { method: 'POST', path: /\/plans\/[^/]+\/logs\/\d+(?:\?|$)/ },
} as const satisfies Record<string, Fault['match']>;
