// Remembers how one organisation has answered, so that it is left alone when it asked for that, and is not
// hammered with a token that it refuses. It must not send anything, and knows nothing of other organisations.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';

/** How a request ended. Only `project` refusals (403) say nothing about the organisation's other projects. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: PipeBotError; readonly scope: Scope }
  /** Given up by us: says nothing about the organisation. */
  | { readonly kind: 'abandoned'; readonly error: PipeBotError };

export type Scope = 'organization' | 'project';

export interface GuardedRequest {
  /** Undefined for what is asked of the organisation itself. */
  readonly project: string | undefined;
  readonly subject: string;
}

/** Trouble of the organisation (key '') or of one project. */
interface Trouble {
  readonly since: number;
  refusal?: LastingRefusal;
}

interface LastingRefusal {
  readonly error: PipeBotError;
  probeAt: number;
  probe?: Promise<void>;
}

const PROBE_INTERVAL_MS = 60_000;
/** Projects are named by people, too; more than this need not be remembered. */
const MOST_TROUBLES = 200;

export interface OrganizationHealthOptions {
  readonly organization: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class OrganizationHealth {
  readonly #organization: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #troubles = new Map<string, Trouble>();
  #throttledUntil = 0;

  constructor(options: OrganizationHealthOptions) {
    this.#organization = options.organization;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Nothing is sent for so many ms; a shorter time does not take back a longer one. */
  slowDown(delayMs: number): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, this.#clock.now() + delayMs);
  }

  /**
   * Runs `send` unless the organisation is to be left alone, and remembers how it ended.
   * After azure-unauthorized one request a minute goes out to see whether that still holds; requests that come
   * while it is out wait for it, the others get the same error at once.
   * @throws PipeBotError azure-throttled, the remembered azure-unauthorized, or the error of `send`
   */
  async guard<T>(request: GuardedRequest, send: () => Promise<Outcome<T>>): Promise<T> {
    const endProbe = await this.#admit(request);
    try {
      const outcome = await send();
      if (outcome.kind === 'abandoned') throw outcome.error;
      if (outcome.kind === 'failed') {
        this.#noteFailure(outcome.error, outcome.scope === 'project' ? request.project : undefined);
        throw outcome.error;
      }
      this.#noteAnswer(undefined);
      if (request.project !== undefined) this.#noteAnswer(request.project);
      return outcome.value;
    } finally {
      endProbe?.();
    }
  }

  /** Gives the function that ends the probe when this request has become one. */
  async #admit({ project, subject }: GuardedRequest): Promise<(() => void) | undefined> {
    for (;;) {
      const now = this.#clock.now();
      if (now < this.#throttledUntil) {
        const detail = 'it asked for a pause';
        throw new PipeBotError('azure-throttled', {
          subject,
          detail,
          retryAfterMs: this.#throttledUntil - now,
        });
      }
      const refusals = this.#refusalsFor(project);
      if (refusals.length === 0) return undefined;
      const probe = refusals.find((refusal) => refusal.probe)?.probe;
      if (!probe) return startProbe(refusals, now);
      // It ends before the deadline of all who wait: it began before they did.
      await probe;
    }
  }

  #refusalsFor(project: string | undefined): LastingRefusal[] {
    const scopes = project === undefined ? [undefined] : [undefined, project];
    const refusals: LastingRefusal[] = [];
    for (const scope of scopes) {
      const refusal = this.#troubles.get(toKey(scope))?.refusal;
      if (refusal) refusals.push(refusal);
    }
    return refusals;
  }

  #noteFailure(error: PipeBotError, project: string | undefined): void {
    // A refused parameter or a missing build is an answer: the organisation can be read.
    if (error.code === 'azure-not-found' || error.code === 'azure-refused') {
      this.#noteAnswer(undefined);
      return;
    }
    const now = this.#clock.now();
    const trouble = this.#troubles.get(toKey(project)) ?? this.#begin(project, error);
    if (error.code !== 'azure-unauthorized') return;
    trouble.refusal = { error, probeAt: now + PROBE_INTERVAL_MS };
  }

  #begin(project: string | undefined, error: PipeBotError): Trouble {
    if (this.#troubles.size >= MOST_TROUBLES) {
      const oldest = [...this.#troubles.keys()].find((key) => key !== '');
      this.#troubles.delete(oldest ?? '');
    }
    const trouble: Trouble = { since: this.#clock.now() };
    this.#troubles.set(toKey(project), trouble);
    const { detail } = error.details;
    this.#log.warn({ ...this.#fields(project), code: error.code, detail }, 'Azure DevOps cannot be read');
    return trouble;
  }

  #noteAnswer(project: string | undefined): void {
    const trouble = this.#troubles.get(toKey(project));
    if (!trouble) return;
    this.#troubles.delete(toKey(project));
    const troubledForMs = this.#clock.now() - trouble.since;
    this.#log.info({ ...this.#fields(project), troubledForMs }, 'Azure DevOps can be read again');
  }

  #fields(project: string | undefined): Record<string, unknown> {
    return { organization: this.#organization, ...(project === undefined ? {} : { project }) };
  }
}

function toKey(project: string | undefined): string {
  return project?.toLowerCase() ?? '';
}

/** The request becomes the probe of all that is refused, or is refused itself while one is not due. */
function startProbe(refusals: readonly LastingRefusal[], now: number): () => void {
  const early = refusals.find((refusal) => now < refusal.probeAt);
  if (early) throw early.error;
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const refusal of refusals) {
    refusal.probe = promise;
    // Set before the outcome is known, so that a probe without an outcome is not followed by another at once.
    refusal.probeAt = now + PROBE_INTERVAL_MS;
  }
  return () => {
    for (const refusal of refusals) delete refusal.probe;
    resolve();
  };
}
