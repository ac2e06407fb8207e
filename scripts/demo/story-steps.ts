// What every part of the demo's story is made of: time that passes, things that are said, steps that must happen.
import { cardToText } from '../../src/cards/card-to-text.ts';
import type { Shop } from '../../test/stand-ins/shop.ts';
import type { StandInMessage } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { ScriptedClock } from '../../test/support/scripted-clock.ts';
import { toRenderedMessage } from './activity-text.ts';
import type { DemoWorld } from './demo-world.ts';
import type { Teller } from './teller.ts';
import type { TimeLapse } from './time-lapse.ts';

export interface StoryContext {
  readonly world: DemoWorld & { readonly azure: NonNullable<DemoWorld['azure']> };
  readonly shop: Shop;
  readonly clock: ScriptedClock;
  readonly tell: Teller;
  readonly timeLapse: Pick<TimeLapse, 'standStill'>;
}

const MINUTE_MS = 60_000;

/** Resolves when the clock has moved on by `minutes`. */
export function passing({ clock }: StoryContext, minutes: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, minutes * MINUTE_MS));
}

export function expectStep(isTrue: boolean, step: string): void {
  if (!isTrue) throw new Error(`the story broke off: ${step}`);
}

export function textOf(message: StandInMessage): string {
  return layOut(message, 60);
}

/** Each text of the card or message on a line of its own. */
export function linesOf(message: StandInMessage): string[] {
  return layOut(message, 1_000)
    .split('\n')
    .map((line) => line.trim());
}

function layOut(message: StandInMessage, width: number): string {
  return cardToText(toRenderedMessage(message.activity), { width, timeZone: 'UTC' });
}

/** Says something in a channel, #payments unless another is given, and shows the bot's answer. */
export async function ask(
  { world, tell }: StoryContext,
  text: string,
  channel = world.channel,
): Promise<StandInMessage> {
  tell.speech('Ada', `@PipeBot ${text}`);
  const before = new Set(world.teams.messages(channel).map(({ id }) => id));
  const { status } = await world.teams.say(world.ada, channel, text);
  expectStep(status === 200, `PipeBot took the message (HTTP ${status})`);
  const answer = await world.teams.waitForMessage(channel, ({ id }) => !before.has(id));
  tell.box('PipeBot', textOf(answer));
  return answer;
}
