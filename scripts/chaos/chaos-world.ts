// The outside world of a chaos run: an Azure DevOps with many services and a Teams with many conversations in several
// tenants. All of it outlives the processes that are killed in between.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import {
  type AzureDevOpsStandIn,
  type StandInDefinition,
  startAzureDevOpsStandIn,
} from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  type StandInConversation,
  type StandInUser,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';

/** A conversation, who speaks in it, and the tenant it belongs to. */
export interface Room {
  readonly conversation: StandInConversation;
  readonly speaker: StandInUser;
  readonly tenantId: string;
}

/** A service whose builds are played. */
export interface Line {
  readonly service: string;
  readonly definition: StandInDefinition;
}

export interface ChaosWorld {
  readonly azure: AzureDevOpsStandIn;
  readonly teams: TeamsConnectorStandIn;
  /** Services whose builds are watched, each on a branch of its own. */
  readonly lines: readonly Line[];
  /** Services that are subscribed to, a few on one branch. */
  readonly alarms: readonly Line[];
  /** Services whose gates are asked; the definition of each is that of its base. */
  readonly checked: readonly Line[];
  /** A service of which Azure DevOps never tells anything. */
  readonly dark: Line;
  readonly rooms: readonly Room[];
  readonly folder: string;
  /** Of the program, without its port and database. */
  readonly environment: Readonly<Record<string, string>>;
  nextBuildId(): number;
  /** The folder stays when the world is closed. */
  keep(): void;
  close(): Promise<void>;
}

export interface WorldSize {
  readonly lines: number;
  readonly alarms: number;
  readonly rooms: number;
  readonly checked: number;
}

/** Teams' limits hold for a tenant, so several of them may be told more. */
const TENANTS = 4;
const ROOMS_PER_PERSON = 4;
const ALARMS_PER_BRANCH = 5;
const DARK_BRANCH = 'dark';
/** Of the pipelines that ask. */
export const GATE_KEY = 'chaos-gate-key-of-32-characters-x';
export const HOOK_SECRET = 'chaos-hook-secret-of-32-characters';

export async function startChaosWorld(size: WorldSize): Promise<ChaosWorld> {
  const azure = await startAzureDevOpsStandIn({ clock: systemClock });
  const teams = await startTeamsConnectorStandIn({ clock: systemClock, requireToken: false });
  const folder = mkdtempSync(join(tmpdir(), 'pipebot-chaos-'));
  const { lines, alarms, dark, checked } = addLines(azure, size);
  const services = servicesFile([...lines, ...alarms, dark], checked);
  writeFileSync(join(folder, 'pipebot.yaml'), JSON.stringify(services));
  let lastBuildId = 100_000;
  let isKept = false;
  return {
    ...{ azure, teams, lines, alarms, checked, dark, folder },
    rooms: addRooms(teams, size.rooms),
    environment: {
      PIPEBOT_LOCAL: 'true',
      AZURE_DEVOPS_ORG_URL: azure.url,
      AZURE_DEVOPS_PAT: azure.personalAccessToken,
      PIPEBOT_HOOK_SECRET: HOOK_SECRET,
      PIPEBOT_GATE_KEYS: `all:${GATE_KEY}`,
      // Every process of a run opens what the ones before have sealed.
      PIPEBOT_SECRET_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'info',
    },
    nextBuildId: () => {
      lastBuildId += 1;
      return lastBuildId;
    },
    keep: () => {
      isKept = true;
    },
    async close() {
      await teams.close();
      await azure.close();
      if (!isKept) rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Lines = Pick<ChaosWorld, 'lines' | 'alarms' | 'checked' | 'dark'>;

function addLines(azure: AzureDevOpsStandIn, size: WorldSize): Lines {
  const project = azure.addProject('Shop');
  azure.addDefinition(project, { id: 1, name: 'base', defaultBranch: 'refs/heads/main' });
  const add = (id: number, service: string, branch: string): Line => ({
    service,
    definition: azure.addDefinition(project, {
      id,
      name: `${service}-ci`,
      defaultBranch: `refs/heads/${branch}`,
    }),
  });
  azure.injectFault({
    match: { path: new RegExp(`branchName=[^&]*${DARK_BRANCH}`) },
    effect: { kind: 'server-error' },
  });
  return {
    lines: Array.from({ length: size.lines }, (_, index) =>
      add(1_000 + index, `line-${index + 1}`, `line-${index + 1}`),
    ),
    alarms: Array.from({ length: size.alarms }, (_, index) =>
      add(5_000 + index, `alarm-${index + 1}`, `alarms-${Math.floor(index / ALARMS_PER_BRANCH) + 1}`),
    ),
    checked: Array.from({ length: size.checked }, (_, index) =>
      add(8_000 + index, `checked-${index + 1}`, `checked-${index + 1}`),
    ),
    dark: add(2, 'dark', DARK_BRANCH),
  };
}

/** JSON is YAML as well. */
function servicesFile(lines: readonly Line[], checked: readonly Line[]): object {
  const place = ({ definition }: Line) => ({
    definition: definition.id,
    branch: definition.defaultBranch.replace('refs/heads/', ''),
  });
  return {
    project: 'Shop',
    bases: {
      base: { definition: 1, branch: 'main' },
      ...Object.fromEntries(checked.map((line) => [`base-of-${line.service}`, place(line)])),
    },
    services: Object.fromEntries([
      ...lines.map((line) => [line.service, { base: 'base', build: place(line) }]),
      ...checked.map((line) => [line.service, { base: `base-of-${line.service}` }]),
    ]),
    gate: { pollInterval: '5s' },
  };
}

function addRooms(teams: TeamsConnectorStandIn, count: number): Room[] {
  const people = Array.from({ length: Math.ceil(count / ROOMS_PER_PERSON) }, (_, index) =>
    teams.addUser({ name: `Person ${index + 1}` }),
  );
  const team = teams.addTeam('Shop');
  return Array.from({ length: count }, (_, index) => {
    const speaker = people[Math.floor(index / ROOMS_PER_PERSON)] ?? teams.addUser({ name: 'Nobody' });
    const tenant = Math.floor(index / ROOMS_PER_PERSON) % TENANTS;
    const tenantId = tenant === 0 ? teams.tenantId : `00000000-0000-4000-8000-00000000000${tenant}`;
    return { conversation: addConversation(teams, team, { index, speaker }), speaker, tenantId };
  });
}

/** Of each person's rooms, two are channels, one is a group chat and one is personal. */
function addConversation(
  teams: TeamsConnectorStandIn,
  team: ReturnType<TeamsConnectorStandIn['addTeam']>,
  { index, speaker }: { readonly index: number; readonly speaker: StandInUser },
): StandInConversation {
  const place = index % ROOMS_PER_PERSON;
  if (place === 2) return teams.addGroupChat(`Group ${index}`, [speaker]);
  return place === 3 ? teams.addPersonalChat(speaker) : teams.addChannel(team, `Channel ${index}`);
}
