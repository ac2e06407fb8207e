// Which faults there are, and which of the injected ones a request meets. Must not touch a socket.
import type { LedgerEntry } from './ledger.ts';

/**
 * Effects marked (after) need the true answer, so the request is carried out first. With the others nothing
 * happens in Azure unless the fault says `applied`.
 */
export type FaultEffect =
  /** Any answer; the content type is JSON unless given, and none at all when empty. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly contentType?: string;
    }
  /** 203 and a page, as for a bad token. */
  | { readonly kind: 'sign-in-page' }
  /** 302 to this server's sign-in page, or to any address. */
  | { readonly kind: 'redirect'; readonly location?: string; readonly status?: number }
  | { readonly kind: 'unauthorized'; readonly as: 'json' | 'html' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'not-found'; readonly as: 'json' | 'html' }
  /** 429; Retry-After exactly as given, absent when not. */
  | { readonly kind: 'throttled'; readonly retryAfter?: string }
  /** (after) The true answer, late, with the headers of a slow-down. */
  | { readonly kind: 'delayed'; readonly delayMs: number; readonly retryAfter?: string }
  /** HTML, as a proxy's. */
  | { readonly kind: 'server-error'; readonly status?: number; readonly retryAfter?: string }
  /** 200 with a page. */
  | { readonly kind: 'html' }
  /** (after) JSON cut in half, with a length that fits the half. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'empty-body' }
  /** 200 and this JSON: `{}`, `[]`, `{"count":0,"value":null}`. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** (after) Headers and half of the body, then nothing for ever. */
  | { readonly kind: 'stalled' }
  /** (after) A byte at a time. */
  | { readonly kind: 'drip'; readonly intervalMs: number }
  | { readonly kind: 'never-answer' }
  /** RST, before any byte of an answer. */
  | { readonly kind: 'reset' }
  /** 200 and about this many bytes of valid JSON. */
  | { readonly kind: 'huge-body'; readonly bytes: number }
  /** (after) The true answer with its JSON changed. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: unknown) => unknown };

export interface Fault {
  /** Both must hold; `path` is looked for in the decoded path and in the raw URL with its query. */
  readonly match: { readonly method?: string; readonly path?: RegExp };
  /** For ever when not given. */
  readonly times?: number;
  /** Carry the request out all the same: the answer is lost, the change is not. */
  readonly applied?: boolean;
  readonly effect: FaultEffect;
}

export interface ArmedFault {
  readonly fault: Fault;
  left: number;
}

export function needsTrueAnswer(fault: Fault): boolean {
  return ['delayed', 'truncated', 'stalled', 'drip', 'rewrite'].includes(fault.effect.kind);
}

/** The oldest fault that matches wins, and is used up by one. */
export function takeFault(armed: readonly ArmedFault[], entry: LedgerEntry): Fault | undefined {
  const found = armed.find((candidate) => candidate.left > 0 && matches(candidate.fault, entry));
  if (!found) return undefined;
  found.left -= 1;
  return found.fault;
}

function matches({ match }: Fault, entry: LedgerEntry): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== entry.method) return false;
  const { path } = match;
  // `search`, because `test` remembers where it stopped when the expression has the g flag.
  return path === undefined || entry.path.search(path) >= 0 || entry.rawUrl.search(path) >= 0;
}
