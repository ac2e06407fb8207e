// What an HTTP answer means for somebody who waits at a gate. The only way to `continue` is a 200 with a whole,
// well-formed answer that says so for this gate; whatever did not come from PipeBot itself is a doubt.
import type { GateVerdict } from '../domain/gate.ts';

/** What came back, of whatever stands at that address. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | undefined;
  /** Parsed already; undefined when there was none. */
  readonly retryAfterMs: number | undefined;
  /** Undefined when it was too long to be an answer. */
  readonly text: string | undefined;
}

/** A gate's answer, with the fields that are looked at; the others are kept for `--json`. */
export interface AnswerBody {
  /** Only a server has one. */
  readonly id?: string;
  readonly decision: GateVerdict;
  readonly reason: string;
  readonly message: string;
  readonly base: Readonly<Record<string, unknown>>;
  readonly observedAt?: unknown;
}

export type GateStep =
  | { readonly kind: 'decided'; readonly body: AnswerBody }
  | { readonly kind: 'wait'; readonly body: AnswerBody; readonly retryAfterMs?: number }
  /** PipeBot, or a redirect, says that asking again would not help. */
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string; readonly body: object }
  /** Nothing is known: ask again. */
  | { readonly kind: 'doubt'; readonly sentence: string; readonly retryAfterMs?: number };

const STATUS_OF = { continue: 200, wait: 503, stop: 424 } as const satisfies Record<GateVerdict, number>;
/** These pass by themselves, whoever says them. */
const PASSING_STATUS = [408, 425, 429];

/** @param id of the gate, when an earlier answer has named it: an answer for another one is a doubt */
export function readGateAnswer(answer: RawAnswer, id: string | undefined): GateStep {
  const { status, retryAfterMs } = answer;
  const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status >= 300 && status < 400) return redirected(answer);
  const body = parseObject(answer);
  if (!body) return { kind: 'doubt', sentence: describe(answer), ...pause };
  const gate = toAnswerBody(body);
  if (gate && status === STATUS_OF[gate.decision]) {
    if (id !== undefined && gate.id !== id)
      return { kind: 'doubt', sentence: 'The answer was about another gate than this one.', ...pause };
    return gate.decision === 'wait'
      ? { kind: 'wait', body: gate, ...pause }
      : { kind: 'decided', body: gate };
  }
  const { error, message } = body;
  if (typeof error !== 'string' || typeof message !== 'string')
    return { kind: 'doubt', sentence: describe(answer), ...pause };
  const isLasting = status >= 400 && status < 500 && !PASSING_STATUS.includes(status);
  return isLasting
    ? { kind: 'refused', code: error, sentence: message, body }
    : { kind: 'doubt', sentence: message, ...pause };
}

function redirected({ status, location }: RawAnswer): GateStep {
  const target = URL.parse(location ?? '')?.origin;
  const sentence = `The address answers with a redirect${target === undefined ? '' : ` to ${target}`} (HTTP ${status}), which is not followed, since the key would travel along. Give the address of PipeBot itself as --url.`;
  return { kind: 'refused', code: 'redirected', sentence, body: { error: 'redirected', message: sentence } };
}

function describe({ status, contentType }: RawAnswer): string {
  const what = /\bhtml\b/i.test(contentType) ? 'a web page' : 'something';
  return `What answered is not PipeBot: HTTP ${status} with ${what} that is no answer of a gate.`;
}

function parseObject({ text, contentType }: RawAnswer): Record<string, unknown> | undefined {
  if (text === undefined || !/^application\/json\b/i.test(contentType)) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toAnswerBody(body: Record<string, unknown>): (AnswerBody & { readonly id: string }) | undefined {
  const { id, decision, reason, message, base } = body;
  const isWhole =
    typeof id === 'string' &&
    /^[\w-]{1,64}$/.test(id) &&
    typeof reason === 'string' &&
    reason !== '' &&
    typeof message === 'string' &&
    message !== '' &&
    typeof base === 'object' &&
    base !== null;
  if (!isWhole || typeof decision !== 'string' || !Object.hasOwn(STATUS_OF, decision)) return undefined;
  return body as unknown as AnswerBody & { readonly id: string };
}
