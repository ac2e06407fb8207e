// Where and when each process of a kill run dies: at every crash point in turn, and in between at random moments.
import { CRASH_POINTS, type CrashPoint } from '../../src/crash-points.ts';
import type { Random } from '../../test/support/generated-history.ts';
import type { PointVisit, ProgramEnd } from './program.ts';

export interface CrashPlan {
  /** Where it is to die; at a random moment when absent. */
  readonly visit?: PointVisit;
  /** Of real time, at the latest. */
  readonly afterMs: number;
  /** Counted from the beginning of its start, instead of from the moment that it takes requests. */
  readonly isInStart: boolean;
}

const RANDOM_MS = { least: 50, most: 600 };
/** A point that is not reached by then is tried again later. */
const POINT_PATIENCE_MS = 600;
/** As long for one at which nobody has died yet: some come by only every few seconds. */
const FIRST_DEATH_PATIENCE_MS = 8_000;
const RANDOM_SHARE = 0.2;
/** Of the random moments. */
const START_SHARE = 0.3;
/** Of the deaths at a point: those at the one that was died at least often. */
const RAREST_SHARE = 0.5;
const MOST_VISITS = 60;

/** Where a process can be that only answers at the gate, without the service hooks that now and then come first. */
const OF_CHECKS =
  /^(?:plans\.|pipelines\.listBuilds|commit:(?:open-check|note-progress|store-verdict|end-check|cancel-check|wake-checks|store-reading|plan-poll|statement):)/;
export const CHECK_POINTS: readonly CrashPoint[] = CRASH_POINTS.filter((point) => OF_CHECKS.test(point));

export interface CrashPlannerOptions {
  /** How many times as long as usual a process may live. */
  readonly lifeFactor?: number;
  /** Of all deaths, 0 to 1: those at a random moment instead of at a point. */
  readonly randomShare?: number;
  /** How long a point is waited for at which nobody has died yet. */
  readonly firstDeathPatienceMs?: number;
  /** Where it may die; everywhere when not given. */
  readonly points?: readonly CrashPoint[];
}

export class CrashPlanner {
  readonly #random: Random;
  readonly #lifeFactor: number;
  readonly #randomShare: number;
  readonly #points: readonly CrashPoint[];
  readonly #firstDeathPatienceMs: number;
  readonly #reached = new Map<CrashPoint, number>();
  readonly #died = new Map<CrashPoint, number>();
  #queue: CrashPoint[] = [];
  #lives = 0;
  randomKills = 0;
  pointKills = 0;

  constructor(random: Random, options: CrashPlannerOptions = {}) {
    const { lifeFactor = 1, randomShare = RANDOM_SHARE, points = CRASH_POINTS } = options;
    this.#random = random;
    this.#lifeFactor = lifeFactor;
    this.#randomShare = randomShare;
    this.#points = points;
    this.#firstDeathPatienceMs = options.firstDeathPatienceMs ?? FIRST_DEATH_PATIENCE_MS;
  }

  next(): CrashPlan {
    const { least, most } = RANDOM_MS;
    const isInStart = this.#random() < START_SHARE;
    if (this.#random() < this.#randomShare)
      return { afterMs: this.#lifeFactor * (least + this.#random() * (most - least)), isInStart };
    const point = this.#nextPoint();
    // Anywhere among the visits of an ordinary life, so that later ones have their turn as well.
    const usual = Math.min(
      MOST_VISITS,
      Math.floor((this.#reached.get(point) ?? 0) / Math.max(1, this.#lives)),
    );
    return {
      visit: { point, nth: 1 + Math.floor(this.#random() * usual) },
      afterMs: Math.max(
        this.#lifeFactor * POINT_PATIENCE_MS,
        this.#deathsAt(point) === 0 ? this.#firstDeathPatienceMs : 0,
      ),
      isInStart: false,
    };
  }

  record({ visit }: CrashPlan, { reached, last }: ProgramEnd, wasOurKill: boolean): void {
    this.#lives += 1;
    for (const [point, times] of reached) this.#reached.set(point, (this.#reached.get(point) ?? 0) + times);
    const isHit = visit !== undefined && !wasOurKill && last === visit.point;
    if (isHit) this.#died.set(visit.point, this.#deathsAt(visit.point) + 1);
    if (isHit) this.pointKills += 1;
    else this.randomKills += 1;
  }

  /** How often each point was reached, and how often it was died at, the rarest first. */
  get tally(): { readonly point: CrashPoint; readonly reached: number; readonly died: number }[] {
    return this.#points
      .map((point) => ({
        point,
        reached: this.#reached.get(point) ?? 0,
        died: this.#deathsAt(point),
      }))
      .sort((left, right) => left.died - right.died || left.reached - right.reached);
  }

  /** The points one after the other, in a new order each time; and in between the rarest, which come by seldom. */
  #nextPoint(): CrashPoint {
    if (this.#random() < RAREST_SHARE) {
      const [rarest] = this.#shuffled().sort((left, right) => this.#deathsAt(left) - this.#deathsAt(right));
      if (rarest) return rarest;
    }
    if (this.#queue.length === 0) this.#queue = this.#shuffled();
    return this.#queue.pop() ?? 'commit:statement:after';
  }

  #deathsAt(point: CrashPoint): number {
    return this.#died.get(point) ?? 0;
  }

  #shuffled(): CrashPoint[] {
    const keyed = this.#points.map((point) => ({ point, key: this.#random() }));
    return keyed.sort((left, right) => left.key - right.key).map(({ point }) => point);
  }
}
