// The job that delivers: one for each conversation, so that whoever owes it something may ask for it.
import type { Jobs } from './ports.ts';

/** Sees to it that what is owed to a conversation is delivered; asked twice, the earlier time counts. */
export async function enqueueDelivery(
  { jobs }: { readonly jobs: Jobs },
  conversationId: string,
  runAt?: number,
): Promise<void> {
  const when = runAt === undefined ? {} : { runAt };
  await jobs.enqueue('deliver', { conversationId }, { key: conversationId, ...when });
}
