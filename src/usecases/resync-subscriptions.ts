// After a start: every subscription hears about the definitions that the services file names now. It must not tell
// anybody.
import type { ServiceCatalog } from '../domain/service.ts';
import { subscribedDefinitions } from '../domain/subscribed-definitions.ts';
import type { Subscriptions, Transactions } from './ports.ts';

export interface ResyncPorts {
  readonly catalog: ServiceCatalog;
  readonly subscriptions: Pick<Subscriptions, 'listAll' | 'listByConversation' | 'save'>;
  readonly transactions: Transactions;
}

/** A subscription to a service that is gone is kept, without definitions: the service may come back. */
export async function resyncSubscriptions(ports: ResyncPorts): Promise<void> {
  const stored = await ports.subscriptions.listAll();
  for (const conversationId of new Set(stored.map((subscription) => subscription.conversationId))) {
    await ports.transactions.transaction(async () => {
      // Read anew: another instance may have ended or changed some of them since.
      for (const subscription of await ports.subscriptions.listByConversation(conversationId)) {
        await ports.subscriptions.save(subscription, subscribedDefinitions(ports.catalog, subscription));
      }
    }, 'resync-subscriptions');
  }
}
