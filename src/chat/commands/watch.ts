// `watch`: a conversation waits for one build to end. While a base runs that the service waits
// for, that is what is watched; otherwise the service's own running or next build. The card says which.
import { branchName, toBranchRef } from '../../domain/branch.ts';
import { expectedEndAt } from '../../domain/duration.ts';
import { type OwnedCounts, type ReachedLimit, reachedLimit, WATCH_LIMITS } from '../../domain/limit.ts';
import { type DefinitionRef, isSameDefinition } from '../../domain/service.ts';
import type { Watch } from '../../domain/watch.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import type { FindSubject, Subject } from '../../usecases/find-subject.ts';
import type { Observer } from '../../usecases/observe-builds.ts';
import type { Conversations, IncomingMessage } from '../../usecases/ports.ts';
import { newWatch, recordWatch, type WatchPorts } from '../../usecases/watch-build.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { remark } from '../remark-reply.ts';
import { type Candidate, candidatesOf, chooseCandidate, nameOf } from '../watch-candidates.ts';

export const WATCH: CommandDescription = {
  name: 'watch',
  aliases: [],
  usage: 'watch <service> [branch] [base|build]',
  summary: 'Says when the running (or next) build ends.',
  help: 'Posts a card that follows the running or the next build, and a message when it ends. While a base runs, the base is watched; add "build" or "base" to choose.',
  examples: ['watch payments', 'watch payments build', 'watch python-base'],
  maxArguments: 3,
};

export interface WatchCommandPorts extends WatchPorts {
  readonly findSubject: FindSubject;
  readonly observer: Pick<Observer, 'latest'>;
  readonly conversations: Pick<Conversations, 'find'>;
}

export function createWatchCommand(ports: WatchCommandPorts): ChatCommand {
  return {
    description: WATCH,
    async run({ words, message }) {
      const roleWord = words.slice(1).find((word) => word === 'base' || word === 'build') as
        | Watch['role']
        | undefined;
      const [word, typedBranch, surplus] = words.filter((each, index) => index === 0 || each !== roleWord);
      const [usage, example] = [WATCH.usage, 'watch payments'];
      if (word === undefined) return remark({ code: 'argument-missing', usage, example });
      if (surplus !== undefined) return remark({ code: 'argument-surplus', surplus, usage, example });
      const branch = typedBranch === undefined ? undefined : toBranchRef(typedBranch);
      if (typedBranch !== undefined && !branch) return remark({ code: 'branch-invalid', typed: typedBranch });
      const found = await ports.findSubject(word);
      if ('remark' in found) return remark(found.remark);
      const candidates = candidatesOf(found.subject, branch).filter(
        ({ role }) => !roleWord || role === roleWord,
      );
      return startWatch(ports, { message, subject: found.subject, candidates });
    },
  };
}

async function startWatch(
  ports: WatchCommandPorts,
  asked: {
    readonly message: IncomingMessage;
    readonly subject: Subject;
    readonly candidates: readonly Candidate[];
  },
): Promise<Reply> {
  const { message, subject, candidates } = asked;
  const name = nameOf(subject.named);
  const chosen = await chooseCandidate(ports, subject.named, candidates);
  if (!chosen) return remark({ code: 'nothing-to-watch', subject: name });
  const open = await ports.watches.listOpenByConversation(message.conversationId);
  const same = open.find((watch) => isSameWatched(watch.definition, chosen.definition));
  if (same) return joinWatch(ports, same, message);
  const full = await fullFor(ports, message);
  if (full) return remark({ code: 'watches-full', ...full });
  const { watch, build } = newWatch(
    {
      id: `watch:${message.conversationId}:${message.activityId}`,
      conversationId: message.conversationId,
      subject: name,
      role: chosen.candidate.role,
      fallbackName: chosen.candidate.fallbackName,
      definition: chosen.definition,
      askers: [message.from],
      builds: chosen.builds,
      ...(message.threadId === undefined ? {} : { threadId: message.threadId }),
    },
    ports.clock.now(),
  );
  const endAt = build && expectedEndAt(build, chosen.builds);
  return {
    content: {
      kind: 'watch',
      watch,
      ...(build ? { build } : {}),
      ...(endAt === undefined ? {} : { expectedEndAt: endAt }),
    },
    record: async (replyKey) => {
      const meanwhileFull = await fullFor(ports, message);
      if (meanwhileFull) return remark({ code: 'watches-full', ...meanwhileFull }).content;
      await recordWatch(ports, watch, replyKey);
      return undefined;
    },
  };
}

async function fullFor(
  ports: WatchCommandPorts,
  message: IncomingMessage,
): Promise<ReachedLimit | undefined> {
  return reachedLimit(await countFor(ports, message), WATCH_LIMITS);
}

async function countFor(
  { conversations, watches }: WatchCommandPorts,
  { conversationId, from }: IncomingMessage,
): Promise<OwnedCounts> {
  const tenantId = (await conversations.find(conversationId))?.tenantId ?? '';
  return watches.count({ conversationId, tenantId, personId: from.id });
}

/** One more person who wants to be told by a watch that is there already; for that person it is one more. */
function joinWatch(ports: WatchCommandPorts, watch: Watch, message: IncomingMessage): Reply {
  const isAsker = watch.askers.some(({ id }) => id === message.from.id);
  const limit = WATCH_LIMITS.person;
  return {
    ...remark({ code: 'already-watching', watch }),
    record: async () => {
      if (!isAsker && (await countFor(ports, message)).person >= limit)
        return remark({ code: 'watches-full', limit, whose: 'person' }).content;
      const isOpen = await ports.watches.addAsker(watch.id, message.from);
      return isOpen ? undefined : remark({ code: 'not-watching', subject: watch.subject }).content;
    },
  };
}

function isSameWatched(left: DefinitionRef, right: DefinitionRef): boolean {
  return isSameDefinition(left, right) && branchName(left.branch) === branchName(right.branch);
}
