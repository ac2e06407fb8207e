// What the stand-in says to one request, before any fault changes it. Must not touch a socket.

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Thrown by a route to end the request with this answer. */
export class RefusedRequest extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const HTML_TYPE = 'text/html; charset=utf-8';

export function jsonAnswer(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: JSON.stringify(value) };
}

/** Azure wraps every list in this. */
export function listAnswer(value: readonly unknown[], headers: Record<string, string> = {}): Answer {
  return jsonAnswer({ count: value.length, value }, headers);
}

export function noContentAnswer(): Answer {
  return { status: 204, headers: {}, body: '' };
}

export function textAnswer(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

export function htmlAnswer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': HTML_TYPE, ...headers }, body };
}

/** 200 and this text under the JSON content type, whatever it is. */
export function rawJsonAnswer(body: string): Answer {
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body };
}
