// `subscribe`: a conversation hears of a service from now on, with filters. Without a service it gets a form, whose
// click comes back as the same command.
import { shortRef } from '../../domain/branch.ts';
import type { Content } from '../../domain/content.ts';
import { isFilterWord, parseFilters, type SubscriptionFilters } from '../../domain/parse-subscription.ts';
import { findNamed } from '../../domain/service.ts';
import { ALL_SERVICES } from '../../domain/subscription.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import type { IncomingMessage } from '../../usecases/ports.ts';
import {
  type Full,
  planSubscription,
  recordSubscription,
  type Subscribed,
  type SubscribePorts,
} from '../../usecases/subscribe.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { type FindServicePorts, findService } from '../find-service.ts';
import { remark } from '../remark-reply.ts';

export const SUBSCRIBE: CommandDescription = {
  name: 'subscribe',
  aliases: [],
  usage:
    'subscribe [service|*] [failures|all|recoveries] [branch:<glob>] [reason:<ci|pr|schedule|manual>] [stage:<name>] [style:update|thread|flat]',
  summary: 'Says when a service fails and recovers. Without a name: a form.',
  help: 'Tells this conversation when builds of a service or of its bases fail and recover, as precisely as the filters say. The card of a failure is kept up to date; "style:thread" answers below it, "style:flat" posts each time.',
  examples: ['subscribe payments', 'subscribe payments failures branch:release/* reason:ci,schedule'],
  maxArguments: 24,
  readsMarkers: true,
};

/** A form with more choices than this is no help. */
const MAX_CHOICES = 200;

export type SubscribeCommandPorts = SubscribePorts & FindServicePorts;

export function createSubscribeCommand(ports: SubscribeCommandPorts): ChatCommand {
  return {
    description: SUBSCRIBE,
    async run({ words, message }) {
      const [word, ...rest] = words[0]?.toLowerCase() === 'to' ? words.slice(1) : words;
      if (word === undefined || isForm(ports, word)) return { content: formOf(ports) };
      const found = await findService(ports, word);
      if ('remark' in found) return remark(found.remark);
      const parsed = parseFilters(rest);
      if (parsed.kind === 'problem') {
        const { problem, typed, suggestion } = parsed;
        // "subscribe payments search": each service is a subscription of its own.
        const other = problem === 'word' && findNamed(ports.catalog, typed) !== undefined;
        const example = other ? `subscribe ${typed}` : `subscribe ${found.name} ${suggestion}`;
        return remark({ code: 'filter-invalid', problem, typed, example });
      }
      const linked = found.subject?.build ? undefined : found.subject?.branch;
      return subscribe(ports, message, { service: found.name, filters: narrowed(parsed.filters, linked) });
    },
  };
}

/** "subscribe failures": a filter, but of what? "all" means everything. */
function isForm({ catalog }: SubscribeCommandPorts, word: string): boolean {
  const isAll = ['all', 'everything'].includes(word.toLowerCase());
  return !isAll && isFilterWord(word) && !findNamed(catalog, word);
}

function formOf({ catalog }: SubscribeCommandPorts): Content {
  const names = [...catalog.services, ...catalog.bases].map(({ name }) => name);
  return { kind: 'subscribe-form', services: [...names.slice(0, MAX_CHOICES), ALL_SERVICES] };
}

/** The link of a pipeline may be about one branch; what was typed counts more. */
function narrowed(filters: SubscriptionFilters, linkedBranch: string | undefined): SubscriptionFilters {
  if (filters.branch !== undefined || linkedBranch === undefined) return filters;
  return { ...filters, branch: shortRef(linkedBranch) };
}

async function subscribe(
  ports: SubscribeCommandPorts,
  { conversationId, from }: IncomingMessage,
  wanted: { readonly service: string; readonly filters: SubscriptionFilters },
): Promise<Reply> {
  const planned = await planSubscription(ports, { conversationId, by: from, ...wanted });
  const content = contentOf(planned);
  if ('full' in planned) return { content };
  return { content, record: async () => contentOf(await recordSubscription(ports, planned)) };
}

function contentOf(outcome: Subscribed | Full): Content {
  if (!('full' in outcome)) return { kind: 'subscribed', ...outcome };
  return { kind: 'remark', remark: { code: 'subscriptions-full', ...outcome.full } };
}
