// How two instances behaved together, seen from the outside: in which order and how fast conversations were told, and
// how often the same place was asked about. It must not look at what was told.
import type { Database } from '../../src/store/database.ts';
import { POLL_INTERVALS_MS } from '../../src/usecases/poll-builds.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { conversationIn } from './screen.ts';

export interface Conduct {
  /** Messages of a conversation that came before one that it was owed more than a moment earlier. */
  readonly outOfOrder: number;
  /** The same with however short a moment: transactions side by side end in another order than they began. */
  readonly swapped: number;
  /** Windows of a conversation in which more was sent than Teams allows. */
  readonly overPace: number;
  /** Polls of places in the calm at the end that came sooner than their interval, though two could have asked. */
  readonly earlyPolls: number;
  /** Polls that were looked at for this. */
  readonly polls: number;
  /** In all the trouble before: polls for each place and interval. What a dead one asked is asked once more. */
  readonly pollsPerInterval: number;
}

/** Teams' limits for one conversation (Microsoft Learn, "Rate limiting"). */
const LIMITS = [
  { windowMs: 1_000, most: 7 },
  { windowMs: 2_000, most: 8 },
  { windowMs: 30_000, most: 60 },
] as const;
const SAME_MOMENT = '1 second';
const NO_TIME = '0 seconds';
/** Requests do not arrive as evenly as they are sent. */
const JITTER_MS = 50;

export async function conductOf(seen: {
  readonly world: ChaosWorld;
  readonly database: Database;
  readonly trouble: Trouble;
}): Promise<Conduct> {
  const { world, database, trouble } = seen;
  return {
    outOfOrder: await countOutOfOrder(database, SAME_MOMENT),
    swapped: await countOutOfOrder(database, NO_TIME),
    overPace: countOverPace(world),
    ...countPolls(world, trouble),
  };
}

/**
 * Ids of messages grow with time, and so do the times at which they were owed. What is owed at the same moment, by
 * transactions that did not know of each other, has no order.
 */
async function countOutOfOrder(database: Database, moment: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*) from (
       select activity_id::numeric as id, max(activity_id::numeric) over (partition by conversation_id
         order by created_at range between unbounded preceding and $1::interval preceding) as before
       from pipebot.notifications
       where state = 'delivered' and updates_key is null and activity_id ~ '^[0-9]+$') as posted
     where id < before`,
    [moment],
  );
  return row?.count ?? 0;
}

function countOverPace({ teams }: ChaosWorld): number {
  const times = new Map<string, number[]>();
  for (const { at, path, accepted } of teams.ledger) {
    const id = accepted ? conversationIn(path) : undefined;
    if (id !== undefined) times.set(id, [...(times.get(id) ?? []), at]);
  }
  return [...times.values()]
    .flatMap((own) =>
      LIMITS.map(
        ({ windowMs, most }) =>
          own.filter((at, index) => {
            const first = own[index - most];
            return first !== undefined && at - first < windowMs - JITTER_MS;
          }).length,
      ),
    )
    .reduce((sum, each) => sum + each, 0);
}

/** From when to when instances were killed and stopped, ms since the epoch; then both live in peace. */
export interface Trouble {
  readonly from: number;
  readonly until: number;
}

/** On the branches that are only subscribed to: nobody asks about them once everybody has subscribed. */
function countPolls({ azure, alarms }: ChaosWorld, { from, until }: Trouble) {
  const branches = new Set(alarms.map(({ definition }) => definition.defaultBranch));
  const times = new Map([...branches].map((branch) => [branch, [] as number[]]));
  for (const { at, path, query } of azure.ledger) {
    const isPoll = path.endsWith('/build/builds') && query['statusFilter'] !== undefined;
    if (isPoll) times.get(query['branchName'] ?? '')?.push(at);
  }
  const intervalMs = POLL_INTERVALS_MS.subscription;
  let [earlyPolls, polls, inTrouble] = [0, 0, 0];
  for (const asked of times.values()) {
    inTrouble += asked.filter((at) => at > from && at <= until).length;
    const calm = asked.filter((at) => at > until);
    polls += calm.length;
    earlyPolls += calm.filter((at, index) => at - (calm[index - 1] ?? 0) < intervalMs * 0.9).length;
  }
  const pollsPerInterval = inTrouble / branches.size / ((until - from) / intervalMs);
  return { earlyPolls, polls, pollsPerInterval };
}
