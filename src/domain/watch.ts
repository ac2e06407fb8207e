// A watch: one conversation waits for one build, the running one or the next one, to end. Pure; it says what
// the watch becomes, and the use case tells people.
import { type Build, newestFirst, phaseOf } from './build.ts';
import type { DefinitionRef } from './service.ts';

/** A person who asked, as the conversation's messages name them. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export type WatchState = 'waiting' | 'following' | 'ended' | 'stopped' | 'expired' | 'gone';

export interface Watch {
  readonly id: string;
  readonly conversationId: string;
  /** What the person called it: a service or a base. */
  readonly subject: string;
  /** Whether the build is one of the subject's bases or its own. */
  readonly role: 'base' | 'build';
  readonly definitionName: string;
  readonly definition: DefinitionRef;
  readonly askers: readonly Person[];
  readonly state: WatchState;
  /** The build that is followed; absent while the next one is waited for. */
  readonly buildId?: number;
  /** While waiting: only a build with a greater id is "the next one". */
  readonly afterBuildId: number;
  /** While waiting: an older build that finishes after this has been rerun; Azure DevOps' clock. */
  readonly afterFinishedAt?: number;
  /** Ms since the epoch, PipeBot's clock. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The thread root of the message that asked, so that the answer goes there. */
  readonly threadId?: string;
}

/** A build may take days to come; a watch that outlives the week is forgotten, with a message. */
export const WATCH_LIFETIME_MS = 7 * 24 * 3_600_000;

/** Which build a new watch follows: the newest that is still active, if there is one. */
export function buildToFollow(builds: readonly Build[]): Build | undefined {
  return builds.filter((build) => phaseOf(build) === 'active').sort(newestFirst)[0];
}

export interface WatchStep {
  readonly watch: Watch;
  /** The build it now follows or that ended it. */
  readonly build?: Build;
}

/**
 * The watch after a reading of its definition's builds; undefined when nothing changed.
 * A reading that lacks the followed build says nothing about it; it is then read by itself.
 */
export function advanceWatch(watch: Watch, builds: readonly Build[], now: number): WatchStep | undefined {
  if (watch.state === 'waiting') return startFollowing(watch, builds, now);
  if (watch.state !== 'following') return undefined;
  const build = builds.find((candidate) => candidate.id === watch.buildId);
  if (build && phaseOf(build) === 'ended') return { watch: { ...watch, state: 'ended' }, build };
  return now >= watch.expiresAt ? { watch: { ...watch, state: 'expired' } } : undefined;
}

function startFollowing(watch: Watch, builds: readonly Build[], now: number): WatchStep | undefined {
  const next = builds.filter((build) => isNext(watch, build)).sort((left, right) => left.id - right.id)[0];
  if (next) {
    const state = phaseOf(next) === 'ended' ? 'ended' : 'following';
    return { watch: { ...watch, state, buildId: next.id }, build: next };
  }
  return now >= watch.expiresAt ? { watch: { ...watch, state: 'expired' } } : undefined;
}

/** A new build, or an old one that was rerun: none was active when the watch began. */
function isNext(watch: Watch, build: Build): boolean {
  if (build.id > watch.afterBuildId || phaseOf(build) === 'active') return true;
  const { afterFinishedAt } = watch;
  return (
    afterFinishedAt !== undefined && build.finishedAt !== undefined && build.finishedAt > afterFinishedAt
  );
}

/** Whether a person could still be told something by it. */
export function isOpen(watch: Watch): boolean {
  return watch.state === 'waiting' || watch.state === 'following';
}
