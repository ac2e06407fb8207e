// The cards that only list: the services of a conversation, and the help with every command.
import type { Content } from '../domain/content.ts';
import type { Service } from '../domain/service.ts';
import { branchText, listText, plainText, quoted } from '../text/plain.ts';
import type { TemplateData } from './expand-template.ts';

type Services = Extract<Content, { kind: 'services' }>;
type Help = Extract<Content, { kind: 'help' }>;

const MAX_ROWS = 40;
/** Nobody can use the half of a usage or of an example. */
const MAX_USAGE_LENGTH = 300;

/** Data of templates/services.json. `isCompact` shows the names alone. */
export function servicesData({ services, omitted }: Services, isCompact: boolean): TemplateData {
  const hidden = omitted + Math.max(0, services.length - MAX_ROWS);
  return {
    title: servicesTitle(services.length + omitted),
    isEmpty: services.length === 0,
    hasRows: services.length > 0,
    rows: services.slice(0, MAX_ROWS).map((service) => ({
      name: plainText(service.name),
      hasAliases: service.aliases.length > 0,
      aliases: service.aliases.length > 0 ? `also ${listText(service.aliases, 'or', 4)}` : '',
      hasText: !isCompact,
      text: isCompact ? '' : basesText(service),
    })),
    hasMore: hidden > 0,
    more: `and ${hidden} more`,
  };
}

/** `3 services`. */
export function servicesTitle(count: number): string {
  if (count === 0) return 'No services here yet';
  return count === 1 ? '1 service' : `${count} services`;
}

/** Data of templates/help.json. `isCompact` leaves out the examples. */
export function helpData({ entries }: Help, isCompact: boolean): TemplateData {
  return {
    rows: entries.slice(0, MAX_ROWS).map(({ usage, help, examples }) => ({
      usage: plainText(usage, MAX_USAGE_LENGTH),
      help: plainText(help, 300),
      hasExamples: !isCompact && examples.length > 0,
      examples:
        examples.length > 0
          ? `For example: ${listText(
              examples.map((example) => quoted(example, MAX_USAGE_LENGTH)),
              'or',
              3,
            )}`
          : '',
    })),
  };
}

function basesText({ bases, fallbackBranches }: Service): string {
  const names = bases.map(({ name, definition }) => `${name} on ${branchText(definition.branch)}`);
  const builds = `Builds on ${listText(names, 'and', 5)}`;
  if (fallbackBranches.length === 0) return `${builds}.`;
  return `${builds}; falls back to ${listText(fallbackBranches.map(branchText), 'and', 4)}.`;
}
