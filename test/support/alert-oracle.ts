// Says from the rules alone, written apart from the code under test, what a conversation must hear of a random
// history. It keeps no health and no alert: whenever it wants to know how something stands, it looks at all that
// has ended so far.
import type { Build } from '../../src/domain/build.ts';
import { GROUP_INTERVAL_MS, GROUP_WAIT_MS, type Happening, type Wishes } from './alert-desk.ts';

export interface Truth {
  readonly standing: 'fine' | 'failing' | 'flapping';
  readonly isRed: boolean;
  /** The last two that counted ended alike. */
  readonly isStill: boolean;
  /** Of the red streak that lasts, or of the last one. */
  readonly failedBuilds: number;
  /** How often flapping has begun. */
  readonly flappingPeriods: number;
  /** The last ten, in the order of their queueing: those that were late as well. */
  readonly line: readonly Build[];
}

export interface Expected {
  readonly at: number;
  readonly news: string;
  readonly isDropped: boolean;
  readonly isRed: boolean;
  readonly failedBuilds: number;
}

const HOURS_MS = 3_600_000;

/** Those of the ends that count: that say a colour, and none of a build queued later said one before. */
export function countingEnds(ends: readonly Build[]): Build[] {
  const counting: Build[] = [];
  for (const build of ends) {
    const newest = counting.at(-1);
    if (build.result === 'canceled') continue;
    if (newest && newest.id !== build.id && isLater(newest, build)) continue;
    if (newest && JSON.stringify(newest) === JSON.stringify(build)) continue;
    counting.push(build);
  }
  return counting;
}

function isLater(left: Build, right: Build): boolean {
  return left.queuedAt > right.queuedAt || (left.queuedAt === right.queuedAt && left.id > right.id);
}

function isFailure({ result }: Build): boolean {
  return result === 'failed';
}

/** How it stands after these ends, all of them looked at anew. */
export function truthOf(ends: readonly Build[]): Truth {
  const counting = countingEnds(ends);
  let [isFlapping, flappingPeriods] = [false, 0];
  let failed = new Set<number>();
  let line: Build[] = [];
  for (const [index, build] of ends.entries()) {
    const countedBefore = countingEnds(ends.slice(0, index));
    const isCounting = countingEnds(ends.slice(0, index + 1)).length > countedBefore.length;
    const before = countedBefore.at(-1);
    const isLate = !isCounting && build.result !== 'canceled' && !line.some(({ id }) => id === build.id);
    if (!isCounting && !isLate) continue;
    line = isLate
      ? line.toSpliced(line.findLastIndex((other) => !isLater(other, build)) + 1, 0, build)
      : [...line, build];
    line = line.slice(-10);
    if (isCounting && lookBack(line.slice(0, -1)).run >= 3) isFlapping = false;
    const { run, changes } = lookBack(line);
    if (isCounting) {
      const at = build.finishedAt ?? 0;
      const isAlike = before !== undefined && isFailure(before) === isFailure(build);
      if (isFailure(build)) failed = isAlike ? failed.add(build.id) : new Set([build.id]);
      if (at - (line.at(-2)?.finishedAt ?? at) > 6 * HOURS_MS) isFlapping = false;
      if (!isFlapping && run < 3 && changes.filter((change) => change >= at - 6 * HOURS_MS).length >= 4) {
        isFlapping = true;
        flappingPeriods++;
      }
    }
    if (isCounting && run >= 3) isFlapping = false;
  }
  const last = counting.at(-1);
  const isRed = last !== undefined && isFailure(last);
  const previous = counting.at(-2);
  const isStill = !last || !previous || isFailure(last) === isFailure(previous);
  const standing = isFlapping ? 'flapping' : isRed ? 'failing' : 'fine';
  return { standing, isRed, isStill, failedBuilds: failed.size, flappingPeriods, line };
}

/** How many of the last ended alike, and when the colour changed since three did. */
function lookBack(line: readonly Build[]): { readonly run: number; readonly changes: readonly number[] } {
  let [run, changes] = [0, [] as number[]];
  line.forEach((build, index) => {
    const before = line[index - 1];
    const isAlike = before !== undefined && isFailure(before) === isFailure(build);
    run = isAlike ? run + 1 : 1;
    if (before && !isAlike) changes.push(build.finishedAt ?? 0);
    if (run >= 3) changes = [];
  });
  return { run, changes };
}

export function isStopped(build: Build, { reasons }: Wishes): boolean {
  return reasons.length > 0 && build.reason !== 'individualCI';
}

