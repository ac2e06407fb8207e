// From a word to the name under which subscriptions and mutes know a service: its own name, a base's, or everything.
// It must not look into anybody's conversation.
import type { Remark } from '../domain/content.ts';
import { findNamed, type ServiceCatalog } from '../domain/service.ts';
import { ALL_SERVICES } from '../domain/subscription.ts';
import type { FindSubject, Subject } from '../usecases/find-subject.ts';
import { nameOf } from './watch-candidates.ts';

export interface FindServicePorts {
  readonly catalog: ServiceCatalog;
  readonly findSubject: FindSubject;
}

export type FoundService =
  | { readonly name: string; readonly subject?: Subject }
  | { readonly remark: Remark };

const WORDS_FOR_ALL = new Set([ALL_SERVICES, 'all', 'everything']);

/** A name, an alias, a pasted link, or a word that means all of them, unless a service is called that. */
export async function findService(ports: FindServicePorts, word: string): Promise<FoundService> {
  if (WORDS_FOR_ALL.has(word.toLowerCase()) && !findNamed(ports.catalog, word)) return { name: ALL_SERVICES };
  const found = await ports.findSubject(word);
  return 'remark' in found ? found : { name: nameOf(found.subject.named), subject: found.subject };
}

/** The one of these names that a word is, whatever its capitals; for what is gone from the services file. */
export function sameName(names: readonly string[], word: string): string | undefined {
  return names.find((name) => name.toLowerCase() === word.toLowerCase());
}
