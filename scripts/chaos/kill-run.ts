// A kill run: one PipeBot that is killed again and again while it tells many conversations what they wait for. In the
// end it is left in peace, and what people saw is compared with what they were owed.
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';
import { type Random, seededRandom } from '../../test/support/generated-history.ts';
import type { Loss } from '../../test/support/tcp-proxy.ts';
import { type Comparison, isBroken } from './book.ts';
import type { CastOptions } from './cast.ts';
import {
  type ChaosStore,
  type Leftovers,
  leftoversOf,
  type StoreKind,
  startChaosStore,
  untilTokensGo,
} from './chaos-store.ts';
import { type ChaosWorld, startChaosWorld, type WorldSize } from './chaos-world.ts';
import { type CheckComparison, isCheckBroken } from './check-book.ts';
import { CHECK_POINTS, type CrashPlan, CrashPlanner } from './crash-plan.ts';
import { type LostSends, loseSends } from './lost-sends.ts';
import { People } from './people.ts';
import { type PointVisit, Program, type ProgramEnd } from './program.ts';

export interface KillRunOptions extends WorldSize, CastOptions {
  readonly seed: number;
  readonly kills: number;
  /** Goes on killing until so many were told. */
  readonly notifications: number;
  readonly database: StoreKind;
  /** Share of commits, sends and verdicts whose answer is lost, 0 to 1. */
  readonly lostAnswers: number;
  /** A PostgreSQL server that runs already. */
  readonly serverUrl?: string;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly kills: number;
  readonly told: number;
  readonly open: number;
}

export interface KillRunResult extends Comparison {
  readonly checks: CheckComparison;
  readonly planner: CrashPlanner;
  readonly kills: number;
  /** Ends of the process that nobody had ordered; a start that the store refused is none. */
  readonly ownEnds: number;
  readonly refusedStarts: number;
  readonly leftovers: Leftovers;
  readonly lostCommits?: { readonly of: number; readonly lost: number };
  readonly lostSends?: { readonly of: number; readonly lost: number };
  /** From the word to the first request taken, each in ms. */
  readonly startsMs: readonly number[];
  readonly drainMs: number;
  readonly waitsMs: readonly number[];
}

/** Longer than the third pause after a doubtful send (8 min), which one in some thousand comes to; it ends sooner. */
const DRAIN_LIMIT_MS = 660_000;
/** Whatever is told twice is told by then. */
const QUIET_MS = 5_000;
const MAX_FIRST_STARTS = 20;
/** Whoever watches over PipeBot ends a start that hangs, on an answer that never comes. */
const START_PATIENCE_MS = 15_000;

export async function runKills(options: KillRunOptions): Promise<KillRunResult> {
  const random = seededRandom(options.seed);
  const world = await startChaosWorld(options);
  const { database: kind, serverUrl, lostAnswers } = options;
  const lose = () => (random() < lostAnswers ? lossOf(random()) : undefined);
  const store = await startChaosStore({
    ...{ kind, folder: world.folder },
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(lostAnswers > 0 ? { lose } : {}),
  });
  const run = new KillRun({ options, world, store, random, port: await freePort() });
  try {
    return await run.play();
  } finally {
    await run.end();
    await store.close();
    await world.close();
  }
}

/** A caller that waits in vain does so for a quarter of a minute. */
const SILENT_SHARE = 0.03;

function lossOf(chance: number): Loss {
  return chance < SILENT_SHARE ? 'silence' : 'cut';
}

/** Where answers are lost, many starts fail: the lives of those that succeed are to be worth it. */
const AMONG_LOSSES = { lifeFactor: 50, randomShare: 0.8 };

/** Few points, of which each comes by often. */
const AT_THE_GATE = { points: CHECK_POINTS, firstDeathPatienceMs: 3_000 };

interface Parts {
  readonly options: KillRunOptions;
  readonly world: ChaosWorld;
  readonly store: ChaosStore;
  readonly random: Random;
  readonly port: number;
}

class KillRun {
  readonly #parts: Parts;
  readonly #planner: CrashPlanner;
  readonly #people: People;
  readonly #sends: LostSends | undefined;
  readonly #startsMs: number[] = [];
  #standby: { readonly program: Program; readonly plan: CrashPlan } | undefined;
  #kills = 0;
  #ownEnds = 0;
  #refusedStarts = 0;

