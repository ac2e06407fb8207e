// Sends events to those who subscribed, over HTTP and in real time, with Azure's rules for what is not taken.
// Must not make events.
import { pause } from './deliver-answer.ts';
import type { EventEnvelope, ServiceHookState } from './service-hook-state.ts';

/** One attempt, or an event that was not even tried. */
export interface HookDelivery {
  readonly subscriptionId: string;
  readonly notificationId: number;
  readonly eventId: string;
  readonly eventType: string;
  /** `lost`: on the way, as a test wanted. `dropped`: the subscription was not enabled. */
  readonly outcome: 'answered' | 'no-answer' | 'lost' | 'dropped';
  readonly status?: number;
}

export interface SenderOptions {
  readonly ledger: HookDelivery[];
  readonly closing: AbortSignal;
}

export interface Sending {
  readonly hook: ServiceHookState;
  readonly envelope: EventEnvelope;
}

const ANSWER_TIMEOUT_MS = 20_000;
/** Azure waits 1, 2, 4, 8, 16, 32, 60 and 60 s. */
const RETRY_DELAYS_MS = [20, 40, 80, 160, 320, 640, 1_000, 1_000];
const TRANSIENT = [408, 502, 503, 504];
const MOST_PROBATION_RETRIES = 7;

export class HookSender {
  readonly #options: SenderOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** Each subscription's events are sent one after the other. */
  readonly #queues = new Map<ServiceHookState, Promise<void>>();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  send(sending: Sending): void {
    const before = this.#queues.get(sending.hook) ?? Promise.resolve();
    const sent = before.then(() => this.#sendFirst(sending));
    this.#queues.set(sending.hook, sent);
    this.track(sent);
  }

  note({ hook, envelope }: Sending, outcome: HookDelivery['outcome'], status?: number): void {
    this.#options.ledger.push({
      subscriptionId: hook.id,
      notificationId: envelope.notificationId,
      eventId: envelope.id,
      eventType: envelope.eventType,
      outcome,
      ...(status === undefined ? {} : { status }),
    });
  }

  /** Counts for `idle`. */
  track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Resolves when everything has been answered, or given up. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Tries once more what put the subscription on probation. */
  async retryProbation(hook: ServiceHookState): Promise<void> {
    const { probation } = hook;
    if (hook.status !== 'onProbation' || !probation) return;
    const status = await this.#post({ hook, envelope: probation.envelope });
    probation.retries += 1;
    if (isTaken(status)) {
      hook.status = 'enabled';
      hook.probation = undefined;
    } else if (probation.retries >= MOST_PROBATION_RETRIES) hook.status = 'disabledBySystem';
  }

  /** Others do not wait for its retries: Azure keeps no order. */
  async #sendFirst(sending: Sending): Promise<void> {
    if (sending.hook.status !== 'enabled') {
      this.note(sending, 'dropped');
      return;
    }
    const status = await this.#post(sending);
    if (status === undefined || TRANSIENT.includes(status)) this.track(this.#retry(sending));
    else if (!isTaken(status)) refuse(sending, status);
  }

  async #retry(sending: Sending): Promise<void> {
    for (const delayMs of RETRY_DELAYS_MS) {
      await pause(delayMs, this.#options.closing);
      if (this.#options.closing.aborted || sending.hook.status !== 'enabled') return;
      const status = await this.#post(sending);
      if (isTaken(status)) return;
      if (status !== undefined && !TRANSIENT.includes(status)) return refuse(sending, status);
    }
    refuse(sending);
  }

  /** The answer's status, undefined when there was none. */
  async #post(sending: Sending): Promise<number | undefined> {
    const { hook, envelope } = sending;
    const { closing } = this.#options;
    const status = await fetch(hook.consumerInputs['url'] ?? '', {
      method: 'POST',
      headers: toHeaders(hook),
      body: JSON.stringify(envelope),
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    }).then(
      async (response) => {
        await response.arrayBuffer().catch(() => undefined);
        return response.status;
      },
      () => undefined,
    );
    this.note(sending, status === undefined ? 'no-answer' : 'answered', status);
    return status;
  }
}

function isTaken(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Gone is final at once; everything else first puts the subscription on probation. */
function refuse({ hook, envelope }: Sending, status?: number): void {
  if (hook.status !== 'enabled') return;
  hook.status = status === 410 ? 'disabledBySystem' : 'onProbation';
  hook.probation = status === 410 ? undefined : { envelope, retries: 0 };
}

function toHeaders({ id, consumerInputs }: ServiceHookState): Record<string, string> {
  const { basicAuthUsername = '', basicAuthPassword = '', httpHeaders = '' } = consumerInputs;
  const own = httpHeaders.split('\n').flatMap((line) => {
    const [name = '', ...value] = line.split(':');
    return name.trim() === '' ? [] : [[name.trim(), value.join(':').trim()]];
  });
  const basic = Buffer.from(`${basicAuthUsername}:${basicAuthPassword}`).toString('base64');
  return {
    ...Object.fromEntries(own),
    'content-type': 'application/json; charset=utf-8',
    'x-vss-subscriptionid': id,
    ...(basicAuthUsername === '' && basicAuthPassword === '' ? {} : { authorization: `Basic ${basic}` }),
  };
}
