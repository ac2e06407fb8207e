// Service hooks: what Azure DevOps' events hint at, and the subscriptions that make it send them. A hint is never
// believed: it says which build is worth reading again, nothing else.

/** Where PipeBot takes service hooks in, below whatever address it has. */
export const HOOK_PATH = '/api/hooks/azure-devops';

/** What an event hints at; everything but its type may be missing. */
export interface HookHint {
  /** The same for the same event, however often it comes; absent when the event has none of its own. */
  readonly id?: string;
  readonly eventType: string;
  /** Whether PipeBot knows what events of this type are about. */
  readonly isKnownEvent: boolean;
  /** Where the event says that it comes from: for comparing only, nothing may ever be sent there. */
  readonly organizationUrl?: string;
  /** The project's GUID, in small letters. */
  readonly projectId?: string;
  readonly definitionId?: number;
  readonly buildId?: number;
}

/** As the API spells them (Subscriptions - List, 7.1); others become `unknown`. */
export const SERVICE_HOOK_STATUSES = [
  'enabled',
  'onProbation',
  'disabledByUser',
  'disabledBySystem',
  'disabledByInactiveIdentity',
  'unknown',
] as const;
export type ServiceHookStatus = (typeof SERVICE_HOOK_STATUSES)[number];

/** What makes Azure DevOps send events of one type to one address. */
export interface ServiceHook {
  readonly id: string;
  readonly publisherId: string;
  readonly eventType: string;
  readonly status: ServiceHookStatus;
  /** Where the events go. */
  readonly url: string;
  /** The project's GUID, in small letters; absent when events of all projects are sent. */
  readonly projectId?: string;
  /** The version of the events' contents. */
  readonly resourceVersion?: string;
}
