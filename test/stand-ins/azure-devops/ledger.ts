// Remembers every request the stand-in has had, so that tests can assert on traffic. Must not answer anything.

export interface LedgerEntry {
  /** The scripted clock's milliseconds when the request arrived. */
  readonly at: number;
  readonly method: string;
  /** Decoded, without the query, with the organisation: `/contoso/Shop/_apis/build/builds`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly rawUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether an Authorization header came along, good or bad. */
  readonly hasCredential: boolean;
  /** JSON as a value, anything else as text, undefined when there was none or it hasn't arrived yet. */
  readonly body: unknown;
  /** Undefined while unanswered, and for ever when the connection was dropped or left hanging. */
  readonly answeredStatus: number | undefined;
}

/** The listener fills in what it learns later; readers see it as LedgerEntry. */
export type OpenLedgerEntry = { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] };

export interface LedgerSource {
  readonly at: number;
  readonly method: string;
  readonly rawUrl: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

export function openLedgerEntry(source: LedgerSource): OpenLedgerEntry {
  const [rawPath = '', rawQuery = ''] = splitOnce(source.rawUrl, '?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(source.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return {
    at: source.at,
    method: source.method,
    path: decodeLeniently(rawPath),
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawUrl: source.rawUrl,
    headers,
    hasCredential: headers['authorization'] !== undefined,
    body: undefined,
    answeredStatus: undefined,
  };
}

export function readBody(raw: string, contentType: string): unknown {
  if (raw === '') return undefined;
  if (!contentType.includes('json')) return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A broken percent sign must still be recorded: it is what the test wants to see. */
function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
