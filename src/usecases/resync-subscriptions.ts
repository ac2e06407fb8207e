// After a start: every subscription hears about the definitions that the services file names now. It must not tell
// anybody.
import { visibleCatalog } from '../domain/permission.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import { subscribedDefinitions } from '../domain/subscribed-definitions.ts';
import { type AskerPorts, findAsker } from './find-asker.ts';
import type { Subscriptions, Transactions } from './ports.ts';

export interface ResyncPorts extends AskerPorts {
  readonly catalog: ServiceCatalog;
  readonly subscriptions: Pick<Subscriptions, 'listAll' | 'saveDefinitions'>;
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
  for (let from = 0; from < stored.length; from += AT_ONCE) {
    const together = stored.slice(from, from + AT_ONCE);
    await ports.transactions.transaction(async () => {
      // The definitions alone: another instance may have ended or changed the subscription itself since.
      for (const subscription of together) {
        const asker = await findAsker(ports, subscription.conversationId);
        const definitions = subscribedDefinitions(visibleCatalog(ports.catalog, asker), subscription);
        await ports.subscriptions.saveDefinitions(subscription.id, definitions);
      }
    }, 'resync-subscriptions');
  }
}
