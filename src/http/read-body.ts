// Reads a request's JSON body within limits of size, depth and number of members. A body beyond them is refused
// before it is parsed: deep nesting would later kill the process when it is written out again.
import type { IncomingMessage } from 'node:http';
import { PipeBotError } from '../errors.ts';

const MAX_DEPTH = 32;
const MAX_MEMBERS = 10_000;

/** The parsed body; throws `request-too-large` or `request-invalid`. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = await readBodyText(request, maxBytes);
  if (!isShallow(text)) {
    throw new PipeBotError('request-too-large', {
      subject: 'body',
      detail: 'it is nested too deeply or has too many members',
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PipeBotError('request-invalid', { subject: 'body', detail: 'it is not valid JSON', cause });
  }
}

/** The body as UTF-8; throws `request-too-large`, or `request-invalid` when it is compressed or cut off. */
export async function readBodyText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new PipeBotError('request-invalid', {
      subject: 'body',
      detail: 'it is compressed',
      example: 'send plain JSON',
    });
  }
  return (await readBytes(request, maxBytes)).toString('utf8');
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new PipeBotError('request-too-large', { subject: 'body', detail: `more than ${maxBytes} bytes` });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const body = await readBeginning(request, { keptBytes: maxBytes, drainedBytes: maxBytes });
  if (body.isCut) throw tooLarge();
  return body.bytes;
}

/**
 * The first `keptBytes` of a body. What follows is read and thrown away, up to `drainedBytes` in all, so that a
 * caller who only looks for an answer when all is sent gets to see one; `isDrained` when the body ended by then.
 * Throws `request-invalid` when the caller hangs up before its end.
 */
export async function readBeginning(
  request: IncomingMessage,
  { keptBytes, drainedBytes }: { readonly keptBytes: number; readonly drainedBytes: number },
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean; readonly isDrained: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The stream must live on after a break, since the answer still goes out over its connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (size < keptBytes) chunks.push(chunk.subarray(0, keptBytes - size));
      size += chunk.length;
      if (size > drainedBytes) return { bytes: Buffer.concat(chunks), isCut: true, isDrained: false };
    }
  } catch (cause) {
    if (!hasHungUp(cause)) throw cause;
    throw new PipeBotError('request-invalid', {
      subject: 'body',
      detail: 'the connection was closed before its end',
      cause,
    });
  }
  return { bytes: Buffer.concat(chunks), isCut: size > keptBytes, isDrained: true };
}

/** What Node's http module throws out of a body that the caller has cut off. */
function hasHungUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** Whether JSON stays within the limits of depth and members: counts brackets and commas outside of strings. */
export function isShallow(text: string): boolean {
  let depth = 0;
  let members = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ',') members++;
    if (depth > MAX_DEPTH || members > MAX_MEMBERS) return false;
  }
  return true;
}
