// What a person's order about gates is made of: its words up to "because", and the reason as it was written.

import type { Remark } from '../domain/content.ts';
import type { Orderer } from '../domain/hold.ts';
import type { Asker, ServiceAction } from '../domain/permission.ts';
import { permissionFor } from '../domain/permission.ts';
import type { Service } from '../domain/service.ts';
import type { IncomingMessage } from '../usecases/ports.ts';

const BECAUSE = 'because';
/** A reason is read by whoever waits; an essay is not. */
const MAX_REASON_LENGTH = 300;

/** The words before "because"; all of them when it is not there. */
export function wordsBeforeReason(words: readonly string[]): readonly string[] {
  const at = words.findIndex(isBecause);
  return at < 0 ? words : words.slice(0, at);
}

/** What follows the first "because", with its punctuation; empty when nothing does. */
export function reasonIn(text: string): string {
  const words = text.split(/\s+/);
  const at = words.findIndex(isBecause);
  const reason = at < 0 ? '' : words.slice(at + 1).join(' ');
  return reason.slice(0, MAX_REASON_LENGTH).toWellFormed().trim();
}

function isBecause(word: string): boolean {
  return word.toLowerCase().replace(/[:,]$/, '') === BECAUSE;
}

export function ordererOf({ from, fromEntraId }: IncomingMessage): Orderer {
  return { ...from, ...(fromEntraId === undefined ? {} : { entraId: fromEntraId }) };
}

/** Why the asker may not do it to a service that the asker sees; undefined when it is allowed. */
export function refusalFor(asker: Asker, action: ServiceAction, service: Service): Remark | undefined {
  const permission = permissionFor(asker, action, service);
  if (permission.kind === 'allowed') return undefined;
  const { why } = permission;
  // What may not be seen is not in the catalog that commands get; should it come here, it is unknown all the same.
  return why === 'not-visible'
    ? { code: 'service-unknown', typed: service.name, suggestions: [] }
    : { code: 'not-operator', why, service: service.name };
}
