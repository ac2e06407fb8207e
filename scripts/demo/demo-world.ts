// The real PipeBot between a stand-in Azure DevOps and a stand-in Teams, all of them real HTTP servers on
// loopback. Used by the demo and by `npm run ask`.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type App, createApp } from '../../src/app.ts';
import type { Clock } from '../../src/clock.ts';
import { loadSettings, problemLines, type Settings } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logger.ts';
import type { AzureDevOpsStandIn } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  type StandInConversation,
  type StandInUser,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';

const SAMPLE_FILE = new URL('../../docs/pipebot.sample.yaml', import.meta.url);
const SAMPLE_ORGANIZATION = 'https://dev.azure.com/contoso';
const HOOK_SECRET = randomBytes(24).toString('base64url');

export interface DemoWorld {
  readonly app: App;
  readonly teams: TeamsConnectorStandIn;
  readonly azure?: AzureDevOpsStandIn;
  readonly channel: StandInConversation;
  /** Another channel of the same team. */
  readonly otherChannel: StandInConversation;
  readonly ada: StandInUser;
  readonly gateKey: string;
  stop(): Promise<void>;
}

/** The settings that the sample file and a stand-in make, through the same check as a real start. */
export function demoSettings(azure: AzureDevOpsStandIn, gateKey: string, port: number): Settings {
  const text = readFileSync(SAMPLE_FILE, 'utf8').replaceAll(SAMPLE_ORGANIZATION, azure.url);
  const environment = {
    PIPEBOT_LOCAL: 'true',
    AZURE_DEVOPS_ORG_URL: azure.url,
    AZURE_DEVOPS_PAT: azure.personalAccessToken,
    PIPEBOT_GATE_KEYS: `demo:${gateKey}`,
    PIPEBOT_HOOK_SECRET: HOOK_SECRET,
    PORT: String(port),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  };
  const settings = loadSettings(environment, () => text);
  if ('problems' in settings) throw new Error(problemLines(settings.problems).join('\n'));
  return settings.value;
}

/** Starts PipeBot with the given settings (in memory) beside a stand-in Teams with one team and two people. */
export async function startDemoWorld(options: {
  readonly clock: Clock;
  readonly makeSettings: (azure: AzureDevOpsStandIn | undefined, gateKey: string) => Settings;
  /** Without it, the settings name a real organisation. */
  readonly azure?: AzureDevOpsStandIn;
}): Promise<DemoWorld> {
  const { clock, azure } = options;
  const teams = await startTeamsConnectorStandIn({ clock, requireToken: false });
  const gateKey = randomBytes(24).toString('base64url');
  const settings = options.makeSettings(azure, gateKey);
  const logger = createLogger(settings.config.logLevel);
  const app = await createApp({ settings, logger, clock, database: { inMemory: true } });
  await app.start();
  const ada = teams.addUser({ name: 'Ada Lovelace' });
  const team = teams.addTeam('Shop');
  const channel = teams.addChannel(team, 'payments');
  const otherChannel = teams.addChannel(team, 'accounts');
  teams.setBotEndpoint(`${app.url}/api/messages`);
  await teams.installBot(channel, 'add');
  azure?.hooks.subscribe(`${app.url}/api/hooks/azure-devops`, HOOK_SECRET);
  return {
    app,
    teams,
    channel,
    otherChannel,
    ada,
    gateKey,
    ...(azure ? { azure } : {}),
    async stop() {
      await app.stop();
      await teams.close();
      await azure?.close();
    },
  };
}
