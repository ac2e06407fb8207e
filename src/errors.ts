// The closed list of what can go wrong, and whether trying again helps. Expected outcomes (a failed base,
// an unknown command) are values and not in here. The HTTP status of a code stands in http/error-status.ts,
// the sentence that people read in text/error.ts; both tables are exhaustive, so a new code does not compile
// until all three know it. Nothing may recognise an error by its message.

export type ErrorCode =
  | 'config-invalid'
  | 'service-unknown'
  | 'branch-invalid'
  | 'gate-unauthorized'
  | 'gate-request-invalid'
  | 'check-request-invalid'
  | 'gate-unknown'
  | 'gate-full'
  | 'check-unavailable'
  | 'azure-unauthorized'
  | 'azure-not-found'
  | 'azure-throttled'
  | 'azure-unavailable'
  | 'azure-invalid-response'
  | 'azure-refused'
  | 'store-unavailable'
  | 'store-busy'
  | 'store-newer'
  | 'activity-unauthorized'
  | 'hook-unauthorized'
  | 'hook-full'
  | 'operator-refused'
  | 'request-invalid'
  | 'request-too-large'
  | 'shutting-down'
  | 'internal';

/** Whether the same attempt may succeed later without anybody changing anything. */
export const RETRYABLE = {
  'config-invalid': false,
  'service-unknown': false,
  'branch-invalid': false,
  'gate-unauthorized': false,
  'gate-request-invalid': false,
  'check-request-invalid': false,
  'gate-unknown': false,
  'gate-full': true,
  'check-unavailable': false,
  'azure-unauthorized': false,
  'azure-not-found': false,
  'azure-throttled': true,
  'azure-unavailable': true,
  'azure-invalid-response': true,
  'azure-refused': false,
  'store-unavailable': true,
  'store-busy': false,
  'store-newer': false,
  'activity-unauthorized': false,
  'hook-unauthorized': false,
  'hook-full': true,
  'operator-refused': false,
  'request-invalid': false,
  'request-too-large': false,
  'shutting-down': true,
  internal: true,
} as const satisfies Record<ErrorCode, boolean>;

export interface ErrorDetails {
  /** What the sentence for people is about: a service name, a branch, an organisation. Never a secret. */
  readonly subject?: string;
  /** One more fact in a person's words, for example what Azure DevOps answered. Never a secret, never HTML. */
  readonly detail?: string;
  /** An example of what would have worked. */
  readonly example?: string;
  /** Nearest names that the asker may see. */
  readonly suggestions?: readonly string[];
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The only error class of PipeBot's own. Anything else that is thrown is a bug and is logged with its stack. */
export class PipeBotError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(
      [code, details.subject, details.detail].filter((part) => part !== undefined).join(': '),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'PipeBotError';
    this.code = code;
    this.details = details;
  }

  get isRetryable(): boolean {
    return RETRYABLE[this.code];
  }

  /** Azure DevOps could not be asked, or answered so; whoever asked it can say so and go on. */
  get isFromAzureDevOps(): boolean {
    return this.code.startsWith('azure-');
  }
}

/** Any thrown value as a PipeBotError; what is not one already becomes `internal` with its cause kept. */
export function toPipeBotError(error: unknown): PipeBotError {
  return error instanceof PipeBotError ? error : new PipeBotError('internal', { cause: error });
}
