// Who does what in a chaos run: which rooms watch which service, which subscribe to which, and where the rest happens.
import { alarmStory, type Subscriber } from './alarm-story.ts';
import type { Room } from './chaos-world.ts';
import { checkStory } from './check-story.ts';
import { darkStory, deletionStory, moveStory, questionStory } from './side-stories.ts';
import type { Stage } from './stage.ts';
import { watchStory } from './watch-story.ts';

export interface CastOptions {
  /** How many rooms watch one service. */
  readonly watchers: number;
  /** How many rooms subscribe to the failures of one service; one more hears of all its builds. */
  readonly subscribers: number;
  /** How many pipelines ask one service at about the same time. */
  readonly callers: number;
  /** Share of the bases after whose end a plan takes an event and does not say so, 0 to 1. */
  readonly lostAnswers: number;
  /** Only the gate is asked, and nobody speaks in Teams. */
  readonly isForChecksOnly: boolean;
}

const STYLES = ['update', 'flat', 'thread'] as const;

/** Begins every story. The first of the lines is for what happens beside the watches. */
export function everyStory(stage: Stage, cast: CastOptions): Promise<void>[] {
  const checks = stage.world.checked.map((line) => checkStory(stage, line, cast));
  return cast.isForChecksOnly ? checks : [...checks, ...storiesInTeams(stage, cast)];
}

function storiesInTeams(stage: Stage, { watchers, subscribers }: CastOptions): Promise<void>[] {
  const { lines, alarms, dark, rooms, teams } = stage.world;
  const [sideLine, ...watched] = lines;
  const channels = rooms.filter(({ conversation }) => conversation.kind === 'channel');
  const movable = rooms.filter(
    ({ conversation, tenantId }) => conversation.kind === 'groupChat' && tenantId === teams.tenantId,
  );
  const [channel] = channels;
  const [group] = movable;
  if (!sideLine || !channel || !group)
    throw new Error('A chaos run needs a line, a channel and a group chat.');
  return [
    ...watched.map((line, index) => watchStory(stage, line, someOf(rooms, index * watchers, watchers))),
    ...alarms.map((line, index) =>
      alarmStory(stage, line, subscribed(someOf(rooms, index * subscribers, subscribers + 1))),
    ),
    questionStory(stage, sideLine, channel),
    deletionStory(stage, sideLine, channel),
    moveStory(stage, group),
    darkStory(stage, dark, channel),
  ];
}

/** The next ones in turn, each once. */
function someOf(rooms: readonly Room[], from: number, count: number): Room[] {
  const wanted = Array.from({ length: count }, (_, place) => rooms[(from + place) % rooms.length]);
  return [...new Set(wanted)].flatMap((room) => room ?? []);
}

function subscribed(rooms: readonly Room[]): Subscriber[] {
  return rooms.map((room, index) => ({
    room,
    style: STYLES[index % STYLES.length] ?? 'update',
    events: index === rooms.length - 1 ? 'all' : 'failures',
  }));
}