/** When quiet hours (of UTC, which no summer time disturbs) end; undefined when it is not quiet. */
export function quietEnd({ quiet }: Wishes, at: number): number | undefined {
  if (!quiet) return undefined;
  const day = Math.floor(at / (24 * HOURS_MS)) * 24 * HOURS_MS;
  for (const begin of [day - 24 * HOURS_MS, day]) {
    const from = begin + quiet.fromMinute * 60_000;
    const to = begin + quiet.toMinute * 60_000 + (quiet.toMinute < quiet.fromMinute ? 24 * HOURS_MS : 0);
    if (at >= from && at < to) return to;
  }
  return undefined;
}

/** Everything that must be told or dropped, in order. */
export function expectedNews(
  happenings: readonly Happening[],
  wishes: Wishes,
  until: number,
): readonly Expected[] {
  const listener = new Listener(wishes);
  for (const happening of happenings) {
    listener.waitUntil(happening.at);
    listener.take(happening);
  }
  listener.waitUntil(until);
  return listener.told;
}

class Listener {
  readonly told: Expected[] = [];
  readonly #wishes: Wishes;
  readonly #ends: Build[] = [];
  #known: Truth['standing'] = 'fine';
  #owed: { readonly news: string; lookAt: number; waitsFor?: 'mute' | 'base' } | undefined;
  #mutedUntil = 0;
  #isBaseBroken = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(wishes: Wishes) {
    this.#wishes = wishes;
  }

  take(happening: Happening): void {
    const { at } = happening;
    if (happening.kind === 'build') this.#hear(at, happening.build);
    if (happening.kind === 'mute') this.#mutedUntil = happening.until;
    if (happening.kind === 'unmute') this.#mutedUntil = 0;
    if (happening.kind === 'base') this.#isBaseBroken = happening.broken !== undefined;
    const isOver =
      this.#owed?.waitsFor === 'base'
        ? happening.kind === 'base' && !this.#isBaseBroken
        : happening.kind === 'mute' || happening.kind === 'unmute';
    if (this.#owed?.waitsFor && isOver) this.#owed.lookAt = at;
  }

  #hear(at: number, build: Build): void {
    const counted = countingEnds(this.#ends).length;
    this.#ends.push(build);
    if (countingEnds(this.#ends).length === counted) return;
    if (isStopped(build, this.#wishes) && this.#known === 'fine' && !this.#owed) return;
    const truth = truthOf(this.#ends);
    if (this.#wishes.events === 'recoveries' && truth.standing === 'failing') {
      this.#known = 'failing';
      this.#owed = undefined;
      return;
    }
    const news = this.#newsOf(truth);
    if (news === this.#owed?.news) return;
    const lookAt = Math.max(at + GROUP_WAIT_MS, this.#toldAt + GROUP_INTERVAL_MS);
    this.#owed = news === undefined ? undefined : { news, lookAt };
  }

  #newsOf({ standing, isStill }: Truth): string | undefined {
    if (standing === this.#known) return undefined;
    if (standing === 'flapping') return 'flapping';
    const news = standing === 'failing' ? 'failing' : 'recovered';
    if (this.#known === 'flapping') return isStill && this.#owed?.news !== news ? 'settled' : news;
    return news;
  }

  /** Tells what can be told before a time. */
  waitUntil(end: number): void {
    for (;;) {
      const owed = this.#owed;
      if (!owed) return;
      const at = Math.max(owed.lookAt, this.#toldAt + GROUP_INTERVAL_MS);
      if (at >= end) return;
      const truth = truthOf(this.#ends);
      const isTrouble = owed.news !== 'recovered' && (owed.news !== 'settled' || truth.isRed);
      const quiet = quietEnd(this.#wishes, at);
      delete owed.waitsFor;
      if (at < this.#mutedUntil && !isTrouble) this.#end(at, truth, true);
      else if (at < this.#mutedUntil) Object.assign(owed, { lookAt: this.#mutedUntil, waitsFor: 'mute' });
      else if (quiet !== undefined) owed.lookAt = quiet;
      else if (this.#isBaseBroken && isTrouble) Object.assign(owed, { lookAt: Infinity, waitsFor: 'base' });
      else this.#end(at, truth, false);
    }
  }

  #end(at: number, { standing, isRed, failedBuilds }: Truth, isDropped: boolean): void {
    this.told.push({ at, news: this.#owed?.news ?? '', isDropped, isRed, failedBuilds });
    this.#known = isDropped ? 'fine' : standing;
    this.#owed = undefined;
    if (!isDropped) this.#toldAt = at;
  }
}
