// `unmute`: this conversation hears of a service again, and at once of what was held back.
import type { Remark } from '../../domain/content.ts';
import type { Mute } from '../../domain/mute.ts';
import { ALL_SERVICES } from '../../domain/subscription.ts';
import { type QuietPorts, unmuteServices } from '../../usecases/keep-quiet.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { type FindServicePorts, type FoundService, findService, sameName } from '../find-service.ts';
import { remark } from '../remark-reply.ts';

export const UNMUTE: CommandDescription = {
  name: 'unmute',
  aliases: [],
  usage: 'unmute [service|*]',
  summary: 'Ends a mute, or all of them.',
  help: 'Ends the mute of a service, or every mute of this conversation. What was held back and still holds is told at once.',
  examples: ['unmute payments', 'unmute'],
  isRare: true,
  maxArguments: 1,
};

export function createUnmuteCommand(ports: QuietPorts & FindServicePorts): ChatCommand {
  return {
    description: UNMUTE,
    async run({ words: [word], message: { conversationId } }) {
      const mutes = await ports.mutes.list(conversationId, ports.clock.now());
      const found = word === undefined ? undefined : await findMuted(ports, mutes, word);
      if (found && 'remark' in found) return remark(found.remark);
      const services = found ? [found.name] : mutes.map(({ service }) => service);
      const isStillMuted = found !== undefined && found.name !== ALL_SERVICES && isAllMuted(mutes);
      return {
        ...remark(notMuted(mutes, found?.name)),
        record: async () => {
          const unmuted = await unmuteServices(ports, conversationId, services);
          if (unmuted.length === 0 || isStillMuted) return undefined;
          return remark({ code: 'unmuted', ...(found ? { service: found.name } : {}) }).content;
        },
      };
    },
  };
}

/** Also one that is gone from the services file since. */
async function findMuted(
  ports: FindServicePorts,
  mutes: readonly Mute[],
  word: string,
): Promise<FoundService> {
  const services = mutes.map(({ service }) => service);
  const own = sameName(services, word);
  return own === undefined ? findService(ports, word) : { name: own };
}

function isAllMuted(mutes: readonly Mute[]): boolean {
  return mutes.some(({ service }) => service === ALL_SERVICES);
}

/** A service that is silent because everything is muted is told so, and not that it is not muted. */
function notMuted(mutes: readonly Mute[], service: string | undefined): Remark {
  const ofAll = mutes.find((mute) => mute.service === ALL_SERVICES);
  if (service !== undefined && ofAll) return { code: 'muted', mute: ofAll };
  return { code: 'not-muted', ...(service === undefined ? {} : { service }) };
}
