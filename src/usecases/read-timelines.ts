// Reads timelines where they tell something that somebody is waiting for: why a build has just failed, and whether
// a running one waits for an approval. Done before the transaction, since nothing may call out inside of one. What
// cannot be read is left out; it must never keep a reading from being stored.
import type { Clock } from '../clock.ts';
import { type Build, phaseOf } from '../domain/build.ts';
import { expectedEndAt } from '../domain/duration.ts';
import type { TimelineFacts } from '../domain/failure.ts';
import { colourOf } from '../domain/health.ts';
import { toPipeBotError } from '../errors.ts';
import type { BuildRecords, BuildsTarget, Log, Pipelines, Reading, Subscriptions } from './ports.ts';

/** By build id. A build that is not in here was not asked about, or could not be. */
export type FactsById = ReadonlyMap<number, TimelineFacts>;

export interface TimelinePorts {
  readonly pipelines: Pick<Pipelines, 'getTimelineFacts'>;
  readonly records: Pick<BuildRecords, 'findBuilds'>;
  readonly subscriptions: Pick<Subscriptions, 'listByDefinition'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TimelineReader {
  ofReading(target: BuildsTarget, reading: Reading): Promise<FactsById>;
  /** Of a build that was read by itself: something hinted at it, so a running one is looked at as well. */
  ofBuild(build: Build): Promise<FactsById>;
}

/** More failures at once are told without their details. */
const MOST_AT_ONCE = 10;
/** A running build that is overdue is asked this often whether it waits for somebody. */
const APPROVAL_CHECK_MS = 2 * 60_000;
/** Where nothing tells how long a build usually takes. */
const LONG_RUNNING_MS = 15 * 60_000;
const MOST_REMEMBERED = 10_000;

export function createTimelineReader(ports: TimelinePorts): TimelineReader {
  const askedAt = new Map<string, number>();

  function isApprovalDue(build: Build, reading: Reading): boolean {
    if (build.status !== 'inProgress' || build.startedAt === undefined) return false;
    const same = reading.builds.filter(({ definitionId }) => definitionId === build.definitionId);
    const endAt = expectedEndAt(build, same) ?? build.startedAt + LONG_RUNNING_MS;
    if (reading.observedAt < endAt) return false;
    const key = `${build.organization}:${build.id}`;
    const now = ports.clock.now();
    if (now - (askedAt.get(key) ?? 0) < APPROVAL_CHECK_MS) return false;
    askedAt.delete(key);
    askedAt.set(key, now);
    for (const oldest of askedAt.keys()) {
      if (askedAt.size <= MOST_REMEMBERED) break;
      askedAt.delete(oldest);
    }
    return true;
  }

  async function ask(builds: readonly Build[]): Promise<FactsById> {
    const facts = new Map<number, TimelineFacts>();
    await Promise.all(
      builds.slice(0, MOST_AT_ONCE).map(async (build) => {
        try {
          facts.set(build.id, await ports.pipelines.getTimelineFacts(build));
        } catch (thrown) {
          const { code, isFromAzureDevOps } = toPipeBotError(thrown);
          if (!isFromAzureDevOps) throw thrown;
          ports.log.warn({ code, buildId: build.id }, 'timeline not read');
        }
      }),
    );
    return facts;
  }

  return {
    async ofReading(target, reading) {
      const failed = await newlyFailed(ports, target, reading.builds);
      const overdue = reading.builds.filter((build) => isApprovalDue(build, reading));
      return ask([...failed, ...overdue]);
    },
    async ofBuild(build) {
      const isRunning = phaseOf(build) === 'active' && build.startedAt !== undefined;
      if (isRunning) return ask([build]);
      return ask(await newlyFailed(ports, build, [build]));
    },
  };
}

/** Failed builds that were not known to have, of definitions that a subscription hears about. */
async function newlyFailed(
  ports: TimelinePorts,
  { organization, project }: Pick<BuildsTarget, 'organization' | 'project'>,
  builds: readonly Build[],
): Promise<Build[]> {
  const red = builds.filter((build) => colourOf(build) === 'red');
  if (red.length === 0) return [];
  const refs = red.map(({ id }) => ({ organization, project, buildId: id }));
  const known = new Map((await ports.records.findBuilds(refs)).map((build) => [build.id, build]));
  const news = red.filter((build) => known.get(build.id)?.finishedAt !== build.finishedAt);
  const heard: Build[] = [];
  for (const build of news.slice(0, MOST_AT_ONCE)) {
    const subscriptions = await ports.subscriptions.listByDefinition(build, build.branch);
    if (subscriptions.length > 0) heard.push(build);
  }
  return heard;
}
