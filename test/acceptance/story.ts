// A small language for acceptance tests over the scripted clock: what happens at which second, and what a
// conversation is expected to hear between which seconds. Whatever is not expected must not come.
import { expect } from 'vitest';
import type { StandInMessage } from '../stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { World } from './world.ts';

type Conversation = World['channel'];

/** At a second of the story, something is done. */
interface Action {
  readonly kind: 'action';
  readonly at: number;
  readonly run: () => unknown;
}

/** Between two seconds, exactly one new message or one change of a card is expected. */
interface Expectation {
  readonly kind: 'expectation';
  readonly place: Conversation;
  readonly what: 'message' | 'update';
  readonly says: readonly (string | RegExp)[];
  readonly from: number;
  readonly to: number;
  /** Text that must not be in it. */
  readonly not: readonly string[];
}

export type Line = Action | Expectation;

/** A message or a change of one, and the second at which it came. */
export interface Heard {
  readonly place: Conversation;
  readonly what: 'message' | 'update';
  readonly at: number;
  readonly text: string;
  readonly message: StandInMessage;
}

export function at(second: number, run: () => unknown): Action {
  return { kind: 'action', at: second, run };
}

/** Begins an expectation: `expectMessage(channel, 'payments failed').between(40, 45)`. */
export function expectMessage(place: Conversation, ...says: readonly (string | RegExp)[]) {
  return expecting('message', place, says);
}

/** The card changes in place; nobody is disturbed. */
export function expectUpdate(place: Conversation, ...says: readonly (string | RegExp)[]) {
  return expecting('update', place, says);
}

function expecting(what: Expectation['what'], place: Conversation, says: readonly (string | RegExp)[]) {
  return {
    between: (from: number, to: number, ...not: readonly string[]): Expectation => ({
      ...{ kind: 'expectation', place, what, says, from, to, not },
    }),
  };
}

/**
 * Plays the lines second by second until `until`, and then compares: every expectation is met by one message or
 * change of its own, and nothing else was heard in any conversation that an expectation or `silent` names.
 */
export async function play(
  world: World,
  lines: readonly Line[],
  { until, silent = [], everySeconds = 1 }: StoryOptions,
): Promise<Heard[]> {
  const { heard, expectations } = await listenTo(world, lines, { until, silent, everySeconds });
  compare(heard, expectations);
  return heard;
}

export interface StoryOptions {
  readonly until: number;
  /** Conversations that no expectation names and that must hear nothing. */
  readonly silent?: readonly Conversation[];
  /** Longer steps for longer stories; what happens must happen at one of them. */
  readonly everySeconds?: number;
}

/** Plays the lines and gives back what was heard, without comparing it. */
export async function listenTo(
  world: World,
  lines: readonly Line[],
  { until, silent = [], everySeconds = 1 }: StoryOptions,
) {
  const actions = lines.filter((line) => line.kind === 'action');
  const expectations = lines.filter((line) => line.kind === 'expectation');
  const places = [...new Set([...silent, ...expectations.map(({ place }) => place)])];
  const listener = new Listener(world, places);
  for (let second = 0; second <= until; second += everySeconds) {
    for (const { run } of actions.filter((action) => action.at === second)) await run();
    await world.settle();
    listener.listen(second);
    await world.clock.advance(everySeconds * 1_000);
    await world.settle();
  }
  return { heard: listener.heard, expectations };
}

class Listener {
  readonly heard: Heard[] = [];
  readonly #world: World;
  readonly #places: readonly Conversation[];
  readonly #versions = new Map<string, number>();

  constructor(world: World, places: readonly Conversation[]) {
    this.#world = world;
    this.#places = places;
    this.listen(-1);
    this.heard.length = 0;
  }

  listen(at: number): void {
    for (const place of this.#places) {
      for (const message of this.#world.teams.messages(place)) {
        if (message.from !== 'bot') continue;
        const known = this.#versions.get(message.id) ?? 0;
        for (let version = known; version < message.versions.length; version++) {
          const text = JSON.stringify(message.versions[version]);
          this.heard.push({ place, what: version === 0 ? 'message' : 'update', at, text, message });
        }
        this.#versions.set(message.id, message.versions.length);
      }
    }
  }
}

function compare(heard: readonly Heard[], expectations: readonly Expectation[]): void {
  const left = [...heard];
  for (const expectation of expectations) {
    const index = left.findIndex((each) => fits(each, expectation));
    const { what, from, to, says } = expectation;
    const told = heard.map((each) => `  at ${each.at}: ${each.what} ${shortened(each.text)}`).join('\n');
    expect(index, `expected a ${what} with ${says} between ${from} and ${to}; heard:\n${told}`).not.toBe(-1);
    left.splice(index, 1);
  }
  expect(
    left.map((each) => `at ${each.at}: unexpected ${each.what} ${shortened(each.text)}`),
    'nothing else is heard',
  ).toEqual([]);
}

function fits(heard: Heard, { place, what, from, to, says, not }: Expectation): boolean {
  return (
    heard.place.id === place.id &&
    heard.what === what &&
    heard.at >= from &&
    heard.at <= to &&
    says.every((each) => (typeof each === 'string' ? heard.text.includes(each) : each.test(heard.text))) &&
    !not.some((each) => heard.text.includes(each))
  );
}

/** The summary, which is what people see first. */
function shortened(text: string): string {
  return /"summary":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 200);
}
