// Says in words why no answer came. It must not decide whether to try again.
import { PipeBotError } from '../errors.ts';

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was cut'],
  ['EPIPE', 'the connection was cut'],
  ['ENOTFOUND', 'its host name is not known'],
  ['EAI_AGAIN', 'its host name could not be looked up'],
  ['ETIMEDOUT', 'the connection could not be made in time'],
  ['CERT_HAS_EXPIRED', 'its TLS certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its TLS certificate is not trusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its TLS certificate is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its TLS certificate is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its TLS certificate is not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its TLS certificate is for another host'],
]);

/** PipeBotError azure-unavailable for whatever a connection or an aborted call threw; those of ours pass. */
export function toUnavailable(error: unknown, signal: AbortSignal, subject: string): PipeBotError {
  if (error instanceof PipeBotError) return error;
  return new PipeBotError('azure-unavailable', { subject, detail: describe(error, signal), cause: error });
}

/** Whether a call ended because its time was up, and not because nobody wants its answer any more. */
export function isDeadline(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}

function describe(error: unknown, signal: AbortSignal): string {
  if (isDeadline(signal)) return 'no answer in time';
  if (signal.aborted) return 'the call was ended';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return SENTENCES.get(code) ?? `the connection failed (${code})`;
}
