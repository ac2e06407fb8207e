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
 * The health after a build has ended. Without a change when the build says nothing about the colour, or when a
 * newer one has said it already: as for a gate, the build that was queued last counts.
 */
export function healthAfter(
  health: Health,
  build: Build,
): { readonly health: Health; readonly change?: HealthChange } {
  const colour = colourOf(build);
  const newest = health.recent[0];
  if (colour === undefined || (newest && isNewer(newest, build))) return { health };
  const ended: ColouredBuild = {
    id: build.id,
    number: build.number,
    url: build.url,
    queuedAt: build.queuedAt,
    finishedAt: build.finishedAt ?? build.startedAt ?? build.queuedAt,
    colour,
  };
  const recent = [ended, ...health.recent].slice(0, MOST_RECENT);
  const changed: Health = {
    colour,
    recent,
    ...(colour === 'red' ? { red: redAfter(health, ended) } : {}),
    isFlapping: isFlappingAfter(health.isFlapping, recent),
  };
  return { health: changed, change: changeOf(health.colour, colour) };
}

/** A build that was rerun keeps its place, so the same id may colour again. */
function isNewer(known: ColouredBuild, build: Build): boolean {
  if (known.id === build.id) return false;
  return known.queuedAt > build.queuedAt || (known.queuedAt === build.queuedAt && known.id > build.id);
}

function redAfter({ red }: Health, ended: ColouredBuild): NonNullable<Health['red']> {
  return red ? { ...red, failedBuilds: red.failedBuilds + 1 } : { first: ended, failedBuilds: 1 };
}

function changeOf(before: Colour | undefined, after: Colour): HealthChange {
  if (after === 'red') return before === 'red' ? 'still-red' : 'turned-red';
  return before === 'red' ? 'turned-green' : 'still-green';
}

/** Begins with many changes in a short time, ends when several builds in a row agree. */
function isFlappingAfter(wasFlapping: boolean, recent: readonly ColouredBuild[]): boolean {
  const last = recent.slice(0, SETTLED_AFTER);
  const agrees = last.length === SETTLED_AFTER && last.every(({ colour }) => colour === last[0]?.colour);
  if (agrees) return false;
  if (wasFlapping) return true;
  const since = (recent[0]?.finishedAt ?? 0) - FLAPPING_WINDOW_MS;
  const changes = recent.filter(
    ({ colour, finishedAt }, index) =>
      finishedAt >= since && recent[index + 1] !== undefined && recent[index + 1]?.colour !== colour,
  );
  return changes.length >= FLAPPING_CHANGES;
}
