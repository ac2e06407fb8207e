// Pipelines that call PipeBot's gate while it dies, as Azure Pipelines does: one request, with a task's headers, and
// whatever is not an answer within the task's own patience is none. It must not decide what is called, nor repeat.
import type { StandInPlan } from '../../test/stand-ins/azure-devops/stand-in-plan.ts';
import { GATE_KEY } from './chaos-world.ts';

/** Azure's task gives up after 20 s. */
const PATIENCE_MS = 20_000;
/** How long one GET lets itself be held. */
const HELD_FOR = '10s';

export interface HeldAnswer {
  readonly status: number;
  /** Of the gate, once there is one. */
  readonly id?: string;
}

export class GateCaller {
  readonly #signal: AbortSignal;
  #url = '';

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  speakTo(port: number): void {
    this.#url = `http://127.0.0.1:${port}/api/gate`;
  }

  /** Whether PipeBot has taken the check in and has said so, has not taken it in for sure, or nobody knows. */
  async open(plan: StandInPlan, service: string): Promise<'acknowledged' | 'not-there' | 'unsure'> {
    const status = await this.#post(plan, service);
    if (status === 200) return 'acknowledged';
    return status === 'not-there' ? 'not-there' : 'unsure';
  }

  /** True when PipeBot has taken the check back, and has said so. */
  async cancel(plan: StandInPlan, service: string): Promise<boolean> {
    return (await this.#post(plan, `${service}/cancel`)) === 200;
  }

  /** Undefined when there was no answer. */
  async hold(service: string, id: string | undefined): Promise<HeldAnswer | undefined> {
    const query = new URLSearchParams({ wait: HELD_FOR, ...(id === undefined ? {} : { id }) });
    const answer = await this.#fetch(`${service}?${query}`, { headers: { 'x-pipebot-key': GATE_KEY } });
    if (!answer || answer === 'not-there') return undefined;
    const { status, body } = answer;
    return { status, ...(typeof body['id'] === 'string' && status !== 404 ? { id: body['id'] } : {}) };
  }

  async #post(plan: StandInPlan, path: string): Promise<number | 'not-there' | undefined> {
    const answer = await this.#fetch(path, {
      method: 'POST',
      headers: {
        ...plan.gateHeaders(),
        PipeBotMode: 'callback',
        authorization: `Basic ${Buffer.from(`pipebot:${GATE_KEY}`).toString('base64')}`,
      },
    });
    // A question that PipeBot refuses is a mistake of this story, and no accident.
    if (answer === 'not-there') return answer;
    if (answer && answer.status >= 400 && answer.status < 500)
      throw new Error(`The gate refused ${path}: ${JSON.stringify(answer.body)}`);
    return answer?.status;
  }

  async #fetch(path: string, request: RequestInit) {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(PATIENCE_MS)]);
    try {
      const response = await fetch(`${this.#url}/${path}`, { ...request, signal });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (error) {
      return isRefusal(error) ? 'not-there' : undefined;
    }
  }
}

/** Nobody listened, so that nothing can have been taken in. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
