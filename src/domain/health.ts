// How a definition stands on a branch over its builds: green or red, since when, how many failed, whether it
// flaps. Pure; one value for each definition and branch, shared by everybody who subscribes.
import { type Build, outcomeOf, phaseOf } from './build.ts';

export type Colour = 'green' | 'red';

/** An ended build that said something about the colour. */
export interface ColouredBuild {
  readonly id: number;
  readonly number: string;
  readonly url: string;
  readonly queuedAt: number;
  readonly finishedAt: number;
  readonly colour: Colour;
}

export interface Health {
  /** Undefined until the first build that succeeded or failed. */
  readonly colour?: Colour;
  /** The newest coloured builds by their queueing, the newest first, at most `MOST_RECENT`. */
  readonly recent: readonly ColouredBuild[];
  /** While red: the first build that failed, and how many did. */
  readonly red?: { readonly first: ColouredBuild; readonly failedBuilds: number };
  readonly isFlapping: boolean;
}

export type HealthChange = 'turned-red' | 'still-red' | 'turned-green' | 'still-green';

/** Whether it leaves the definition red; a build that says nothing about the colour brings no change. */
export function isRed(change: HealthChange | undefined): boolean {
  return change === 'turned-red' || change === 'still-red';
}

export const UNKNOWN_HEALTH: Health = { recent: [], isFlapping: false };

const MOST_RECENT = 10;
/** So many changes of colour among the recent builds of so many hours are no news any more. */
const FLAPPING_CHANGES = 4;
const FLAPPING_WINDOW_MS = 6 * 3_600_000;
/** So many builds of one colour in a row end it. */
const SETTLED_AFTER = 3;

/**
 * What a build that has ended says about the colour: succeeded and partially succeeded are green, failed and
 * abandoned red; a canceled one says nothing.
 */
export function colourOf(build: Pick<Build, 'status' | 'result'>): Colour | undefined {
  if (phaseOf(build) !== 'ended') return undefined;
  const outcome = outcomeOf(build);
  if (outcome === 'canceled') return undefined;
  return outcome === 'failed' ? 'red' : 'green';
}

/**
 * The health after a build has ended. Without a change when the build says nothing about the colour, when this
 * end is known, or when a newer build has said it already: as for a gate, the one that was queued last counts. An
 * older one that was heard of late still takes its place among the recent ones.
 */
export function healthAfter(
  health: Health,
  build: Build,
): { readonly health: Health; readonly change?: HealthChange } {
  const colour = colourOf(build);
  if (colour === undefined) return { health };
  const newest = health.recent[0];
  const ended: ColouredBuild = {
    id: build.id,
    number: build.number,
    url: build.url,
    queuedAt: build.queuedAt,
    finishedAt: build.finishedAt ?? build.startedAt ?? build.queuedAt,
    colour,
  };
  if (newest && isNewer(newest, ended)) return { health: withLate(health, ended) };
  if (newest && isSameEnd(newest, ended)) return { health };
  const recent = [ended, ...health.recent].slice(0, MOST_RECENT);
  const changed: Health = {
    colour,
    recent,
    ...(colour === 'red' ? { red: redAfter(health, ended) } : {}),
    isFlapping: isFlappingAfter(health.isFlapping, recent),
  };
  return { health: changed, change: changeOf(health.colour, colour) };
}

/** Whether it flaps is for the next newest build to say, with a change to tell of. */
function withLate(health: Health, late: ColouredBuild): Health {
  if (health.recent.some(({ id }) => id === late.id)) return health;
  const newer = health.recent.filter((known) => isNewer(known, late)).length;
  const recent = health.recent.toSpliced(newer, 0, late).slice(0, MOST_RECENT);
  if (recent.length === newer) return health;
  return { ...health, recent };
}

/** A build that was rerun keeps its place, so the same id may colour again. */
function isNewer(known: ColouredBuild, build: ColouredBuild): boolean {
  if (known.id === build.id) return false;
  return known.queuedAt > build.queuedAt || (known.queuedAt === build.queuedAt && known.id > build.id);
}

function isSameEnd(known: ColouredBuild, ended: ColouredBuild): boolean {
  return known.id === ended.id && known.finishedAt === ended.finishedAt && known.colour === ended.colour;
}

/** Builds are counted, not their reruns. */
function redAfter({ red, recent }: Health, ended: ColouredBuild): NonNullable<Health['red']> {
  if (!red) return { first: ended, failedBuilds: 1 };
  const isRerun = recent[0]?.id === ended.id;
  return isRerun ? red : { ...red, failedBuilds: red.failedBuilds + 1 };
}

function changeOf(before: Colour | undefined, after: Colour): HealthChange {
  if (after === 'red') return before === 'red' ? 'still-red' : 'turned-red';
  return before === 'red' ? 'turned-green' : 'still-green';
}

/**
 * Begins with many changes in a short time. Ends when several builds in a row agree, or with the first build
 * after a pause as long as that time: where builds are seldom, nobody should wait for several of them.
 */
function isFlappingAfter(wasFlapping: boolean, recent: readonly ColouredBuild[]): boolean {
  if (agreesFrom(recent, 0)) return false;
  const [newest, before] = recent;
  if (!newest || !before) return false;
  // Late builds may have shown meanwhile that it had settled.
  const isUnsettled = wasFlapping && !agreesFrom(recent, 1);
  if (isUnsettled && newest.finishedAt - before.finishedAt <= FLAPPING_WINDOW_MS) return true;
  return recentChanges(recent, newest.finishedAt - FLAPPING_WINDOW_MS) >= FLAPPING_CHANGES;
}

/** Whether a build and those before it are of one colour, as many as it takes to settle. */
function agreesFrom(recent: readonly ColouredBuild[], index: number): boolean {
  const run = recent.slice(index, index + SETTLED_AFTER);
  return run.length === SETTLED_AFTER && run.every(({ colour }) => colour === run[0]?.colour);
}

/** What changed before it was last settled has been dealt with. */
function recentChanges(recent: readonly ColouredBuild[], since: number): number {
  const settledAt = recent.findIndex((_, index) => agreesFrom(recent, index));
  const unsettled = settledAt < 0 ? recent : recent.slice(0, settledAt + 1);
  return unsettled.filter(({ colour, finishedAt }, index) => {
    const before = unsettled[index + 1];
    return before !== undefined && before.colour !== colour && finishedAt >= since;
  }).length;
}
