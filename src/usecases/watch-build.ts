// Watches: starting one, stopping them, following what is read, and telling when a build ended. The messages are
// stored here and sent by deliver-notifications; the builds are read by poll-builds.
import type { Clock } from '../clock.ts';
import { type Build, newestFirst } from '../domain/build.ts';
import { expectedEndAt } from '../domain/duration.ts';
import { isOfRepository, isSameDefinition } from '../domain/service.ts';
import {
  advanceWatch,
  buildToFollow,
  isOpen,
  WATCH_LIFETIME_MS,
  type Watch,
  type WatchStep,
} from '../domain/watch.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type { IsHidden } from './find-asker.ts';
import type { EnsurePolled } from './poll-builds.ts';
import type { BuildRef, BuildsTarget, Jobs, Log, Notifications, Transactions, Watches } from './ports.ts';

export interface WatchPorts {
  readonly watches: Watches;
  readonly notifications: Pick<Notifications, 'add'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly ensurePolled: EnsurePolled;
  readonly isHidden: IsHidden;
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
  const { organization, project, branch } = watch.definition;
  await ports.ensurePolled({ organization, project, branch }, 'watch');
}

/** Ends a watch because a person said so; its card says so too. Undefined when it was over already. */
export async function stopWatch(ports: WatchPorts, watch: Watch): Promise<Watch | undefined> {
  const stopped: Watch = { ...watch, state: 'stopped' };
  if (!(await ports.watches.save(stopped))) return undefined;
  await tell(ports, { watch: stopped }, { occasion: 'stopped', isNews: false });
  return stopped;
}

/** Advances every open watch on the target; call it in the transaction that stores the builds. */
export async function advanceWatches(
  ports: WatchPorts,
  target: BuildsTarget,
  builds: readonly Build[],
): Promise<void> {
  for (const watch of await ports.watches.listOpenByTarget(target)) {
    const own = builds.filter((build) => isWatched(build, watch));
    const step = advanceWatch(watch, own, ports.clock.now());
    if (!step) {
      await tellApproval(ports, watch, own);
      continue;
    }
    if (!(await ports.watches.save(step.watch))) continue;
    const endAt = step.build && expectedEndAt(step.build, own);
    await tell(ports, step, {
      occasion: step.watch.state,
      isNews: !isOpen(step.watch),
      ...(endAt === undefined ? {} : { expectedEndAt: endAt }),
    });
  }
}

/** A place is read for everybody together: other definitions come along, and other branches with all of them. */
function isWatched(build: Build, { definition }: Watch): boolean {
  const isOnBranch = build.branch === definition.branch;
  return isOnBranch && isSameDefinition(build, definition) && isOfRepository(build, definition.repositoryId);
}

/** A run that goes on only when somebody approves is news for those who wait for it; once for each approval. */
async function tellApproval(ports: WatchPorts, watch: Watch, builds: readonly Build[]): Promise<void> {
  const build = builds.find(({ id }) => watch.state === 'following' && id === watch.buildId);
  if (!build?.pendingApproval) return;
  const { stage = '', since = 0 } = build.pendingApproval;
  await tell(ports, { watch, build }, { occasion: `approval:${since}:${stage}`, isNews: true });
}

/** Ids of builds that open watches of the target follow. */
export async function listFollowed(
  ports: Pick<WatchPorts, 'watches' | 'transactions'>,
  target: BuildsTarget,
): Promise<number[]> {
  const open = await ports.transactions.transaction(
    () => ports.watches.listOpenByTarget(target),
    'list-followed',
  );
  return [...new Set(open.flatMap(({ state, buildId }) => (state === 'following' ? (buildId ?? []) : [])))];
}

/** A build is gone: the watches that follow it end. Call it in the transaction that records its end. */
export async function endWatchesOf(
  ports: WatchPorts,
  { organization, project, buildId }: BuildRef,
): Promise<void> {
  for (const watch of await ports.watches.listFollowing({ organization, project, buildId })) {
    const gone: Watch = { ...watch, state: 'gone' };
    if (await ports.watches.save(gone))
      await tell(ports, { watch: gone }, { occasion: 'gone', isNews: true });
  }
}

interface Occasion {
  /** What happened, for the key that makes telling it twice impossible. */
  readonly occasion: string;
  readonly isNews: boolean;
  readonly expectedEndAt?: number;
}

/** Updates the watch's card; news is also told by a message of its own, since an updated card notifies nobody. */
async function tell(
  ports: WatchPorts,
  { watch, build }: WatchStep,
  { occasion, isNews, expectedEndAt: endAt }: Occasion,
): Promise<void> {
  const now = ports.clock.now();
  const { id, conversationId, threadId } = watch;
  // It goes on unheard, as if the service were gone; that a person has stopped it tells nothing of the builds.
  if (watch.state !== 'stopped' && (await ports.isHidden(conversationId, watch.definition))) return;
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
      key: `${id}:card:${occasion}`,
      isProgress: isOpen(watch),
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
      { key: `${id}:news:${occasion}`, conversationId, content: news, ...thread },
      now,
    );
  }
  await enqueueDelivery(ports, conversationId);
  ports.log.info(
    { watchId: id, state: watch.state, buildId: watch.buildId, conversationId },
    'watch changed',
  );
}
