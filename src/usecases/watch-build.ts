// Watches: starting one, stopping them, polling while there are any, and telling when a build ended. The
// messages are stored here and sent by deliver-notifications.
import type { Clock } from '../clock.ts';
import { type Build, newestFirst } from '../domain/build.ts';
import { expectedEndAt } from '../domain/duration.ts';
import { isOfRepository } from '../domain/service.ts';
import {
  advanceWatch,
  buildToFollow,
  followsUnread,
  isOpen,
  WATCH_LIFETIME_MS,
  type Watch,
  type WatchStep,
} from '../domain/watch.ts';
import { PipeBotError, toPipeBotError } from '../errors.ts';
import { buildsTargetOf } from './assess-bases.ts';
import { type Observer, targetKey } from './observe-builds.ts';
import type { BuildsTarget, Jobs, Log, Notifications, Transactions, Watches } from './ports.ts';

export interface WatchPorts {
  readonly watches: Watches;
  readonly notifications: Pick<Notifications, 'add'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often builds are read while nobody but watches waits for them. */
const WATCH_POLL_MS = 30_000;

export function targetOf({ definition }: Pick<Watch, 'definition'>): BuildsTarget {
  return buildsTargetOf(definition, definition.branch);
}

export type WatchRequest = Pick<
  Watch,
  'id' | 'conversationId' | 'subject' | 'role' | 'definition' | 'askers' | 'threadId'
> & { readonly fallbackName: string; readonly builds: readonly Build[] };

/** A new watch on the running build, or on the next one when none runs. Pure. */
export function newWatch(request: WatchRequest, now: number): { watch: Watch; build?: Build } {
  const { builds, fallbackName, ...asked } = request;
  const build = buildToFollow(builds);
  const newest = [...builds].sort(newestFirst)[0];
  const watch: Watch = {
    ...asked,
    definitionName: newest?.definitionName || fallbackName,
    state: build ? 'following' : 'waiting',
    ...(build ? { buildId: build.id } : {}),
    afterBuildId: builds.reduce((highest, { id }) => Math.max(highest, id), 0),
    afterFinishedAt: builds.reduce((latest, { finishedAt = 0 }) => Math.max(latest, finishedAt), 0),
    createdAt: now,
    expiresAt: now + WATCH_LIFETIME_MS,
  };
  return { watch, ...(build ? { build } : {}) };
}

/** Stores a watch and sees to it that its builds are read. Call it in the transaction that stores its card. */
export async function recordWatch(ports: WatchPorts, watch: Watch, cardKey: string): Promise<void> {
  await ports.watches.add(watch, cardKey);
  await enqueuePoll(ports, targetOf(watch), ports.clock.now() + WATCH_POLL_MS);
}

/** Ends a watch because a person said so; its card says so too. Undefined when it was over already. */
export async function stopWatch(ports: WatchPorts, watch: Watch): Promise<Watch | undefined> {
  const stopped: Watch = { ...watch, state: 'stopped' };
  if (!(await ports.watches.save(stopped))) return undefined;
  await tell(ports, { watch: stopped }, { isNews: false });
  return stopped;
}

/** Advances every open watch on the target; call it in the transaction that stores the builds. */
export async function advanceWatches(
  ports: WatchPorts,
  target: BuildsTarget,
  builds: readonly Build[],
): Promise<void> {
  for (const watch of await ports.watches.listOpenByTarget(target)) {
    const own = builds.filter((build) => isOfRepository(build, watch.definition.repositoryId));
    const step = advanceWatch(watch, own, ports.clock.now());
    if (!step) continue;
    if (!(await ports.watches.save(step.watch))) continue;
    const endAt = step.build && expectedEndAt(step.build, own);
    await tell(ports, step, {
      isNews: !isOpen(step.watch),
      ...(endAt === undefined ? {} : { expectedEndAt: endAt }),
    });
  }
}

/**
 * One poll for the watches of a target. The next one is enqueued before anything can fail, so that the chain
 * never breaks; it ends with the first poll that finds no open watch.
 */
export async function pollWatches(
  ports: WatchPorts & { readonly observer: Observer },
  target: BuildsTarget,
): Promise<void> {
  const isWatched = await ports.transactions.transaction(async () => {
    const open = await ports.watches.listOpenByTarget(target);
    if (open.length > 0) await enqueuePoll(ports, target, ports.clock.now() + WATCH_POLL_MS);
    return open.length > 0;
  });
  if (!isWatched) return;
  try {
    const { builds } = await ports.observer.latest(target, WATCH_POLL_MS / 2);
    await readFollowedBuilds(ports, target, builds);
  } catch (thrown) {
    if (!toPipeBotError(thrown).code.startsWith('azure-')) throw thrown;
    // What cannot be read still comes to its end one day.
    await ports.transactions.transaction(() => advanceWatches(ports, target, []));
  }
}

/** After a start and every hour: whatever is watched is polled, even if its job was lost. */
export async function resumeWatches(ports: WatchPorts): Promise<void> {
  for (const { definitionIds, ...place } of await ports.watches.listTargets()) {
    // One chain of polls for each definition, under the same key as when the watch began.
    for (const definitionId of definitionIds) {
      await enqueuePoll(ports, { ...place, definitionIds: [definitionId] }, ports.clock.now());
    }
  }
}

/** Followed builds that have left the newest ones are read by themselves, each once. */
async function readFollowedBuilds(
  ports: WatchPorts & { readonly observer: Observer },
  target: BuildsTarget,
  builds: readonly Build[],
): Promise<void> {
  const open = await ports.transactions.transaction(() => ports.watches.listOpenByTarget(target));
  const unread = open.filter((watch) => followsUnread(watch, builds)).map(({ buildId }) => buildId);
  for (const buildId of new Set(unread)) {
    if (buildId === undefined) continue;
    try {
      await ports.observer.readBuild(target, buildId);
    } catch (thrown) {
      if (!(thrown instanceof PipeBotError) || thrown.code !== 'azure-not-found') throw thrown;
      await endAsGone(ports, target, buildId);
    }
  }
}

async function endAsGone(ports: WatchPorts, target: BuildsTarget, buildId: number): Promise<void> {
  await ports.transactions.transaction(async () => {
    for (const watch of await ports.watches.listOpenByTarget(target)) {
      if (watch.buildId !== buildId) continue;
      const gone: Watch = { ...watch, state: 'gone' };
      if (await ports.watches.save(gone)) await tell(ports, { watch: gone }, { isNews: true });
    }
  });
}

/** Updates the watch's card; news is also told by a message of its own, since an updated card notifies nobody. */
async function tell(
  ports: WatchPorts,
  { watch, build }: WatchStep,
  { isNews, expectedEndAt: endAt }: { readonly isNews: boolean; readonly expectedEndAt?: number },
): Promise<void> {
  const now = ports.clock.now();
  const { id, conversationId, threadId } = watch;
  const thread = threadId === undefined ? {} : { threadId };
  const about = build ? { build } : {};
  const cardKey = await ports.watches.cardKeyOf(id);
  const content = {
    kind: 'watch',
    watch,
    ...about,
    ...(endAt === undefined ? {} : { expectedEndAt: endAt }),
  } as const;
  await ports.notifications.add(
    {
      key: `${id}:card:${watch.state}`,
      conversationId,
      content,
      ...(cardKey ? { updatesKey: cardKey } : {}),
      ...thread,
    },
    now,
  );
  if (isNews) {
    const news = { kind: 'watch-ended', watch, ...about, mentions: watch.askers } as const;
    await ports.notifications.add(
      { key: `${id}:news:${watch.state}`, conversationId, content: news, ...thread },
      now,
    );
  }
  await ports.jobs.enqueue('deliver', { conversationId }, { key: conversationId });
  ports.log.info(
    { watchId: id, state: watch.state, buildId: watch.buildId, conversationId },
    'watch changed',
  );
}

async function enqueuePoll(ports: WatchPorts, target: BuildsTarget, runAt: number): Promise<void> {
  await ports.jobs.enqueue('observe', target, { key: targetKey(target), runAt });
}
