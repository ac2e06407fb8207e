// A pipeline that asks the gate as a script step would: it waits, comes back with the same id, and goes on only
// on 200.
import { setTimeout as delay } from 'node:timers/promises';

export interface GateOutcome {
  readonly status: number;
  readonly body: {
    readonly id: string;
    readonly decision: string;
    readonly reason: string;
    readonly message: string;
    readonly base: { readonly url?: string };
  };
  /** How many requests it took. */
  readonly requests: number;
}

export interface WaitingPipeline {
  readonly outcome: Promise<GateOutcome>;
  /** The last thing that the gate said. */
  lastMessage(): string;
}

export function startWaitingPipeline(options: {
  readonly url: string;
  readonly gateKey: string;
  readonly service: string;
}): WaitingPipeline {
  let lastMessage = 'asking';
  const ask = async (): Promise<GateOutcome> => {
    let id = '';
    for (let requests = 1; ; requests++) {
      const query = new URLSearchParams({ wait: '30m', ...(id ? { id } : {}) });
      const response = await fetch(`${options.url}/api/gate/${options.service}?${query}`, {
        headers: { authorization: `Bearer ${options.gateKey}` },
        signal: AbortSignal.timeout(60_000),
      });
      const body = (await response.json()) as GateOutcome['body'];
      id = body.id;
      lastMessage = body.message;
      if (response.status !== 503) return { status: response.status, body, requests };
      await delay(50);
    }
  };
  return { outcome: ask(), lastMessage: () => lastMessage };
}
