// The Pipelines port over Azure DevOps' Build API: finds the organisation, sets the deadline, hands on.
// It must not hold anything that one organisation could do to another.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import type { Log, Pipelines } from '../usecases/ports.ts';
import { type AzureClient, type AzureOrganization, createAzureClient } from './azure-client.ts';

export type { AzureOrganization } from './azure-client.ts';
export type { Credentials } from './credentials.ts';

import { getBuild, listBuilds } from './builds.ts';
import { getDefinition } from './definitions.ts';
import { toUnavailable } from './network-failure.ts';

export interface PipelinesOptions {
  readonly organizations: readonly AzureOrganization[];
  /** For what is remembered between calls; deadlines are real time. */
  readonly clock: Clock;
  readonly log: Log;
  /** All the time one call of the port may take, whatever it has to ask; 10 s when not given. */
  readonly callTimeoutMs?: number;
}

const CALL_TIMEOUT_MS = 10_000;

/** `close` ends what is under way with azure-unavailable and drops the connections. */
export function createPipelines(options: PipelinesOptions): Pipelines & { close(): void } {
  const { organizations, clock, log, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const closing = new AbortController();
  const clients = new Map(
    organizations.map((organization) => [
      organization.name.toLowerCase(),
      createAzureClient({ organization, clock, log, callTimeoutMs, closing: closing.signal }),
    ]),
  );
  async function ask<Ref extends ProjectRef, T>(
    question: (client: AzureClient, ref: Ref, signal: AbortSignal) => Promise<T>,
    ref: Ref,
  ): Promise<T> {
    const subject = `${ref.organization}/${ref.project}`;
    const client = clients.get(ref.organization.toLowerCase());
    if (!client) {
      throw new PipeBotError('azure-not-found', { subject, detail: 'this organisation is not configured' });
    }
    const answered = new AbortController();
    const signal = AbortSignal.any([AbortSignal.timeout(callTimeoutMs), answered.signal, closing.signal]);
    try {
      return await question(client, ref, signal);
    } catch (error) {
      throw signal.aborted ? toUnavailable(error, signal, subject) : error;
    } finally {
      // What else was asked for this answer is not needed any more.
      answered.abort();
    }
  }
  return {
    listBuilds: (target) => ask(listBuilds, target),
    getBuild: (ref) => ask(getBuild, ref),
    getDefinition: (ref) => ask(getDefinition, ref),
    close: () => {
      closing.abort();
      for (const client of clients.values()) client.close();
    },
  };
}

interface ProjectRef {
  readonly organization: string;
  readonly project: string;
}
