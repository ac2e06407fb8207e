// Two PipeBots on one PostgreSQL, of which now one and now the other is killed, or stopped for longer than any lease.
// What people saw is compared with what they were owed; and how often Azure DevOps was asked, in which order and how
// fast each conversation was told, and how soon the work of a dead one was taken over is measured from the outside.
import { setTimeout as delay } from 'node:timers/promises';
import type { CrashPoint } from '../../src/crash-points.ts';
import type { Database } from '../../src/store/database.ts';
import { freePort } from '../../test/support/free-port.ts';
import { pick, type Random, seededRandom } from '../../test/support/generated-history.ts';
import { type Comparison, isBroken } from './book.ts';
import type { CastOptions } from './cast.ts';
import { type ChaosStore, startChaosStore } from './chaos-store.ts';
import { type ChaosWorld, startChaosWorld, type WorldSize } from './chaos-world.ts';
import { type Conduct, conductOf, type Trouble } from './instances-conduct.ts';
import { People } from './people.ts';
import { type PointVisit, Program } from './program.ts';
import { takeOverMs } from './take-over.ts';

export interface InstancesRunOptions extends WorldSize, CastOptions {
  readonly seed: number;
  readonly notifications: number;
  /** How many times an instance is killed or stopped at least. */
  readonly troubles: number;
  readonly onProgress?: (progress: {
    readonly troubles: number;
    readonly told: number;
    readonly open: number;
  }) => void;
}

export interface InstancesRunResult extends Comparison, Conduct {
  readonly kills: number;
  readonly stops: number;
  /** Of those stops, at a crash point. */
  readonly freezes: number;
  /** From a death to the moment at which the last job of the dead one was begun anew, each in ms. */
  readonly takeOversMs: readonly number[];
}

/** Until everybody has subscribed. */
const SETTLE_MS = 30_000;
/** Two intervals of the slowest poll, and a little. */
const CALM_MS = 130_000;
/** Longer than the lease of a turn (12 s) and than a job's heartbeat (10 s). */
const STOP_MS = 20_000;
const DRAIN_LIMIT_MS = 180_000;
const QUIET_MS = 5_000;
/** Where an instance freezes for so long as well: before and after what it may do only while its turn lasts. */
const FREEZING_POINTS = [
  'messenger.send:before',
  'messenger.send:after',
  'commit:begin-attempt:before',
  'commit:begin-attempt:after',
  'commit:store-reading:before',
] as const satisfies readonly CrashPoint[];
const FREEZING_SHARE = 0.4;
const MAX_STARTS = 5;
const MOST_VISITS = 40;

export async function runInstances(options: InstancesRunOptions): Promise<InstancesRunResult> {
  const random = seededRandom(options.seed);
  const world = await startChaosWorld(options);
  const store = await startChaosStore({ kind: 'server', folder: world.folder });
  const ports = [await freePort(), await freePort()] as const;
  const run = new InstancesRun({ options, world, store, random, ports });
  try {
    return await run.play();
  } finally {
    await run.end();
    await store.close();
    await world.close();
  }
}

interface Parts {
  readonly options: InstancesRunOptions;
  readonly world: ChaosWorld;
  readonly store: ChaosStore;
  readonly random: Random;
  readonly ports: readonly [number, number];
}

type Slot = 0 | 1;

class InstancesRun {
  readonly #parts: Parts;
  readonly #people: People;
  readonly #programs: [Program | undefined, Program | undefined] = [undefined, undefined];
  readonly #takeOvers: Promise<number | undefined>[] = [];
  /** Settles when the instance that has frozen goes on. */
  #frozen: Promise<void> | undefined;
  #isInTrouble = false;
  #kills = 0;
  #freezes = 0;
  #stops = 0;

  constructor(parts: Parts) {
    const { world, random, ports } = parts;
    this.#parts = parts;
    this.#people = new People({ world, random, port: ports[0] });
  }

