// Lists the builds that a verdict needs, and reads one. It must not decide anything: it only makes sure that
// a running build is never hidden behind finished ones, nor a newer failure behind an older success.
import { type Build, type BuildPhase, newestFirst, outcomeOf, phaseOf } from '../domain/build.ts';
import { ANY_BRANCH } from '../domain/place.ts';
import { isOfRepository } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { BuildRef, BuildsTarget, Reading } from '../usecases/ports.ts';
import type { AzureClient } from './azure-client.ts';
import { invalidList, readPage, readPages } from './build-pages.ts';
import { invalidResponse, isId, type JsonObject } from './json-object.ts';
import { isDeleted, toBuild } from './to-build.ts';

/** What lists and pages may take at most. */
const ACTIVE_PER_PAGE = 200;
const MOST_ACTIVE_PAGES = 10;
const NEWEST_PER_DEFINITION = 25;
/** On any branch, where the builds of busy branches push away those of quiet ones. */
const NEWEST_ON_ANY_BRANCH = 50;
const MOST_NEWEST_PAGES = 4;
const DEFINITIONS_PER_LIST = 25;

// Azure DevOps' flags as words (Builds - List, 7.1, statusFilter).
const ACTIVE_STATUSES = 'inProgress,notStarted,cancelling,postponed';

/** @throws PipeBotError `azure-*` @see Pipelines.listBuilds */
export async function listBuilds(
  client: AzureClient,
  target: BuildsTarget,
  signal: AbortSignal,
): Promise<Reading> {
  const ids = [...new Set(target.definitionIds)];
  if (ids.length === 0 || !ids.every(isId)) {
    throw new PipeBotError('azure-refused', {
      subject: `${target.organization}/${target.project}`,
      detail: 'definitions are named by positive whole numbers',
    });
  }
  const calls: Promise<Reading>[] = [];
  for (let first = 0; first < ids.length; first += DEFINITIONS_PER_LIST) {
    const part = { ...target, definitionIds: ids.slice(first, first + DEFINITIONS_PER_LIST) };
    // Both at once: when an answer asks for a pause, the other question has been put already.
    calls.push(listActive(client, part, signal), listNewest(client, part, signal));
  }
  const { builds, observedAt } = merge(await Promise.all(calls));
  return { builds: builds.filter((build) => isWanted(build, target)), observedAt };
}

/** @throws PipeBotError `azure-*`; azure-not-found for a build that is deleted or may not be seen */
export async function getBuild(
  client: AzureClient,
  ref: BuildRef,
  signal: AbortSignal,
): Promise<{ readonly build: Build; readonly observedAt: number }> {
  const subject = `${ref.organization}/${ref.project}`;
  if (!isId(ref.buildId)) {
    throw new PipeBotError('azure-refused', {
      subject,
      detail: 'a build is named by a positive whole number',
    });
  }
  const source = { ...ref, organizationUrl: client.organization.url };
  const read = (body: JsonObject) => {
    const build = toBuild(body, source);
    if (build.id !== ref.buildId) throw invalidResponse(`build ${build.id} came for build ${ref.buildId}`);
    return { build, isGone: isDeleted(body) };
  };
  const path = `builds/${ref.buildId}`;
  const { value, observedAt } = await client.get(
    { project: ref.project, resource: 'builds', path, query: {}, read },
    signal,
  );
  if (value.isGone) {
    throw new PipeBotError('azure-not-found', { subject, detail: `build ${ref.buildId} was deleted` });
  }
  return { build: value.build, observedAt };
}

async function listActive(client: AzureClient, target: BuildsTarget, signal: AbortSignal): Promise<Reading> {
  const query = { statusFilter: ACTIVE_STATUSES, $top: String(ACTIVE_PER_PAGE) };
  const list = await readPages({ client, target, query, signal }, MOST_ACTIVE_PAGES, () => false);
  if (!list.isCut) return list;
  if (target.definitionIds.length > 1) {
    // The many of one definition hide those of the others.
    return merge(await Promise.all(oneByOne(target).map((one) => listActive(client, one, signal))));
  }
  if (target.branch === ANY_BRANCH) throw invalidList(target, 'the list of running builds has no end');
  refuseHidden(target, list.builds);
  return list;
}

/**
 * Without a filter by status. With `completed` a build that ends between the two calls could be missing from
 * both, and an older success would answer; and statuses that 7.1 does not know (`abandoned`) would be hidden.
 */
async function listNewest(client: AzureClient, target: BuildsTarget, signal: AbortSignal): Promise<Reading> {
  if (target.definitionIds.length === 1) return listNewestOfOne(client, target, signal);
  const most = newestPerDefinition(target);
  const query = { maxBuildsPerDefinition: String(most) };
  const list = await readPage({ client, target, query, signal });
  const isCut = list.continuationToken !== undefined;
  const undecided = oneByOne(target).filter(({ definitionIds: [id] }) => {
    const own = list.builds.filter((build) => build.definitionId === id);
    return !own.some((build) => isDecisive(build, target)) && (isCut || own.length >= most);
  });
  const more = undecided.map((one) => listNewestOfOne(client, one, signal));
  return merge([list, ...(await Promise.all(more))]);
}

/** Goes back page by page until a build of the repository is found that ended and was not canceled. */
async function listNewestOfOne(
  client: AzureClient,
  target: BuildsTarget,
  signal: AbortSignal,
): Promise<Reading> {
  const query = { $top: String(newestPerDefinition(target)) };
  const list = await readPages({ client, target, query, signal }, MOST_NEWEST_PAGES, (builds) =>
    builds.some((build) => isDecisive(build, target)),
  );
  if (list.isCut) refuseHidden(target, list.builds);
  return list;
}

function newestPerDefinition({ branch }: BuildsTarget): number {
  return branch === ANY_BRANCH ? NEWEST_ON_ANY_BRANCH : NEWEST_PER_DEFINITION;
}

function oneByOne(target: BuildsTarget): BuildsTarget[] {
  return target.definitionIds.map((id) => ({ ...target, definitionIds: [id] }));
}

function isDecisive(build: Build, target: BuildsTarget): boolean {
  return phaseOf(build) === 'ended' && outcomeOf(build) !== 'canceled' && isWanted(build, target);
}

function isWanted(build: Build, { repositoryIds }: BuildsTarget): boolean {
  return isOfRepository(build, repositoryIds?.[build.definitionId]);
}

/** Builds of other repositories fill a cut list, so whether there are any of the wanted one is not known. */
function refuseHidden(target: BuildsTarget, builds: readonly Build[]): void {
  const hidden = builds.find((build) => !isWanted(build, target));
  if (!hidden) return;
  const repositoryId = target.repositoryIds?.[hidden.definitionId];
  throw invalidList(target, `the builds of ${repositoryId} are hidden behind those of other repositories`);
}

/** What a build was seen as last is not known, so the reading that says least about its end wins. */
const FINALITY = { unclear: 0, active: 1, ended: 2 } as const satisfies Record<BuildPhase, number>;

function merge(readings: readonly Reading[]): Reading {
  const byId = new Map<number, Build>();
  for (const build of readings.flatMap((reading) => reading.builds)) {
    const known = byId.get(build.id);
    if (!known || FINALITY[phaseOf(build)] <= FINALITY[phaseOf(known)]) byId.set(build.id, build);
  }
  return {
    builds: [...byId.values()].sort(newestFirst),
    observedAt: Math.min(...readings.map((reading) => reading.observedAt)),
  };
}
