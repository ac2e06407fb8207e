// `services`: the services that PipeBot knows, with their bases.
import type { ServiceCatalog } from '../../domain/service.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';

export const SERVICES: CommandDescription = {
  name: 'services',
  aliases: ['list'],
  usage: 'services',
  summary: 'The services that can be asked about, with their bases.',
  help: 'Lists the services that can be asked about, their other names and their bases.',
  examples: ['services'],
  maxArguments: 0,
};

const MAX_ROWS = 50;

export function createServicesCommand({ catalog }: { readonly catalog: ServiceCatalog }): ChatCommand {
  return {
    description: SERVICES,
    run: () => {
      const services = catalog.services.slice(0, MAX_ROWS);
      return Promise.resolve({
        content: { kind: 'services', services, omitted: catalog.services.length - services.length },
      });
    },
  };
}
