// After a start: every subscription hears about the definitions that the services file names now. It must not tell
// anybody.
import { isRestricted, visibleCatalog } from '../domain/permission.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import { subscribedDefinitions } from '../domain/subscribed-definitions.ts';
import type { SubscribedDefinition } from '../domain/subscription.ts';
import { type AskerPorts, findAsker } from './find-asker.ts';
import type { Subscriptions, Transactions } from './ports.ts';

export interface ResyncPorts extends AskerPorts {
  readonly catalog: ServiceCatalog;
  readonly subscriptions: Pick<Subscriptions, 'listAll' | 'listDefinitionsOf' | 'saveDefinitions'>;
  readonly transactions: Transactions;
}

/** In one transaction: few enough to hold nobody up, many enough for a start not to take a commit for each. */
const AT_ONCE = 200;

/**
 * A subscription to a service that is gone, or that the conversation may no longer see, is kept, without definitions:
 * the service may come back.
 */
export async function resyncSubscriptions(ports: ResyncPorts): Promise<void> {
  const stored = await ports.subscriptions.listAll();
  // Of so many conversations none is looked up where everybody may see everything.
  const hidesSomething = isRestricted(ports.catalog);
  for (let from = 0; from < stored.length; from += AT_ONCE) {
    const together = stored.slice(from, from + AT_ONCE);
    await ports.transactions.transaction(async () => {
      const known = await ports.subscriptions.listDefinitionsOf(together.map(({ id }) => id));
      const knownById = Map.groupBy(known, ({ subscriptionId }) => subscriptionId);
      // The definitions alone: another instance may have ended or changed the subscription itself since.
      for (const subscription of together) {
        const { conversationId } = subscription;
        const seen = hidesSomething
          ? visibleCatalog(ports.catalog, await findAsker(ports, conversationId))
          : ports.catalog;
        const definitions = subscribedDefinitions(seen, subscription);
        if (isSame(definitions, knownById.get(subscription.id) ?? [])) continue;
        await ports.subscriptions.saveDefinitions(subscription.id, definitions);
      }
    }, 'resync-subscriptions');
  }
}

/** In whatever order; most starts find the services file as it was, and have nothing to write. */
function isSame(left: readonly SubscribedDefinition[], right: readonly SubscribedDefinition[]): boolean {
  const keys = new Set(left.map(exactKey));
  return left.length === right.length && right.every((definition) => keys.has(exactKey(definition)));
}

/** Unlike other keys, also of how the project is written and of the repository. */
function exactKey(definition: SubscribedDefinition): string {
  const { organization, project, definitionId, branch, repositoryId } = definition;
  return JSON.stringify([organization, project, definitionId, branch, repositoryId]);
}
