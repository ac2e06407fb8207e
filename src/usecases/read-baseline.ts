// Reads the builds behind a new subscription, so that what has happened already is no news, and says what fails
// already. What Azure DevOps does not tell now keeps nobody from subscribing.
import type { Build } from '../domain/build.ts';
import type { Content } from '../domain/content.ts';
import { ANY_BRANCH } from '../domain/place.ts';
import { isSameDefinition, type ServiceCatalog } from '../domain/service.ts';
import { subscribedDefinitions } from '../domain/subscribed-definitions.ts';
import { branchMatches, type SubscribedDefinition, type Subscription } from '../domain/subscription.ts';
import { toPipeBotError } from '../errors.ts';
import { nameOfDefinition } from './alert-entries.ts';
import { buildsTargetsOf } from './builds-target.ts';
import { FRESH_MS } from './get-status.ts';
import type { Observer } from './observe-builds.ts';
import type { BuildsTarget, HealthRecords } from './ports.ts';

export interface BaselinePorts {
  readonly catalog: ServiceCatalog;
  readonly observer: Pick<Observer, 'latest'>;
  readonly healths: Pick<HealthRecords, 'find'>;
}

export type Failing = Extract<Content, { kind: 'subscribed' }>['failing'][number];

/** More places at a time would crowd out everybody else who asks. */
const READS_AT_A_TIME = 10;
/** A longer list is read by nobody. */
const MAX_FAILING = 50;

/** What of the subscription's definitions is red at the moment, on the branches that it hears about. */
export async function readFailing(ports: BaselinePorts, subscription: Subscription): Promise<Failing[]> {
  const definitions = subscribedDefinitions(ports.catalog, subscription);
  const builds = await readBuilds(ports, buildsTargetsOf(definitions));
  const failing = new Map<string, Failing>();
  for (const definition of definitions) {
    for (const branch of branchesOf(subscription, definition, builds)) {
      const health = await ports.healths.find(definition, branch);
      if (health?.colour !== 'red') continue;
      const { name } = nameOfDefinition(ports.catalog, definition);
      const failedBuilds = health.red?.failedBuilds ?? 1;
      failing.set(JSON.stringify([name, branch]), { name, branch, failedBuilds });
      if (failing.size >= MAX_FAILING) return [...failing.values()];
    }
  }
  return [...failing.values()];
}

async function readBuilds(ports: BaselinePorts, targets: readonly BuildsTarget[]): Promise<Build[]> {
  const builds: Build[] = [];
  for (let at = 0; at < targets.length; at += READS_AT_A_TIME) {
    const read = targets.slice(at, at + READS_AT_A_TIME).map((target) => readIfPossible(ports, target));
    builds.push(...(await Promise.all(read)).flat());
  }
  return builds;
}

async function readIfPossible(ports: BaselinePorts, target: BuildsTarget): Promise<readonly Build[]> {
  try {
    return (await ports.observer.latest(target, FRESH_MS)).builds;
  } catch (thrown) {
    if (!toPipeBotError(thrown).isFromAzureDevOps) throw thrown;
    return [];
  }
}

/** Where a glob decides, those of the builds that were read. */
function branchesOf(
  { branch: glob }: Subscription,
  definition: SubscribedDefinition,
  builds: readonly Build[],
): string[] {
  const branches =
    definition.branch === ANY_BRANCH
      ? builds.filter((build) => isSameDefinition(build, definition)).map(({ branch }) => branch)
      : [definition.branch];
  return [...new Set(branches)].filter((branch) => glob === undefined || branchMatches(glob, branch));
}
