// Who asks, and where, as far as permissions go by it: from what Teams said of the conversation and the person. It must
// not look at what was typed, nor decide what is allowed.
import { type Asker, isRestricted, visibleCatalog } from '../domain/permission.ts';
import { type DefinitionName, isSameDefinition, type ServiceCatalog } from '../domain/service.ts';
import type { Conversation, Conversations } from './ports.ts';

/** Whose PipeBot it is. */
export interface Home {
  /** The tenant of the bot's registration; absent without one. */
  readonly tenantId?: string;
  /** No registration, so nobody's identity is known: everybody on this machine may do everything. */
  readonly isLocal: boolean;
}

export interface AskerPorts {
  readonly conversations: Pick<Conversations, 'find'>;
  readonly home: Home;
}

/** With a registration people are known by it, on whichever machine it runs. */
export function homeOf(registration: { readonly tenantId: string } | undefined): Home {
  return registration ? { tenantId: registration.tenantId, isLocal: false } : { isLocal: true };
}

/** @param personId Entra object id of the one who speaks; absent when only the conversation is asked about */
export async function findAsker(
  { conversations, home }: AskerPorts,
  conversationId: string,
  personId?: string,
): Promise<Asker> {
  const conversation = await conversations.find(conversationId);
  return {
    ...(personId === undefined ? {} : { personId }),
    placeIds: conversation ? placeIdsOf(conversation) : [],
    tenantId: conversation?.tenantId ?? '',
    ...(home.tenantId === undefined ? {} : { homeTenantId: home.tenantId }),
    isLocal: home.isLocal,
  };
}

function placeIdsOf({ kind, id, teamId, teamGroupId, personEntraId }: Conversation): string[] {
  const ids = { channel: [teamId, teamGroupId], group: [id], personal: [personEntraId] } as const;
  return ids[kind].flatMap((known) => known ?? []);
}

/** Whether what a definition does must not be told in a conversation (any more). */
export type IsHidden = (conversationId: string, definition: DefinitionName) => Promise<boolean>;

/** For what was asked for when it could be seen: subscriptions and watches outlive a change of the services file. */
export function createIsHidden(ports: AskerPorts & { readonly catalog: ServiceCatalog }): IsHidden {
  const hidesSomething = isRestricted(ports.catalog);
  return async (conversationId, definition) => {
    if (!hidesSomething || !isIn(ports.catalog, definition)) return false;
    return !isIn(visibleCatalog(ports.catalog, await findAsker(ports, conversationId)), definition);
  };
}

function isIn({ services, bases }: ServiceCatalog, definition: DefinitionName): boolean {
  const own = [...services.flatMap(({ build }) => build ?? []), ...bases.map((base) => base.definition)];
  return own.some((each) => isSameDefinition(each, definition));
}
