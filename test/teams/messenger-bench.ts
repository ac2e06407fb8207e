// The messenger against the stand-in, with what its tests need: one channel, one person, a log.
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createMessenger, type MessengerOptions } from '../../src/teams/messenger.ts';
import type { RenderedMessage } from '../../src/teams/to-outgoing-activity.ts';
import type { Conversation, Messenger, OutgoingMessage } from '../../src/usecases/ports.ts';
import type { ConnectorLedgerEntry } from '../stand-ins/teams-connector/connector-server.ts';
import {
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { StandInConversation, StandInUser } from '../stand-ins/teams-connector/teams-world.ts';
import { createRecordedLog } from './recorded-log.ts';
import { registrationWith, TEST_SERVICE_URLS } from './stand-in-registration.ts';

export const CARD = {
  kind: 'card',
  card: { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'payments is ready' }] },
  summary: 'payments is ready',
  mentions: [],
} as const satisfies RenderedMessage;
export const TEXT = {
  kind: 'text',
  text: '**ready**',
  summary: 'ready',
  mentions: [],
} as const satisfies RenderedMessage;
export const NEW: OutgoingMessage = {
  content: { kind: 'help', entries: [] },
  mayRepeat: false,
  shrinkStep: 0,
};

export interface MessengerBench {
  readonly teams: TeamsConnectorStandIn;
  readonly user: StandInUser;
  readonly channel: StandInConversation;
  /** What the next messages look like; a card before each test. */
  rendered: RenderedMessage;
  readonly log: ReturnType<typeof createRecordedLog>;
  messengerWith(change?: Partial<MessengerOptions>): Messenger;
  conversationOf(place: StandInConversation): Conversation;
  /** The calls that would show something in a conversation. */
  writes(): ConnectorLedgerEntry[];
}

/** Starts the stand-in before the tests of the calling file and stops it after them. */
export function useMessengerBench(): MessengerBench {
  let running: Pick<MessengerBench, 'teams' | 'user' | 'channel'> | undefined;
  const started = () => {
    if (!running) throw new Error('The bench is there inside tests only.');
    return running;
  };
  const bench: MessengerBench = {
    get teams() {
      return started().teams;
    },
    get user() {
      return started().user;
    },
    get channel() {
      return started().channel;
    },
    rendered: CARD,
    log: createRecordedLog(),
    messengerWith: (change = {}) =>
      createMessenger({
        ...registrationWith(bench.teams),
        render: () => bench.rendered,
        serviceUrls: TEST_SERVICE_URLS,
        clock: systemClock,
        log: bench.log,
        ...change,
      }),
    conversationOf: (place) => conversationIn(bench.teams, place),
    writes: () => bench.teams.ledger.filter(({ path }) => path.includes('/v3/conversations')),
  };
  beforeAll(async () => {
    const teams = await startTeamsConnectorStandIn({ clock: systemClock });
    const channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
    running = { teams, user: teams.addUser({ name: 'Ada Miller' }), channel };
  });
  beforeEach(() => {
    bench.rendered = CARD;
    bench.teams.clearLedger();
    bench.log.entries.splice(0);
  });
  afterAll(() => bench.teams.close());
  return bench;
}

function conversationIn(teams: TeamsConnectorStandIn, { id, kind }: StandInConversation): Conversation {
  const kinds = { channel: 'channel', groupChat: 'group', personal: 'personal' } as const;
  const { tenantId, serviceUrl, botId } = teams;
  return { id, kind: kinds[kind], tenantId, serviceUrl, botId: `28:${botId}` };
}
