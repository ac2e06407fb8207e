// Reads the times that Azure DevOps sends. It must not ask for the time itself.
import { invalidResponse, type JsonObject, readOptionalText } from './json-object.ts';

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Ms since the epoch; undefined when it has not happened. Azure DevOps sends up to seven fraction digits, and the
 * year 1 for "not yet". @throws PipeBotError azure-invalid-response
 */
export function readTimestamp(object: JsonObject, field: string, what: string): number | undefined {
  const text = readOptionalText(object, field, what);
  if (text === undefined || text.startsWith('0001-01-01')) return undefined;
  // Matched first: Date.parse alone finds a date in almost any text.
  const match = TIMESTAMP.exec(text);
  const [, dateAndTime, fraction = '', zone = 'Z'] = match ?? [];
  const time = Date.parse(`${dateAndTime}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  if (!match || Number.isNaN(time)) throw invalidResponse(`${what} has no valid ${field}`);
  return time;
}
