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
    readonly base: { readonly name: string; readonly url?: string };
  };
}

export interface WaitedOutcome extends GateOutcome {
  /** How many requests it took. */
  readonly requests: number;
}

export interface GateQuestion {
  readonly url: string;
  readonly gateKey: string;
  readonly service: string;
}

/** One request; `id` comes back with what an earlier one was given. */
export async function askGate(
  { url, gateKey, service }: GateQuestion,
  parameters: Readonly<Record<string, string>> = {},
): Promise<GateOutcome> {
  const response = await fetch(`${url}/api/gate/${service}?${new URLSearchParams(parameters)}`, {
    headers: { authorization: `Bearer ${gateKey}` },
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, body: (await response.json()) as GateOutcome['body'] };
}

export interface WaitingPipeline {
  readonly outcome: Promise<WaitedOutcome>;
  /** The last thing that the gate said. */
  lastMessage(): string;
}

export function startWaitingPipeline(question: GateQuestion): WaitingPipeline {
  let lastMessage = 'asking';
  const ask = async (): Promise<WaitedOutcome> => {
    let id = '';
    for (let requests = 1; ; requests++) {
      const outcome = await askGate(question, { wait: '30m', ...(id ? { id } : {}) });
      id = outcome.body.id;
      lastMessage = outcome.body.message;
      if (outcome.status !== 503) return { ...outcome, requests };
      await delay(50);
    }
  };
  return { outcome: ask(), lastMessage: () => lastMessage };
}
