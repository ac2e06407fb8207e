// The shapes that travel between Teams and a bot, as far as the stand-in looks at them. Types only: what
// the stand-in does with them lives in the other files.

export interface WireAttachment {
  contentType?: string;
  content?: unknown;
  [field: string]: unknown;
}

/** An activity as JSON. Loose on purpose: the stand-in must carry fields that it doesn't know. */
export interface WireActivity {
  type?: string;
  id?: string;
  text?: string;
  summary?: string;
  replyToId?: string;
  serviceUrl?: string;
  channelId?: string;
  conversation?: { id?: string; [field: string]: unknown };
  attachments?: WireAttachment[];
  channelData?: { [field: string]: unknown };
  [field: string]: unknown;
}

export interface ConnectorRequest {
  readonly method: string;
  /** Decoded path segments after the route's prefix. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ConnectorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in the form Teams uses for all of them. */
export function refusal(status: number, code: string, message: string): ConnectorAnswer {
  return { status, body: { error: { code, message } } };
}

/** Reads a body as an activity, or undefined when it isn't an object. */
export function asActivity(body: unknown): WireActivity | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as WireActivity)
    : undefined;
}
