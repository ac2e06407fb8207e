// Waits at the gate of a PipeBot server: asks, keeps the gate's id, comes back when told to, and goes on through
// restarts and broken connections until its own deadline. It must not decide anything itself.
import { toUnavailable } from '../azure-devops/network-failure.ts';
import { parseRetryAfter } from '../azure-devops/retry-after.ts';
import { type Clock, sleep } from '../clock.ts';
import type { ServerQuestion } from './gate-arguments.ts';
import type { GateOutcome, GateReport } from './gate-report.ts';
import { type AnswerBody, type GateStep, type RawAnswer, readGateAnswer } from './read-gate-answer.ts';

export interface AskServerContext {
  readonly clock: Clock;
  /** Aborted when the person or the pipeline does not want to wait any more. */
  readonly signal: AbortSignal;
  readonly report: Pick<GateReport, 'waiting' | 'trouble'>;
  /** 0 to 1, so that many pipelines do not come back in the same moment. */
  readonly random: () => number;
}

/** PipeBot holds a request no longer than this, so that no proxy cuts it. */
const MAX_HOLD_MS = 60_000;
/** The server's deadline is a little later than ours: its reasoned answer is worth waiting for. */
const SERVER_LATER_MS = 2_000;
const GRACE_MS = 5_000;
const ANSWER_LIMIT_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
const MAX_BODY_BYTES = 256 * 1_024;

export async function askServer(question: ServerQuestion, context: AskServerContext): Promise<GateOutcome> {
  const { clock, signal, report } = context;
  const deadlineAt = clock.now() + question.waitMs;
  let last: AnswerBody | undefined;
  let doubts = 0;
  for (;;) {
    const remainingMs = Math.max(0, deadlineAt - clock.now());
    const step = await askOnce(question, { id: last?.id, remainingMs, signal });
    if (signal.aborted) return { kind: 'interrupted' };
    if (step.kind === 'decided') return step;
    // The server has forgotten the gate: a new one begins, and our deadline stays.
    const isForgotten = step.kind === 'refused' && step.code === 'gate-unknown' && last !== undefined;
    if (step.kind === 'refused' && !isForgotten) return step;
    if (step.kind === 'wait') {
      last = step.body;
      report.waiting(step.body);
    } else {
      if (isForgotten) last = undefined;
      report.trouble(step.sentence);
    }
    doubts = step.kind === 'wait' ? 0 : doubts + 1;
    if (remainingMs === 0) return noAnswer(step, last);
    const asked = 'retryAfterMs' in step ? step.retryAfterMs : undefined;
    const pauseMs = asked ?? pauseAfter(doubts, context.random);
    // One last question when the time is up, even if the server would rather be asked later: it costs one request.
    await sleep(clock, Math.min(pauseMs, Math.max(0, deadlineAt - clock.now())), signal);
    if (signal.aborted) return { kind: 'interrupted' };
  }
}

function noAnswer(step: GateStep, last: AnswerBody | undefined): GateOutcome {
  if (step.kind === 'wait' || step.kind === 'decided')
    return { kind: 'no-answer', sentence: `The time is up: ${step.body.message}`, body: step.body };
  const before = last ? ` Last known: ${last.message}` : '';
  const sentence = `The time is up, and PipeBot could not be asked. ${step.sentence}${before}`;
  return { kind: 'no-answer', sentence, ...(last ? { body: last } : {}) };
}

function pauseAfter(doubts: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, doubts - 1));
  return longest * (0.5 + random() / 2);
}

interface Asking {
  readonly id: string | undefined;
  readonly remainingMs: number;
  readonly signal: AbortSignal;
}

async function askOnce(question: ServerQuestion, asking: Asking): Promise<GateStep> {
  const holdMs = Math.min(MAX_HOLD_MS, asking.remainingMs + SERVER_LATER_MS);
  const limitMs = Math.min(holdMs + ANSWER_LIMIT_MS, asking.remainingMs + GRACE_MS);
  const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(limitMs)]);
  try {
    const answer = await get(toAddress(question, asking, holdMs), question, signal);
    return readGateAnswer(answer, asking.id);
  } catch (thrown) {
    const cause = thrown instanceof TypeError ? (thrown.cause ?? thrown) : thrown;
    const { detail = 'no answer' } = toUnavailable(cause, signal, '').details;
    return { kind: 'doubt', sentence: `PipeBot does not answer: ${detail}.` };
  }
}

function toAddress(question: ServerQuestion, { id, remainingMs }: Asking, holdMs: number): string {
  const { url, service, branch, commit, settleMs, buildId } = question;
  const query = new URLSearchParams({
    wait: `${holdMs}ms`,
    // For a gate that begins only now; one that is known keeps its own.
    timeout: `${Math.max(1_000, remainingMs)}ms`,
    ...(branch === undefined ? {} : { branch }),
    ...(commit === undefined ? {} : { commit }),
    ...(settleMs === undefined ? {} : { settle: `${settleMs}ms` }),
    ...(buildId === undefined ? {} : { buildId }),
    ...(id === undefined ? {} : { id }),
  });
  return `${url}/api/gate/${encodeURIComponent(service)}?${query}`;
}

async function get(
  address: string,
  { key }: Pick<ServerQuestion, 'key'>,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const response = await fetch(address, {
    headers: { accept: 'application/json', 'x-pipebot-key': key.reveal(), 'cache-control': 'no-store' },
    redirect: 'manual',
    signal,
  });
  const { headers, status } = response;
  const date = Date.parse(headers.get('date') ?? '');
  const retryAfter = headers.get('retry-after') ?? undefined;
  return {
    status,
    contentType: headers.get('content-type') ?? '',
    location: headers.get('location') ?? undefined,
    // Without the server's own time a date means nothing to us, and counts as long past.
    retryAfterMs: parseRetryAfter(retryAfter, Number.isNaN(date) ? Number.MAX_SAFE_INTEGER : date),
    text: await readBody(response),
  };
}

async function readBody(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
