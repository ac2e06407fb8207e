// How fast Teams lets one bot talk: what was sent to a conversation lately, as a small value that is stored with
// it, and when the next send may be. Pure; it must not know who sends, or who waits.

/**
 * Sends to one conversation, updates among them, in any span of this length (Microsoft Learn, "Rate limiting",
 * "Send to conversation").
 */
const SPANS = [
  { sends: 7, ms: 1_000 },
  { sends: 8, ms: 2_000 },
  { sends: 60, ms: 30_000 },
] as const;
const HOUR = { sends: 1_800, ms: 3_600_000 } as const;
const MINUTE_MS = 60_000;
const LONGEST_SPAN_MS = 30_000;

/**
 * A send reaches Teams at some time between its own permit and the next one's, so that permits may be further
 * apart than the sends themselves. One send less in every span makes up for that exactly, however long each is
 * under way, as long as one follows the other.
 */
const UNDER_WAY = 1;
const MAX_RECENT = 60 - UNDER_WAY;

/**
 * Between two sends to a tenant, whichever conversations they go to. Teams allows an app 50 a second in a tenant
 * ("Rate limiting"); a fifth is left for those that catch up with each other on their way.
 */
export const TENANT_INTERVAL_MS = 25;

/** A last send that seems to lie further ahead was permitted by a clock that went wrong, and is forgotten. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** Times in ms since the epoch, PipeBot's clock. */
export interface Pace {
  /** When the last sends were permitted, oldest first: as many as the short spans can ask about. */
  readonly recent: readonly number[];
  /** For the minutes of the last hour that had sends, oldest first: minutes since the epoch, and how many. */
  readonly minutes: readonly (readonly [minute: number, sends: number])[];
}

/** Of a conversation to which nothing was ever sent. */
export const NO_SENDS: Pace = { recent: [], minutes: [] };

/** When the next send is allowed: `now`, or later. By the hour's limit it may come up to a minute too late. */
export function nextSendAt(stored: Pace, now: number): number {
  const pace = believable(stored, now);
  const spansOpenAt = SPANS.map(({ sends, ms }) => {
    const first = pace.recent.at(UNDER_WAY - sends);
    return first === undefined ? now : first + ms;
  });
  return Math.max(now, hourOpensAt(pace), ...spansOpenAt);
}

/** The pace once a send is permitted at `now`. Should the clock have gone back, it counts as the last one's time. */
export function paceAfter(stored: Pace, now: number): Pace {
  const pace = believable(stored, now);
  const at = Math.max(now, pace.recent.at(-1) ?? now);
  const minute = Math.floor(at / MINUTE_MS);
  const last = pace.minutes.at(-1);
  const minutes: Pace['minutes'] =
    last?.[0] === minute
      ? [...pace.minutes.slice(0, -1), [minute, last[1] + 1]]
      : [...pace.minutes, [minute, 1]];
  return {
    recent: [...pace.recent, at].filter((sentAt) => sentAt > at - LONGEST_SPAN_MS).slice(-MAX_RECENT),
    minutes: minutes.filter(([each]) => minuteLeavesHourAt(each) > at),
  };
}

function believable(pace: Pace, now: number): Pace {
  return (pace.recent.at(-1) ?? now) > now + MAX_CLOCK_SKEW_MS ? NO_SENDS : pace;
}

function hourOpensAt({ minutes }: Pace): number {
  let sends = minutes.reduce((sum, [, count]) => sum + count, 0);
  let opensAt = 0;
  for (const [minute, count] of minutes) {
    if (sends < HOUR.sends - UNDER_WAY) break;
    opensAt = minuteLeavesHourAt(minute);
    sends -= count;
  }
  return opensAt;
}

function minuteLeavesHourAt(minute: number): number {
  return (minute + 1) * MINUTE_MS + HOUR.ms;
}
