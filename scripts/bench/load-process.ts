// The callers of the gate, in a process of their own, so that they do not take time from whoever answers. Does what it
// is told by messages, one after the other, and answers each with what it saw.
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface RateOrder {
  readonly kind: 'rate';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** How many ask at the same time, each again as soon as it is answered. */
  readonly callers: number;
  /** At most so many questions a second; as many as are answered when absent. */
  readonly perSecond?: number;
}

export interface RateResult {
  readonly perSecond: number;
  readonly timesMs: readonly number[];
  readonly failures: number;
}

export interface HoldOrder {
  readonly kind: 'hold';
  readonly url: string;
  readonly keys: readonly string[];
  readonly count: number;
}

/** Each caller posts once, on a connection of its own as those of Azure Pipelines come, whatever became of the others. */
export interface PostOrder {
  readonly kind: 'post';
  readonly url: string;
  /** Of each caller. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly perSecond: number;
}

export interface PostResult {
  /** From the moment at which it was due, connecting included. */
  readonly timesMs: readonly number[];
  readonly statuses: Readonly<Record<number, number>>;
}

/** Told when all have been asked; and when all are answered, with the times, ms since the epoch. */
export interface HoldResult {
  readonly answeredAt: readonly number[];
  readonly statuses: Readonly<Record<number, number>>;
}

export type LoadOrder = RateOrder | HoldOrder | PostOrder;
export type LoadReport =
  | { readonly kind: 'asked' }
  | { readonly kind: 'done'; readonly result: RateResult | HoldResult | PostResult };

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  agent: Agent,
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject);
    });
    outgoing.on('error', reject).end();
  });
}

const WARM_UP_MS = 1_000;

async function measureRate({ url, headers, seconds, callers, perSecond }: RateOrder): Promise<RateResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const beganAt = performance.now();
  const endsAt = beganAt + WARM_UP_MS + seconds * 1_000;
  const timesMs: number[] = [];
  let failures = 0;
  let asked = 0;
  const call = async () => {
    while (performance.now() < endsAt) {
      if (perSecond !== undefined) {
        const dueAt = beganAt + (asked++ / perSecond) * 1_000;
        if (dueAt > performance.now()) await delay(dueAt - performance.now());
      }
      const startedAt = performance.now();
      const status = await ask(url, headers, agent).then(
        (answer) => answer.status,
        () => 0,
      );
      if (startedAt < beganAt + WARM_UP_MS) continue;
      timesMs.push(performance.now() - startedAt);
      if (status !== 200) failures++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  agent.destroy();
  return { perSecond: timesMs.length / seconds, timesMs, failures };
}

/** As `curl --retry` waits: on 503 it comes back with its id. */
async function hold({ url, keys, count }: HoldOrder, onAsked: () => void): Promise<HoldResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const statuses: Record<number, number> = {};
  const answeredAt: number[] = [];
  const waitAtGate = async (index: number) => {
    const headers = { 'x-pipebot-key': keys[index % keys.length] ?? '' };
    for (let id = ''; ; ) {
      const { status, text } = await ask(id ? `${url}&id=${id}` : url, headers, agent).catch((error) => ({
        status: 0,
        text: String(error),
      }));
      if (status === 503) {
        const body = JSON.parse(text) as { readonly id: string; readonly decision?: string };
        if (body.decision !== undefined) id = body.id;
        statuses[503] = (statuses[503] ?? 0) + 1;
        await delay(100);
        continue;
      }
      answeredAt.push(Date.now());
      statuses[status] = (statuses[status] ?? 0) + 1;
      return;
    }
  };
  const waiting: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    waiting.push(waitAtGate(index));
    if (index % 50 === 49) await delay(50);
  }
  onAsked();
  await Promise.all(waiting);
  agent.destroy();
  return { answeredAt, statuses };
}

async function post({ url, headers, perSecond }: PostOrder): Promise<PostResult> {
  const agent = new Agent({ keepAlive: false });
  const beganAt = performance.now();
  const timesMs: number[] = [];
  const statuses: Record<number, number> = {};
  const postOne = async (own: Readonly<Record<string, string>>, index: number) => {
    const dueAt = beganAt + (index / perSecond) * 1_000;
    await delay(Math.max(0, dueAt - performance.now()));
    const status = await ask(url, own, agent, 'POST').then(
      (answer) => answer.status,
      () => 0,
    );
    timesMs.push(performance.now() - dueAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  await Promise.all(headers.map(postOne));
  return { timesMs, statuses };
}

function carryOut(order: LoadOrder): Promise<RateResult | HoldResult | PostResult> {
  switch (order.kind) {
    case 'rate':
      return measureRate(order);
    case 'hold':
      return hold(order, () => tell({ kind: 'asked' }));
    case 'post':
      return post(order);
  }
}

const tell = (report: LoadReport) => process.send?.(report);
process.on('message', async (order: LoadOrder) => tell({ kind: 'done', result: await carryOut(order) }));
process.on('disconnect', () => process.exit(0));