  async play(): Promise<InstancesRunResult> {
    for (const slot of [0, 1] as const) await this.#start(slot);
    this.#people.tellStories(this.#parts.options);
    const { troubles, notifications } = this.#parts.options;
    const database = await this.#parts.store.open();
    try {
      await delay(SETTLE_MS);
      const from = Date.now();
      this.#isInTrouble = true;
      while (this.#kills + this.#stops < troubles || this.#people.book.toldCount < notifications)
        await this.#trouble(database);
      await this.#calmDown();
      const until = Date.now();
      await delay(CALM_MS);
      this.#people.endStories();
      await this.#drain();
      return await this.#result(database, { from, until });
    } finally {
      await database.close();
    }
  }

  async end(): Promise<void> {
    this.#people.leave();
    for (const program of this.#programs) await program?.kill();
  }

  /** Who froze in the middle of it finds its connections closed and ends; somebody starts it anew. */
  async #start(slot: Slot): Promise<void> {
    for (let starts = 1; starts <= MAX_STARTS; starts++) {
      const program = this.#launch(slot);
      this.#programs[slot] = program;
      void program.frozen.then(() => {
        this.#frozen = this.#thaw(slot, program);
      });
      program.go();
      if ((await program.started) !== undefined) return;
    }
    throw new Error('PipeBot did not start; see the log');
  }

  #launch(slot: Slot): Program {
    const { world, store, ports } = this.#parts;
    return new Program({
      folder: world.folder,
      environment: { ...world.environment, ...store.environment, PORT: String(ports[slot]) },
      ...this.#freezing(),
    });
  }

  #listenAt(slot: Slot): void {
    this.#people.speakTo(this.#parts.ports[slot]);
  }

  /** A few seconds in peace, then one of the two is killed and started anew, or stopped and woken again. */
  async #trouble(database: Database): Promise<void> {
    const { random } = this.#parts;
    await delay(1_000 + random() * 3_000);
    // One of the two lives all the time, or nothing could be taken over.
    await this.#frozen;
    this.#people.check();
    const slot = pick(random, [0, 1] as const);
    // People's messages go to the one that lives, as a load balancer would have it.
    this.#listenAt(slot === 0 ? 1 : 0);
    if (random() < 0.75) await this.#kill(slot, database);
    else await this.#stop(slot);
    const { toldCount: told, openCount: open } = this.#people.book;
    this.#parts.options.onProgress?.({ troubles: this.#kills + this.#stops, told, open });
  }

  async #kill(slot: Slot, database: Database): Promise<void> {
    await this.#programs[slot]?.kill();
    this.#kills += 1;
    this.#takeOvers.push(takeOverMs(database));
    await delay(this.#parts.random() * 2_000);
    await this.#start(slot);
  }

  async #stop(slot: Slot): Promise<void> {
    this.#programs[slot]?.send('SIGSTOP');
    this.#stops += 1;
    await delay(STOP_MS);
    this.#programs[slot]?.send('SIGCONT');
  }

  /** From now on nobody is killed or freezes: who may still freeze is started anew. */
  async #calmDown(): Promise<void> {
    this.#isInTrouble = false;
    for (const slot of [0, 1] as const) {
      await this.#frozen;
      this.#listenAt(slot === 0 ? 1 : 0);
      await this.#programs[slot]?.kill();
      await this.#start(slot);
    }
  }

  /** Some freeze at a point of their own, between a claim and what it is for. */
  #freezing(): { readonly freezeAt?: PointVisit } {
    const { random } = this.#parts;
    if (!this.#isInTrouble || random() >= FREEZING_SHARE) return {};
    return {
      freezeAt: { point: pick(random, FREEZING_POINTS), nth: 1 + Math.floor(random() * MOST_VISITS) },
    };
  }

  async #thaw(slot: Slot, program: Program): Promise<void> {
    this.#freezes += 1;
    this.#listenAt(slot === 0 ? 1 : 0);
    await delay(STOP_MS);
    program.send('SIGCONT');
    this.#frozen = undefined;
  }

  async #drain(): Promise<void> {
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    while (performance.now() < deadline && this.#people.book.openCount > 0) await delay(100);
    await delay(QUIET_MS);
    for (const program of this.#programs) await program?.kill();
    this.#people.book.tick();
  }

  async #result(database: Database, trouble: Trouble): Promise<InstancesRunResult> {
    const { world } = this.#parts;
    const comparison = this.#people.book.compare();
    if (isBroken(comparison)) await this.#people.keepEvidence(database, comparison);
    const takeOvers = await Promise.all(this.#takeOvers);
    return {
      ...comparison,
      ...(await conductOf({ world, database, trouble })),
      kills: this.#kills,
      stops: this.#stops + this.#freezes,
      freezes: this.#freezes,
      takeOversMs: takeOvers.flatMap((ms) => ms ?? []),
    };
  }
}
