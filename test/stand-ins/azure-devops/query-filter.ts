// Reads query parameters the way Azure does: names in any case, enums as words, comma lists or numbers.
// Must not know builds.
import { badRequest } from './azure-error.ts';

export type Query = ReadonlyMap<string, string>;

/** Parameter names are case-insensitive in Azure; an empty value counts as not given. */
export function toQuery(parameters: Readonly<Record<string, string>>): Query {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  return new Map(given.map(([name, value]) => [name.toLowerCase(), value]));
}

export function readNumber(query: Query, name: string): number | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`The value '${text}' is not valid for ${name}.`);
  return Number(text);
}

export function readIds(query: Query, name: string): Set<number> | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined) return undefined;
  const ids = text.split(',').map((part) => part.trim());
  if (!ids.every((id) => /^\d+$/.test(id))) throw badRequest(`The value '${text}' is not valid for ${name}.`);
  return new Set(ids.map(Number));
}

export function readTime(query: Query, name: string): number | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`The value '${text}' is not valid for ${name}.`);
  return time;
}

/** One of the words, or its number. */
export function readChoice(
  query: Query,
  name: string,
  words: Readonly<Record<string, number>>,
): string | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined) return undefined;
  const found = Object.entries(words).find(
    ([word, number]) => word.toLowerCase() === text.toLowerCase() || String(number) === text,
  );
  if (!found) throw badRequest(`The value '${text}' is not valid for ${name}.`);
  return found[0];
}

/** Flags: `inProgress,notStarted`, `33` and `all` are all understood; 0 filters nothing. */
export function readFlags(
  query: Query,
  name: string,
  flags: Readonly<Record<string, number>>,
): number | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined) return undefined;
  let mask = 0;
  for (const part of text.split(',').map((word) => word.trim().toLowerCase())) {
    const flag = Object.entries(flags).find(([word]) => word.toLowerCase() === part)?.[1];
    const value = flag ?? (/^\d+$/.test(part) ? Number(part) : undefined);
    if (value === undefined) throw badRequest(`The value '${text}' is not valid for ${name}.`);
    mask |= value;
  }
  return mask === 0 ? undefined : mask;
}

export const BUILD_STATUS = {
  none: 0,
  inProgress: 1,
  completed: 2,
  cancelling: 4,
  postponed: 8,
  notStarted: 32,
  all: 47,
} as const;

export const BUILD_RESULT = {
  none: 0,
  succeeded: 2,
  partiallySucceeded: 4,
  failed: 8,
  canceled: 32,
} as const;

export const BUILD_REASON = {
  none: 0,
  manual: 1,
  individualCI: 2,
  batchedCI: 4,
  schedule: 8,
  scheduleForced: 16,
  userCreated: 32,
  validateShelveset: 64,
  checkInShelveset: 128,
  pullRequest: 256,
  buildCompletion: 512,
  resourceTrigger: 1024,
  triggered: 1967,
  all: 2031,
} as const;

export const BUILD_ORDER = {
  finishTimeAscending: 2,
  finishTimeDescending: 3,
  queueTimeDescending: 4,
  queueTimeAscending: 5,
  startTimeDescending: 6,
  startTimeAscending: 7,
} as const;

export const DELETED_FILTER = { excludeDeleted: 0, includeDeleted: 1, onlyDeleted: 2 } as const;

export const DEFINITION_ORDER = {
  none: 0,
  lastModifiedAscending: 1,
  lastModifiedDescending: 2,
  definitionNameAscending: 3,
  definitionNameDescending: 4,
} as const;
