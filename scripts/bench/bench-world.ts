// Stand-ins, a database and the program in a process of its own, for the benches. Real time everywhere.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/secret.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { startPostgresServer } from '../../test/support/postgres-server.ts';
import type { AppReport } from './app-process.ts';

export interface BenchWorld {
  readonly azure: AzureDevOpsStandIn;
  readonly teams: TeamsConnectorStandIn;
  /** Fills the database before the program runs. */
  prepare(fill: (database: Database) => Promise<void>): Promise<void>;
  /** Starts the program; resolves when it listens. `onReport` hears of it every second. */
  start(
    servicesFile: string,
    onReport: (report: AppReport) => void,
    environment?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** What the program has in use once it has thrown away all that it does not need, MB. */
  usedMb(): Promise<number>;
  stop(): Promise<void>;
}

export const HOOK_SECRET = 'a-hook-secret-of-the-benches';

export async function startBenchWorld(kind: 'server' | 'embedded'): Promise<BenchWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'pipebot-bench-'));
  const postgres = kind === 'server' ? await startPostgresServer() : undefined;
  const azure = await startAzureDevOpsStandIn({ clock: systemClock });
  const teams = await startTeamsConnectorStandIn({ clock: systemClock, requireToken: false });
  const dataDir = join(folder, 'data');
  let child: ChildProcess | undefined;
  return {
    azure,
    teams,
    async prepare(fill) {
      const database = await openDatabase(postgres ? { databaseUrl: new Secret(postgres.url) } : { dataDir });
      await migrate(database);
      await fill(database);
      await database.close();
    },
    start(servicesFile, onReport, environment = {}) {
      writeFileSync(join(folder, 'pipebot.yaml'), servicesFile);
      const started = fork(new URL('./app-process.ts', import.meta.url), {
        cwd: folder,
        // Not those of this process, whose paths are relative to where it was started.
        execArgv: [],
        env: {
          PATH: process.env['PATH'] ?? '',
          PIPEBOT_LOCAL: 'true',
          AZURE_DEVOPS_ORG_URL: azure.url,
          AZURE_DEVOPS_PAT: azure.personalAccessToken,
          PIPEBOT_HOOK_SECRET: HOOK_SECRET,
          PORT: '0',
          LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
          ...(postgres ? { DATABASE_URL: postgres.url } : { DATA_DIR: dataDir }),
          ...environment,
        },
      });
      child = started;
      return new Promise((resolve, reject) => {
        started.once('exit', (code) => reject(new Error(`the program ended with ${code}`)));
        started.on('message', (report: AppReport) => {
          if (report.url !== undefined) {
            teams.setBotEndpoint(`${report.url}/api/messages`);
            resolve(report.url);
          }
          onReport(report);
        });
      });
    },
    usedMb() {
      return new Promise((resolve) => {
        const take = ({ usedMb }: AppReport) => {
          if (usedMb === undefined) return;
          child?.off('message', take);
          resolve(usedMb);
        };
        child?.on('message', take).send('collect');
      });
    },
    async stop() {
      child?.removeAllListeners('exit');
      child?.kill('SIGKILL');
      await teams.close();
      await azure.close();
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
