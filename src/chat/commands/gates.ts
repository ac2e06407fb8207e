// `gates`: which pipelines wait, for what and until when, and what people hold.
import { type ListGatesPorts, listGates } from '../../usecases/list-gates.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';

export const GATES: CommandDescription = {
  name: 'gates',
  aliases: [],
  usage: 'gates',
  summary: 'Which pipelines wait at gates, for what, and what is held.',
  help: 'Lists the pipelines that wait at gates, for what, since when and until when, and the services that are held, with buttons to release them.',
  examples: ['gates'],
  maxArguments: 0,
};

export type GatesCommandPorts = ListGatesPorts;

export function createGatesCommand(ports: GatesCommandPorts): ChatCommand {
  return {
    description: GATES,
    async run() {
      return { content: { kind: 'gates', ...(await listGates(ports)), at: ports.clock.now() } };
    },
  };
}
