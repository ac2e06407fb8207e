// The Teams entry behind an HTTP server, with the stand-in delivering to it: what its tests need.
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createTeamsEntry, type TeamsEntry, type TeamsEntryOptions } from '../../src/teams/adapter.ts';
import type { TeamsEvent } from '../../src/teams/to-teams-event.ts';
import {
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { StandInConversation, StandInUser } from '../stand-ins/teams-connector/teams-world.ts';
import { type EntryServer, startEntryServer } from './entry-server.ts';
import { createRecordedLog } from './recorded-log.ts';
import { registrationWith, TEST_SERVICE_URLS } from './stand-in-registration.ts';

export interface EntryBench {
  readonly teams: TeamsConnectorStandIn;
  readonly user: StandInUser;
  readonly channel: StandInConversation;
  /** What the entry told. */
  readonly events: TeamsEvent[];
  readonly log: ReturnType<typeof createRecordedLog>;
  /** What storing an event throws; nothing before each test. */
  failure: unknown;
  entryWith(change?: Partial<TeamsEntryOptions>): TeamsEntry;
  /** Has the stand-in deliver to another entry while `work` runs. */
  deliveringTo(entry: TeamsEntry, work: () => Promise<void>): Promise<void>;
  /** A personal message as Teams would post it. */
  message(): Record<string, unknown>;
}

/** Starts stand-in and entry before the tests of the calling file and stops them after them. */
export function useEntryBench(): EntryBench {
  let running: Pick<EntryBench, 'teams' | 'user' | 'channel'> | undefined;
  let server: EntryServer | undefined;
  const started = () => {
    if (!running) throw new Error('The bench is there inside tests only.');
    return running;
  };
  const bench: EntryBench = {
    get teams() {
      return started().teams;
    },
    get user() {
      return started().user;
    },
    get channel() {
      return started().channel;
    },
    events: [],
    log: createRecordedLog(),
    failure: undefined,
    entryWith: (change = {}) => createEntry(bench, change),
    deliveringTo: async (entry, work) => {
      const other = await startEntryServer(entry);
      bench.teams.setBotEndpoint(other.endpoint);
      await work();
      if (server) bench.teams.setBotEndpoint(server.endpoint);
      await other.close();
    },
    message: () => personalMessage(bench),
  };
  beforeAll(async () => {
    // The SDK prints each refused token.
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const teams = await startTeamsConnectorStandIn({ clock: systemClock });
    const user = teams.addUser({ name: 'Ada Miller' });
    const channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
    running = { teams, user, channel };
    server = await startEntryServer(bench.entryWith());
    teams.setBotEndpoint(server.endpoint);
  });
  beforeEach(() => {
    bench.events.splice(0);
    bench.log.entries.splice(0);
    bench.failure = undefined;
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await server?.close();
    await bench.teams.close();
  });
  return bench;
}

function createEntry(bench: EntryBench, change: Partial<TeamsEntryOptions>): TeamsEntry {
  return createTeamsEntry({
    ...registrationWith(bench.teams),
    log: bench.log,
    clock: systemClock,
    allowedTenants: [bench.teams.tenantId],
    serviceUrls: TEST_SERVICE_URLS,
    onEvent: async (event) => {
      if (bench.failure !== undefined) throw bench.failure;
      bench.events.push(event);
    },
    ...change,
  });
}

function personalMessage({ teams, user }: EntryBench) {
  return {
    type: 'message',
    id: '1700000000001',
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    text: 'help',
    from: { id: user.id, name: user.name },
    recipient: { id: `28:${teams.botId}`, name: 'PipeBot' },
    ...inTenants(teams.tenantId, teams.tenantId),
  };
}

/** The fields of an activity that name the tenant. */
export function inTenants(inConversation: string | undefined, inChannelData: string | undefined) {
  return {
    conversation: { id: 'a:1', conversationType: 'personal', tenantId: inConversation },
    channelData: { tenant: { id: inChannelData } },
  };
}
