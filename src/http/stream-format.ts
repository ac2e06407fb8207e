// The two ways of writing a stream, and how a caller asks for one. Texts only; it must not know who reads or writes.

export interface StreamFormat {
  readonly contentType: string;
  /** One event as text; `body` is a JSON object. */
  event(type: StreamEvent, body: object): string;
  /** Says nothing but that the stream is alive. */
  readonly heartbeat: string;
}

/** `decision` and `error` are always the last one. */
export type StreamEvent = 'progress' | 'decision' | 'error';

/** https://html.spec.whatwg.org/multipage/server-sent-events.html: a line with a colon in front is a comment. */
const SERVER_SENT_EVENTS: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  event: (type, body) => `event: ${type}\ndata: ${JSON.stringify(body)}\n\n`,
  heartbeat: ': waiting\n\n',
};

const JSON_LINES: StreamFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  event: (type, body) => `${JSON.stringify({ type, ...body })}\n`,
  heartbeat: `${JSON.stringify({ type: 'waiting' })}\n`,
};

/**
 * The stream that an Accept header asks for. Only one that names exactly one of the two does: a stream begins with 200,
 * so nobody gets one who might do with an ordinary answer, whose status says it all.
 */
export function streamFormatOf(accept: string | undefined): StreamFormat | undefined {
  switch (accept?.trim().toLowerCase()) {
    case 'text/event-stream':
      return SERVER_SENT_EVENTS;
    case 'application/x-ndjson':
      return JSON_LINES;
    default:
      return undefined;
  }
}