  constructor(parts: Parts) {
    const { options, world, random, port } = parts;
    this.#parts = parts;
    this.#planner = new CrashPlanner(random, {
      ...(options.lostAnswers > 0 ? AMONG_LOSSES : {}),
      ...(options.isForChecksOnly ? AT_THE_GATE : {}),
    });
    if (options.lostAnswers > 0) this.#sends = loseSends(world.teams, random, options.lostAnswers);
    this.#people = new People({ world, random, port, beforeLook: () => this.#sends?.tick() });
  }

  async play(): Promise<KillRunResult> {
    await this.#settleIn();
    this.#people.tellStories(this.#parts.options);
    const { kills, notifications } = this.#parts.options;
    const { book } = this.#people;
    while (this.#kills < kills || book.toldCount < notifications) await this.#live();
    this.#people.endStories();
    const begunAt = performance.now();
    await this.#drain();
    const drainMs = performance.now() - begunAt;
    const comparison = book.compare();
    const checks = this.#people.checks.compare();
    const leftovers = await this.#lookInto(comparison, checks);
    const { proxy } = this.#parts.store;
    return {
      ...comparison,
      checks,
      planner: this.#planner,
      kills: this.#kills,
      ownEnds: this.#ownEnds,
      refusedStarts: this.#refusedStarts,
      leftovers,
      ...(proxy ? { lostCommits: { of: proxy.commits, lost: proxy.lost } } : {}),
      ...(this.#sends ? { lostSends: { of: this.#sends.sends, lost: this.#sends.lost } } : {}),
      startsMs: this.#startsMs,
      drainMs,
      waitsMs: book.waits,
    };
  }

  async end(): Promise<void> {
    this.#people.leave();
    await this.#standby?.program.kill();
  }

  /** The first start makes the schema, which is not what is tried here; where answers are lost it may take several. */
  async #settleIn(): Promise<void> {
    for (let starts = 1; starts <= MAX_FIRST_STARTS; starts++) {
      const first = this.#launch();
      this.#begin(first);
      const url = await first.started;
      await first.kill();
      if (url !== undefined) return;
    }
    throw new Error('PipeBot did not start; see the log');
  }

  #launch(visit?: PointVisit): Program {
    const { world, store, port } = this.#parts;
    return new Program({
      folder: world.folder,
      environment: { ...world.environment, ...store.environment, PORT: String(port) },
      ...(visit ? { crashAt: visit } : {}),
    });
  }

  #prepare(): { readonly program: Program; readonly plan: CrashPlan } {
    const plan = this.#planner.next();
    return { program: this.#launch(plan.visit), plan };
  }

  /** One life of the process, from its start to its violent end. */
  async #live(): Promise<void> {
    this.#people.check();
    const { program, plan } = this.#standby ?? this.#prepare();
    this.#begin(program);
    this.#standby = this.#prepare();
    if (!plan.isInStart) await Promise.race([program.started, program.ended]);
    const patience = new AbortController();
    const end = await Promise.race([
      program.ended,
      delay(plan.afterMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    this.#take(plan, end ?? (await program.kill()), end === undefined);
  }

  #begin(program: Program): void {
    const begunAt = performance.now();
    program.go();
    const impatience = setTimeout(() => program.send('SIGKILL'), START_PATIENCE_MS);
    void program.started.then((url) => {
      clearTimeout(impatience);
      if (url !== undefined) this.#startsMs.push(performance.now() - begunAt);
    });
  }

  #take(plan: CrashPlan, end: ProgramEnd, wasOurKill: boolean): void {
    if (end.signal === 'SIGKILL') {
      this.#kills += 1;
      this.#planner.record(plan, end, wasOurKill);
    } else if (end.code === 1 && this.#parts.options.lostAnswers > 0) this.#refusedStarts += 1;
    else this.#ownEnds += 1;
    const { openCount: open } = this.#people;
    const told = this.#people.book.toldCount + this.#people.checks.toldCount;
    this.#parts.options.onProgress?.({ kills: this.#kills, told, open });
  }

  /** A last life in peace, until everything that is owed is told and nothing more comes. */
  async #drain(): Promise<void> {
    await this.#standby?.program.kill();
    this.#standby = undefined;
    const { book } = this.#people;
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    let program = this.#launch();
    this.#begin(program);
    while (performance.now() < deadline && this.#people.openCount > 0) {
      await delay(100);
      if (program.isRunning) continue;
      program = this.#launch();
      this.#begin(program);
    }
    await delay(QUIET_MS);
    if (this.#parts.options.checked > 0) await untilTokensGo(this.#parts.store);
    await program.kill();
    book.tick();
  }

  async #lookInto(comparison: Comparison, checks: CheckComparison): Promise<Leftovers> {
    const database = await this.#parts.store.open();
    try {
      const leftovers = await leftoversOf(database);
      const isAllWell =
        !isBroken(comparison) && !isCheckBroken(checks) && Object.keys(leftovers.deadJobs).length === 0;
      if (!isAllWell || leftovers.checks.open + leftovers.checks.tokens > 0)
        await this.#people.keepEvidence(database, { ...comparison, ...checks });
      return leftovers;
    } finally {
      await database.close();
    }
  }
}
