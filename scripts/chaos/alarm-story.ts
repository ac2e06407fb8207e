// Rooms subscribe to a service that fails, keeps failing and recovers, over and over, with so many good runs in between
// that it never counts as flapping. One of the rooms hears of those as well.
import type { Line, Room } from './chaos-world.ts';
import { beganWith, cameTo, everTold, type SeenMessage } from './screen.ts';
import { ask, owe, type Stage } from './stage.ts';

/** A room with its subscription; `thread` acts as `flat` outside of channels. */
export interface Subscriber {
  readonly room: Room;
  readonly style: 'update' | 'thread' | 'flat';
  readonly events: 'failures' | 'all';
}

/** As many of the ten newest runs as it takes for the next failure to be the first again. */
const GOOD_RUNS = 9;

export async function alarmStory(
  stage: Stage,
  line: Line,
  subscribers: readonly Subscriber[],
): Promise<void> {
  const { signal } = stage;
  run(stage, line, true);
  await Promise.all(subscribers.map((subscriber) => subscribe(stage, line, subscriber)));
  while (!signal.aborted) {
    const first = await step(stage, subscribers, { line, isGood: false, older: [] });
    if (signal.aborted) return;
    const second = await step(stage, subscribers, { line, isGood: false, older: [first] });
    if (signal.aborted) return;
    await step(stage, subscribers, { line, isGood: true, older: [first, second] });
    await goodRuns(stage, line, subscribers);
  }
}

/** Over when they were told: a failure of the same second might be read before them, and be no first one yet. */
async function goodRuns(stage: Stage, line: Line, subscribers: readonly Subscriber[]): Promise<void> {
  const listeners = subscribers.filter(({ events }) => events === 'all');
  const heard = Array.from({ length: GOOD_RUNS }, () => {
    const buildId = run(stage, line, true);
    const isShownBy = (message: SeenMessage) => !message.isCard && everTold(message, buildId);
    return listeners.map(({ room }) =>
      owe(stage, room, { kind: 'news', what: `result ${buildId}`, isShownBy }),
    );
  });
  await Promise.all(heard.flat());
}

function subscribe(stage: Stage, line: Line, { room, style, events }: Subscriber): Promise<unknown> {
  return ask(stage, room, {
    text: `subscribe ${line.service} ${events} style:${style}`,
    isCard: true,
    fits: ({ versions: [first] }) =>
      first !== undefined && first.buildIds.size === 0 && includesWord(first.text, line.service),
  });
}

/** `alarm-1` is not in `alarm-12`. */
function includesWord(text: string, word: string): boolean {
  return new RegExp(`${word}(?!\\d)`).test(text);
}

function run({ world }: Stage, line: Line, isGood: boolean): number {
  const build = world.azure.queueBuild(line.definition, { id: world.nextBuildId() });
  build.start();
  if (isGood) build.succeed();
  else build.fail({ task: 'Unit tests', errors: [`test ${build.id} failed`] });
  return build.id;
}

interface Step {
  readonly line: Line;
  readonly isGood: boolean;
  /** The builds of this streak of failures so far. */
  readonly older: readonly number[];
}

/** One run, and everything that everybody hears of it. */
async function step(stage: Stage, subscribers: readonly Subscriber[], told: Step): Promise<number> {
  const { line, isGood, older } = told;
  const buildId = run(stage, line, isGood);
  // Azure DevOps is asked only after this, so nothing can be seen before it is owed.
  await Promise.all(
    subscribers.flatMap((subscriber) => oweStep(stage, subscriber, { buildId, isGood, older })),
  );
  return buildId;
}

function oweStep(
  stage: Stage,
  { room, style }: Subscriber,
  { buildId, isGood, older }: Omit<Step, 'line'> & { readonly buildId: number },
): Promise<void>[] {
  const [first] = older;
  const news = (what: string, isShownBy: (message: SeenMessage) => boolean) =>
    owe(stage, room, { kind: 'news', what: `${what} ${buildId}`, isShownBy });
  if (first === undefined)
    return [news('first failure', (message) => message.isCard && beganWith(message, buildId))];
  const isCardOfStreak = (message: SeenMessage) => message.isCard && beganWith(message, first);
  const update = owe(stage, room, {
    kind: 'update',
    what: `build ${buildId} on the card of build ${first}`,
    isShownBy: (message) => isCardOfStreak(message) && cameTo(message, buildId, older),
  });
  const isNew = (message: SeenMessage) => !isCardOfStreak(message) && everTold(message, buildId);
  if (isGood) return [update, news('recovery', (message) => message.isCard && isNew(message))];
  return style === 'update'
    ? [update]
    : [update, news('repeat', (message) => !message.isCard && isNew(message))];
}
