// Watches in words: what the card of a watch says in each state, and the message when it ends.
import type { Build } from '../domain/build.ts';
import { WATCH_LIFETIME_MS, type Watch, type WatchState } from '../domain/watch.ts';
import { branchText, listText, plainText } from './plain.ts';
import { outcomeText, outcomeTitle, progressText, runText } from './run.ts';
import { durationText } from './time.ts';

export interface ShownWatch {
  readonly watch: Watch;
  readonly build?: Build;
  /** Ms since the epoch. */
  readonly expectedEndAt?: number;
}

/** What the watch is doing, or how it ended, in a sentence or two. `now` in ms since the epoch. */
export function explainWatch(shown: ShownWatch, now: number): string {
  return SENTENCES[shown.watch.state](shown, now);
}

/** The state of the watch as a headline. */
export function watchTitle({ watch, build }: Pick<ShownWatch, 'watch' | 'build'>): string {
  if (watch.state !== 'ended') return TITLES[watch.state];
  if (!build) return 'Ended';
  return outcomeTitle(build);
}

/** `python-base on develop`. */
export function watchedText({ definitionName, definition }: Watch): string {
  return `${plainText(definitionName)} on ${branchText(definition.branch)}`;
}

const TITLES = {
  waiting: 'Waiting for the next run',
  following: 'Watching',
  stopped: 'No longer watched',
  expired: 'Watch expired',
  gone: 'Run not found',
} as const satisfies Record<Exclude<WatchState, 'ended'>, string>;

const SENTENCES = {
  waiting: ({ watch }) =>
    `Nothing is running. ${askersText(watch)} a message when the next run of ${watchedText(watch)} ends.`,
  following: ({ watch, build, expectedEndAt }, now) => {
    const progress = build
      ? `${runText(watch.definitionName, build)} ${progressText(build, expectedEndAt, now)}.`
      : `A run of ${watchedText(watch)} is going on.`;
    return `${progress} ${askersText(watch)} a message when it ends.`;
  },
  ended: ({ watch, build }) => {
    if (!build) return `The watched run of ${watchedText(watch)} has ended.`;
    return `${runText(watch.definitionName, build)} ${outcomeText(build)}.`;
  },
  stopped: ({ watch }) => `The watch of ${watchedText(watch)} was stopped; no message will come.`,
  expired: ({ watch }) =>
    `No run of ${watchedText(watch)} ended within ${durationText(WATCH_LIFETIME_MS)}, so this watch is over. Watch it again if you still wait for it.`,
  gone: ({ watch }) =>
    `The watched run of ${watchedText(watch)} can no longer be read; it may have been deleted. Look at the pipeline in Azure DevOps.`,
} as const satisfies Record<WatchState, (shown: ShownWatch, now: number) => string>;

function askersText({ askers }: Watch): string {
  const names = askers.map((asker) => asker.name).filter((name) => plainText(name) !== '');
  if (names.length === 0) return 'This conversation gets';
  return `${listText(names, 'and', 5)} ${names.length === 1 ? 'gets' : 'get'}`;
}
