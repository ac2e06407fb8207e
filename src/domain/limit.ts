// How many watches and subscriptions there may be: of a conversation, a person, a tenant. Pure; counting happens
// elsewhere.

export type LimitOwner = 'conversation' | 'person' | 'tenant';

/** Whose watches or subscriptions are counted. */
export interface Owners {
  readonly conversationId: string;
  readonly personId: string;
  readonly tenantId: string;
}

export type OwnedCounts = Readonly<Record<LimitOwner, number>>;

export type Limits = Readonly<Record<LimitOwner, number>>;

/** A conversation that waits for more than this is not helped by one more card. */
export const WATCH_LIMITS: Limits = { conversation: 50, person: 100, tenant: 20_000 };
export const SUBSCRIPTION_LIMITS: Limits = { conversation: 50, person: 100, tenant: 5_000 };

export interface ReachedLimit {
  readonly limit: number;
  readonly whose: LimitOwner;
}

/** The first limit that leaves no room for one more; undefined when there is room. */
export function reachedLimit(counts: OwnedCounts, limits: Limits): ReachedLimit | undefined {
  const owners = ['conversation', 'person', 'tenant'] as const;
  const whose = owners.find((owner) => counts[owner] >= limits[owner]);
  return whose && { limit: limits[whose], whose };
}
