// Finds the client of an organisation and keeps the deadline of a question to it, whatever has to be asked for that.
// It must not hold anything that one organisation could do to another.
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { type AzureClient, type AzureOrganization, createAzureClient } from './azure-client.ts';
import { toUnavailable } from './network-failure.ts';

export interface OrganizationsOptions {
  readonly organizations: readonly AzureOrganization[];
  /** For what is remembered between calls; deadlines are real time. */
  readonly clock: Clock;
  readonly log: Log;
  /** All the time one question may take, whatever it has to ask; 10 s when not given. */
  readonly callTimeoutMs?: number;
}

/** What a question is about. */
interface Subject {
  readonly organization: string;
  readonly project?: string;
}

interface ConnectedOrganizations {
  /** @throws PipeBotError `azure-*` */
  ask<About extends Subject, T>(
    question: (client: AzureClient, about: About, signal: AbortSignal) => Promise<T>,
    about: About,
  ): Promise<T>;
  /** Ends what is under way with azure-unavailable and drops the connections. */
  close(): void;
}

const CALL_TIMEOUT_MS = 10_000;

export function connectOrganizations(options: OrganizationsOptions): ConnectedOrganizations {
  const { organizations, clock, log, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const closing = new AbortController();
  const clients = new Map(
    organizations.map((organization) => [
      organization.name.toLowerCase(),
      createAzureClient({ organization, clock, log, callTimeoutMs, closing: closing.signal }),
    ]),
  );
  return {
    async ask(question, about) {
      const subject = [about.organization, about.project].filter((part) => part !== undefined).join('/');
      const client = clients.get(about.organization.toLowerCase());
      if (!client) {
        throw new PipeBotError('azure-not-found', { subject, detail: 'this organisation is not configured' });
      }
      const answered = new AbortController();
      const signal = AbortSignal.any([AbortSignal.timeout(callTimeoutMs), answered.signal, closing.signal]);
      try {
        return await question(client, about, signal);
      } catch (error) {
        throw signal.aborted ? toUnavailable(error, signal, subject) : error;
      } finally {
        // What else was asked for this answer is not needed any more.
        answered.abort();
      }
    },
    close: () => {
      closing.abort();
      for (const client of clients.values()) client.close();
    },
  };
}
