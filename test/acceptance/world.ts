// The whole PipeBot for acceptance tests: the real app with authentication on, between the two stand-ins, on a
// scripted clock. Tests read as sentences over it.
import { readFileSync } from 'node:fs';
import { type App, createApp } from '../../src/app.ts';
import { loadSettings, problemLines, type Settings } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logger.ts';
import type { DatabaseOptions } from '../../src/store/database.ts';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, type Shop } from '../stand-ins/shop.ts';
import { fetchConnectorToken } from '../stand-ins/teams-connector/cloud-adapter-bot.ts';
import {
  type StandInConversation,
  type StandInMessage,
  type StandInUser,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import { pgliteTemplate } from '../support/pglite-template.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

export const GATE_KEY = 'a-key-of-the-tests-with-32-characters';
export const PAYMENTS_KEY = 'a-key-for-payments-only-32-characters';

export interface World {
  readonly clock: ScriptedClock;
  readonly azure: AzureDevOpsStandIn;
  readonly shop: Shop;
  readonly teams: TeamsConnectorStandIn;
  readonly channel: StandInConversation;
  /** The team's other channel, in which Teams tells of installations. */
  readonly general: StandInConversation;
  readonly ada: StandInUser;
  readonly grace: StandInUser;
  /** The one that runs now. */
  app: App;
  /** Everything that was logged, for looking for what must not be there. */
  readonly logLines: string[];
  /** Ada says something in the channel; gives back what the bot posted or changed because of it. */
  ask(
    text: string,
    options?: { readonly user?: StandInUser; readonly inThread?: string },
  ): Promise<StandInMessage[]>;
  gate(path: string, headers?: Readonly<Record<string, string>>): Promise<GateResponse>;
  /** Lets time pass and the bot do what is due meanwhile. */
  pass(minutes: number): Promise<void>;
  /** Resolves when service hooks have been sent and every job that is due is done. */
  settle(): Promise<void>;
  botMessages(): StandInMessage[];
  /** Another instance on the same database, which the caller stops. */
  startAnother(): Promise<App>;
  /** Stops the app and starts it anew on the same database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface GateResponse {
  readonly status: number;
  readonly retryAfter: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape.
  readonly body: any;
}

export interface WorldOptions {
  /** PGlite in memory unless given. */
  readonly database?: DatabaseOptions;
  readonly callTimeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Azure DevOps tells PipeBot by service hooks. */
  readonly hasHooks?: boolean;
  /** The services file, made of the sample. It is read again by a restart. */
  readonly services?: (sample: string, ids: { readonly ada: string; readonly team: string }) => string;
}

export const HOOK_SECRET = 'a-hook-secret-of-the-tests';

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = createScriptedClock();
  const azure = await startAzureDevOpsStandIn({ clock });
  const shop = addShop(azure);
  const teams = await startTeamsConnectorStandIn({ clock });
  const logLines: string[] = [];
  const people = {
    ada: teams.addUser({ name: 'Ada Lovelace' }),
    grace: teams.addUser({ name: 'Grace Hopper' }),
  };
  const team = teams.addTeam('Shop');
  const channel = teams.addChannel(team, 'payments');
  const ids = { ada: people.ada.aadObjectId, team: team.id };
  const start = () => startApp({ clock, azure, teams, logLines, options, ids });
  const world: World = {
    ...{ clock, azure, shop, teams, channel, logLines, ...people },
    general: team.general,
    app: await start(),
    async ask(text, { user = people.ada, inThread } = {}) {
      const before = new Map(teams.messages(channel).map((message) => [message.id, message.versions.length]));
      await teams.say(user, channel, text, inThread === undefined ? {} : { inThread });
      await world.app.idle();
      return world.botMessages().filter(({ id, versions }) => before.get(id) !== versions.length);
    },
    async gate(path, headers = { 'x-pipebot-key': GATE_KEY }) {
      const response = await fetch(`${world.app.url}/api/gate/${path}`, { headers });
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: await response.json(),
      };
    },
    async pass(minutes) {
      // In steps, so that what a job leaves for later is done on the way.
      for (let step = 0; step < minutes * 4; step++) {
        await clock.advance(15_000);
        await world.app.idle();
      }
    },
    async settle() {
      await azure.hooks.idle();
      await world.app.idle();
    },
    botMessages: () => teams.messages(channel).filter(({ from }) => from === 'bot'),
    startAnother: start,
    async restart() {
      await world.app.stop();
      world.app = await start();
      teams.setBotEndpoint(`${world.app.url}/api/messages`);
    },
    async stop() {
      await world.app.stop();
      await teams.close();
      await azure.close();
    },
  };
  teams.setBotEndpoint(`${world.app.url}/api/messages`);
  if (options.hasHooks) azure.hooks.subscribe(`${world.app.url}/api/hooks/azure-devops`, HOOK_SECRET);
  return world;
}

interface Outside {
  readonly clock: ScriptedClock;
  readonly azure: AzureDevOpsStandIn;
  readonly teams: TeamsConnectorStandIn;
  readonly logLines: string[];
  readonly options: WorldOptions;
  readonly ids: { readonly ada: string; readonly team: string };
}

async function startApp({ clock, azure, teams, logLines, options, ids }: Outside): Promise<App> {
  const edit = (sample: string) => options.services?.(sample, ids) ?? sample;
  const app = await createApp({
    settings: worldSettings(azure, teams, { environment: options.environment, edit }),
    logger: createLogger('debug', { write: (line) => void logLines.push(line) }),
    clock,
    random: () => 0,
    database: options.database ?? { inMemory: true, template: await pgliteTemplate() },
    teamsTesting: {
      openIdMetadataUrl: teams.openIdMetadataUrl,
      emulatorOpenIdMetadataUrl: teams.emulatorOpenIdMetadataUrl,
      tokenIssuer: teams.tokenIssuer,
      acquireToken: () => fetchConnectorToken(teams),
    },
    ...(options.callTimeoutMs === undefined ? {} : { callTimeoutMs: options.callTimeoutMs }),
  });
  await app.start();
  return app;
}

/** Through the same check as a real start; local only for the plain-http address of the stand-in. */
function worldSettings(
  azure: AzureDevOpsStandIn,
  teams: TeamsConnectorStandIn,
  {
    environment = {},
    edit,
  }: { environment?: WorldOptions['environment'] | undefined; edit: (sample: string) => string },
): Settings {
  const sample = readFileSync(new URL('../../docs/pipebot.sample.yaml', import.meta.url), 'utf8');
  const text = edit(sample).replaceAll('https://dev.azure.com/contoso', azure.url);
  const settings = loadSettings(
    {
      PIPEBOT_LOCAL: 'true',
      MicrosoftAppId: teams.botId,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: teams.tenantId,
      MicrosoftAppPassword: 'canary-of-the-app-password',
      AZURE_DEVOPS_ORG_URL: azure.url,
      AZURE_DEVOPS_PAT: azure.personalAccessToken,
      PIPEBOT_GATE_KEYS: `all:${GATE_KEY};payments:${PAYMENTS_KEY}:payments`,
      PIPEBOT_HOOK_SECRET: HOOK_SECRET,
      PORT: '0',
      ...environment,
    },
    () => text,
  );
  if ('problems' in settings) throw new Error(problemLines(settings.problems).join('\n'));
  return settings.value;
}
