// `mute`: this conversation hears nothing of a service for a while.
import { parseDuration } from '../../domain/duration.ts';
import { MAX_MUTE_MS, MIN_MUTE_MS, type Mute } from '../../domain/mute.ts';
import { findNamed } from '../../domain/service.ts';
import { muteService, type QuietPorts } from '../../usecases/keep-quiet.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { type FindServicePorts, findService } from '../find-service.ts';
import { remark } from '../remark-reply.ts';

export const MUTE: CommandDescription = {
  name: 'mute',
  aliases: [],
  usage: 'mute <service|*> [duration]',
  summary: 'Holds the news of a service back for a while, 2h unless you say.',
  help: 'Holds the news of a service, or of all, back in this conversation: for two hours, or as long as you say. What still fails then is told.',
  examples: ['mute payments 2h', 'mute * 30m'],
  maxArguments: 5,
};

const DEFAULT_MUTE_MS = 2 * 3_600_000;

export function createMuteCommand(ports: QuietPorts & FindServicePorts): ChatCommand {
  return {
    description: MUTE,
    async run({ words, message: { conversationId, from } }) {
      const [word, ...rest] = words.filter((each) => each.toLowerCase() !== 'for');
      // "mute 2h": how long, but what?
      if (word === undefined || (parseDuration(word) !== undefined && !findNamed(ports.catalog, word))) {
        return remark({ code: 'argument-missing', usage: MUTE.usage, example: 'mute payments 2h' });
      }
      const found = await findService(ports, word);
      if ('remark' in found) return remark(found.remark);
      const typed = rest.join(' ');
      const durationMs = typed === '' ? DEFAULT_MUTE_MS : parseDuration(typed);
      if (durationMs === undefined || durationMs < MIN_MUTE_MS || durationMs > MAX_MUTE_MS) {
        const example = `mute ${found.name} 2h`;
        return remark({ code: 'duration-invalid', typed: typed.slice(0, 60), example, maxMs: MAX_MUTE_MS });
      }
      const until = ports.clock.now() + durationMs;
      const mute: Mute = { conversationId, service: found.name, until, by: from };
      return {
        ...remark({ code: 'muted', mute }),
        record: async () => {
          await muteService(ports, mute);
          return undefined;
        },
      };
    },
  };
}
