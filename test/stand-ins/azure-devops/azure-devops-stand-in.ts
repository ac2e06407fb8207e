// A stand-in for Azure DevOps: a real HTTP server on loopback that speaks its REST protocol, with a scripted
// clock, a ledger of all requests and faults on demand. For tests and the demo; must not be used by src/.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import { BuildStore } from './build-store.ts';
import type { ArmedFault, Fault } from './fault.ts';
import type { LedgerEntry, OpenLedgerEntry } from './ledger.ts';
import type { OrganizationState } from './organization-state.ts';
import { type ListenerParts, listenToRequest } from './request-listener.ts';
import {
  addDefinition,
  addProject,
  type BuildOptions,
  type DefinitionOptions,
  queueBuild,
  type StandInDefinition,
  type StandInProject,
} from './script-organization.ts';
import type { StandInBuild } from './stand-in-build.ts';
import { type StandInHooks, startHooks } from './stand-in-hooks.ts';
import { addPlan, type PlanOptions, type StandInPlan } from './stand-in-plan.ts';

export type { BuildFailure } from './build-timeline.ts';
export type { Fault, FaultEffect } from './fault.ts';
export type { HookDelivery } from './hook-sender.ts';
export type { LedgerEntry } from './ledger.ts';
export type { TokenDeath } from './plan-state.ts';
export type {
  BuildOptions,
  DefinitionOptions,
  StandInDefinition,
  StandInProject,
} from './script-organization.ts';
export type { StandInBuild } from './stand-in-build.ts';
export type { StandInHooks } from './stand-in-hooks.ts';
export type { PlanOptions, StandInPlan } from './stand-in-plan.ts';
export type { TimelineRecord } from './timeline-record.ts';

export interface AzureDevOpsStandInOptions {
  readonly clock: Clock;
  /** `contoso` when not given; a Server collection may have more segments. */
  readonly organization?: string;
  /** `server` ends at api-version 7.1 and has no resource areas. */
  readonly flavour?: 'services' | 'server';
  readonly personalAccessToken?: string;
  /** A Bearer token that is accepted too. */
  readonly entraToken?: string;
  /** Real time before every answer. */
  readonly latencyMs?: number;
}

export interface AzureDevOpsStandIn {
  /** `http://127.0.0.1:PORT/contoso` */
  readonly url: string;
  readonly personalAccessToken: string;
  readonly ledger: readonly LedgerEntry[];
  clearLedger(): void;
  addProject(name: string): StandInProject;
  addDefinition(project: StandInProject, options: DefinitionOptions): StandInDefinition;
  queueBuild(definition: StandInDefinition, options?: BuildOptions): StandInBuild;
  addPlan(options: PlanOptions): StandInPlan;
  injectFault(fault: Fault): { remove(): void };
  readonly hooks: StandInHooks;
  /** Also destroys the connections that hang. */
  close(): Promise<void>;
}

export async function startAzureDevOpsStandIn(
  options: AzureDevOpsStandInOptions,
): Promise<AzureDevOpsStandIn> {
  const server = createServer();
  const closing = new AbortController();
  const { hooks, announce } = startHooks(() => state, closing.signal);
  const state = emptyOrganization({ ...options, announce }, await listen(server));
  const personalAccessToken = options.personalAccessToken ?? 'stand-in-pat';
  const ledger: OpenLedgerEntry[] = [];
  const faults: ArmedFault[] = [];
  const secrets = { personalAccessToken, entraToken: options.entraToken };
  attach(server, {
    ...{ state, secrets, ledger, faults },
    latencyMs: options.latencyMs ?? 0,
    closing: closing.signal,
  });
  return {
    url: state.url,
    personalAccessToken,
    ledger,
    clearLedger: () => {
      ledger.length = 0;
    },
    addProject: (projectName) => addProject(state, projectName),
    addDefinition: (project, wanted) => addDefinition(state, project, wanted),
    queueBuild: (definition, wanted = {}) => queueBuild(state, definition, wanted),
    addPlan: (wanted) => addPlan(state, wanted),
    injectFault: (fault) => injectFault(faults, fault),
    hooks,
    close: () => close(server, closing),
  };
}

function emptyOrganization(
  options: AzureDevOpsStandInOptions & Pick<OrganizationState, 'announce'>,
  port: number,
): OrganizationState {
  const name = options.organization ?? 'contoso';
  return {
    clock: options.clock,
    name,
    url: `http://127.0.0.1:${port}/${name.split('/').map(encodeURIComponent).join('/')}`,
    flavour: options.flavour ?? 'services',
    projects: [],
    definitions: new Map(),
    builds: new BuildStore(),
    plans: [],
    serviceHooks: [],
    hookSequence: 0,
    announce: options.announce,
  };
}

function injectFault(faults: ArmedFault[], fault: Fault): { remove(): void } {
  const armed: ArmedFault = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
  faults.push(armed);
  return {
    remove: () => {
      armed.left = 0;
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function attach(server: Server, parts: ListenerParts): void {
  server.on('request', (request, response) => {
    listenToRequest(parts, request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      // A bug of the stand-in must not look like one of Azure's own failures.
      response.writeHead(599, { 'content-type': 'text/plain' });
      response.end(`stand-in broken: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
}

async function close(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
