// `unwatch`: a conversation no longer waits for what it watches.
import type { Watch } from '../../domain/watch.ts';
import { stopWatch } from '../../usecases/watch-build.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { remark } from '../remark-reply.ts';
import { nameOf } from '../watch-candidates.ts';
import type { WatchCommandPorts } from './watch.ts';

export const UNWATCH: CommandDescription = {
  name: 'unwatch',
  aliases: [],
  usage: 'unwatch [service]',
  summary: "Stops this conversation's watches.",
  help: "Stops this conversation's watches of a service, or all of them.",
  examples: ['unwatch payments', 'unwatch'],
  maxArguments: 1,
};

export function createUnwatchCommand(ports: WatchCommandPorts): ChatCommand {
  return {
    description: UNWATCH,
    async run({ words: [word], message }) {
      const open = await ports.watches.listOpenByConversation(message.conversationId);
      const found = word === undefined ? undefined : await ports.findSubject(word);
      if (found && 'remark' in found) return remark(found.remark);
      const subject = found && nameOf(found.subject.named);
      const chosen = open.filter((watch) => subject === undefined || watch.subject === subject);
      const none = remark({ code: 'not-watching', ...(subject === undefined ? {} : { subject }) });
      return {
        ...none,
        record: async () => {
          const stopped: Watch[] = [];
          for (const watch of chosen) {
            const ended = await stopWatch(ports, watch);
            if (ended) stopped.push(ended);
          }
          return stopped.length === 0
            ? undefined
            : remark({ code: 'watches-stopped', watches: stopped }).content;
        },
      };
    },
  };
}
