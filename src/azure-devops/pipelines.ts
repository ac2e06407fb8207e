// The Pipelines port over Azure DevOps' Build API. It only hands questions on.
import type { Pipelines } from '../usecases/ports.ts';
import { getBuild, listBuilds } from './builds.ts';
import { connectOrganizations, type OrganizationsOptions } from './connect-organizations.ts';
import { getDefinition } from './definitions.ts';
import { getTimelineFacts } from './timeline-facts.ts';

export type { AzureOrganization } from './azure-client.ts';
export type { Credentials } from './credentials.ts';

/** `close` ends what is under way with azure-unavailable and drops the connections. */
export function createPipelines(options: OrganizationsOptions): Pipelines & { close(): void } {
  const { ask, close } = connectOrganizations(options);
  return {
    listBuilds: (target) => ask(listBuilds, target),
    getBuild: (ref) => ask(getBuild, ref),
    getTimelineFacts: (build) => ask(getTimelineFacts, build),
    getDefinition: (ref) => ask(getDefinition, ref),
    close,
  };
}
