// What installing and checking service hooks needs of Azure DevOps: to list its subscriptions and to make new
// ones. There they are called subscriptions, too; here service hooks, to keep them apart from people's.
import type { ServiceHook } from '../domain/hook.ts';

/** What is to be sent where; all events of the type in one project. */
export interface NewServiceHook {
  readonly publisherId: string;
  readonly eventType: string;
  readonly resourceVersion: string;
  /** GUID. */
  readonly projectId: string;
  /** The address to call, https. */
  readonly url: string;
  /** Sent by Basic with every event. */
  readonly username: string;
  /** A Secret, revealed only in the request itself. */
  readonly password: { reveal(): string };
}

/**
 * Service hooks of the configured organisations. Every call throws PipeBotError `azure-*` and nothing else, within its
 * deadline.
 */
export interface ServiceHooks {
  /** Those that call web addresses, of all projects, in any state. */
  list(organization: string): Promise<ServiceHook[]>;
  /** Not repeated: after `azure-unavailable` it may exist all the same. */
  create(organization: string, hook: NewServiceHook): Promise<ServiceHook>;
  /** By name or GUID; `azure-not-found` when there is none. The id comes in small letters. */
  getProject(organization: string, name: string): Promise<{ readonly id: string; readonly name: string }>;
}
