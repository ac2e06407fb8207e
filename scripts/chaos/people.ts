// The people of a chaos run, who go on whatever becomes of PipeBot: they tell their stories, speak to it, look at what
// Teams shows them, and a book keeps what they are owed. They must not know who is killed, nor when.
import type { Database } from '../../src/store/database.ts';
import type { Random } from '../../test/support/generated-history.ts';
import { Book, type Comparison } from './book.ts';
import { type CastOptions, everyStory } from './cast.ts';
import { type ChaosWorld, HOOK_SECRET } from './chaos-world.ts';
import { CheckBook, type CheckComparison } from './check-book.ts';
import { keepEvidence } from './evidence.ts';
import { GateCaller } from './gate-caller.ts';
import { Screen } from './screen.ts';
import { Speaker } from './speaker.ts';

export interface PeopleOptions {
  readonly world: ChaosWorld;
  readonly random: Random;
  /** Where PipeBot takes messages and service hooks. */
  readonly port: number;
  /** Called each time before they look at Teams. */
  readonly beforeLook?: () => void;
}

const TICK_MS = 20;
/** What put a service hook on probation is tried once more, much sooner than Azure DevOps does. */
const PROBATION_MS = 1_000;

export class People {
  readonly book: Book;
  readonly checks = new CheckBook();
  readonly #options: PeopleOptions;
  readonly #screen: Screen;
  readonly #speaker: Speaker;
  readonly #caller: GateCaller;
  readonly #leaving = new AbortController();
  readonly #stories = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #failure: { readonly error: unknown } | undefined;

  constructor(options: PeopleOptions) {
    const { world, port, beforeLook } = options;
    const { teams, azure } = world;
    this.#options = options;
    const conversations = world.rooms.map(({ conversation }) => conversation);
    this.#screen = new Screen(teams, conversations);
    this.book = new Book(this.#screen);
    this.#speaker = new Speaker(teams, this.#leaving.signal);
    this.#caller = new GateCaller(this.#leaving.signal);
    this.speakTo(port);
    azure.hooks.subscribe(`http://127.0.0.1:${port}/api/hooks/azure-devops`, HOOK_SECRET);
    const look = () => {
      beforeLook?.();
      this.book.tick();
      this.checks.tick();
    };
    this.#timers = [
      setInterval(look, TICK_MS),
      setInterval(() => void azure.hooks.retryProbation(), PROBATION_MS),
    ];
  }

  /** From now on their messages and questions go to the PipeBot at this port. */
  speakTo(port: number): void {
    this.#options.world.teams.setBotEndpoint(`http://127.0.0.1:${port}/api/messages`);
    this.#caller.speakTo(port);
  }

  tellStories(cast: CastOptions): void {
    const { world, random } = this.#options;
    const stage = {
      ...{ world, random, book: this.book, checks: this.checks },
      ...{ speaker: this.#speaker, caller: this.#caller },
      ...{ signal: this.#stories.signal, leaving: this.#leaving.signal },
    };
    for (const story of everyStory(stage, cast))
      story.catch((error: unknown) => {
        this.#failure ??= { error };
      });
  }

  /** Throws when a story could not be told: nothing that is seen from then on means anything. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** What they still wait for. */
  get openCount(): number {
    return this.book.openCount + this.checks.openCount;
  }

  /** Nothing new begins; what has begun is waited for. */
  endStories(): void {
    this.#stories.abort();
  }

  /** The world's folder stays, with all that is known of a promise that was broken. */
  async keepEvidence(database: Database, comparison: Comparison & Partial<CheckComparison>): Promise<void> {
    const { world } = this.#options;
    world.keep();
    await keepEvidence(world.folder, { database, comparison, screen: this.#screen });
  }

  leave(): void {
    this.endStories();
    this.#leaving.abort();
    for (const timer of this.#timers) clearInterval(timer);
  }
}
