// From alerts to the rows of a message: what a definition is called, whom a base blocks, what a card shows. Pure.
import {
  type Alert,
  type AlertEntry,
  type AlertNews,
  currentNews,
  type HoldReason,
} from '../domain/alert.ts';
import type { Content } from '../domain/content.ts';
import { placedDefinitionKey } from '../domain/place.ts';
import {
  type DefinitionName,
  findByDefinition,
  isSameDefinition,
  type ServiceCatalog,
} from '../domain/service.ts';

export interface NamedDefinition {
  /** The service that it builds, else the base that it makes, else its number. */
  readonly name: string;
  readonly role: 'base' | 'build';
}

export function nameOfDefinition(catalog: ServiceCatalog, definition: DefinitionName): NamedDefinition {
  const named = findByDefinition(catalog, definition);
  if (!named) return { name: `${definition.definitionId}`, role: 'build' };
  return named.kind === 'service'
    ? { name: named.service.name, role: 'build' }
    : { name: named.base.name, role: 'base' };
}

/** A row for an alert; undefined while nothing is known of its builds. */
export function entryOf(
  catalog: ServiceCatalog,
  alert: Alert,
  news: AlertNews,
  held?: { readonly by: HoldReason; readonly base?: string },
): AlertEntry | undefined {
  const { facts, definition } = alert;
  if (!facts) return undefined;
  const { name, role } = nameOfDefinition(catalog, definition);
  const blocks = role === 'base' ? servicesBuiltOn(catalog, definition) : [];
  const late = held && held.by !== 'grouping' ? { heldBy: held.by } : {};
  return {
    news,
    name,
    role,
    facts,
    blocks,
    ...late,
    ...(held?.base === undefined ? {} : { base: held.base }),
  };
}

/** What a card shows now; undefined when nothing is left of it. Several subscriptions to one thing are one row. */
export function cardContent(
  catalog: ServiceCatalog,
  alerts: readonly Alert[],
  now: number,
): Extract<Content, { kind: 'alert' }> | undefined {
  const entries = distinct(alerts).flatMap((alert) => entryOf(catalog, alert, currentNews(alert)) ?? []);
  return entries.length === 0 ? undefined : { kind: 'alert', entries, at: now };
}

/** The first alert for each definition and branch. */
export function distinct(alerts: readonly Alert[]): Alert[] {
  const seen = new Map<string, Alert>();
  for (const alert of alerts) {
    const key = definitionKeyOf(alert);
    if (!seen.has(key)) seen.set(key, alert);
  }
  return [...seen.values()];
}

/** The same text for alerts about one definition on one branch, whoever subscribes. */
export function definitionKeyOf({ definition, branch }: Pick<Alert, 'definition' | 'branch'>): string {
  return placedDefinitionKey({ ...definition, branch });
}

function servicesBuiltOn(catalog: ServiceCatalog, definition: DefinitionName): string[] {
  return catalog.services
    .filter(({ bases }) => bases.some((base) => isSameDefinition(base.definition, definition)))
    .map(({ name }) => name);
}
