// Reads fields out of parsed JSON and says in words what is missing. It must not know what a build is, nor
// give a default for a field that it was asked for.
import { PipeBotError } from '../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An answer that came, but not as agreed. */
export function invalidResponse(detail: string): PipeBotError {
  return new PipeBotError('azure-invalid-response', { detail });
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws PipeBotError azure-invalid-response, as do all functions below; `what` names the value in it */
export function toJsonObject(value: unknown, what: string): JsonObject {
  if (!isJsonObject(value)) throw invalidResponse(`${what} is not an object`);
  return value;
}

/** Azure DevOps wraps lists as `{count, value}`; a count that does not fit means that something was lost. */
export function readList(body: JsonObject, what: string): readonly unknown[] {
  const { count, value } = body;
  if (!Array.isArray(value)) throw invalidResponse(`${what} is not a list`);
  if (count !== undefined && count !== value.length) throw invalidResponse(`${what} is not complete`);
  return value;
}

/** A positive whole number, as all ids are. */
export function readId(object: JsonObject, field: string, what: string): number {
  const value = object[field];
  if (!isId(value)) throw invalidResponse(`${what} has no valid ${field}`);
  return value;
}

export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

export function readText(object: JsonObject, field: string, what: string): string {
  const value = readOptionalText(object, field, what);
  if (value === undefined) throw invalidResponse(`${what} has no ${field}`);
  return value;
}

/** Undefined when it is absent or null; still refused when it is something else than text. */
export function readOptionalText(object: JsonObject, field: string, what: string): string | undefined {
  const value = object[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidResponse(`${what} has no valid ${field}`);
  return value;
}
